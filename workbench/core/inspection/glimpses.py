"""Glimpses: what a node makes of a picture, as a few thousand bytes that can be drawn on its card."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from workbench.core.inspection.colours import SIGNED, paint
from workbench.core.inspection.feature_maps import Pixels, Values, as_values, bar_sheet, tile_sheet
from workbench.core.inspection.own_weights import Origin
from workbench.core.inspection.running import Outcome

SIDE = 64
"""Pixels of the longer side of a glimpse."""
FIRST = 4
"""So many channels are shown together."""
MOST_BARS = 32
MOST_VALUES = 4_000_000
"""Values of the maps that are looked at closely."""
Look = Literal["strongest", "first"]
"""The channel with the largest mean absolute value, or the first four."""


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What is kept of a node's output: an RGB picture of at most 64 pixels a side, the shape of one output, figures.

    `channels` are those that are shown; none where the output is no picture. Without a picture `trouble` says why.
    """

    name: str
    image: Pixels | None = None
    shape: tuple[int, ...] = ()
    least: float = 0.0
    mean: float = 0.0
    most: float = 0.0
    channels: tuple[int, ...] = ()
    origin: Origin = ""
    trouble: str = ""


@dataclass(frozen=True, eq=False)
class Closeup:
    """The maps `(channels, height, width)` of a node in full, the strongest first, or a vector `(values,)`."""

    name: str
    values: Values
    channels: tuple[int, ...]
    shape: tuple[int, ...]
    least: float
    mean: float
    most: float


def glimpse_of(outcome: Outcome, look: Look = "strongest") -> Glimpse:
    """The glimpse of what a node has made."""
    if outcome.value is None:
        return Glimpse(outcome.name, trouble=outcome.trouble)
    value = outcome.value[0].detach().float()
    maps = as_maps(value)
    channels = () if maps is None else chosen_channels(maps, look)
    image = _vector_image(value) if maps is None else _mosaic(maps[list(channels)])
    return Glimpse(outcome.name, image, tuple(value.shape), *_figures(value), channels, outcome.origin)


def glimpse_of_picture(outcome: Outcome, seen: Pixels) -> Glimpse:
    """The glimpse of the input: the picture `(height, width, channels)` itself as the network gets it."""
    found = glimpse_of(outcome, "first")
    pixels = torch.from_numpy(np.ascontiguousarray(seen)).permute(2, 0, 1).float()
    small = _reduced(pixels, SIDE).clamp(0, 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    colours = small[..., :3] if small.shape[2] >= 3 else small[..., :1].repeat(3, axis=2)
    return Glimpse(found.name, colours, found.shape, found.least, found.mean, found.most, found.channels)


def closeup_of(outcome: Outcome, *, most: int = 9) -> Closeup | None:
    """The strongest maps of a node's output in full; None where it has none."""
    if outcome.value is None:
        return None
    value = outcome.value[0].detach().float()
    maps = as_maps(value)
    if maps is None:
        return Closeup(outcome.name, as_values(value.reshape(-1)), (), tuple(value.shape), *_figures(value))
    count = max(1, min(most, MOST_VALUES // max(1, maps.shape[1] * maps.shape[2])))
    channels = _by_strength(maps)[:count]
    return Closeup(outcome.name, as_values(maps[list(channels)]), channels, tuple(value.shape), *_figures(value))


def as_maps(value: Tensor) -> Tensor | None:
    """An output without its batch as maps `(channels, height, width)`; None for a vector or a single number a channel.

    Tokens are one map, a row for each. Pictures that keep their channels last, as Swin's do, are turned.
    """
    if value.ndim == 2:
        return value[None]
    if value.ndim != 3 or value.shape[1:] == (1, 1):
        return None
    channels_last = value.shape[0] == value.shape[1] != value.shape[2]
    return value.permute(2, 0, 1) if channels_last else value


def chosen_channels(maps: Tensor, look: Look) -> tuple[int, ...]:
    """The channels that are shown."""
    return _by_strength(maps)[:1] if look == "strongest" else tuple(range(min(FIRST, len(maps))))


def _by_strength(maps: Tensor) -> tuple[int, ...]:
    strength = maps.nan_to_num(posinf=0.0, neginf=0.0).abs().mean(dim=(1, 2))
    return tuple(strength.argsort(descending=True, stable=True).tolist())


def _figures(value: Tensor) -> tuple[float, float, float]:
    finite = value[value.isfinite()]
    if not finite.numel():
        return 0.0, 0.0, 0.0
    return float(finite.min()), float(finite.mean()), float(finite.max())


def _mosaic(maps: Tensor) -> Pixels:
    columns = math.ceil(math.sqrt(len(maps)))
    return tile_sheet(_reduced(maps, SIDE // columns), columns=columns).image


def _reduced(maps: Tensor, side: int) -> Tensor:
    """Maps with sides of at most so many pixels, each the mean of those it stands for."""
    height, width = maps.shape[1:]
    factor = min(1.0, side / max(height, width))
    size = (max(1, round(height * factor)), max(1, round(width * factor)))
    return maps if size == (height, width) else functional.adaptive_avg_pool2d(maps, size)


def _vector_image(value: Tensor) -> Pixels:
    """A short vector as bars, a long one as a square of cells, row by row, blue to red around zero."""
    values = as_values(value.reshape(-1))
    if len(values) <= MOST_BARS:
        return bar_sheet(values, height=SIDE, width=max(1, SIDE // len(values) - 1))
    cells = _binned(values, SIDE * SIDE)
    side = math.ceil(math.sqrt(len(cells)))
    padded = np.zeros(side * side, np.float32)
    padded[: len(cells)] = cells
    finite = padded[np.isfinite(padded)]
    largest = float(np.abs(finite).max()) if finite.size else 0.0
    return paint(padded.reshape(side, side), -largest, largest, colours=SIGNED)


def _binned(values: Values, most: int) -> Values:
    if len(values) <= most:
        return values
    edges = np.linspace(0, len(values), most + 1).astype(int)[:-1]
    sums = np.add.reduceat(np.nan_to_num(values), edges)
    means: Values = (sums / np.diff([*edges, len(values)])).astype(np.float32)
    return means
