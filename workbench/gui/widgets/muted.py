"""Text of second rank."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QWidget

from workbench.gui import theme

ROLES = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text)
"""A label writes with the second one on the canvas and in lists."""


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
        if any(palette.color(role) != muted for role in ROLES):  # setting a palette sends the event that led here
            for role in ROLES:
                palette.setColor(role, muted)
            self.setPalette(palette)
