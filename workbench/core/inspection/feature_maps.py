"""Feature maps as pictures: many signed maps on one 8-bit sheet that says how it was scaled.

Takes torch tensors or numpy arrays and needs no torch itself, so a window may scale again without it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from workbench.core.inspection.colours import SIGNED, paint

Scaling = Literal["each", "shared", "symmetric"]
"""What white and black stand for: a map's own extremes, the extremes of all maps, or ± the largest absolute value."""
Order = Literal["channel", "strength"]
"""Tiles as the channels come, or those with the largest mean absolute value first."""

Values = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
GAP_COLOUR = (30, 32, 36)


@dataclass(frozen=True)
class Spot:
    """A pixel of a map, and its value (three values for a kernel on colours)."""

    channel: int
    row: int
    column: int
    value: tuple[float, ...]


@dataclass(frozen=True)
class Layout:
    """How tiles lie on a sheet: columns (None: about as many as rows), pixels for each value, pixels between tiles."""

    columns: int | None = None
    scale: int = 1
    gap: int = 1


@dataclass(frozen=True)
class Colouring:
    """How values became colours: for each channel the values of the first and of the last colour."""

    scaling: Scaling
    colours: str
    limits: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class TileSheet:
    """A sheet of tiles, RGB `(height, width, 3)` with gaps in `GAP_COLOUR`, and the signed values it was made from.

    `tile` is the (height, width) of a map in values, `channels` the channel of each tile in the order of the tiles.
    """

    image: Pixels
    maps: Values
    channels: tuple[int, ...]
    columns: int
    rows: int
    tile: tuple[int, int]
    scale: int
    gap: int
    colouring: Colouring

    @cached_property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """The least and the largest finite value of each tile, in the order of the tiles."""
        return tuple(value_range(self.maps[channel]) for channel in self.channels)

    def box(self, index: int) -> tuple[int, int, int, int]:
        """Left, top, width and height of the tile at a place in the order, in pixels of the sheet."""
        height, width = (side * self.scale for side in self.tile)
        row, column = divmod(index, self.columns)
        return column * (width + self.gap), row * (height + self.gap), width, height

    def index_at(self, x: float, y: float) -> int | None:
        """The place in the order of the tile under a pixel of the sheet."""
        height, width = (side * self.scale for side in self.tile)
        column, left = divmod(x, width + self.gap)
        row, top = divmod(y, height + self.gap)
        index = int(row) * self.columns + int(column)
        inside = x >= 0 and y >= 0 and left < width and top < height and column < self.columns
        return index if inside and index < len(self.channels) else None

    def spot(self, x: float, y: float) -> Spot | None:
        """The value under a pixel of the sheet."""
        index = self.index_at(x, y)
        if index is None:
            return None
        left, top, _, _ = self.box(index)
        row, column = int(y - top) // self.scale, int(x - left) // self.scale
        values = self.maps[self.channels[index], ..., row, column]
        return Spot(self.channels[index], row, column, tuple(float(value) for value in values.ravel()))

    def crop(self, index: int) -> Pixels:
        """The picture of one tile."""
        left, top, width, height = self.box(index)
        return self.image[top : top + height, left : left + width]

    @property
    def caption(self) -> str:
        """How the values became colours, in a sentence."""
        if self.colouring.scaling == "each":
            return "Each tile has its own scale; brightness does not compare between them."
        low, high = self.colouring.limits[0]
        return f"All tiles share one scale, {low:.3g} to {high:.3g}."


def tile_sheet(
    maps: Any,
    *,
    columns: int | None = None,
    scale: int = 1,
    gap: int = 1,
    scaling: Scaling = "each",
    order: Order = "channel",
    colours: str | None = None,
) -> TileSheet:
    """Maps `(channels, height, width)` as one sheet of tiles, each value `scale` × `scale` pixels.

    With the signed colour map (the default of symmetric scaling; the others take viridis) zero is always the middle
    colour. Values that are not finite are magenta and count for no range. Raises `ValueError` for another shape.
    """
    values = as_values(maps)
    if values.ndim != 3 or 0 in values.shape:
        raise ValueError(f"feature maps are channels × height × width, not {values.shape}")
    colours = colours or (SIGNED if scaling == "symmetric" else "viridis")
    colouring = Colouring(scaling, colours, _limits(values, scaling, colours))
    low, high = (np.array(colouring.limits)[:, side, None, None] for side in (0, 1))
    painted = paint(values, low, high, colours=colours)
    return assemble(painted, values, _ordered(values, order), colouring=colouring, layout=Layout(columns, scale, gap))


def assemble(
    painted: Pixels, values: Values, channels: tuple[int, ...], *, colouring: Colouring, layout: Layout
) -> TileSheet:
    """Put painted maps `(channels, height, width, 3)` on a sheet in the order of `channels`."""
    height, width = painted.shape[1:3]
    columns = min(layout.columns or best_columns(len(channels), (height, width), area=(1.0, 1.0)), len(channels))
    return TileSheet(
        image=_lay_out(painted[list(channels)], columns, layout),
        maps=values,
        channels=channels,
        columns=columns,
        rows=math.ceil(len(channels) / columns),
        tile=(height, width),
        scale=layout.scale,
        gap=layout.gap,
        colouring=colouring,
    )


def best_columns(count: int, tile: tuple[int, int], *, area: tuple[float, float]) -> int:
    """The number of columns with which `count` tiles (height, width) become largest in an area (height, width)."""

    def size(columns: int) -> tuple[float, int]:
        rows = math.ceil(count / columns)
        return min(area[1] / (columns * tile[1]), area[0] / (rows * tile[0])), columns

    return max(range(1, count + 1), key=size)


def best_layout(count: int, tile: tuple[int, int], *, area: tuple[int, int], gap: int = 1) -> tuple[int, int]:
    """Columns and scale with which `count` tiles (height, width) fill an area (height, width) of pixels best.

    The scale is a whole number; it is 1 where the tiles do not fit, with the columns that come closest to it.
    """

    def size(columns: int) -> float:
        rows = math.ceil(count / columns)
        across = (area[1] - gap * (columns - 1)) / (columns * tile[1])
        return min(across, (area[0] - gap * (rows - 1)) / (rows * tile[0]))

    columns = max(range(1, count + 1), key=lambda columns: (max(0, math.floor(size(columns))), size(columns)))
    return columns, max(1, math.floor(size(columns)))


def strongest(vector: Any, count: int = 10) -> list[tuple[int, float]]:
    """The features of a vector with the largest values: (index, value), largest first."""
    values = as_values(vector).ravel()
    order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")[:count]
    return [(int(index), float(values[index])) for index in order]


def bar_sheet(vector: Any, *, height: int = 64, width: int = 4, gap: int = 1, colours: str = SIGNED) -> Pixels:
    """A vector as a row of bars on a common zero line: positive values go up, negative ones down."""
    values = np.nan_to_num(as_values(vector).ravel(), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    zero = round(height * high / ((high - low) or 1.0))
    ends = np.rint(zero - values * height / ((high - low) or 1.0)).astype(int)
    largest = max(-low, high)
    painted = paint(values, -largest, largest, colours=colours)
    image = np.full((height, len(values) * (width + gap) - gap, 3), GAP_COLOUR, np.uint8)
    for index, end in enumerate(ends):
        left = index * (width + gap)
        image[min(zero, end) : max(zero, end), left : left + width] = painted[index]
    return image


def as_values(tensor: Any) -> Values:
    """A torch tensor or an array as float32 in main memory."""
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().float().cpu()
    return np.asarray(tensor, dtype=np.float32)


def value_range(values: Values) -> tuple[float, float]:
    """The least and the largest finite value; (0, 0) if there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _limits(values: Values, scaling: Scaling, colours: str) -> tuple[tuple[float, float], ...]:
    """For each channel the values of the first and the last colour."""
    ranges = [value_range(tile) for tile in values]
    if scaling != "each":
        ranges = [(min(low for low, _ in ranges), max(high for _, high in ranges))] * len(ranges)
    if scaling == "symmetric" or colours == SIGNED:
        ranges = [(-max(-low, high), max(-low, high)) for low, high in ranges]
    return tuple(ranges)


def _ordered(values: Values, order: Order) -> tuple[int, ...]:
    if order == "channel":
        return tuple(range(len(values)))
    strength = np.abs(np.nan_to_num(values, posinf=0.0, neginf=0.0)).mean(axis=(1, 2))
    return tuple(int(channel) for channel in np.argsort(-strength, kind="stable"))


def _lay_out(painted: Pixels, columns: int, layout: Layout) -> Pixels:
    scale, gap = layout.scale, layout.gap
    count, height, width = painted.shape[0], painted.shape[1] * scale, painted.shape[2] * scale
    rows = math.ceil(count / columns)
    image = np.empty((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), np.uint8)
    image[:] = GAP_COLOUR
    for index, tile in enumerate(painted):
        row, column = divmod(index, columns)
        top, left = row * (height + gap), column * (width + gap)
        image[top : top + height, left : left + width] = tile.repeat(scale, axis=0).repeat(scale, axis=1)
    return image
