"""Colour maps: 256 colours from a few anchors, for magnitudes (dark to bright) and for signed values (around grey)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

ANCHORS = {
    "viridis": "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725",
    "grey": "000000 ffffff",
    "blue-red": "053061 2166ac 4393c3 92c5de d1e5f0 f7f7f7 fddbc7 f4a582 d6604d b2182b 67001f",
}
"""Equally spaced colours; viridis by Smith and van der Walt (CC0), blue to red by Brewer (RdBu, reversed)."""

COLOUR_MAPS = tuple(ANCHORS)
SIGNED = "blue-red"
NOT_FINITE = (255, 0, 255)
"""What is drawn where a value is not a number or infinite."""


@lru_cache
def colour_table(name: str) -> npt.NDArray[np.uint8]:
    """The 256 colours `(256, 3)` of a colour map."""
    anchors = np.array([list(bytes.fromhex(code)) for code in ANCHORS[name].split()], dtype=float)
    places = np.linspace(0, len(anchors) - 1, 256)
    channels = [np.interp(places, np.arange(len(anchors)), anchors[:, channel]) for channel in range(3)]
    table: npt.NDArray[np.uint8] = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    return table


def paint(
    values: npt.NDArray[np.float32], low: npt.ArrayLike, high: npt.ArrayLike, *, colours: str
) -> npt.NDArray[np.uint8]:
    """Values as RGB: `low` gets the first colour, `high` the last, everything beyond them is cut off.

    `low` and `high` broadcast against the values. Where they are equal, magnitudes get the first colour and signed
    maps the middle one.
    """
    finite = np.isfinite(values)
    span = np.subtract(high, low, dtype=np.float64)
    flat = span <= 0
    share = (np.where(finite, values, 0) - np.asarray(low)) / np.where(flat, 1, span)
    share = np.where(flat, 0.5 if colours == SIGNED else 0.0, share)
    painted: npt.NDArray[np.uint8] = colour_table(colours)[np.rint(share.clip(0, 1) * 255).astype(np.uint8)]
    painted[~finite] = NOT_FINITE
    return painted
