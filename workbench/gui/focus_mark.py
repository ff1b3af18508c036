"""A line around what keys have brought the keyboard to: the marks of Fusion itself are too faint to be found."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from workbench.gui import theme

WIDTH = 2
KEYS = Qt.WidgetAttribute.WA_KeyboardFocusChange
"""Qt sets this on a window when Tab or a shortcut gives the keyboard away, and never takes it back."""
MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)
NEVER = (Qt.WindowType.Popup, Qt.WindowType.ToolTip)
"""Windows that come and go with a choice and have a mark of their own."""


class FocusMarks(QObject):
    """Marks what has the keyboard in a window and in its dialogs, until the mouse takes it elsewhere.

    A class with `draws_focus = True` shows it by itself, enough to be told at a glance.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.by_keys = False
        self._window = window
        self._shown: FocusMark | None = None
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._moved)

    @property
    def reason(self) -> Qt.FocusReason:
        """Why something gets the keyboard that neither Tab nor the mouse gives it to."""
        return Qt.FocusReason.ShortcutFocusReason if self.by_keys else Qt.FocusReason.OtherFocusReason

    def expect_keys(self, window: QWidget) -> None:
        """A key was pressed that gives the keyboard away, such as that of a room."""
        self.by_keys = True
        window.setAttribute(KEYS)

    def _moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._shown is not None and isValid(self._shown):
            self._shown.leave()
        self._shown = None
        if new is None or new.window().windowType() in NEVER or not self._is_ours(new.window()):
            return
        self._learn(new.window())
        if self.by_keys and not getattr(new, "draws_focus", False) and new is not new.window():
            self._shown = _mark_of(new.window())
            self._shown.surround(new)

    def _is_ours(self, window: QWidget | None) -> bool:
        while window is not None and window is not self._window:
            window = window.parentWidget()
        return window is not None

    def _learn(self, window: QWidget) -> None:
        """A press of the mouse gives the keyboard away while its button is down."""
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self.by_keys = False
            window.setAttribute(KEYS, False)
        elif window.testAttribute(KEYS):
            self.by_keys = True


class FocusMark(QWidget):
    """The line in one window: just outside a widget, as far as that is seen, and where it goes."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("focus-mark")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._watched: list[QWidget] = []
        self.hide()

    def surround(self, widget: QWidget) -> None:
        """Mark a widget of this window."""
        self.leave()
        around: QWidget | None = widget
        while around is not None and around is not self.window():
            self._watched.append(around)
            around.installEventFilter(self)
            around = around.parentWidget()
        self._place()

    def leave(self) -> None:
        """Mark nothing."""
        for widget in filter(isValid, self._watched):
            widget.removeEventFilter(self)
        self._watched = []
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what is marked when it is scrolled, resized or hidden."""
        if event.type() in MOVES:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: object) -> None:
        """All that the mask leaves."""
        QPainter(self).fillRect(self.rect(), theme.current().link)

    def _place(self) -> None:
        if not self._watched or not all(map(isValid, self._watched)) or not self._watched[0].isVisible():
            self.hide()
            return
        seen = _seen_part(self._watched)
        self.setGeometry(seen)
        inside = QRect(0, 0, seen.width(), seen.height()).adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
        self.setMask(QRegion(QRect(QPoint(), seen.size())).subtracted(QRegion(inside)))
        self.setVisible(not inside.isEmpty())
        self.raise_()


def _mark_of(window: QWidget) -> FocusMark:
    mark = window.findChild(FocusMark, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return mark if isinstance(mark, FocusMark) else FocusMark(window)


def _seen_part(nested: list[QWidget]) -> QRect:
    """Where the first of these widgets is seen in its window with the line around it; the others lie around it."""
    window = nested[0].window()
    seen = window.rect()
    for widget in nested:
        place = QRect(widget.mapTo(window, QPoint()), widget.size())
        seen &= place.adjusted(-WIDTH, -WIDTH, WIDTH, WIDTH)
    return seen
