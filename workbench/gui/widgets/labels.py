"""Labels in the colours of the theme that Qt's palette has no role for; they follow it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QWidget

from workbench.gui import theme

Tone = Literal["muted", "error", "warning", "good"]


class ToneLabel(QLabel):
    """Text of second rank, or text that says how something stands."""

    def __init__(self, tone: Tone, parent: QWidget | None = None, *, text: str = "") -> None:
        super().__init__(text, parent)
        self._tone: Tone = tone
        self._colour()

    def set_tone(self, tone: Tone) -> None:
        """Take another colour of the theme."""
        self._tone = tone
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_tone"):
            self._colour()

    def _colour(self) -> None:
        wanted = getattr(theme.current(), self._tone)
        palette = self.palette()
        if palette.color(QPalette.ColorRole.WindowText) != wanted:
            palette.setColor(QPalette.ColorRole.WindowText, wanted)
            self.setPalette(palette)
