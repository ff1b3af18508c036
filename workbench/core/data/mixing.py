"""Mixing pictures of a batch with each other, and their labels with them.

A mixing is one decorated function from normalized pictures `(count, channels, height, width)` and targets
`(count, classes)`, each row a distribution (see `one_hot`), to new ones of the same shapes, in channels-last memory;
what it was given stays as it is. Every picture is mixed with the one before it, a random one since batches are
shuffled, by a share of its own from the symmetric beta distribution: `alpha` 1 makes all shares equally likely, smaller
ones keep most pictures nearly pure. (torchvision's `MixUp` and `CutMix` draw one share for the whole batch.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.core.data.augment import Lots
from workbench.core.layers.lazy import LazyModule
from workbench.registry import Registry

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

Mixed = tuple["torch.Tensor", "torch.Tensor"]
Mixing = Callable[["torch.Tensor", "torch.Tensor", Lots, float], Mixed]

MIXINGS: Registry[Mixing] = Registry("mixing")


def one_hot(labels: torch.Tensor, classes: int) -> torch.Tensor:
    """Class numbers as float32 targets `(count, classes)`: 1 for the class, 0 elsewhere."""
    return torch.nn.functional.one_hot(labels, classes).to(torch.float32)


@MIXINGS.register("none")
def none(images: torch.Tensor, targets: torch.Tensor, _lots: Lots, _alpha: float) -> Mixed:
    """Every picture by itself."""
    return images, targets


@MIXINGS.register("mixup")
def mixup(images: torch.Tensor, targets: torch.Tensor, lots: Lots, alpha: float) -> Mixed:
    """Two pictures shown through each other, their labels in the same shares.

    arXiv 1710.09412.
    """
    share = lots.beta(alpha).to(images.device)
    across = share.view(-1, 1, 1, 1)
    mixed = torch.lerp(images.roll(1, 0), images, across)
    return mixed.contiguous(memory_format=torch.channels_last), _mixed_targets(targets, share)


@MIXINGS.register("cutmix")
def cutmix(images: torch.Tensor, targets: torch.Tensor, lots: Lots, alpha: float) -> Mixed:
    """A box of one picture put into another, their labels in shares of the area.

    arXiv 1905.04899. The box lies anywhere and is cut at the border; the share is that of the pixels that remain.
    """
    height, width = images.shape[2:]
    side = (1 - lots.beta(alpha)).sqrt()
    rows, columns = _span(lots, side, height), _span(lots, side, width)
    share = 1 - rows.sum(dim=1) * columns.sum(dim=1) / (height * width)
    box = rows.to(images.device)[:, None, :, None] & columns.to(images.device)[:, None, None, :]
    mixed = torch.where(box, images.roll(1, 0), images)
    targets = _mixed_targets(targets, share.to(images.device))
    return mixed.contiguous(memory_format=torch.channels_last), targets


@MIXINGS.register("mixup-or-cutmix")
def mixup_or_cutmix(images: torch.Tensor, targets: torch.Tensor, lots: Lots, alpha: float) -> Mixed:
    """One of the two for each batch, as often the one as the other."""
    cut = torch.rand((), generator=lots.generator) < 0.5
    return (cutmix if cut else mixup)(images, targets, lots, alpha)


def _span(lots: Lots, share: torch.Tensor, length: int) -> torch.Tensor:
    """Which rows (or columns) the boxes cover: a share of the length about any of them, `(count, length)`."""
    centre, half = lots.integers(length), (0.5 * share * length).to(torch.int64)
    places = torch.arange(length)
    return (places >= (centre - half)[:, None]) & (places < (centre + half)[:, None])


def _mixed_targets(targets: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Targets of which only a share is a picture's own, the rest that of the picture before it."""
    return torch.lerp(targets.roll(1, 0), targets, share[:, None].to(targets.dtype))
