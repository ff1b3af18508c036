"""One step from several passes: the gradients of the parts of a large batch add up to its own."""

from __future__ import annotations

import torch
from torch import Tensor

from workbench.core.training.losses import weight_of

Part = tuple[Tensor, Tensor, Tensor | None]
"""Pictures, targets, and the share of their mean loss in that of the whole batch; None means all of it."""


def parts(images: Tensor, targets: Tensor, size: int, *, weights: Tensor | None = None) -> list[Part]:
    """A batch in parts of at most `size` pictures and about equal size, so that none is left with a single picture."""
    if len(images) <= size:
        return [(images, targets, None)]
    count, total = -(-len(images) // size), weight_of(targets, weights)
    pairs = zip(images.tensor_split(count), targets.tensor_split(count), strict=True)
    return [(some, wanted, _share(weight_of(wanted, weights) / total, images)) for some, wanted in pairs]


def _share(share: Tensor | float, images: Tensor) -> Tensor:
    """The share as the gradient with which a backward pass begins."""
    return torch.as_tensor(share, dtype=torch.float32, device=images.device)
