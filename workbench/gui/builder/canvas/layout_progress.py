"""Says on the canvas that a layout is being made, for as long as that takes; a button ends it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton

from workbench.gui import theme
from workbench.gui.builder.canvas.camera import Camera
from workbench.gui.builder.canvas.overlay import Overlay

BAR = (72, 6)


class LayoutProgress(Overlay):
    """What is being done, a bar that moves, and Cancel."""

    cancelled = Signal()

    def __init__(self, view: Camera) -> None:
        super().__init__(view, Qt.Corner.TopLeftCorner)
        self.setObjectName("build-layout-progress")
        self.setAccessibleName("A layout is being made")
        self._text = QLabel()
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(*BAR)
        self._bar.setObjectName("build-layout-bar")
        self._bar.setAccessibleName("A layout is being made")
        self.button = QPushButton("Cancel")
        self.button.setObjectName("build-layout-cancel")
        self.button.setAccessibleName("Cancel the layout")
        self.button.setToolTip("Leave everything where it is (Escape)")
        self.button.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.M, theme.S, theme.S, theme.S)
        row.setSpacing(theme.M)
        for widget in (self._text, self._bar, self.button):
            row.addWidget(widget)

    def say(self, text: str) -> None:
        """Say what is being done."""
        self._text.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends it here too."""
        if Qt.Key(event.key()) == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
