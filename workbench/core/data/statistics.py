"""What the pictures of a set have in common: the mean and the spread of each channel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import ImagePart, Indices, ahead, is_costly

_CHUNK_BYTES = 4_000_000
SAMPLE = 4096
"""Pictures that stand for all where they are too many to be kept decoded."""


def statistics(part: ImagePart) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(mean, standard deviation) of each channel over all pixels, as shares of 255.

    Counted in whole numbers, so the order of the pictures does not matter: over all pictures, or where each would have
    to be decoded anew, over `SAMPLE` of them at even distances. A channel that never changes gets a deviation of
    1 / 255, because normalization divides by it.
    """
    return moments(histograms(part))


def moments(counts: npt.NDArray[np.int64]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(mean, standard deviation) of each channel, as shares of 255, from how often each value from 0 to 255 occurs."""
    values = np.arange(256) / 255
    total = counts.sum(axis=1)
    mean = (counts * values).sum(axis=1) / total
    variance = (counts * (values - mean[:, None]) ** 2).sum(axis=1) / total
    std = np.maximum(np.sqrt(variance), 1 / 255)
    return tuple(map(float, mean)), tuple(map(float, std))


def histograms(part: ImagePart) -> npt.NDArray[np.int64]:
    """How often each value from 0 to 255 occurs in each channel, `(channels, 256)`."""
    channels = part.images.shape[-1]
    counts = np.zeros((channels, 256), np.int64)
    for pictures in ahead(part.images, _groups(part)):
        for channel in range(channels):
            counts[channel] += np.bincount(pictures[..., channel].ravel(), minlength=256)
    return counts


def _groups(part: ImagePart) -> Iterator[Indices]:
    """The numbers of the pictures that count, some megabytes at a time."""
    numbers = np.arange(len(part))
    if is_costly(part.images):
        numbers = numbers[:: max(1, len(part) // SAMPLE)]
    step = max(1, _CHUNK_BYTES // int(np.prod(part.images.shape[1:])))
    return (numbers[start : start + step] for start in range(0, len(numbers), step))
