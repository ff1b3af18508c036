"""One step from several passes: the gradients of the parts of a large batch add up to its own."""

from __future__ import annotations

from torch import Tensor

from workbench.core.training.losses import weight_of

Part = tuple[Tensor, Tensor, Tensor | float]
"""Pictures, targets, and the share of their mean loss in that of the whole batch."""


def parts(images: Tensor, targets: Tensor, size: int, *, weights: Tensor | None = None) -> list[Part]:
    """A batch in parts of at most `size` pictures and about equal size, so that none is left with a single picture."""
    if len(images) <= size:
        return [(images, targets, 1.0)]
    count, total = -(-len(images) // size), weight_of(targets, weights)
    pairs = zip(images.tensor_split(count), targets.tensor_split(count), strict=True)
    return [(some, wanted, weight_of(wanted, weights) / total) for some, wanted in pairs]
