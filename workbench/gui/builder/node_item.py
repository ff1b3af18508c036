"""A node on the canvas: one item that paints its card, its texts and its ports itself."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from workbench.core.graph.network import OUTPUT, Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import Shape, describe_shape
from workbench.errors import Problem
from workbench.gui.builder import style
from workbench.gui.builder.labels import category, summary

Port = Literal["input", "output"]
Mark = Literal["", "input", "output", "bad"]
"""Where a connection that is being drawn could end: at this port, or not at this node."""
CARD = QRectF(0, 0, style.WIDTH, style.HEIGHT)
DIMMED = 0.4
"""The opacity of what is out of date, and of nodes where a connection cannot end."""
OUTER = CARD.adjusted(-9, -10, 9, 10)


def _card_path() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(CARD, style.CORNER, style.CORNER)
    return path


def _bar_path() -> QPainterPath:
    strip = QPainterPath()
    strip.addRect(QRectF(0, 0, style.BAR, style.HEIGHT))
    return _card_path().intersected(strip)


CARD_PATH, BAR_PATH = _card_path(), _bar_path()


class NodeItem(QGraphicsItem):
    """Shows one node; the scene tells it what to show and nothing in it changes the network."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node
        self.shape_text = ""
        self.problems: tuple[Problem, ...] = ()
        self.hints: tuple[Problem, ...] = ()
        self.stale = False
        self.mark: Mark = ""
        self._texts: list[tuple[QPointF, QStaticText, str]] = []
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setZValue(1)
        self.show_node(node)

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    def show_node(self, node: Node) -> None:
        """Show another value of the node."""
        self.node = node
        limits = CATALOG.input_limits(node.kind)
        self._has_input, self._takes_many = limits[1] != 0, limits[1] is None
        self._has_output = node.kind != OUTPUT
        self._category = category(node.kind)
        self._renew()

    def show_report(self, shape: Shape | None, problems: tuple[Problem, ...]) -> None:
        """Show what the analysis found; that makes it fresh."""
        text = describe_shape(shape) if shape else ""
        hints = tuple(problem for problem in problems if problem.level == "info")
        faults = tuple(problem for problem in problems if problem.level != "info")
        if (text, faults, hints, False) != (self.shape_text, self.problems, self.hints, self.stale):
            self.shape_text, self.problems, self.hints, self.stale = text, faults, hints, False
            self._renew()

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

    def restyle(self) -> None:
        """Draw in the colours of a new theme."""
        self._renew()

    def box(self) -> QRectF:
        """The card in scene coordinates."""
        return CARD.translated(self.pos())

    def port(self, port: Port) -> QPointF:
        """Where connections come in or go out, in scene coordinates."""
        return self.pos() + QPointF(style.WIDTH / 2, 0.0 if port == "input" else style.HEIGHT)

    def port_at(self, place: QPointF, reach: float = style.REACH) -> Port | None:
        """The port near a place in scene coordinates."""
        there: dict[Port, bool] = {"output": self._has_output, "input": self._has_input}
        for port in (port for port, has in there.items() if has):
            away = place - self.port(port)
            if abs(away.x()) <= reach * (1.6 if port == "input" and self._takes_many else 1) and abs(away.y()) <= reach:
                return port
        return None

    # Qt's part

    def boundingRect(self) -> QRectF:
        return OUTER

    def shape(self) -> QPainterPath:
        return CARD_PATH

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look = style.current()
        if option.levelOfDetailFromTransform(painter.worldTransform()) < style.OVERVIEW:
            self._paint_box(painter, look)
            return
        painter.setOpacity(DIMMED if self.mark == "bad" else 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.shadow)
        painter.drawRoundedRect(CARD.translated(0, 2), style.CORNER, style.CORNER)
        if self.isSelected():
            painter.setPen(look.halo)
            painter.drawPath(CARD_PATH)
        painter.setPen(self._outline(look))
        painter.setBrush(look.card)
        painter.drawPath(CARD_PATH)
        painter.fillPath(BAR_PATH, look.kind_brush(self._category))
        self._paint_texts(painter, look)
        self._paint_ports(painter, look)
        if self.problems or self.hints:
            self._paint_badge(painter, look)

    def _paint_box(self, painter: QPainter, look: style.Style) -> None:
        painter.fillRect(CARD, look.kind_brush(self._category))
        if self.problems or self.isSelected() or self.mark:
            pen = QPen(self._outline(look))
            pen.setWidthF(8.0)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(CARD)

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
            self._texts = self._laid_out(look)
        for place, text, role in self._texts:
            painter.setFont(look.strong if role == "kind" else look.plain)
            painter.setPen(look.muted if role in ("name", "summary") else look.text)
            if role == "shape" and self.stale:
                painter.setOpacity(DIMMED)
            painter.drawStaticText(place, text)
        painter.setOpacity(DIMMED if self.mark == "bad" else 1.0)

    def _paint_ports(self, painter: QPainter, look: style.Style) -> None:
        painter.setPen(look.port_pen)
        good, plain = QBrush(look.theme.good), look.port_brush
        if self._has_input:
            painter.setBrush(good if self.mark == "input" else plain)
            wide = style.PORT * (2.2 if self._takes_many else 1)
            painter.drawRoundedRect(
                QRectF(style.WIDTH / 2 - wide, -style.PORT, 2 * wide, 2 * style.PORT), style.PORT, style.PORT
            )
        if self._has_output:
            painter.setBrush(good if self.mark == "output" else plain)
            painter.drawEllipse(QPointF(style.WIDTH / 2, style.HEIGHT), style.PORT, style.PORT)

    def _paint_badge(self, painter: QPainter, look: style.Style) -> None:
        spot = QRectF(style.WIDTH - 11, -8, 18, 18)
        painter.setPen(QPen(look.card.color(), 1.5))
        painter.setBrush(look.level_pen(self._worst()).color())
        painter.drawEllipse(spot)
        painter.setPen(look.card.color())
        painter.setFont(look.badge)
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, "!" if self.problems else "i")

    # texts

    def _renew(self) -> None:
        self._texts = []
        self.setToolTip(self._tip())
        self.update()

    def _tip(self) -> str:
        if self.problems or self.hints:
            found = (*self.problems, *self.hints)
            return "\n".join(f"{problem.title}\n{problem.reason}".strip() for problem in found)
        about = CATALOG[self.node.kind].help() if self.node.kind in CATALOG else ""
        return f"{self.node.name}\n{about}".strip()

    def _laid_out(self, look: style.Style) -> list[tuple[QPointF, QStaticText, str]]:
        left, right = style.BAR + style.PADDING - 1, style.WIDTH - style.PADDING
        kind = _elided(self.node.kind, look.strong_metrics, right - left, Qt.TextElideMode.ElideRight)
        room = right - left - look.strong_metrics.horizontalAdvance(kind) - 10
        about = summary(self.node)
        about = _elided(
            "" if about == self.shape_text else about, look.plain_metrics, room, Qt.TextElideMode.ElideRight
        )
        shape_width = look.plain_metrics.horizontalAdvance(self.shape_text)
        room = right - left - (shape_width + 10 if shape_width else 0)
        name = _elided(self.node.name, look.plain_metrics, room, Qt.TextElideMode.ElideLeft)
        about_width = look.plain_metrics.horizontalAdvance(about)
        return [
            (QPointF(left, 7), _static(kind, look.strong), "kind"),
            (QPointF(right - about_width, 8.5), _static(about, look.plain), "summary"),
            (QPointF(left, 27), _static(name, look.plain), "name"),
            (QPointF(right - shape_width, 27), _static(self.shape_text, look.plain), "shape"),
        ]


def _elided(text: str, metrics: QFontMetricsF, room: float, mode: Qt.TextElideMode) -> str:
    return metrics.elidedText(text, mode, max(0.0, room))


def _static(text: str, font: QFont) -> QStaticText:
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(font=font)
    return static
