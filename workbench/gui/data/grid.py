"""The grid of thumbnails: only what is in sight is asked for and drawn, whatever the number of pictures."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from workbench.core.data.images import Indices
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.data.grid_layout import GridLayout
from workbench.gui.data.holding import Holding, Mask
from workbench.gui.data.steps import letter_step, step_of
from workbench.gui.data.thumbnails import Thumbnails
from workbench.gui.data.tile import Tile, caption_width, cell_size, draw_tile
from workbench.gui.widgets.sentences import capitalised

SIDES = (48, 64, 96, 128, 192)
"""Sides of the pictures, in device-independent pixels."""
EXTEND = Qt.KeyboardModifier.ShiftModifier
TOGGLE = Qt.KeyboardModifier.ControlModifier
NOTHING = np.zeros(0, np.int64)


class PictureGrid(QAbstractScrollArea):
    """Pictures in rows. One is current, any number are chosen; both are told by their numbers in the set."""

    current_changed = Signal(int)
    """The number of the current picture, -1 for none."""
    chosen_changed = Signal()
    opened = Signal(int)
    """Enter, or a double click, on a picture."""
    menu_wanted = Signal(QPoint)
    """Where on the screen a menu for the chosen pictures should open."""
    side_changed = Signal(int)

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data-grid")
        self.setAccessibleName("Pictures")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(180, 160)
        self.thumbnails = Thumbnails(jobs, self)
        self.thumbnails.arrived.connect(self._draw_anew)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so that scrolling moves what is drawn
        self._holding: Holding | None = None
        self._numbers: Indices = NOTHING
        self._chosen: Mask = np.zeros(0, bool)
        self._flagged, self._changed = self._chosen, self._chosen
        self._row, self._anchor = -1, -1
        self._asked = range(0)
        """The places that were in sight when pictures were asked for last."""
        self._captions: dict[str, str] = {}
        """What of each caption there is room for."""
        self._side = 96

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def numbers(self) -> Indices:
        """The numbers of the pictures that can be scrolled to, in their order."""
        return self._numbers

    @property
    def current(self) -> int:
        """The number of the current picture, -1 for none."""
        return int(self._numbers[self._row]) if 0 <= self._row < len(self._numbers) else -1

    @property
    def chosen(self) -> Indices:
        """The numbers of the chosen pictures that are shown."""
        return self._numbers[self._chosen[self._numbers]] if len(self._numbers) else NOTHING

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
        before, row = self.current if same else -1, self._row
        if not same:
            self.thumbnails.show_index(holding.index if holding else None)
            self._chosen = np.zeros(len(holding) if holding else 0, bool)
        self._holding, self._numbers = holding, numbers
        self._flagged = holding.flagged if holding else self._chosen
        self._changed = holding.changed if holding else self._chosen
        self._measure()
        found = np.flatnonzero(numbers == before)
        self._go(int(found[0]) if len(found) else max(0, min(row, len(numbers) - 1)) if same else 0)
        self.chosen_changed.emit()

    def choose(self, number: int) -> None:
        """Make a picture current and the only chosen one, if it is shown."""
        found = np.flatnonzero(self._numbers == number)
        if len(found):
            self._pick(int(found[0]), Qt.KeyboardModifier.NoModifier)

    def choose_all(self) -> None:
        """Choose everything that is shown."""
        self._chosen[self._numbers] = True
        self._tell_chosen()

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
        return row if row < len(self._numbers) else -1

    def _in_sight(self) -> range:
        """The places of what is in sight."""
        return self._layout().in_sight(len(self._numbers))

    def _measure(self) -> None:
        """Fit the scroll bar to the pictures, and ask for what is in sight."""
        self._captions.clear()
        layout, area = self._layout(), self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, layout.height(len(self._numbers)) - area))
        bar.setPageStep(area)
        bar.setSingleStep(layout.tile[1] // 2)
        self.thumbnails.set_size(round(self._side * self.devicePixelRatioF()))
        self._ask()
        self.viewport().update()

    def _ask(self) -> None:
        """Fetch what is in sight, then the page below, then the one above."""
        self._asked = seen = self._in_sight()
        around = [*seen, *range(seen.stop, seen.stop + len(seen)), *range(seen.start - len(seen), seen.start)]
        rows = [row for row in around if 0 <= row < len(self._numbers)]
        self.thumbnails.want(self._numbers[rows].tolist() if rows else [])

    def _draw_anew(self, numbers: frozenset[int]) -> None:
        """Draw some pictures again, those that are in sight."""
        layout = self._layout()
        rows = layout.in_sight(len(self._numbers))
        for number, cell in zip(self._numbers[rows.start : rows.stop].tolist(), layout.cells(rows), strict=True):
            if number in numbers:
                self.viewport().update(cell.toRect())

    def _reveal(self) -> None:
        """Scroll so that the current picture is whole in sight."""
        if self._row < 0:
            return
        layout, bar = self._layout(), self.verticalScrollBar()
        height = layout.tile[1]
        top = self._row // layout.columns * height
        bar.setValue(min(max(bar.value(), top + height - self.viewport().height()), top))

    # -- choosing --------------------------------------------------------------------------------------------------

    def _pick(self, row: int, keys: Qt.KeyboardModifier) -> None:
        """Make the picture at a place current: alone, with all up to there (Shift), or in or out of the choice."""
        number = int(self._numbers[row])
        if keys & EXTEND and self._anchor >= 0:
            low, high = sorted((self._anchor, row))
            self._chosen[:] = False
            self._chosen[self._numbers[low : high + 1]] = True
        elif keys & TOGGLE:
            self._chosen[number] = not self._chosen[number]
            self._anchor = row
        else:
            self._chosen[:] = False
            self._chosen[number] = True
            self._anchor = row
        self._go(row)
        self._tell_chosen()

    def _go(self, row: int) -> None:
        self._row = row if len(self._numbers) else -1
        if self._anchor >= len(self._numbers):
            self._anchor = self._row
        self._reveal()
        self.viewport().update()
        if self._holding is not None and self.current >= 0:
            self.setAccessibleDescription(self._holding.describe(self.current))
        self.current_changed.emit(self.current)

    def _tell_chosen(self) -> None:
        self.viewport().update()
        self.chosen_changed.emit()

    # -- Qt's events -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in sight and not drawn yet: after a step of scrolling a row or two."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.current().canvas)
        if self._holding is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        layout, region = self._layout(), event.region()
        rows = layout.within(event.rect(), len(self._numbers))
        for row, cell in zip(rows, layout.cells(rows), strict=True):
            if region.intersects(cell.toAlignedRect()):
                draw_tile(painter, self._tile(row, self._holding), cell, side=self._side)

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        """Move what is drawn, and ask for what comes into sight."""
        if self._in_sight() != self._asked:
            self._ask()
        self.viewport().scroll(0, dy)

    def _caption(self, holding: Holding, number: int) -> str:
        """The class of a picture, and what a run says instead, as far as there is room; measuring texts takes long."""
        said = holding.suspected(number)
        words = holding.class_name(number) + (f" → {said}?" if said else "")
        if words not in self._captions:
            metrics, width = QFontMetrics(theme.font("small")), caption_width(self._side)
            self._captions[words] = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width)
        return self._captions[words]

    def _tile(self, row: int, holding: Holding) -> Tile:
        number = int(self._numbers[row])
        return Tile(
            self.thumbnails.get(number),
            self.thumbnails.refused.get(number, ""),
            self._caption(holding, number),
            excluded=bool(holding.excluded[number]),
            flagged=bool(self._flagged[number]),
            changed=bool(self._changed[number]),
            chosen=bool(self._chosen[number]),
            current=row == self._row and self.hasFocus(),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew; what was at the top stays near it."""
        first = self._in_sight().start
        super().resizeEvent(event)
        self._measure()
        self.verticalScrollBar().setValue(first // self.columns * cell_size(self._side)[1])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what is under the mouse; the other button keeps a choice that it is in."""
        row = self._row_at(event.position().toPoint())
        if row < 0:
            return
        kept = event.button() == Qt.MouseButton.RightButton and self._chosen[self._numbers[row]]
        if kept:
            self._go(row)
        else:
            self._pick(row, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open what is under the mouse."""
        if self._row_at(event.position().toPoint()) >= 0:
            self.opened.emit(self.current)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the chosen pictures, at the mouse or at the current picture."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        place = event.globalPos() if by_mouse else self.place_of_current()
        if len(self.chosen):
            self.menu_wanted.emit(place)

    def place_of_current(self) -> QPoint:
        """The middle of the current picture on the screen."""
        return self.viewport().mapToGlobal(self._cell(max(0, self._row)).center().toPoint())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or with Ctrl change the size."""
        if event.modifiers() & TOGGLE:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, pages, ends; Enter opens; Space chooses; a letter goes to the next class that begins with it."""
        if not len(self._numbers) or self._holding is None:
            super().keyPressEvent(event)
            return
        page = max(1, self.viewport().height() // cell_size(self._side)[1]) * self.columns
        row = step_of(event.key(), self._row, count=len(self._numbers), columns=self.columns, page=page)
        if row is not None:
            keys = event.modifiers()
            self._go(row) if keys & TOGGLE and not keys & EXTEND else self._pick(row, keys)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.current)
        elif event.key() == Qt.Key.Key_Space:
            self._pick(self._row, TOGGLE)
        else:
            self._to_letter(event)

    def _to_letter(self, event: QKeyEvent) -> None:
        assert self._holding is not None
        row = letter_step(event.text(), self._row, holding=self._holding, numbers=self._numbers)
        if row is None or event.modifiers() & TOGGLE:
            QAbstractScrollArea.keyPressEvent(self, event)
        else:
            self._pick(row, Qt.KeyboardModifier.NoModifier)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say in a tool tip what is under the mouse."""
        if isinstance(event, QHelpEvent) and self._holding is not None:
            row = self._row_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if row < 0 else self._words(row), self)
            return True
        return super().viewportEvent(event)

    def _words(self, row: int) -> str:
        assert self._holding is not None
        number = int(self._numbers[row])
        refused = self.thumbnails.refused.get(number)
        return self._holding.describe(number) + (f"\n{capitalised(refused)}" if refused else "")

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
