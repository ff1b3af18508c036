"""The buttons of the wizard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.gui import icons, theme


def button(text: str, name: str, pressed: Callable[[], object], *, icon: str = "") -> QPushButton:
    """A button with an object name, an accessible name, what it does and perhaps an icon."""
    made = QPushButton(text)
    _name(made, name, pressed)
    if icon:
        icons.set_icon(made, icon)
    return made


class PrimaryButton(QPushButton):
    """The one button of a page that leads on. It paints itself: Fusion would bleach the accent."""

    def __init__(self, text: str, name: str, pressed: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(theme.font("strong"))
        _name(self, name, pressed)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.isEnabled():
            super().paintEvent(event)
            return
        colours, box = theme.current(), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.text if self.hasFocus() else self._fill(), 1))
        painter.setBrush(self._fill())
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(colours.on_accent)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())

    def _fill(self) -> QColor:
        accent = theme.current().accent
        if self.isDown():
            return theme.mix(accent, QColor("black"), share=0.2)
        return theme.mix(accent, QColor("black"), share=0.1) if self.underMouse() else accent


def _name(made: QPushButton, name: str, pressed: Callable[[], object]) -> None:
    made.setObjectName(name)
    made.setAccessibleName(made.text().rstrip("…"))
    made.setAutoDefault(True)
    made.clicked.connect(lambda _checked: pressed())
