"""The buttons of the wizard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.gui import icons, theme


def button(text: str, name: str, pressed: Callable[[], object], *, icon: str = "") -> QPushButton:
    """A button with an object name, an accessible name, what it does and perhaps an icon."""
    made = QPushButton(text)
    return _named(made, name, pressed, icon)


class PrimaryButton(QPushButton):
    """The one button of a page that leads on, in the accent colour while it can be pressed."""

    def __init__(self, text: str, name: str, pressed: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        _named(self, name, pressed, "")
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange):
            self._colour()

    def _colour(self) -> None:
        colours = theme.current()
        enabled = self.isEnabled()
        wanted = {
            QPalette.ColorRole.Button: colours.accent if enabled else colours.raised,
            QPalette.ColorRole.ButtonText: colours.on_accent if enabled else colours.disabled,
        }
        palette = self.palette()
        if any(palette.color(role) != colour for role, colour in wanted.items()):
            for role, colour in wanted.items():
                palette.setColor(role, colour)
            self.setPalette(palette)


def _named(made: QPushButton, name: str, pressed: Callable[[], object], icon: str) -> QPushButton:
    made.setObjectName(name)
    made.setAccessibleName(made.text().rstrip("…"))
    made.setAutoDefault(True)
    made.clicked.connect(lambda _checked: pressed())
    if icon:
        icons.set_icon(made, icon)
    return made
