"""What the pictures of a set have in common: the mean and the spread of each channel."""

from __future__ import annotations

import numpy as np

from workbench.core.data.images import ImagePart

_CHUNK_BYTES = 4_000_000


def statistics(part: ImagePart) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(mean, standard deviation) of each channel over all pixels, as shares of 255.

    Counted exactly, in whole numbers, so the order of the pictures does not matter. A channel that never changes gets a
    deviation of 1 / 255, because normalization divides by it.
    """
    counts = _histograms(part)
    values = np.arange(256) / 255
    total = counts.sum(axis=1)
    mean = (counts * values).sum(axis=1) / total
    variance = (counts * (values - mean[:, None]) ** 2).sum(axis=1) / total
    std = np.maximum(np.sqrt(variance), 1 / 255)
    return tuple(map(float, mean)), tuple(map(float, std))


def _histograms(part: ImagePart) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """How often each value from 0 to 255 occurs in each channel."""
    pixels = part.images.reshape(-1, part.images.shape[-1])
    channels = pixels.shape[1]
    counts = np.zeros((channels, 256), np.int64)
    step = max(1, _CHUNK_BYTES // channels)
    for start in range(0, len(pixels), step):
        chunk = pixels[start : start + step]
        for channel in range(channels):
            counts[channel] += np.bincount(chunk[:, channel], minlength=256)
    return counts
