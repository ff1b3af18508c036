"""How one picture of the grid is drawn: its pixels, what was decided and found, and its class below."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen

from workbench.gui import icons, theme
from workbench.gui.widgets.pixels import fitted

GAP = 10
"""Free pixels around a picture, in which the mark of the chosen ones is drawn."""
MARK = 14
"""Side of the little signs on a picture."""


@dataclass(frozen=True)
class Tile:
    """What is drawn: a picture or why there is none ("" while it is on its way), and how it stands.

    The caption is as wide as `caption_width` at most.
    """

    image: QImage | None
    refused: str
    caption: str
    excluded: bool = False
    flagged: bool = False
    changed: bool = False
    chosen: bool = False
    current: bool = False


def cell_size(side: int) -> tuple[int, int]:
    """Width and height of a tile whose picture has a side of so many pixels."""
    return side + GAP, side + GAP + QFontMetrics(theme.font("small")).height()


def caption_width(side: int) -> int:
    """Room for the text below a picture."""
    return side + GAP - 8


def draw_tile(painter: QPainter, tile: Tile, cell: QRectF, *, side: int) -> None:
    """Draw a tile into its cell."""
    colours = theme.current()
    card = cell.adjusted(1, 1, -1, -1)
    if tile.chosen or tile.current:
        painter.setPen(QPen(colours.accent, 2) if tile.current else Qt.PenStyle.NoPen)
        painter.setBrush(colours.selected if tile.chosen else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(card.adjusted(1, 1, -1, -1), theme.XS, theme.XS)
    square = QRectF(cell.center().x() - side / 2, cell.top() + GAP / 2, side, side)
    _draw_picture(painter, tile, square)
    _draw_signs(painter, tile, square)
    painter.setPen(colours.muted if tile.excluded else colours.text)
    below = QRectF(cell.left() + 4, square.bottom() + 1, cell.width() - 8, cell.bottom() - square.bottom() - 2)
    painter.drawText(below, Qt.AlignmentFlag.AlignCenter, tile.caption)


def _draw_picture(painter: QPainter, tile: Tile, square: QRectF) -> None:
    if tile.image is None:
        _draw_gap(painter, tile, square)
        return
    place = fitted(tile.image, square)
    painter.setOpacity(0.3 if tile.excluded else 1.0)
    smaller = place.width() * painter.device().devicePixelRatio() < tile.image.width()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
    painter.drawImage(place, tile.image)
    painter.setOpacity(1.0)


def _draw_gap(painter: QPainter, tile: Tile, square: QRectF) -> None:
    """A picture that is on its way, or that cannot be read."""
    colours = theme.current()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.panel)
    painter.drawRect(square)
    if tile.refused:
        _draw_sign(painter, "error", colours.error, QRectF(square.center().x() - 12, square.center().y() - 12, 24, 24))


def _draw_signs(painter: QPainter, tile: Tile, square: QRectF) -> None:
    colours, corner = theme.current(), square.topRight()
    signs = [("trash", colours.error, tile.excluded), ("warning", colours.warning, tile.flagged)]
    signs.append(("check", colours.link, tile.changed and not tile.excluded))
    shown = [(name, colour) for name, colour, here in signs if here]
    for place, (name, colour) in enumerate(shown):
        box = QRectF(corner.x() - (place + 1) * (MARK + 6), corner.y() + 2, MARK + 4, MARK + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.base)
        painter.drawRoundedRect(box, 3, 3)
        _draw_sign(painter, name, colour, box.adjusted(2, 2, -2, -2))


def _draw_sign(painter: QPainter, name: str, colour: QColor, box: QRectF) -> None:
    icons.icon(name, colour).paint(painter, box.toRect())
