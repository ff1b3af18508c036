"""Tiles in a small place: laid out anew for the room there is, and the wheel belongs to the panel around them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent

from workbench.core.inspection.feature_maps import TileSheet, best_layout
from workbench.gui.viewer.tiles import TileView

Make = Callable[[int, int], TileSheet]
"""A sheet with so many columns, each value so many pixels of the screen."""
GAP = 2


class FittedTiles(TileView):
    """A `TileView` that has its sheet made for its own size."""

    def __init__(self, name: str, title: str, tip: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(tip)
        self.setMinimumSize(80, 60)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._make: Make | None = None
        self._count, self._tile = 0, (1, 1)
        self._laid_out: tuple[int, int] | None = None

    def show_made(self, make: Make | None, *, count: int = 0, tile: tuple[int, int] = (1, 1)) -> None:
        """Show `count` tiles of (height, width) values; none without anything to make them."""
        self._make, self._count, self._tile, self._laid_out = make, count, tile, None
        if make is None:
            self.show_sheet(None)
        else:
            self._lay_out()

    def sizeHint(self) -> QSize:
        """Whatever there is."""
        return QSize(160, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the new room."""
        super().resizeEvent(event)
        if self.is_fitted:
            self._lay_out()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, or while it has the keyboard; else scroll what is around."""
        if self.hasFocus() or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
        else:
            event.ignore()

    def _lay_out(self) -> None:
        if self._make is None:
            return
        wanted = best_layout(self._count, self._tile, area=self.area, gap=GAP)
        if wanted != self._laid_out:
            self._laid_out = wanted
            self.show_sheet(self._make(*wanted))
            self.fit()
