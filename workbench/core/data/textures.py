"""The backgrounds of the made data set: how much of the second colour each pixel takes, between 0 and 1.

A texture gets the pixels' coordinates as shares of the picture `(1, size, size)` and `DRAWS` random numbers between 0
and 1 for each picture `(count, DRAWS)`. As in `outlines`, no sine touches a pixel.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.core.data.outlines import Pixels, direction

Texture = Callable[[Pixels, Pixels, Pixels], Pixels]

DRAWS = 36
"""Random numbers a texture may use for one picture."""

TEXTURES: dict[str, Texture] = {}
_COMPASS = np.array([direction(turn / 360) for turn in range(360)], np.float32)


def texture(function: Texture) -> Texture:
    """Register a texture under its function's name."""
    TEXTURES[function.__name__] = function
    return function


def unit_vectors(draws: Pixels) -> tuple[Pixels, Pixels]:
    """Directions (cosine, sine), one of 360 for each number between 0 and 1, shaped to multiply pixels."""
    chosen = _COMPASS[np.minimum((draws * 360).astype(np.int64), 359)]
    return spread(chosen[:, 0]), spread(chosen[:, 1])


def spread(values: Pixels) -> Pixels:
    """One number per picture, shaped to meet pixels: `(count, 1, 1)`."""
    return values[:, None, None]


def wave(phase: Pixels) -> Pixels:
    """A smooth wave of period 1 between 0 and 1: two cubic pieces instead of a cosine."""
    rising = np.abs(2 * (phase - np.floor(phase)) - 1)
    return _smooth(rising)


def _smooth(share: Pixels) -> Pixels:
    return share * share * (3 - 2 * share)


@texture
def gradient(x: Pixels, y: Pixels, draws: Pixels) -> Pixels:
    cosine, sine = unit_vectors(draws[:, 0])
    return np.clip((x - np.float32(0.5)) * cosine + (y - np.float32(0.5)) * sine + np.float32(0.5), 0, 1)


@texture
def stripes(x: Pixels, y: Pixels, draws: Pixels) -> Pixels:
    cosine, sine = unit_vectors(draws[:, 0])
    return wave((x * cosine + y * sine) * spread(3 + 4 * draws[:, 1]) + spread(draws[:, 2]))


@texture
def checks(x: Pixels, y: Pixels, draws: Pixels) -> Pixels:
    cosine, sine = unit_vectors(draws[:, 0])
    count = spread(2 + 3 * draws[:, 1])
    along = wave((x * cosine + y * sine) * count + spread(draws[:, 2]))
    across = wave((y * cosine - x * sine) * count + spread(draws[:, 3]))
    return along * across + (1 - along) * (1 - across)


@texture
def clouds(x: Pixels, y: Pixels, draws: Pixels) -> Pixels:
    """Random values on a 6 by 6 grid, smoothly joined."""
    grid = draws.reshape(len(draws), 6, 6)
    column, right = _between(x)
    row, below = _between(y)
    upper = _mixed(grid[:, row, column], grid[:, row, column + 1], right)
    lower = _mixed(grid[:, row + 1, column], grid[:, row + 1, column + 1], right)
    return _mixed(upper, lower, below)


def _mixed(first: Pixels, second: Pixels, share: Pixels) -> Pixels:
    return first + (second - first) * share


def _between(share: Pixels) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], Pixels]:
    """The grid line before a coordinate, and how far it lies towards the next one."""
    place = share[0] * np.float32(4.999)
    line = np.floor(place)
    return line.astype(np.int64), _smooth(place - line)


@texture
def blobs(x: Pixels, y: Pixels, draws: Pixels) -> Pixels:
    """Seven soft spots."""
    strongest = np.zeros((len(draws), *x.shape[1:]), np.float32)
    for centre_x, centre_y, width in draws[:, :21].reshape(len(draws), 7, 3).transpose(1, 2, 0):
        radius = spread(np.float32(0.08) + np.float32(0.14) * width)
        off_x, off_y = (x - spread(centre_x)) / radius, (y - spread(centre_y)) / radius
        np.maximum(strongest, _smooth(np.clip(np.float32(1.3) - off_x * off_x - off_y * off_y, 0, 1)), out=strongest)
    return strongest
