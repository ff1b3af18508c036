"""Where the boxes of the cards are, by area. Qt rebuilds its own index after every change, which would be slow here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

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
        old, cell = self._boxes.get(name), _cell(box.x(), box.y())
        if old is not None and (left := _cell(old.x(), old.y())) != cell:
            self._cells[left].discard(name)
        self._boxes[name] = box
        self._cells[cell].add(name)

    def remove(self, name: str) -> None:
        """Forget a box; one that is not there is no matter."""
        box = self._boxes.pop(name, None)
        if box is not None:
            self._cells[_cell(box.x(), box.y())].discard(name)

    def __getitem__(self, name: str) -> QRectF:
        return self._boxes[name]

    def is_among(self, area: QRectF, names: AbstractSet[str]) -> bool:
        """Whether an area touches no boxes but these."""
        others = (name for cell in self._cells_near(area) for name in cell.difference(names))
        return not any(self._boxes[name].intersects(area) for name in others)

    def near(self, area: QRectF) -> list[QRectF]:
        """The boxes that an area touches, in no particular order."""
        boxes = (self._boxes[name] for cell in self._cells_near(area) for name in cell)
        return [box for box in boxes if box.intersects(area)]

    def _cells_near(self, area: QRectF) -> Iterator[set[str]]:
        """The names in cells, of which some of the boxes may touch an area."""
        left, top = _cell(area.left() - self._width, area.top() - self._height)
        right, bottom = _cell(area.right(), area.bottom())
        if (right - left + 1) * (bottom - top + 1) > len(self._cells):
            yield from self._cells.values()
        else:
            cells = ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
            yield from (self._cells[cell] for cell in cells if cell in self._cells)


def _cell(x: float, y: float) -> Cell:
    return int(x // CELL), int(y // CELL)
