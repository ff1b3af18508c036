"""The look of what is frozen: a cold veil and a small snow crystal, so that it does not need the colour alone."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from workbench.gui.builder import style

VEIL, ROUGH_VEIL = 46, 130
"""How opaque the veil is near by and in the overview."""
ICE = {"light": QColor("#5aa9d6"), "dark": QColor("#7cc4ea")}
CRYSTAL = 5.0
"""The radius of the crystal."""


def paint_veil(painter: QPainter, outline: QPainterPath, look: style.Style) -> None:
    """The veil over the paper of a card."""
    painter.fillPath(outline, _ice(look, VEIL))


def paint_crystal(painter: QPainter, card: QRectF, look: style.Style) -> None:
    """The crystal at the lower left corner of a card."""
    middle = QPointF(card.left() + 1, card.bottom() - 1)
    painter.setPen(QPen(_ice(look, 255), 1.2))
    painter.setBrush(look.card)
    painter.drawEllipse(middle, CRYSTAL + 3, CRYSTAL + 3)
    painter.setPen(QPen(_ice(look, 255), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPath(_crystal().translated(middle))


def paint_rough_frost(painter: QPainter, card: QRectF, look: style.Style) -> None:
    """The veil over a plain box, as stripes."""
    painter.fillRect(card, _ice(look, ROUGH_VEIL))


def ice(look: style.Style) -> QColor:
    """The colour of ice."""
    return _ice(look, 255)


@lru_cache(maxsize=1)
def _crystal() -> QPainterPath:
    """Six arms, each with a small fork."""
    arm = QPainterPath()
    arm.moveTo(0, 0)
    arm.lineTo(0, -CRYSTAL)
    for side in (-1, 1):
        arm.moveTo(0, -0.55 * CRYSTAL)
        arm.lineTo(side * 0.3 * CRYSTAL, -0.85 * CRYSTAL)
    star = QPainterPath()
    for number in range(6):
        star.addPath(QTransform().rotate(60 * number).map(arm))
    return star


def _ice(look: style.Style, alpha: int) -> QColor:
    colour = QColor(ICE["dark" if look.theme.is_dark else "light"])
    colour.setAlpha(alpha)
    return colour
