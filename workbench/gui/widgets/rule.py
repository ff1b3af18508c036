"""A thin line in the colour of borders."""

from __future__ import annotations

from typing import Literal

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.gui import theme

SHORT = 20


class Rule(QWidget):
    """Separates what is above from what is below, or what is left from what is right."""

    def __init__(self, direction: Literal["level", "upright"]) -> None:
        super().__init__()
        fixed, growing = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        if direction == "level":
            self.setFixedHeight(1)
            self.setSizePolicy(growing, fixed)
        else:
            self.setFixedSize(1, SHORT)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), theme.current().border)
