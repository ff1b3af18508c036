"""Where the tiles of a grid are: rows from left to right, scrolled up by some pixels."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize


@dataclass(frozen=True)
class GridLayout:
    """`tile` is the size of a tile, `view` that of what is in sight, `top` how far it is scrolled."""

    tile: tuple[int, int]
    view: QSize
    top: int

    @property
    def columns(self) -> int:
        """Tiles in a row, which share the width."""
        return max(1, self.view.width() // self.tile[0])

    def cells(self, places: range) -> list[QRectF]:
        """Where some tiles are in the view, by their places in the order."""
        (width, height), columns = self.tile, self.columns
        across = self.view.width() / columns
        lefts = [round(column * across + (across - width) / 2) for column in range(columns)]
        lines = (divmod(place, columns) for place in places)
        return [QRectF(lefts[column], line * height - self.top, width, height) for line, column in lines]

    def cell(self, place: int) -> QRectF:
        """Where a tile is in the view."""
        return self.cells(range(place, place + 1))[0]

    def place_at(self, point: QPoint) -> int:
        """The place in the order of the tile at a point of the view, -1 for none."""
        line = (point.y() + self.top) // self.tile[1]
        column = int(point.x() * self.columns / max(1, self.view.width()))
        place = line * self.columns + column
        return place if self.cell(place).contains(point) else -1

    def in_sight(self, count: int) -> range:
        """The places of what is in sight, of so many tiles."""
        first, last = self.top // self.tile[1], (self.top + self.view.height()) // self.tile[1]
        return range(first * self.columns, min(count, (last + 1) * self.columns))

    def within(self, area: QRect, count: int) -> range:
        """The places of what touches an area of the view, of so many tiles; whole rows."""
        first, last = (max(0, edge + self.top) // self.tile[1] for edge in (area.top(), area.bottom()))
        return range(first * self.columns, min(count, (last + 1) * self.columns))

    def height(self, count: int) -> int:
        """The height of so many tiles."""
        return -(-count // self.columns) * self.tile[1]
