"""One picture as the epochs of a training will see it: the very tensors, picked out of the batches it will be in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.core.data.batches import Batches
from workbench.core.data.preview import preview


@dataclass(frozen=True)
class Variant:
    """A picture as one step of a training sees it; epochs and steps count from 0."""

    epoch: int
    step: int
    pixels: npt.NDArray[np.uint8]
    """`(height, width, channels)`, rounded to be shown."""
    normalized: npt.NDArray[np.float32]
    """What the network gets, `(channels, height, width)`."""


def variants(batches: Batches, number: int, epochs: Iterable[int]) -> Iterator[Variant]:
    """The variants of the picture with a number in the part, for each of the epochs in which it is seen.

    Each costs a whole batch, because the lots of a step are drawn for all its pictures. Balanced sampling may show a
    picture several times in an epoch or not at all.
    """
    for epoch in epochs:
        for place in (batches.order(epoch) == number).nonzero()[:, 0].tolist():
            step, row = divmod(place, batches.batch_size)
            if step < batches.steps_per_epoch:
                seen = preview(batches, epoch, step)
                yield Variant(epoch, step, seen.pixels[row], seen.normalized[row].numpy())
