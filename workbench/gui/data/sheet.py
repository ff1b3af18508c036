"""A sheet of thumbnails: only what is in sight is asked for and drawn, whatever the number of pictures."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from workbench.core.data.images import Indices
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.data.choice import NOTHING, Choice
from workbench.gui.data.grid_layout import GridLayout
from workbench.gui.data.holding import Holding
from workbench.gui.data.thumbnails import Thumbnails
from workbench.gui.data.tile import cell_size, draw_tile
from workbench.gui.data.tiles import Tiles

SIDES = (48, 64, 96, 128, 192)
"""Sides of the pictures, in device-independent pixels."""


class PictureSheet(QAbstractScrollArea):
    """Pictures in rows, in several sizes, with marks on those that are current or chosen."""

    side_changed = Signal(int)

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(180, 160)
        self.thumbnails = Thumbnails(jobs, self)
        self.thumbnails.arrived.connect(self._draw_anew)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so that scrolling moves what is drawn
        self._holding: Holding | None = None
        self._choice, self._tiles = Choice(), Tiles(self.thumbnails)
        self._asked = range(0)
        """The places that were in sight when pictures were asked for last."""
        self._side = 96

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def numbers(self) -> Indices:
        """The numbers of the pictures that can be scrolled to, in their order."""
        return self._choice.numbers

    @property
    def side(self) -> int:
        """Side of a picture in device-independent pixels."""
        return self._side

    @property
    def columns(self) -> int:
        """Pictures in a row."""
        return self._layout().columns

    def show_pictures(self, holding: Holding | None, numbers: Indices = NOTHING) -> None:
        """Show pictures of a set; what was current and chosen in it stays so where it is still shown."""
        same = holding is not None and self._holding is not None and holding.index is self._holding.index
        if not same:
            self.thumbnails.show_index(holding.index if holding else None)
            self._choice.begin(len(holding) if holding else 0)
        self._holding = holding
        self._tiles.show_holding(holding)
        self._choice.show(numbers)
        self._measure()

    def set_side(self, side: int) -> None:
        """Show larger or smaller pictures; the current one stays in sight."""
        if side != self._side:
            self._side = side
            self._measure()
            self._reveal()
            self.side_changed.emit(side)

    def zoom(self, steps: int) -> None:
        """Show pictures some sizes larger, or smaller."""
        place = min(range(len(SIDES)), key=lambda place: abs(SIDES[place] - self._side))
        self.set_side(SIDES[min(max(0, place + steps), len(SIDES) - 1)])

    # -- geometry --------------------------------------------------------------------------------------------------

    def _layout(self) -> GridLayout:
        return GridLayout(cell_size(self._side), self.viewport().size(), self.verticalScrollBar().value())

    def _cell(self, row: int) -> QRectF:
        """Where a picture is in the viewport, by its place in the order."""
        return self._layout().cell(row)

    def _row_at(self, point: QPoint) -> int:
        """The place in the order of what is at a point of the viewport, -1 for nothing."""
        row = self._layout().place_at(point)
        return row if row < len(self.numbers) else -1

    def _in_sight(self) -> range:
        """The places of what is in sight."""
        return self._layout().in_sight(len(self.numbers))

    def _measure(self) -> None:
        """Fit the scroll bar to the pictures, and ask for what is in sight."""
        self._tiles.set_side(self._side)
        layout, area = self._layout(), self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, layout.height(len(self.numbers)) - area))
        bar.setPageStep(area)
        bar.setSingleStep(layout.tile[1] // 2)
        self.thumbnails.set_size(round(self._side * self.devicePixelRatioF()))
        self._ask()
        self.viewport().update()

    def _ask(self) -> None:
        """Fetch what is in sight, then the page below, then the one above."""
        self._asked = seen = self._in_sight()
        around = [*seen, *range(seen.stop, seen.stop + len(seen)), *range(seen.start - len(seen), seen.start)]
        rows = [row for row in around if 0 <= row < len(self.numbers)]
        self.thumbnails.want(self.numbers[rows].tolist() if rows else [])

    def _draw_anew(self, numbers: frozenset[int]) -> None:
        """Draw some pictures again, those that are in sight."""
        layout = self._layout()
        rows = layout.in_sight(len(self.numbers))
        for number, cell in zip(self.numbers[rows.start : rows.stop].tolist(), layout.cells(rows), strict=True):
            if number in numbers:
                self.viewport().update(cell.toRect())

    def _reveal(self) -> None:
        """Scroll so that the current picture is whole in sight."""
        if self._choice.row < 0:
            return
        layout, bar = self._layout(), self.verticalScrollBar()
        height = layout.tile[1]
        top = self._choice.row // layout.columns * height
        bar.setValue(min(max(bar.value(), top + height - self.viewport().height()), top))

    # -- Qt's events -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in sight and not drawn yet: after a step of scrolling a row or two."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.current().canvas)
        if self._holding is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        layout, region, focused = self._layout(), event.region(), self.hasFocus()
        rows = layout.within(event.rect(), len(self.numbers))
        for row, cell in zip(rows, layout.cells(rows), strict=True):
            if region.intersects(cell.toAlignedRect()):
                draw_tile(painter, self._tiles.tile(row, self._choice, focused=focused), cell, side=self._side)

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        """Move what is drawn, and ask for what comes into sight."""
        if self._in_sight() != self._asked:
            self._ask()
        self.viewport().scroll(0, dy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew; what was at the top stays near it."""
        first = self._in_sight().start
        super().resizeEvent(event)
        self._measure()
        self.verticalScrollBar().setValue(first // self.columns * cell_size(self._side)[1])

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._measure()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the frame of the current picture."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Draw the current picture without a frame."""
        super().focusOutEvent(event)
        self.viewport().update()
