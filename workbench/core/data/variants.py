"""One picture as the epochs of a training will see it: the very tensors, picked out of the batches it will be in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from workbench.core.data.batches import Batches
from workbench.core.data.preprocessing import normalize

Place = tuple[int, int, int]
"""Epoch, step and row of its batch, each counted from 0."""


@dataclass(frozen=True)
class Variant:
    """A picture as one step of a training sees it; epochs and steps count from 0."""

    epoch: int
    step: int
    pixels: npt.NDArray[np.uint8]
    """`(height, width, channels)`, rounded to be shown."""
    normalized: npt.NDArray[np.float32]
    """What the network gets, `(channels, height, width)`."""


def occurrences(batches: Batches, number: int, epochs: Iterable[int]) -> Iterator[Place]:
    """Where the picture with a number in the part comes in some epochs.

    Balanced sampling may show a picture several times in an epoch or not at all.
    """
    for epoch in epochs:
        for place in (batches.order(epoch) == number).nonzero()[:, 0].tolist():
            step, row = divmod(place, batches.batch_size)
            if step < batches.steps_per_epoch:
                yield epoch, step, row


def variants(batches: Batches, number: int, places: Iterable[Place]) -> Iterator[Variant]:
    """The variants of the picture with a number in the part, at some of its `occurrences`.

    The lots of a step are drawn for all its pictures, but only this one is read and varied.
    """
    for place in places:
        seen = batches.alone(number, place).pixels
        pixels = seen.to(torch.float32).round().to(torch.uint8)
        normalized = normalize(seen, batches.preprocessing)
        yield Variant(place[0], place[1], pixels[0].cpu().numpy(), normalized[0].cpu().numpy())
