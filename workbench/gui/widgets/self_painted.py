"""What buttons have in common that paint all of themselves."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from workbench.gui import theme


class SelfPaintedButton(QAbstractButton):
    """A button without Qt's look; Fusion has it painted anew when the mouse comes and goes."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paint_ground(self, painter: QPainter, *, fill: QColor | None = None, edge: QColor | None = None) -> None:
        """A rounded ground; where the keyboard is it has a line in the accent colour, else one in `edge`."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QPen(edge, 1) if edge is not None else QPen(Qt.PenStyle.NoPen)
        painter.setPen(QPen(theme.current().accent, 2) if self.hasFocus() else line)
        painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
