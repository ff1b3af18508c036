"""A titled group without a box: a quiet headline, then its contents."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLayout, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.widgets.muted import MutedLabel


class Section(QWidget):
    """A part of a side panel. Put widgets or layouts in with `add`."""

    def __init__(self, title: str, parent: QWidget | None = None, *, hint: str = "") -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.S)
        self.title = QLabel(title)
        self.title.setFont(theme.font("strong"))
        self._column.addWidget(self.title)
        if hint:
            self._column.addWidget(MutedLabel(hint))

    def add(self, content: QWidget | QLayout) -> None:
        """Put something below what is already there."""
        if isinstance(content, QWidget):
            self._column.addWidget(content)
        else:
            self._column.addLayout(content)
