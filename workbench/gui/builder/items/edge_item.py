"""A connection on the canvas: its way, an arrow, and a colour that says what it touches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from workbench.gui.builder.items import style
from workbench.gui.builder.items.flow import DOWN, FLOWS, Flow
from workbench.gui.builder.items.routing import smooth

ARROWS = {
    flow.direction: QPolygonF(flow.points([QPointF(0, 0), QPointF(-4.5, -8), QPointF(4.5, -8)]))
    for flow in FLOWS.values()
}


class EdgeKey(NamedTuple):
    """Which connection: the nodes, and a number where one feeds the other more than once."""

    source: str
    target: str
    number: int = 0


class EdgeItem(QGraphicsRectItem):
    """Shows one connection along the points it is given; its rectangle is that of everything it paints.

    It is drawn as seen from where it begins: so it goes along with the cards at its ends without another way.
    """

    def __init__(self, key: EdgeKey) -> None:
        super().__init__()
        self.setPen(Qt.PenStyle.NoPen)
        self.key = key
        self.near = False
        self.drop_target = False
        self.on_path = False
        self.flow = DOWN
        self._points: list[QPointF] = []
        self._path, self._rough = QPainterPath(), QPolygonF()
        self._shape: QPainterPath | None = None
        self._length = 0.0
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setToolTip(f"{key.source} feeds {key.target}")

    def follow(self, points: Sequence[QPointF], flow: Flow = DOWN) -> None:
        """Take another way, in a network that runs this way; the last point is the tip of the arrow."""
        start = points[0]
        points = [point - start for point in points]
        self.setPos(start)
        if points != self._points or flow is not self.flow:
            self._points, self._rough, self.flow = points, QPolygonF(points), flow
            tip = points[-1] - flow.point(QPointF(0, style.PORT))
            self._path = smooth([*points[:-1], tip], flow)
            self._shape, self._length = None, points[-1].manhattanLength()
            self.setRect(self._path.controlPointRect().adjusted(-8, -6, 8, 6))
            self.update()

    def show_near(self, *, near: bool, drop_target: bool = False) -> None:
        """Draw it in the accent: a node at its end is selected, or a new node would be put on it."""
        if (near, drop_target) != (self.near, self.drop_target):
            self.near, self.drop_target = near, drop_target
            self.setZValue(0.5 if near or drop_target else 0)
            self.update()

    def show_path(self, *, on_path: bool) -> None:
        """Draw it in a quiet accent: what flows here reaches the node that is looked at."""
        if on_path != self.on_path:
            self.on_path = on_path
            self.update()

    @property
    def path(self) -> QPainterPath:
        """The line that is drawn, in scene coordinates."""
        return self._path.translated(self.pos())

    # Qt's part

    def shape(self) -> QPainterPath:
        if self._shape is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(12.0)
            self._shape = stroker.createStroke(self._path)
        return self._shape

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look, pen = style.current(), self._pen()
        if style.is_overview():
            if pen == "plain" and style.is_speck(self._length):
                return
            painter.setPen(look.thin[pen])
            painter.drawPolyline(self._rough)
            return
        painter.setPen(look.wires[pen])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.wires[pen].color())
        painter.drawPolygon(ARROWS[self.flow.direction].translated(self._path.currentPosition()))

    def _pen(self) -> style.Wire:
        if self.drop_target:
            return "good"
        if self.near or self.isSelected():
            return "near"
        return "path" if self.on_path else "plain"
