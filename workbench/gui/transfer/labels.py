"""Texts in the theme's fonts and colours."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from workbench.gui import theme

Role = Literal["body", "small", "strong", "title", "headline"]


class Text(QLabel):
    """Plain text in one of the theme's fonts, wrapped where it is too long."""

    def __init__(self, text: str = "", *, role: Role = "body", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))
        self._paint()

    def colour(self) -> QColor:
        """The colour of the moment."""
        return theme.current().text

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()

    def _paint(self) -> None:
        palette = self.palette()
        if palette.color(QPalette.ColorRole.WindowText) != self.colour():
            palette.setColor(QPalette.ColorRole.WindowText, self.colour())
            self.setPalette(palette)


class Muted(Text):
    """Text of second rank."""

    def colour(self) -> QColor:
        return theme.current().muted
