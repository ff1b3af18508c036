"""A closed group on the canvas: one card for all that is in it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from workbench.core.graph.network import Node
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card, Text, card_path, elided, problem_texts, static
from workbench.gui.builder.items.flow import DOWN
from workbench.gui.builder.items.group_facts import GroupReport, GroupText, size_text

LABEL = 16.0
"""The height of the shapes beside the connections."""
BEHIND = 5.0
"""How far the cards of a stack stick out below each other."""


class GroupItem(Card):
    """Shows a closed group, or a closed stack as several cards behind one another."""

    height: ClassVar[float] = style.GROUP_HEIGHT
    heat_line: ClassVar[float] = 46.0
    heat_instead: ClassVar[str] = "name"
    sign_place: ClassVar[tuple[float, float]] = (style.BAR + 5.5, 28.5)
    margins: ClassVar[tuple[float, float, float, float]] = (-9, -LABEL - 12, 9, LABEL + 14)

    def __init__(self, node: Node, text: GroupText) -> None:
        super().__init__(node)
        self.text = text
        self.report = GroupReport()
        self._takes_many, self._above = True, False
        self.show_group(node, text)

    def show_group(self, node: Node, text: GroupText) -> None:
        """Show another state of the group."""
        self.node, self.text = node, text
        self._category, self._sign = text.category, text.sign
        self.renew()

    def show_report(self, report: GroupReport) -> None:
        """Show what the analysis found; that makes it fresh."""
        was_stale, self.stale = self.stale, False
        if report == self.report:
            if was_stale:
                self.update()
        else:
            self.report = report
            self.shape_text = report.shape_out
            self.problems = tuple(problem for problem in report.problems if problem.level != "info")
            self.hints = tuple(problem for problem in report.problems if problem.level == "info")
            self.renew()

    def show_ends(self, above: bool) -> None:
        """Whether to write above the card what goes in: not where it stands below the group that it comes from."""
        if above != self._above:
            self._above = above
            self.update()

    def is_chevron(self, place: QPointF) -> bool:
        """Whether a place of the scene is on the sign that opens the group."""
        return QRectF(0, 0, style.CHEVRON + style.BAR, style.CHEVRON + 4).contains(place - self.pos())

    def tip(self) -> str:
        head = f"{self.name}: {self.text.about}, {self.text.layers} layers\nDouble-click opens it, with Shift alone."
        return f"{head}\n\n{problem_texts((*self.problems, *self.hints))}".strip()

    def laid_out(self, look: style.Style) -> list[Text]:
        left, right = style.BAR + style.CHEVRON - 2, self.right
        badge = self.badge()
        taken = look.strong_metrics.horizontalAdvance(badge) + 22 if badge else 0
        title = elided(self.text.title, look.strong_metrics, right - left - taken, Qt.TextElideMode.ElideMiddle)
        about = elided(self.text.about, look.plain_metrics, right - left)
        layers = f"{self.text.layers} layers"
        size = elided(size_text(self.report.parameters) or layers, look.plain_metrics, right - left)
        return [
            (QPointF(left, 6.5), static(title, look.strong), "kind"),
            (QPointF(left, 27), static(about, look.plain), "about"),
            (QPointF(left, 47), static(size, look.plain), "name"),
        ]

    def badge(self) -> str:
        """`×16` for a stack of sixteen."""
        return f"×{self.text.copies}" if self.text.copies else ""

    # Qt's part

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look = style.current()
        plain = not style.is_overview()
        if plain and self.text.copies:
            self._paint_behind(painter, look)
        super().paint(painter, option, widget)
        if plain:
            paint_chevron(painter, QPointF(style.BAR + 12, 16), look, is_open=False)
            self._paint_copies(painter, look)
            self._paint_shapes(painter, look)

    def _paint_behind(self, painter: QPainter, look: style.Style) -> None:
        painter.setPen(look.border)
        painter.setBrush(look.card)
        for step in (2, 1):
            painter.drawPath(card_path(self.height).translated(step * BEHIND * 0.8, step * BEHIND * 0.8))

    def _paint_copies(self, painter: QPainter, look: style.Style) -> None:
        if self.text.copies:
            paint_pill(painter, self.badge(), self.right, look)

    def _paint_shapes(self, painter: QPainter, look: style.Style) -> None:
        below = self.height + (2 * BEHIND if self.text.copies else 3)
        beside = QPointF(style.WIDTH / 2 + 10, 0.0)
        entry, outlet = beside + QPointF(0.0, -LABEL - 3), beside + QPointF(0.0, below)
        if self.flow is not DOWN:
            entry, outlet = beneath(self.card(), below, self.report.shape_out, look)
        if self.report.shape_in and self._above:
            paint_shape(painter, self.report.shape_in, entry, look)
        if self.report.shape_out:
            paint_shape(painter, self.report.shape_out, outlet, look)


def beneath(box: QRectF, below: float, shape_out: str, look: style.Style) -> tuple[QPointF, QPointF]:
    """Where to write what comes in and what goes out in a network that runs to the right: below the ends of a box.

    Beside its connections there is no room.
    """
    width = look.plain_metrics.horizontalAdvance(shape_out)
    return QPointF(box.left() + 8, below), QPointF(box.right() - width - 8, below)


def paint_chevron(painter: QPainter, middle: QPointF, look: style.Style, *, is_open: bool) -> None:
    """The sign that opens and closes: it points right at a closed group and down in an open one."""
    path = QPainterPath()
    if is_open:
        path.moveTo(-4, -2)
        path.lineTo(0, 2.5)
        path.lineTo(4, -2)
    else:
        path.moveTo(-2, -4)
        path.lineTo(2.5, 0)
        path.lineTo(-2, 4)
    pen = QPen(look.text)
    pen.setWidthF(1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path.translated(middle))


def paint_pill(painter: QPainter, text: str, right: float, look: style.Style) -> None:
    """How many copies, in a pill that ends at `right`."""
    width = look.strong_metrics.horizontalAdvance(text) + 14
    pill = QRectF(right - width, 5, width, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.pill)
    painter.drawRoundedRect(pill, 10, 10)
    painter.setPen(look.text)
    painter.setFont(look.strong)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def paint_shape(painter: QPainter, text: str, corner: QPointF, look: style.Style) -> None:
    """A shape beside a connection, on a little paper so that lines do not cross it."""
    room = QRectF(corner.x() - 2, corner.y(), look.plain_metrics.horizontalAdvance(text) + 4, LABEL)
    painter.fillRect(room, look.paper)
    painter.setPen(look.muted)
    painter.setFont(look.plain)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
