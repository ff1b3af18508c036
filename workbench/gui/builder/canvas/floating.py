"""A card that lies on the canvas, above everything that is drawn there."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from workbench.gui import theme


class FloatingCard(QFrame):
    """Begins hidden; keeps the buttons of the mouse to itself, while the wheel still reaches the canvas."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The canvas underneath must not hear of it."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Nor of this."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Nor of this."""
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A card with a thin border."""
        colours, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), colours.raised)
        painter.setPen(QPen(colours.outline, 1))  # stands out from the cards it lies on
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
