"""What can be measured on pictures: a hash, a small copy, light, contrast and sharpness, many pictures at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from workbench.core.data.duplicates import Hashes, Thumbs, difference_hash
from workbench.core.data.images import Images

THUMB = 16
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Measures:
    """Of each picture; light is 0 to 255.

    `low` is the 1st percentile of the darkest channel and `high` the 99th of the brightest (a black cat on blue is not
    dark), `spread` the standard deviation of the light, `sharpness` the variance of its Laplacian as a share of its own
    variance: little where there are no fine details.
    """

    hashes: Hashes
    thumbs: Thumbs
    low: Floats
    high: Floats
    spread: Floats
    sharpness: Floats

    def joined(self, others: list[Measures]) -> Measures:
        """These, then the others'."""
        parts = [self, *others]
        return Measures(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(self)))


def measure(pictures: Images) -> Measures:
    """Measure pictures `(count, height, width, channels)`; what is transparent shows white, as it does in training."""
    colours = _colours(pictures)
    grey = colours @ _LUMINANCE
    hashes = difference_hash(resampled(grey[..., None], 8, 9)[..., 0])
    thumbs = np.rint(resampled(colours, THUMB, THUMB)).clip(0, 255).astype(np.uint8)
    flat = grey.reshape(len(grey), -1)
    low, high = _percentile(colours.min(axis=3), 1), _percentile(colours.max(axis=3), 99)
    return Measures(hashes, thumbs, low, high, flat.std(axis=1), _sharpness(grey))


def unknown(count: int) -> Measures:
    """What stands for pictures that cannot be read."""
    none = np.full(count, np.nan, np.float32)
    return Measures(np.zeros(count, np.uint64), np.zeros((count, THUMB, THUMB, 3), np.uint8), none, none, none, none)


def resampled(pictures: Floats, height: int, width: int) -> Floats:
    """Pictures `(count, height, width, channels)` at another size: each cell the mean of the area it covers."""
    count, before, wide, channels = pictures.shape
    rows, columns = _areas(before, height), _areas(wide, width)
    lines = np.matmul(rows, pictures.reshape(count, before, wide * channels))
    result: Floats = np.matmul(columns, lines.reshape(count, height, wide, channels))
    return result


def _percentile(values: Floats, share: float) -> Floats:
    """Of each picture, without sorting all of it."""
    flat = values.reshape(len(values), -1)
    place = round((flat.shape[1] - 1) * share / 100)
    return np.asarray(np.partition(flat, place, axis=1)[:, place], np.float32)


def _areas(before: int, after: int) -> Floats:
    """`(after, before)`: the share that each old cell has in each new one."""
    edges = np.arange(after + 1) * (before / after)
    cells = np.arange(before)
    over = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return np.asarray(np.maximum(over, 0) * (after / before), np.float32)


def _colours(pictures: Images) -> Floats:
    """Red, green and blue from 0 to 255; grey is repeated, transparent shows white."""
    channels = pictures.shape[-1]
    values: Floats = pictures.astype(np.float32)
    if channels in (2, 4):
        opacity = values[..., -1:] / 255
        values = np.asarray(values[..., :-1] * opacity + 255 * (1 - opacity), np.float32)
    return np.repeat(values, 3, axis=-1) if values.shape[-1] == 1 else values


def _sharpness(grey: Floats) -> Floats:
    """Pech-Pacheco and others 2000: the variance of the Laplacian, here over that of the light."""
    if min(grey.shape[1:]) < 3:
        return np.ones(len(grey), np.float32)
    middle = grey[:, 1:-1, 1:-1]
    around = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:]
    edges = np.asarray(around - 4 * middle, np.float32)
    return np.asarray(edges.var(axis=(1, 2)) / (grey.var(axis=(1, 2)) + 1), np.float32)
