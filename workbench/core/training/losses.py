"""Losses: one decorated record each, from logits and targets to one number.

Targets are labels `(batch,)` or, from mixed pictures, shares of the classes `(batch, classes)`. Class weights make the
pictures of a class count more, as torch's `weight=` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from workbench.core.layers.lazy import LazyModule
from workbench.registry import Choice, Registry, choice

if TYPE_CHECKING:
    import torch
    from torch.nn import functional
else:
    torch, functional = LazyModule("torch"), LazyModule("torch.nn.functional")

SMALLEST = 1e-12
Smoothing = Annotated[float, Meta(ge=0, lt=1, description="Probability spread over all classes.")]


class Loss(Choice, frozen=True, kw_only=True):
    """What the training makes small."""

    label_smoothing: Smoothing = 0.0

    def __call__(
        self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The mean loss of a batch; logits `(batch, classes)`, class weights `(classes,)`."""
        raise NotImplementedError

    def plain(self) -> Loss:
        """The loss that is told of the validation: without smoothing."""
        return msgspec.structs.replace(self, label_smoothing=0.0)


LOSSES: Registry[type[Loss]] = Registry("loss")


@choice(LOSSES)
class CrossEntropy(Loss, frozen=True, kw_only=True, tag="cross-entropy"):
    """Cross-entropy: minus the logarithm of the probability of the right class. The usual one."""

    def __call__(
        self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """`torch.nn.functional.cross_entropy`."""
        return functional.cross_entropy(logits, targets, weights, label_smoothing=self.label_smoothing)


@choice(LOSSES)
class Focal(Loss, frozen=True, kw_only=True, tag="focal"):
    """Focal loss: cross-entropy that cares less for what is already right (arXiv 1708.02002); for rare classes."""

    focus: Annotated[float, Meta(ge=0, le=10, description="How much less; 0 is plain cross-entropy.")] = 2.0

    def __call__(
        self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """`-(1 - p)^focus log p` over the softmax, the form for classes that exclude each other."""
        logs = functional.log_softmax(logits, dim=1)
        shares = smoothed(targets, logits, self.label_smoothing)
        if weights is not None:
            shares = shares * weights
        total = weight_of(targets, weights)
        wrong = (-torch.expm1(logs)).clamp(min=SMALLEST)  # a power below 1 has no slope at 0
        return -(shares * wrong**self.focus * logs).sum() / total


@choice(LOSSES)
class BinaryCrossEntropy(Loss, frozen=True, kw_only=True, tag="bce"):
    """Binary cross-entropy: a yes or no for each class by itself (arXiv 2110.00476); likes mixed pictures."""

    def __call__(
        self, logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """`torch.nn.functional.binary_cross_entropy_with_logits` against the shares of the classes."""
        shares = smoothed(targets, logits, self.label_smoothing)
        return functional.binary_cross_entropy_with_logits(logits, shares, weights)


def smoothed(targets: torch.Tensor, logits: torch.Tensor, smoothing: float) -> torch.Tensor:
    """The shares of the classes `(batch, classes)`, some of each spread over all classes."""
    classes = logits.shape[1]
    if not targets.is_floating_point():
        targets = functional.one_hot(targets, classes).to(logits.dtype)
    return targets * (1 - smoothing) + smoothing / classes if smoothing else targets


def weight_of(targets: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor | int:
    """What the mean of a batch is divided by: its pictures, or the sum of the weights of its labels."""
    if weights is None or targets.is_floating_point():
        return targets.shape[0]
    return weights[targets].sum()
