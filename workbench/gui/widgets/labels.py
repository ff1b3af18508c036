"""Labels in the colours of the theme that Qt's palette has no role for; they follow it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from workbench.gui import theme

WRITTEN = QPalette.ColorRole.WindowText
Tone = Literal["text", "muted", "error", "warning", "good"]


def with_short_words(text: str, metrics: QFontMetrics, width: int) -> str:
    """The text with every word that is wider than `width` pixels, such as a path, shortened in its middle."""
    if max(map(metrics.horizontalAdvance, text.split()), default=0) <= width:
        return text
    return re.sub(r"\S+", lambda word: metrics.elidedText(word[0], Qt.TextElideMode.ElideMiddle, width), text)


class ToneLabel(QLabel):
    """Text of second rank, or text that says how something stands."""

    def __init__(self, tone: Tone, parent: QWidget | None = None, *, text: str = "") -> None:
        super().__init__(text, parent)
        self._tone: Tone = tone
        self.setForegroundRole(WRITTEN)  # else it is that of what it stands on: another one in lists and on buttons
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
        wanted, palette = getattr(theme.current(), self._tone), self.palette()
        if palette.color(WRITTEN) != wanted:  # setting a palette sends the event that led here
            palette.setColor(WRITTEN, wanted)
            self.setPalette(palette)


class LineLabel(ToneLabel):
    """A name in one line, shortened in its middle where there is no room; the tool tip has all of it."""

    def __init__(self, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(tone, parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)

    @property
    def whole(self) -> str:
        """All of the text."""
        return self._whole

    def show_text(self, text: str) -> None:
        """Show another text."""
        self._whole = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
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


class PathLabel(LineLabel):
    """A place on the disk in one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("muted", parent)

    def show_path(self, path: Path | None) -> None:
        """Show a path, or nothing."""
        self.show_text("" if path is None else str(path))
