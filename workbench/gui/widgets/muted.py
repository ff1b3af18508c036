"""Text of second rank."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QWidget

from workbench.gui import theme


class MutedLabel(QLabel):
    """A wrapping label in the muted colour of the theme."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setWordWrap(True)
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()
        super().changeEvent(event)

    def _colour(self) -> None:
        muted, palette = theme.current().muted, self.palette()
        if palette.color(self.foregroundRole()) != muted:  # setting a palette sends the event that brought us here
            palette.setColor(self.foregroundRole(), muted)
            self.setPalette(palette)
