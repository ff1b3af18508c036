"""Labels in the colours of the theme that Qt's palette has no role for; they follow it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPalette, QResizeEvent
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


class PathLabel(ToneLabel):
    """A place on the disk in one line, shortened in its middle where there is no room; the tool tip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("muted", parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)

    def show_path(self, path: Path | None) -> None:
        """Show a path, or nothing."""
        self._whole = "" if path is None else str(path)
        self.setToolTip(self._whole)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, self.width())
        if shown != self.text():
            self.setText(shown)
