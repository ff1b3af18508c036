"""Where the boxes of the nodes are, by area. Qt rebuilds its own index after every change, which would be slow here."""

from __future__ import annotations

from collections import defaultdict

from PySide6.QtCore import QPointF, QRectF

CELL = 400.0
Cell = tuple[int, int]


class Boxes:
    """Boxes of one size by name, in a grid of cells."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._corners: dict[str, QPointF] = {}
        self._cells: dict[Cell, set[str]] = defaultdict(set)

    def put(self, name: str, corner: QPointF) -> None:
        """Put a box at a place, or move it there."""
        self.remove(name)
        self._corners[name] = QPointF(corner)
        self._cells[_cell(corner.x(), corner.y())].add(name)

    def remove(self, name: str) -> None:
        """Forget a box; one that is not there is no matter."""
        corner = self._corners.pop(name, None)
        if corner is not None:
            self._cells[_cell(corner.x(), corner.y())].discard(name)

    def near(self, area: QRectF) -> list[QRectF]:
        """The boxes that an area touches, in no particular but always the same order."""
        left, top = _cell(area.left() - self._width, area.top() - self._height)
        right, bottom = _cell(area.right(), area.bottom())
        if (right - left + 1) * (bottom - top + 1) > len(self._corners):
            names = list(self._corners)
        else:
            cells = ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
            names = [name for cell in cells if cell in self._cells for name in self._cells[cell]]
        boxes = (QRectF(self._corners[name].x(), self._corners[name].y(), self._width, self._height) for name in names)
        return sorted((box for box in boxes if box.intersects(area)), key=lambda box: (box.y(), box.x()))


def _cell(x: float, y: float) -> Cell:
    return int(x // CELL), int(y // CELL)
