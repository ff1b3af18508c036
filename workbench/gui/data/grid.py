"""The grid of pictures under hands: looked through, chosen and opened by mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from workbench.core.data.images import Indices
from workbench.gui.background import Background
from workbench.gui.data.choice import NOTHING, How
from workbench.gui.data.holding import Holding
from workbench.gui.data.sheet import PictureSheet
from workbench.gui.data.steps import letter_step, step_of
from workbench.gui.data.tile import cell_size

EXTEND = Qt.KeyboardModifier.ShiftModifier
TOGGLE = Qt.KeyboardModifier.ControlModifier


class PictureGrid(PictureSheet):
    """Pictures in rows. One is current, any number are chosen; both are told by their numbers in the set."""

    current_changed = Signal(int)
    """The number of the current picture, -1 for none."""
    chosen_changed = Signal()
    opened = Signal(int)
    """Enter, or a double click, on a picture."""
    menu_wanted = Signal(QPoint)
    """Where on the screen a menu for the chosen pictures should open."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(jobs, parent)
        self.setObjectName("data-grid")
        self.setAccessibleName("Pictures")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def current(self) -> int:
        """The number of the current picture, -1 for none."""
        return self._choice.current

    @property
    def chosen(self) -> Indices:
        """The numbers of the chosen pictures that are shown."""
        return self._choice.chosen

    def show_pictures(self, holding: Holding | None, numbers: Indices = NOTHING) -> None:
        """Show pictures of a set; what was current and chosen in it stays so where it is still shown."""
        super().show_pictures(holding, numbers)
        self._show_current()
        self.chosen_changed.emit()

    def choose(self, number: int) -> None:
        """Make a picture current and the only chosen one, if it is shown."""
        row = self._choice.row_of(number)
        if row >= 0:
            self._pick(row, "alone")

    def choose_all(self) -> None:
        """Choose everything that is shown."""
        self._choice.take_all()
        self._tell_chosen()

    # -- choosing --------------------------------------------------------------------------------------------------

    def _pick(self, row: int, how: How) -> None:
        self._choice.pick(row, how)
        self._show_current()
        self._tell_chosen()

    def _go(self, row: int) -> None:
        self._choice.go(row)
        self._show_current()

    def _show_current(self) -> None:
        self._reveal()
        self.viewport().update()
        if self._holding is not None and self.current >= 0:
            self.setAccessibleDescription(self._holding.describe(self.current))
        self.current_changed.emit(self.current)

    def _tell_chosen(self) -> None:
        self.viewport().update()
        self.chosen_changed.emit()

    # -- Qt's events -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what is under the mouse; the other button keeps a choice that it is in."""
        row = self._row_at(event.position().toPoint())
        if row < 0:
            return
        kept = event.button() == Qt.MouseButton.RightButton and self._choice.has(int(self.numbers[row]))
        if kept:
            self._go(row)
        else:
            self._pick(row, _how(event.modifiers()))

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
        return self.viewport().mapToGlobal(self._cell(max(0, self._choice.row)).center().toPoint())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or with Ctrl change the size."""
        if event.modifiers() & TOGGLE:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, pages, ends; Enter opens; Space chooses; a letter goes to the next class that begins with it."""
        if not len(self.numbers) or self._holding is None:
            super().keyPressEvent(event)
            return
        page = max(1, self.viewport().height() // cell_size(self._side)[1]) * self.columns
        row = step_of(event.key(), self._choice.row, count=len(self.numbers), columns=self.columns, page=page)
        if row is not None:
            keys = event.modifiers()
            self._go(row) if keys & TOGGLE and not keys & EXTEND else self._pick(row, _how(keys))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.current)
        elif event.key() == Qt.Key.Key_Space:
            self._pick(self._choice.row, "too")
        else:
            self._to_letter(event)

    def _to_letter(self, event: QKeyEvent) -> None:
        assert self._holding is not None
        row = letter_step(event.text(), self._choice.row, holding=self._holding, numbers=self.numbers)
        if row is None or event.modifiers() & TOGGLE:
            QAbstractScrollArea.keyPressEvent(self, event)
        else:
            self._pick(row, "alone")

    def viewportEvent(self, event: QEvent) -> bool:
        """Say in a tool tip what is under the mouse."""
        if isinstance(event, QHelpEvent) and self._holding is not None:
            row = self._row_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if row < 0 else self._tiles.words(int(self.numbers[row])), self)
            return True
        return super().viewportEvent(event)


def _how(keys: Qt.KeyboardModifier) -> How:
    """What the keys that are held make of a click or a step."""
    return "up to" if keys & EXTEND else "too" if keys & TOGGLE else "alone"
