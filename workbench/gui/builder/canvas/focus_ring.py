"""A line around the canvas when keys have brought the keyboard there: selected cards look the same without it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from workbench.gui import theme
from workbench.gui.builder.canvas.view import CanvasView

WIDTH = 2
BY_KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
"""Who takes the keyboard to the canvas with the mouse, or finds it there at the start, knows where it is."""


class FocusRing(QWidget):
    """Lies in a margin of its own beside what is scrolled: over it, all of the canvas would be painted at every pan."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.is_lit = False
        self.setObjectName("build-focus")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        view.setViewportMargins(WIDTH, WIDTH, WIDTH, WIDTH)
        view.installEventFilter(self)
        self._settle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the canvas, and the keyboard."""
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self._settle()
        elif isinstance(event, QFocusEvent):
            self.is_lit = event.gotFocus() and event.reason() in BY_KEYS
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: object) -> None:
        """The accent, or nothing to be seen."""
        colours, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), colours.accent if self.is_lit else colours.canvas)

    def _settle(self) -> None:
        room = self._view.rect()
        self.setGeometry(room)
        self.setMask(QRegion(room).subtracted(QRegion(room.adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH))))
