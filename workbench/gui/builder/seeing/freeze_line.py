"""The freeze line on the canvas: where it runs for every cut of what is seen, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from workbench.core.graph.network import Network
from workbench.gui.builder.items import style
from workbench.gui.builder.items.flow import DOWN, Flow
from workbench.gui.builder.items.frost import ice

Way = tuple[QLineF, ...]
"""The pieces of a line: level ones, or upright ones where the network runs to the right."""
OVER, BESIDE = 34.0, 18.0
"""How far a line sticks out over the whole network, and over a single card."""
REACH = 7.0
"""How near the mouse must be, in pixels of the screen."""
LABEL = (20.0, 9.0)
"""The height of the label, and the free room at its sides."""


def way_of(cut: frozenset[str], seen: Network, cards: Mapping[str, QRectF], flow: Flow = DOWN) -> Way:
    """Where a line runs that has these cards above it: level from side to side where that separates them.

    Where it does not, as in a network that is folded into columns, it runs below each card that feeds only what lies
    beyond it. Where the network runs to the right all this is turned: the line is upright.
    """
    boxes = {name: flow.rect(box) for name, box in cards.items()}
    above = [boxes[name] for name in boxes if name in cut]
    below = [boxes[name] for name in boxes if name not in cut]
    if not above or not below:
        return ()
    low, high = max(box.bottom() for box in above), min(box.top() for box in below)
    if low <= high:
        return (flow.line(_level((low + high) / 2, [*above, *below], OVER)),)
    ends = [name for name in boxes if name in cut and cut.isdisjoint(seen.consumers[name])]
    away = flow.sizes.gap[1] / 2
    return tuple(flow.line(_level(boxes[name].bottom() + away, [boxes[name]], BESIDE)) for name in ends)


def distance(way: Way, place: QPointF) -> float:
    """How far a place is from a line."""
    return min((_away(piece, place) for piece in way), default=float("inf"))


def _level(height: float, boxes: Sequence[QRectF], over: float) -> QLineF:
    left, right = min(box.left() for box in boxes) - over, max(box.right() for box in boxes) + over
    return QLineF(left, height, right, height)


def _away(piece: QLineF, place: QPointF) -> float:
    across = max(piece.x1() - place.x(), place.x() - piece.x2(), 0.0)
    down = max(piece.y1() - place.y(), place.y() - piece.y2(), 0.0)
    return float((across**2 + down**2) ** 0.5)


class FreezeLine(QGraphicsItem):
    """Dashes in the colour of ice, with a label that says what is frozen; it can be taken hold of anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.way: Way = ()
        self.label = ""
        self.is_held = False
        self.setZValue(2.5)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def run(self, way: Way, label: str, sentence: str) -> None:
        """Run another way, and say something else: in a word or two on the line, in a sentence as its tool tip."""
        if (way, label) != (self.way, self.label):
            self.prepareGeometryChange()
            self.way, self.label = way, label
            self.update()
        self.setToolTip(sentence)

    def show_held(self, held: bool) -> None:
        """Draw it stronger while it is dragged."""
        self.is_held = held
        self.update()

    def is_near(self, place: QPointF, zoom: float) -> bool:
        """Whether a place of the scene is on the line or its label."""
        return bool(self.way) and (distance(self.way, place) * zoom <= REACH or self._room().contains(place))

    def _room(self) -> QRectF:
        """The room of the label: at the left end of the line, or at the upper one."""
        if not self.way:
            return QRectF()
        width = style.current().plain_metrics.horizontalAdvance(self.label) + 2 * LABEL[1]
        first = self.way[0]
        left = first.x1() - (width / 2 if first.x1() == first.x2() else 0.0)
        return QRectF(left, first.y1() - LABEL[0] / 2, width, LABEL[0])

    # Qt's part

    def boundingRect(self) -> QRectF:
        bounds = self._room()
        for piece in self.way:
            bounds = bounds.united(QRectF(piece.p1(), piece.p2()).normalized().adjusted(-4, -4, 4, 4))
        return bounds.adjusted(-4, -4, 4, 4)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look = style.current()
        pen = QPen(ice(look), 3.0 if self.is_held else 2.0, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(list(self.way))
        if not style.is_overview() and self.way:
            self._paint_label(painter, look)

    def _paint_label(self, painter: QPainter, look: style.Style) -> None:
        room = self._room()
        painter.setPen(QPen(ice(look), 1.2))
        painter.setBrush(look.card)
        painter.drawRoundedRect(room, LABEL[0] / 2, LABEL[0] / 2)
        painter.setPen(look.text)
        painter.setFont(look.plain)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self.label)
