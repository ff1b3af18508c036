"""The outlines of the made data set: how far a point lies outside (positive) or inside (negative) of each shape.

All fit into the unit circle. Only additions, products, divisions and square roots touch a pixel: these are rounded the
same everywhere (IEEE 754), sines are not, and the pictures are promised to be the same bytes on every machine.
Distances after Inigo Quilez, "2D distance functions", https://iquilezles.org/articles/distfunctions2d.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
Outline = Callable[[Pixels, Pixels], Pixels]
Point = tuple[float, float]

OUTLINES: dict[str, Outline] = {}


def outline(function: Outline) -> Outline:
    """Register an outline under its function's name, which is also the name of its class."""
    OUTLINES[function.__name__] = function
    return function


def direction(turn: float) -> Point:
    """Cosine and sine of a share of a full turn, rounded so that every machine agrees."""
    return round(math.cos(2 * math.pi * turn), 6), round(math.sin(2 * math.pi * turn), 6)


def _disc(x: Pixels, y: Pixels, centre: Point, radius: float) -> Pixels:
    across, down = x - np.float32(centre[0]), y - np.float32(centre[1])
    distance: Pixels = np.sqrt(across * across + down * down) - np.float32(radius)
    return distance


def _polygon(x: Pixels, y: Pixels, corners: Sequence[Point]) -> Pixels:
    """Distance to the nearest edge, negative inside (a ray crosses the edges an odd number of times)."""
    nearest = np.full_like(x, np.inf)
    inside = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        edge_x, edge_y = np.float32(bx - ax), np.float32(by - ay)
        to_x, to_y = x - np.float32(ax), y - np.float32(ay)
        share = np.clip((to_x * edge_x + to_y * edge_y) / (edge_x * edge_x + edge_y * edge_y), 0, 1)
        off_x, off_y = to_x - edge_x * share, to_y - edge_y * share
        np.minimum(nearest, off_x * off_x + off_y * off_y, out=nearest)
        crosses = (y >= np.float32(ay)) != (y >= np.float32(by))
        inside ^= crosses & ((to_x * edge_y < edge_x * to_y) == (by > ay))
    distance = np.sqrt(nearest)
    return np.where(inside, -distance, distance)


def _spokes(count: int, radius: float, *, offset: float = 0.0) -> list[Point]:
    points = (direction((index + offset) / count - 0.25) for index in range(count))
    return [(radius * across, radius * down) for across, down in points]


def _mirrored(right: Sequence[Point]) -> list[Point]:
    """The corners on the right of the vertical axis, then their mirror images."""
    return [*right, *((-across, down) for across, down in reversed(right))]


@outline
def arrow(x: Pixels, y: Pixels) -> Pixels:
    return _polygon(x, y, _mirrored([(0.0, -1.0), (0.78, -0.08), (0.3, -0.08), (0.3, 0.95)])[:-1])


@outline
def circle(x: Pixels, y: Pixels) -> Pixels:
    return _disc(x, y, (0, 0), 0.88)


@outline
def crescent(x: Pixels, y: Pixels) -> Pixels:
    return np.maximum(_disc(x, y, (0, 0), 1.0), -_disc(x, y, (0.5, 0), 0.8))


@outline
def cross(x: Pixels, y: Pixels) -> Pixels:
    arm, tip = np.float32(0.3), np.float32(0.95)
    x, y = np.abs(x), np.abs(y)
    upright, level = np.maximum(x - arm, y - tip), np.maximum(x - tip, y - arm)
    distance: Pixels = np.minimum(upright, level)
    return distance


@outline
def flower(x: Pixels, y: Pixels) -> Pixels:
    petals = (_disc(x, y, centre, 0.36) for centre in _spokes(5, 0.62))
    distance: Pixels = np.minimum.reduce([_disc(x, y, (0, 0), 0.4), *petals])
    return distance


@outline
def heart(x: Pixels, y: Pixels) -> Pixels:
    size = np.float32(1.7)
    across, up = np.abs(x) * (1 / size), np.float32(0.53) - y * (1 / size)
    lobe = _disc(across, up, (0.25, 0.75), 0.353553)
    notch_y = up - 1
    fold = np.maximum(across + up, np.float32(0)) * np.float32(0.5)
    side = np.minimum(across * across + notch_y * notch_y, (across - fold) ** 2 + (up - fold) ** 2)
    point = np.sqrt(side) * np.where(across < up, np.float32(-1), np.float32(1))
    return np.where(across + up > 1, lobe, point) * size


@outline
def ring(x: Pixels, y: Pixels) -> Pixels:
    return np.abs(_disc(x, y, (0, 0), 0.7)) - np.float32(0.22)


@outline
def square(x: Pixels, y: Pixels) -> Pixels:
    return np.maximum(np.abs(x), np.abs(y)) - np.float32(0.74)


@outline
def star(x: Pixels, y: Pixels) -> Pixels:
    tips, notches = _spokes(5, 1.0), _spokes(5, 0.42, offset=0.5)
    return _polygon(x, y, [corner for both in zip(tips, notches, strict=True) for corner in both])


@outline
def triangle(x: Pixels, y: Pixels) -> Pixels:
    return _polygon(x, y, _spokes(3, 1.0))
