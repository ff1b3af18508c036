"""The colours of some pictures of a set, counted on small copies of a sample of them: to look at, quickly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import Images, Indices
from workbench.core.data.index import DataIndex
from workbench.core.data.pictures import UnusablePictureError
from workbench.core.data.statistics import moments
from workbench.core.data.threads import in_threads
from workbench.core.data.thumbnails import thumbnail

SAMPLE = 1000
"""Pictures that stand for all."""
SIDE = 64
"""Pixels of the longer side of the copies that are counted."""


@dataclass(frozen=True)
class Colours:
    """How often each value from 0 to 255 occurs in each channel, `(1 or 3, 256)`; one channel where all is grey.

    `used` of `of` pictures were counted; `unreadable` of them could not be.
    """

    counts: npt.NDArray[np.int64]
    used: int
    of: int
    unreadable: int = 0

    @property
    def moments(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """(mean, standard deviation) of each channel, as shares of 255."""
        return moments(self.counts)


def colours_of(
    index: DataIndex, numbers: Indices, *, progress: Callable[[int, int], None] | None = None
) -> Colours | None:
    """The colours of the pictures with these numbers, or None where none can be read.

    At most `SAMPLE` of them, at even distances, are decoded. `progress(done, total)` may raise to cancel.
    """
    places = np.unique(np.linspace(0, len(numbers) - 1, min(SAMPLE, len(numbers))).astype(np.int64))
    chosen = numbers[places].tolist() if len(numbers) else []
    counts, unreadable = np.zeros((3, 256), np.int64), 0
    for done, pixels in enumerate(in_threads(lambda number: _readable(index, number), chosen), 1):
        if pixels is None:
            unreadable += 1
        else:
            counts += [np.bincount(pixels[..., channel].ravel(), minlength=256) for channel in range(3)]
        if progress:
            progress(done, len(chosen))
    if unreadable == len(chosen):
        return None
    grey = bool((counts == counts[0]).all())
    return Colours(counts[:1] if grey else counts, len(chosen) - unreadable, len(numbers), unreadable)


def _readable(index: DataIndex, number: int) -> Images | None:
    try:
        return thumbnail(index, number, SIDE)
    except UnusablePictureError:
        return None
