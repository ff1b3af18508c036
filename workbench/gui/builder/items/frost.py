"""The look of what is frozen: a cold veil and a small snow crystal, so that it does not need the colour alone."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QTransform

from workbench.gui import theme
from workbench.gui.builder.items import style

VEIL, ROUGH_VEIL = 46, 130
"""How opaque the veil is near by and in the overview."""
ICE = {"light": QColor("#5aa9d6"), "dark": QColor("#7cc4ea")}
CRYSTAL = 5.0
"""The radius of the crystal."""


@lru_cache(maxsize=4)
def frosted_paper(look: style.Style) -> QBrush:
    """The paper of a card under the veil: one colour, as a second layer of paint would cost a fifth of a frame."""
    return QBrush(theme.mix(look.card.color(), ice(look), share=VEIL / 255))


def paint_crystal(painter: QPainter, card: QRectF, look: style.Style) -> None:
    """The crystal at the lower left corner of a card."""
    middle = QPointF(card.left() + 1, card.bottom() - 1)
    painter.setPen(QPen(_ice(look, 255), 1.2))
    painter.setBrush(look.card)
    painter.drawEllipse(middle, CRYSTAL + 3, CRYSTAL + 3)
    painter.drawLines(_crystal(middle.x(), middle.y()))


def paint_rough_frost(painter: QPainter, card: QRectF, look: style.Style) -> None:
    """The veil over a plain box, as stripes."""
    painter.fillRect(card, _ice(look, ROUGH_VEIL))


def ice(look: style.Style) -> QColor:
    """The colour of ice."""
    return _ice(look, 255)


@lru_cache(maxsize=8)
def _crystal(x: float, y: float) -> list[QLineF]:
    """Three lines through the middle, with a small fork at each end."""
    lines = []
    for number in range(6):
        turn = QTransform().translate(x, y).rotate(60 * number)
        lines += [turn.map(QLineF(0, -0.6 * CRYSTAL, side * 0.3 * CRYSTAL, -0.9 * CRYSTAL)) for side in (-1, 1)]
        if number < 3:
            lines.append(turn.map(QLineF(0, -CRYSTAL, 0, CRYSTAL)))
    return lines


def _ice(look: style.Style, alpha: int) -> QColor:
    colour = QColor(ICE["dark" if look.theme.is_dark else "light"])
    colour.setAlpha(alpha)
    return colour
