"""Texts of the wizard in the theme's fonts."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.gui import theme
from workbench.gui.widgets.labels import Tone, ToneLabel

Role = Literal["body", "small", "strong", "title", "headline"]


class Text(ToneLabel):
    """Plain text in one of the theme's fonts, wrapped where it is too long."""

    tone: Tone = "text"

    def __init__(self, text: str = "", *, role: Role = "body", parent: QWidget | None = None) -> None:
        super().__init__(self.tone, parent, text=text)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))


class Muted(Text):
    """Text of second rank."""

    tone: Tone = "muted"
