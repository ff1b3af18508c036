"""What every card on the canvas has: its paper, its outline, its ports, its texts and the sign of a problem."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from workbench.core.graph.network import Node
from workbench.errors import Problem
from workbench.gui.builder.items import style
from workbench.gui.builder.items.flow import DOWN, Flow, Port
from workbench.gui.builder.items.frost import frosted_paper, paint_crystal, paint_rough_frost
from workbench.gui.builder.items.glimpse import glimpse_room, paint_glimpse
from workbench.gui.builder.items.heat_colour import Heat, heat_brush
from workbench.gui.builder.items.kind_icons import sign_path

Mark = Literal["", "input", "output", "bad"]
"""Where a connection that is being drawn could end: at this port, or not at this node."""
Text = tuple[QPointF, QStaticText, str]
"""Where a text is, the text, and its role."""
DIMMED = 0.4
"""The opacity of what is out of date, and of nodes where a connection cannot end."""
BADGE = QRectF(style.WIDTH - 11, -8, 18, 18)
"""Where the sign of a problem is on a card."""
ROUGH = 8.0
"""The width of outlines in the overview."""


@lru_cache(maxsize=8)
def card_rect(height: float) -> QRectF:
    """Where a card is, seen from its corner."""
    return QRectF(0, 0, style.WIDTH, height)


@lru_cache(maxsize=8)
def card_path(height: float) -> QPainterPath:
    """The outline of a card."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(0, 0, style.WIDTH, height), style.CORNER, style.CORNER)
    return path


@lru_cache(maxsize=8)
def bar_path(height: float) -> QPainterPath:
    """The coloured strip at the left of a card."""
    strip = QPainterPath()
    strip.addRect(QRectF(0, 0, style.BAR, height))
    return card_path(height).intersected(strip)


class Card(QGraphicsRectItem):
    """Base of what stands for one node or one closed group; the scene tells it what to show.

    The rectangle is that of everything it paints: Qt asks for that so often that it must not have to ask Python.
    """

    height: ClassVar[float] = style.HEIGHT
    heat_line: ClassVar[float] = 6.5
    heat_instead: ClassVar[str] = "summary"
    """How far down what it costs is written, and instead of what."""
    sign_place: ClassVar[tuple[float, float]] = (style.BAR + 1.5, 9.5)
    """The corner of the icon that says what it is."""
    margins: ClassVar[tuple[float, float, float, float]] = (-9, -10, 9, 10)
    """How far what is painted sticks out over the card: left, above, right and below."""

    def __init__(self, node: Node) -> None:
        super().__init__(self.card().adjusted(*self.margins))
        self.setPen(Qt.PenStyle.NoPen)
        self.node = node
        self.shape_text = ""
        self.problems: tuple[Problem, ...] = ()
        self.hints: tuple[Problem, ...] = ()
        self.stale = False
        self.mark: Mark = ""
        self.heat: Heat | None = None
        self.glimpse: QPixmap | None = None
        self.frozen = False
        self.flow = DOWN
        self._category = self._sign = ""
        self._has_input = self._has_output = True
        self._takes_many = False
        self._texts: list[Text] = []
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setZValue(1)

    @property
    def name(self) -> str:
        """The node's name, or the key of the group."""
        return self.node.name

    @property
    def category(self) -> str:
        """The category of layers whose colour it has."""
        return self._category

    def show_stale(self) -> None:
        """What is shown of the analysis is about an older network."""
        if not self.stale:
            self.stale = True
            self.update()

    def show_mark(self, mark: Mark) -> None:
        """Show where a connection that is being drawn could end."""
        if mark != self.mark:
            self.mark = mark
            self.update()

    def show_heat(self, heat: Heat | None) -> None:
        """Show what it costs, in the colour of the heat map; None ends that."""
        if heat != self.heat:
            self.heat = heat
            self.renew()

    def show_glimpse(self, glimpse: QPixmap | None) -> None:
        """Show what it makes of a picture, at the right end; None makes the room free for texts."""
        if glimpse is not self.glimpse:
            same_room = (glimpse is None) == (self.glimpse is None)
            self.glimpse = glimpse
            self.update() if same_room else self.renew()

    def show_frozen(self, frozen: bool) -> None:
        """Show whether a training leaves it as it is."""
        if frozen != self.frozen:
            self.frozen = frozen
            self.update()

    def show_flow(self, flow: Flow) -> None:
        """Have the ports where a network that runs this way has them."""
        if flow is not self.flow:
            self.flow = flow
            self.update()

    def restyle(self) -> None:
        """Draw in the colours of a new theme."""
        self.renew()

    def box(self) -> QRectF:
        """The card in scene coordinates."""
        return self.card().translated(self.pos())

    def home(self) -> QPointF:
        """The corner of the card, for a group of the card that it is when closed."""
        return self.pos()

    def card(self) -> QRectF:
        """The card in its own coordinates."""
        return card_rect(self.height)

    @property
    def right(self) -> float:
        """Where the texts end: at the edge, or at the glimpse."""
        return glimpse_room(self.height).left() - 6 if self.glimpse else style.TEXT_RIGHT

    def port(self, port: Port) -> QPointF:
        """Where connections come in or go out, in scene coordinates."""
        return self.pos() + self.flow.port(port, self.height)

    def port_at(self, place: QPointF, reach: float = style.REACH) -> Port | None:
        """The port near a place in scene coordinates."""
        there: dict[Port, bool] = {"output": self._has_output, "input": self._has_input}
        for port in (port for port, has in there.items() if has):
            away = self.flow.point(place - self.port(port))
            if abs(away.x()) <= reach * (1.6 if port == "input" and self._takes_many else 1) and abs(away.y()) <= reach:
                return port
        return None

    def has_badge_at(self, place: QPointF) -> bool:
        """Whether the sign of a problem is at a place of the scene."""
        return bool(self.problems or self.hints) and BADGE.adjusted(-2, -2, 2, 2).contains(place - self.pos())

    def renew(self) -> None:
        """Lay the texts out again before the next picture."""
        self._texts = []
        self.setToolTip(self.tip())
        self.update()

    def tip(self) -> str:
        """The tool tip."""
        return self.name

    def laid_out(self, look: style.Style) -> list[Text]:
        """The texts on the card."""
        raise TypeError(f"{type(self).__name__} has no texts")

    # Qt's part

    def shape(self) -> QPainterPath:
        return card_path(self.height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look = style.current()
        if style.is_overview():
            self.paint_box(painter, look)
            return
        painter.setOpacity(DIMMED if self.mark == "bad" else 1.0)
        self._paint_paper(painter, look)
        self._paint_texts(painter, look)
        if self.glimpse:
            paint_glimpse(painter, self.glimpse, glimpse_room(self.height))
        self._paint_ports(painter, look)
        if self.frozen:
            paint_crystal(painter, self.card(), look)
        if self.problems or self.hints:
            paint_badge(painter, BADGE, self._worst(), look)

    def paint_box(self, painter: QPainter, look: style.Style) -> None:
        """Paint the card as it is in the overview."""
        painter.fillRect(self.card(), heat_brush(self.heat.share) if self.heat else look.kind_brush(self._category))
        if self.frozen:
            paint_rough_frost(painter, self.card(), look)
        if self.problems or self.isSelected() or self.mark:
            pen = QPen(self._outline(look))
            pen.setWidthF(ROUGH)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.card())

    def _paint_paper(self, painter: QPainter, look: style.Style) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.shadow)
        painter.drawRoundedRect(self.card().translated(0, 2), style.CORNER, style.CORNER)
        if self.isSelected():
            painter.setPen(look.halo)
            painter.drawPath(self.shape())
        painter.setPen(self._outline(look))
        painter.setBrush(heat_brush(self.heat.share) if self.heat else self._paper(look))
        painter.drawPath(self.shape())
        painter.fillPath(bar_path(self.height), look.kind_brush(self._category))
        sign = look.text.brush() if self.heat else look.kind_brush(self._category)
        painter.fillPath(sign_path(self._sign, *self.sign_place, style.SIGN), sign)

    def _paper(self, look: style.Style) -> QBrush:
        return frosted_paper(look) if self.frozen else look.card

    def _outline(self, look: style.Style) -> QPen:
        if self.isSelected():
            return look.selected
        return look.level_pen(self._worst()) if self.problems else look.border

    def _worst(self) -> str:
        if any(problem.level == "error" for problem in self.problems):
            return "error"
        return "warning" if self.problems else "info"

    def _paint_texts(self, painter: QPainter, look: style.Style) -> None:
        if not self._texts:
            self._texts = self.laid_out(look)
        for place, text, role in self._texts:
            if role == self.heat_instead and self.heat:
                continue
            painter.setFont(look.strong if role == "kind" else look.plain)
            painter.setPen(look.muted if role in ("name", "summary") and not self.heat else look.text)
            if role == "shape" and self.stale:
                painter.setOpacity(DIMMED)
            painter.drawStaticText(place, text)
        painter.setOpacity(DIMMED if self.mark == "bad" else 1.0)
        if self.heat:
            painter.setPen(look.text)
            painter.setFont(look.plain)
            line = self.card().adjusted(style.BAR, self.heat_line, self.right - style.WIDTH, 0)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, self.heat.text)

    def _paint_ports(self, painter: QPainter, look: style.Style) -> None:
        painter.setPen(look.port_pen)
        good, plain = QBrush(look.theme.good), look.port_brush
        if self._has_input:
            painter.setBrush(good if self.mark == "input" else plain)
            here, wide = self.flow.port("input", self.height), style.PORT * (2.2 if self._takes_many else 1)
            half = self.flow.point(QPointF(wide, style.PORT))
            painter.drawRoundedRect(QRectF(here - half, here + half), style.PORT, style.PORT)
        if self._has_output:
            painter.setBrush(good if self.mark == "output" else plain)
            painter.drawEllipse(self.flow.port("output", self.height), style.PORT, style.PORT)


def paint_badge(painter: QPainter, place: QRectF, level: str, look: style.Style) -> None:
    """The sign of a problem of a level: an i for what is only worth knowing."""
    painter.setPen(QPen(look.card.color(), 1.5))
    painter.setBrush(look.level_pen(level).color())
    painter.drawEllipse(place)
    painter.setPen(look.card.color())
    painter.setFont(look.badge)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "i" if level == "info" else "!")


def problem_texts(found: tuple[Problem, ...]) -> str:
    """Problems as the lines of a tool tip."""
    return "\n".join(f"{problem.title}\n{problem.reason}".strip() for problem in found)


def elided(text: str, metrics: QFontMetricsF, room: float, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> str:
    """The text, shortened to the room there is."""
    return metrics.elidedText(text, mode, max(0.0, room))


def static(text: str, font: QFont) -> QStaticText:
    """A text that is laid out once."""
    made = QStaticText(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    made.prepare(font=font)
    return made
