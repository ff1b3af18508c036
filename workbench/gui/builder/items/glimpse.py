"""The small picture on a card: where it is, and how it is drawn."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from workbench.gui.builder.items import style

EDGE, LARGEST = 6.0, 46.0
"""The distance of the picture from the edges of its card, and its largest side: texts need room too."""


@lru_cache(maxsize=8)
def glimpse_room(height: float) -> QRectF:
    """The square for the picture on a card of this height."""
    side = min(height - 2 * EDGE, LARGEST)
    return QRectF(style.WIDTH - EDGE - side, (height - side) / 2, side, side)


def paint_glimpse(painter: QPainter, picture: QPixmap, room: QRectF) -> None:
    """Draw the picture as large as it fits, its pixels as they are, with a thin edge."""
    factor = min(room.width() / picture.width(), room.height() / picture.height())
    width, height = picture.width() * factor, picture.height() * factor
    place = QRectF(room.right() - width, room.center().y() - height / 2, width, height)
    on_screen = factor * painter.worldTransform().m11() * painter.device().devicePixelRatioF()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on_screen < 1)
    painter.drawPixmap(place, picture, QRectF(picture.rect()))
    painter.setPen(style.current().border)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(place)
