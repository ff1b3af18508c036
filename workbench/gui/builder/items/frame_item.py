"""An open group on the canvas: a frame around what is in it, with a headline to select, drag and close it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from workbench.errors import Problem
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import BADGE, ROUGH, elided, paint_badge, problem_texts
from workbench.gui.builder.items.flow import DOWN, Flow
from workbench.gui.builder.items.group_facts import GroupReport, GroupText, size_text
from workbench.gui.builder.items.group_item import LABEL, beneath, paint_chevron, paint_pill, paint_shape

HEADLINE = 30.0


class FrameItem(QGraphicsItem):
    """Shows where an open group begins and ends; what is in it are other items."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.text = GroupText("", "", 0, 0, "")
        self.report = GroupReport()
        self.depth = 0
        self.drop_target = False
        self._rect = QRectF()
        self._ends: tuple[float | None, float | None] = (None, None)
        self._entry: float | None = None
        self.flow = DOWN
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)

    @property
    def name(self) -> str:
        """The key of the group."""
        return self.key

    def show_group(self, text: GroupText, depth: int, flow: Flow = DOWN) -> None:
        """Show another state of the group, so many groups deep, in a network that runs this way."""
        if (text, depth, flow) == (self.text, self.depth, self.flow):
            return
        self.text, self.depth, self.flow = text, depth, flow
        self.setZValue(depth - 100.0)
        self._renew()

    def show_report(self, report: GroupReport) -> None:
        """Show what the analysis found."""
        if report != self.report:
            self.report = report
            self._renew()

    def _renew(self) -> None:
        more = f"\n{problem_texts(self.problems)}" if self.problems else "Double-click the headline to close it."
        self.setToolTip(f"{self.key}: {self.text.about}\n{more}")
        self.update()

    def show_ends(self, entry: float | None, outlet: float | None, wire: float | None) -> None:
        """Where, across, shapes are written above and below (None: nowhere), and where a connection comes in."""
        if (entry, outlet, wire) != (*self._ends, self._entry):
            self._ends, self._entry = (entry, outlet), wire
            self.update()

    def show_drop(self, wanted: bool) -> None:
        """Show that what is dragged would come into this group."""
        if wanted != self.drop_target:
            self.drop_target = wanted
            self.update()

    def reach(self, rect: QRectF) -> None:
        """Take another place and size."""
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = QRectF(rect)

    def box(self) -> QRectF:
        """The frame in scene coordinates."""
        return self._rect.translated(self.pos())

    def home(self) -> QPointF:
        """About where the corner of the card is when the group is closed."""
        return self._rect.topLeft()

    def shift(self, way: QPointF) -> None:
        """Show it elsewhere while it is dragged."""
        if self.pos() != way:
            self.setPos(way)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What cannot run in the group; what is only doubtful is told at the cards."""
        return tuple(problem for problem in self.report.problems if problem.level == "error")

    @property
    def hints(self) -> tuple[Problem, ...]:
        """Nothing: these too are told at the cards."""
        return ()

    def badge(self) -> QRectF:
        """Where the sign of a problem is: at the upper right corner, as on a card."""
        return BADGE.translated(self._rect.topRight() - QPointF(style.WIDTH, 0))

    def has_badge_at(self, place: QPointF) -> bool:
        """Whether the sign of a problem is at a place of the scene."""
        return bool(self.problems) and self.badge().adjusted(-2, -2, 2, 2).contains(place - self.pos())

    def is_chevron(self, place: QPointF) -> bool:
        """Whether a place of the scene is on the sign that closes the group."""
        return QRectF(self._rect.topLeft(), self._rect.topLeft() + QPointF(style.CHEVRON + 6, HEADLINE)).contains(place)

    # Qt's part

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-6, -LABEL - 4, 9, LABEL + 4)

    def shape(self) -> QPainterPath:
        """The headline: what is below it belongs to the content."""
        path = QPainterPath()
        path.addRect(QRectF(self._rect.topLeft(), self._rect.topRight() + QPointF(0, HEADLINE)))
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look = style.current()
        overview = style.is_overview()
        pen = QPen(look.selected if self.isSelected() else look.stack_pen if self.text.copies else look.frame_pen)
        if self.drop_target:
            pen = QPen(look.wire_good)
        if overview:
            pen.setWidthF(ROUGH if self.isSelected() or self.drop_target else 3.0)
        painter.setPen(pen)
        painter.setBrush(look.frame_brush(self.depth))
        painter.drawRoundedRect(self._rect, 2 * style.CORNER, 2 * style.CORNER)
        if not overview:
            self._paint_headline(painter, look)
            self._paint_shapes(painter, look)
            if self.problems:
                paint_badge(painter, self.badge(), "error", look)

    def _paint_headline(self, painter: QPainter, look: style.Style) -> None:
        painter.save()
        painter.translate(self._rect.topLeft())
        paint_chevron(painter, QPointF(17, 16), look, is_open=True)
        left, right = style.CHEVRON + 6.0, self._rect.width() - style.PADDING
        if self.text.copies:
            badge = f"×{self.text.copies}"
            paint_pill(painter, badge, right, look)
            right -= look.strong_metrics.horizontalAdvance(badge) + 22
        title, left = self.title(left, right, look)
        painter.setPen(look.text)
        painter.setFont(look.strong)
        painter.drawText(QRectF(left, 4, right - left, 24), Qt.AlignmentFlag.AlignVCenter, title)
        left += look.strong_metrics.horizontalAdvance(title) + 10
        words, (left, right) = self._words(left, right, look)
        painter.setPen(look.muted)
        painter.setFont(look.plain)
        words = elided(words, look.plain_metrics, right - left)
        painter.drawText(QRectF(left, 4.5, max(0.0, right - left), 24), Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def title(self, left: float, right: float, look: style.Style) -> tuple[str, float]:
        """The title as there is room for it beside the connection that comes in, and where it begins."""
        left, right = self._beside_wire(left, right, look.strong_metrics.horizontalAdvance(self.text.title))
        return elided(self.text.title, look.strong_metrics, right - left), left

    def _words(self, left: float, right: float, look: style.Style) -> tuple[str, tuple[float, float]]:
        """What the group is, with its size where both have room, and from where to where it is written."""
        both = " · ".join(part for part in (self.text.about, size_text(self.report.parameters)) if part)
        for words in (both, self.text.about):
            width = look.plain_metrics.horizontalAdvance(words)
            left_end, right_end = self._beside_wire(left, right, width)
            if width <= right_end - left_end:
                break
        return words, (left_end, right_end)

    def _beside_wire(self, left: float, right: float, wanted: float) -> tuple[float, float]:
        """The room for words of a width in the headline: left or right of the connection that comes in."""
        if self._entry is None:
            return left, right
        wire = self._entry - self._rect.left()
        if not left < wire < right:
            return left, right
        return (left, wire - 6) if wanted <= wire - 6 - left or wire - left > right - wire else (wire + 8, right)

    def _paint_shapes(self, painter: QPainter, look: style.Style) -> None:
        (entry, outlet), flows_down = self._ends, self.flow is DOWN
        below = self._rect.bottom() + 2
        left, right = beneath(self._rect, below, self.report.shape_out, look)
        if self.report.shape_in and entry is not None:
            above = QPointF(entry + 10, self._rect.top() - LABEL - 2)
            paint_shape(painter, self.report.shape_in, above if flows_down else left, look)
        if self.report.shape_out and outlet is not None:
            paint_shape(painter, self.report.shape_out, QPointF(outlet + 10, below) if flows_down else right, look)
