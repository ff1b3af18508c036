"""The one button of a room or a page that leads on, in the accent colour while it can be pressed."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.gui import icons, theme


class PrimaryButton(QPushButton):
    """A push button that stands out; an icon is given by name, so that it follows the theme and the state."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, icon: str = "") -> None:
        super().__init__(text, parent)
        self._icon_name = icon
        self._drawn: tuple[str, bool] | None = None
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange) and hasattr(self, "_drawn"):
            self._colour()

    def _colour(self) -> None:
        state = (theme.current().name, self.isEnabled())
        if state == self._drawn:
            return
        self._drawn = state
        colours, palette = theme.current(), QPalette()  # of the whole palette it would keep that of the last theme
        if self.isEnabled():
            palette.setColor(QPalette.ColorRole.Button, _before_fusion(colours.accent))
            palette.setColor(QPalette.ColorRole.ButtonText, colours.on_accent)
            palette.setColor(QPalette.ColorRole.Window, colours.accent)  # Fusion draws the outline darker than this
        self.setPalette(palette)
        if self._icon_name:
            self.setIcon(icons.icon(self._icon_name, colours.on_accent if self.isEnabled() else None))


def _before_fusion(colour: QColor) -> QColor:
    """What to give Fusion, which brightens the colour of a button and takes a quarter of its saturation."""
    saturation, value = min(1.0, colour.hsvSaturationF() / 0.75), colour.valueF() * 0.78
    return QColor.fromHsvF(max(0.0, colour.hsvHueF()), saturation, value)
