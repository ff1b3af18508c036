"""Our icons: SVG files drawn with `currentColor`, rendered sharp at every size in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

from workbench.gui import theme
from workbench.paths import resource

SIZES = (16, 20, 24, 32, 48, 64)
"""Pixels; a 24 px icon on a screen of double density takes the one of 48."""
_NAME = "icon-name"


def icon(name: str, colour: QColor | None = None) -> QIcon:
    """The icon `resources/icons/<name>.svg` in a colour, or in those of text; it does not follow later themes."""
    colours = theme.current()
    return _rendered(name, (colour or colours.text).name(), colours.disabled.name())


def pixmap(name: str, size: int, colour: QColor | None = None, *, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of `size` device-independent pixels for a screen of the given pixel ratio."""
    made = _draw(_source(name), (colour or theme.current().text).name(), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    return made


def set_icon(target: QAction | QAbstractButton, name: str) -> None:
    """Give an action or a button an icon that follows the theme (the window renews it)."""
    target.setProperty(_NAME, name)
    target.setIcon(icon(name))


def copy_icon(target: QAction | QAbstractButton, source: QAction) -> None:
    """Give a button the icon of an action; it follows the theme as that does."""
    target.setProperty(_NAME, source.property(_NAME))
    target.setIcon(source.icon())


def refresh(root: QWidget) -> None:
    """Redraw all icons below `root` that were set with `set_icon` in the colours of the theme."""
    targets: list[QAction | QAbstractButton] = [*root.findChildren(QAction), *root.findChildren(QAbstractButton)]
    for target in targets:
        name = target.property(_NAME)
        if name:
            target.setIcon(icon(name))


@lru_cache(maxsize=256)
def _rendered(name: str, colour: str, disabled: str) -> QIcon:
    source = _source(name)
    made = QIcon()
    for size in SIZES:
        made.addPixmap(_draw(source, colour, size), QIcon.Mode.Normal)
        made.addPixmap(_draw(source, disabled, size), QIcon.Mode.Disabled)
    return made


@lru_cache(maxsize=128)
def _source(name: str) -> bytes:
    return resource(f"icons/{name}.svg").read_bytes()


def _draw(source: bytes, colour: str, size: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(source.replace(b"currentColor", colour.encode())))
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture
