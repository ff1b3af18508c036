"""A neighbour of the group that is looked at alone: a faint card outside its frame, with lines to what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from workbench.gui import theme
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card, elided
from workbench.gui.builder.items.flow import Flow, Port
from workbench.gui.builder.items.ghost_links import Ghost, GhostKey
from workbench.gui.builder.items.routing import corners, smooth


class GhostItem(QGraphicsItem):
    """Shows one neighbour; it is no part of the group, cannot be selected, and leads to where the neighbour is."""

    def __init__(self, ghost: Ghost) -> None:
        super().__init__()
        self.ghost = ghost
        self.about = self.shape_text = ""
        self.current = False
        self._flow: Flow | None = None
        self._ways: list[QPainterPath] = []
        self._bounds = QRectF()
        self.setZValue(-0.5)

    @property
    def key(self) -> GhostKey:
        """Which neighbour it is."""
        return self.ghost.key

    @property
    def takes(self) -> bool:
        """Whether it takes from the group; else it feeds it."""
        return self.ghost.key.side == "output"

    def show_ghost(self, ghost: Ghost, about: str, flow: Flow) -> None:
        """Show another state of the neighbour, of which it is said what it is, in a network that runs this way."""
        self.ghost, self.about, self._flow = ghost, about, flow
        self.setToolTip(f"{ghost.name}, outside this group: {ghost.story}\nClick to go there.")
        self.update()

    def show_shape(self, shape: str) -> None:
        """Show what goes in or comes out."""
        if shape != self.shape_text:
            self.shape_text = shape
            self.update()

    def show_current(self, current: bool) -> None:
        """Show that the keyboard is here."""
        if current != self.current:
            self.current = current
            self.update()

    def box(self) -> QRectF:
        """The card in scene coordinates."""
        return self.card().translated(self.pos())

    def card(self) -> QRectF:
        """The card in its own coordinates."""
        return QRectF(0, 0, style.WIDTH, style.HEIGHT)

    def lead(self, cards: Iterable[Card], boxes: Sequence[QRectF]) -> None:
        """Draw lines to these cards around the boxes."""
        self.prepareGeometryChange()
        self._ways = [self._way(card, boxes) for card in cards]
        self._bounds = self.card()
        for way in self._ways:
            self._bounds = self._bounds.united(way.controlPointRect())
        self._bounds.adjust(-5, -5, 5, 5)

    def _way(self, card: Card, boxes: Sequence[QRectF]) -> QPainterPath:
        flow = self._flow
        if flow is None:
            return QPainterPath()
        own: Port = "input" if self.takes else "output"
        here = self.pos() + flow.port(own, style.HEIGHT)
        there = card.port("output" if self.takes else "input")
        start, end = (flow.point(there), flow.point(here)) if self.takes else (flow.point(here), flow.point(there))
        points = flow.points(corners(start, end, flow.rects([*boxes])))
        return smooth(points, flow).translated(-self.pos())

    # Qt's part

    def boundingRect(self) -> QRectF:
        return self._bounds

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.card())
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look = style.current()
        overview = style.is_overview()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_dashed(look, cosmetic=overview))
        for way in self._ways:
            painter.drawPath(way)
        if self.current:
            painter.setPen(QPen(look.selected.color(), 0 if overview else 2.0))
        painter.setBrush(look.paper)
        painter.drawRoundedRect(self.card(), style.CORNER, style.CORNER)
        if not overview:
            self._paint_texts(painter, look)

    def _paint_texts(self, painter: QPainter, look: style.Style) -> None:
        left, room = style.PADDING, style.WIDTH - 2 * style.PADDING
        painter.setPen(look.muted)
        painter.setFont(look.strong)
        name = elided(self.ghost.name, look.strong_metrics, room, Qt.TextElideMode.ElideLeft)
        painter.drawText(QRectF(left, 5, room, 20), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(look.plain)
        taken = look.plain_metrics.horizontalAdvance(self.shape_text) + 10 if self.shape_text else 0
        about = elided(self.about, look.plain_metrics, room - taken)
        line = QRectF(left, 26, room, 18)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, about)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.shape_text)


def _dashed(look: style.Style, *, cosmetic: bool) -> QPen:
    pen = QPen(theme.mix(look.theme.canvas, look.theme.text, share=0.4), 1.3, Qt.PenStyle.DashLine)
    pen.setCosmetic(cosmetic)
    return pen


def row(wanted: Sequence[float], width: float, gap: float) -> list[float]:
    """Where things of a width begin side by side, in this order and as near as may be to where they are wanted."""
    placed: list[float] = []
    for start in wanted:
        placed.append(max(start, placed[-1] + width + gap) if placed else start)
    back = (sum(placed) - sum(wanted)) / max(len(placed), 1)
    return [start - back for start in placed]


def ghost_at(items: Iterable[QGraphicsItem], place: QPointF) -> GhostItem | None:
    """The ghost among the items at a place, where no card is in front of it."""
    front = next((item for item in items if isinstance(item, (GhostItem, Card))), None)
    return front if isinstance(front, GhostItem) and front.box().contains(place) else None
