"""Which way a network runs on the canvas, and how places, sizes and boxes turn with it.

All that lays out, houses or routes computes in one frame, (across, along): along the way that data takes, and across
it. Downwards that is (x, y) as it is; to the right the two change places. Turning twice gives what was there before,
so the same functions lead into that frame and out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Direction = Literal["down", "right"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
Pair = tuple[float, float]
Rectangle = tuple[float, float, float, float]
"""Left, top, width, height."""


def turned(pair: Pair, direction: Direction) -> Pair:
    """A place or a size as (across, along), or back."""
    return pair if direction == "down" else (pair[1], pair[0])


def turned_all(pairs: Mapping[str, Pair], direction: Direction) -> dict[str, Pair]:
    """Places by name as (across, along), or back."""
    return dict(pairs) if direction == "down" else {name: (y, x) for name, (x, y) in pairs.items()}


def turned_box(box: Rectangle, direction: Direction) -> Rectangle:
    """A rectangle whose left is across and whose top is along, or back."""
    return box if direction == "down" else (box[1], box[0], box[3], box[2])
