"""The layers and blocks that somebody has starred: kept beside the settings, shown at the top of the palette."""

from __future__ import annotations

import math

import msgspec
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF

from workbench.errors import WorkbenchError
from workbench.files import write_atomically
from workbench.gui import theme
from workbench.paths import config_folder

FILE = "favourites.json"
STAR = 14
"""The width of a star in pixels."""


def favourites() -> tuple[str, ...]:
    """The starred kinds and blocks in the order in which they were starred; none where they cannot be read."""
    try:
        return msgspec.json.decode((config_folder() / FILE).read_bytes(), type=tuple[str, ...])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return ()


def toggle_favourite(name: str) -> None:
    """Star a kind or block, or take its star; where nothing can be written it stays as it was."""
    known = favourites()
    others = tuple(other for other in known if other != name)
    kept = (*others, name) if len(others) == len(known) else others
    try:
        write_atomically(config_folder() / FILE, msgspec.json.encode(kept))
    except (WorkbenchError, OSError):
        return


def star_place(row: QRect) -> QRect:
    """Where the star of a row is: at its right end."""
    return QRect(row.right() - theme.S - STAR - theme.XS, row.center().y() - STAR // 2, STAR, STAR)


def paint_star(painter: QPainter, place: QRect, *, starred: bool) -> None:
    """A full star, or the outline of one."""
    colours = theme.current()
    painter.setPen(QPen(colours.warning if starred else colours.muted, 1.2))
    painter.setBrush(colours.warning if starred else colours.panel)
    painter.drawPolygon(_star(QRectF(place)))


def _star(room: QRectF) -> QPolygonF:
    """Five points in a room, each the tip of the next."""
    middle, reach = room.center(), room.width() / 2
    corners = []
    for number in range(10):
        length = reach if number % 2 == 0 else reach * 0.42
        angle = math.pi * (number / 5 - 0.5)
        corners.append(middle + QPointF(math.cos(angle) * length, math.sin(angle) * length))
    return QPolygonF(corners)
