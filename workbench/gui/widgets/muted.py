"""Text of second rank."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.gui.widgets.labels import ToneLabel


class MutedLabel(ToneLabel):
    """A wrapping label in the muted colour of the theme."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__("muted", parent, text=text)
        self.setWordWrap(True)
