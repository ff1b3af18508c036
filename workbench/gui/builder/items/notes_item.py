"""A note or a coloured frame on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from workbench.core.graph.canvas import Colour, Remark
from workbench.gui import theme
from workbench.gui.builder.items import style

LOWEST = -200.0
"""The height of frames that lie in no group: below everything."""
TITLE = 22.0
"""The height of the title of a frame."""
GRIP = 16.0
"""The side of the corner that changes the size."""
KINDS: dict[Colour, str] = {
    "yellow": "Linear",
    "green": "Regularization",
    "blue": "Convolution",
    "purple": "Normalization",
    "red": "Attention",
    "grey": "Network",
}
"""The category of layers whose colour it is: those are told apart in both themes."""
WRAPPED = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignTop)


def base(colour: Colour) -> QColor:
    """A colour of the palette in the theme of the moment."""
    return theme.current().kind_colour(KINDS[colour])


def paper(colour: Colour) -> QColor:
    """The ground of a note: text is readable on it."""
    colours = theme.current()
    return theme.mix(colours.raised, base(colour), share=0.2)


def ground(colour: Colour) -> QColor:
    """The ground of a frame: what lies below shines through."""
    made = QColor(base(colour))
    made.setAlpha(30)
    return made


class RemarkItem(QGraphicsItem):
    """Shows one note or frame; the scene's other items know nothing of it."""

    def __init__(self, key: str, remark: Remark) -> None:
        super().__init__()
        self.key = key
        self.remark = remark
        self.is_written = False
        self._rect, self._ground = QRectF(), LOWEST
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)

    def show_remark(self, remark: Remark, rect: QRectF, ground: float | None = None) -> None:
        """Show another state, at a place of the scene; a frame lies just above this height of the canvas."""
        self.prepareGeometryChange()
        self.remark, self._rect = remark, QRectF(rect)
        if remark.form == "note":
            self._rect.setHeight(max(rect.height(), self._needed(rect.width())))
        self.setPos(0.0, 0.0)
        self._ground = self._ground if ground is None else ground
        # among frames the smaller one is in front
        size = min(rect.width() * rect.height() / 1e8, 0.9)
        self.setZValue(1.5 if remark.form == "note" else self._ground + 0.95 - size)
        self.setToolTip("Double-click to write." if remark.form == "note" else f"{remark.text}\nDrag its title.")
        self.update()

    def show_written(self, written: bool) -> None:
        """Leave out the text while somebody writes it."""
        self.is_written = written
        self.update()

    def box(self) -> QRectF:
        """What it takes, in scene coordinates."""
        return self._rect.translated(self.pos())

    def text_box(self) -> QRectF:
        """Where its text is."""
        if self.remark.form == "note":
            return self.box().adjusted(theme.S, theme.S - 2, -theme.S, -theme.S + 2)
        return QRectF(self.box().topLeft() + QPointF(theme.M, 0), self.box().topRight() + QPointF(-theme.S, TITLE))

    def is_grip(self, place: QPointF) -> bool:
        """Whether a place of the scene is on the corner that changes the size."""
        corner = self.box().bottomRight()
        return QRectF(corner - QPointF(GRIP, GRIP), corner + QPointF(2, 2)).contains(place)

    def _needed(self, width: float) -> float:
        """The height that the text of a note takes."""
        metrics = QFontMetricsF(style.current().plain)
        room = metrics.boundingRect(QRectF(0, 0, width - 2 * theme.S, 1e6), WRAPPED, self.remark.text)
        return float(room.height()) + 2 * theme.S

    # Qt's part

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-4, -4, 4, 4)

    def shape(self) -> QPainterPath:
        """All of a note; of a frame its title and its grip, what is within belongs to the network."""
        path = QPainterPath()
        if self.remark.form == "note":
            path.addRect(self._rect)
            return path
        path.addRect(QRectF(self._rect.topLeft(), self._rect.topRight() + QPointF(0, TITLE)))
        corner = self._rect.bottomRight()
        path.addRect(QRectF(corner - QPointF(GRIP, GRIP), corner))
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look, colour = style.current(), base(self.remark.colour)
        overview = style.is_overview()
        pen = QPen(look.selected if self.isSelected() else QPen(colour, 1.4))
        pen.setCosmetic(overview)
        painter.setPen(pen)
        if self.remark.form == "note":
            painter.setBrush(paper(self.remark.colour))
            painter.drawRoundedRect(self._rect, 4, 4)
        else:
            painter.setBrush(ground(self.remark.colour))
            painter.drawRoundedRect(self._rect, style.CORNER, style.CORNER)
        if not overview:
            self._paint_grip(painter, colour)
            if not self.is_written:
                self._paint_text(painter, look)

    def _paint_text(self, painter: QPainter, look: style.Style) -> None:
        room = self.text_box().translated(-self.pos())
        painter.setPen(look.text)
        if self.remark.form == "note":
            painter.setFont(look.plain)
            painter.drawText(room, WRAPPED, self.remark.text)
            return
        painter.setFont(look.strong)
        title = look.strong_metrics.elidedText(self.remark.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_grip(self, painter: QPainter, colour: QColor) -> None:
        painter.setPen(QPen(colour, 1.2))
        corner = self._rect.bottomRight()
        for away in (5.0, 9.0):
            painter.drawLine(corner - QPointF(away, 3), corner - QPointF(3, away))
