"""Where the boxes of the cards are, by area. Qt rebuilds its own index after every change, which would be slow here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from PySide6.QtCore import QRectF

CELL = 400.0
Cell = tuple[int, int]


class Boxes:
    """Boxes by name, none larger than the given size, in a grid of cells."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._boxes: dict[str, QRectF] = {}
        self._cells: dict[Cell, set[str]] = defaultdict(set)

    def put(self, name: str, box: QRectF) -> None:
        """Put a box at a place, or move it there."""
        self.remove(name)
        self._boxes[name] = box
        self._cells[_cell(box.x(), box.y())].add(name)

    def remove(self, name: str) -> None:
        """Forget a box; one that is not there is no matter."""
        box = self._boxes.pop(name, None)
        if box is not None:
            self._cells[_cell(box.x(), box.y())].discard(name)

    def __getitem__(self, name: str) -> QRectF:
        return self._boxes[name]

    def names(self, area: QRectF) -> Iterator[str]:
        """What the boxes are called that an area touches, in no particular order."""
        left, top = _cell(area.left() - self._width, area.top() - self._height)
        right, bottom = _cell(area.right(), area.bottom())
        if (right - left + 1) * (bottom - top + 1) > len(self._boxes):
            names = [*self._boxes]
        else:
            cells = ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
            names = [name for cell in cells if cell in self._cells for name in self._cells[cell]]
        return (name for name in names if self._boxes[name].intersects(area))

    def near(self, area: QRectF) -> list[QRectF]:
        """The boxes that an area touches, in no particular but always the same order."""
        return sorted((self._boxes[name] for name in self.names(area)), key=lambda box: (box.y(), box.x()))


def _cell(x: float, y: float) -> Cell:
    return int(x // CELL), int(y // CELL)
