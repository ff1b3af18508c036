"""Which way a network runs, for what is drawn: everything on the canvas asks here where ports, gaps and pieces lie.

What depends on the direction is computed as (across, along), in the words of a network that runs downwards, and turned
here: see `core.graph.orientation`. Turning leads there and back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt

from workbench.core.graph.nesting import Sizes
from workbench.core.graph.network import Position
from workbench.core.graph.orientation import DIRECTIONS, Direction, turned
from workbench.gui.builder.items import style

Port = Literal["input", "output"]
NAMES: dict[Direction, str] = {"down": "Top to bottom", "right": "Left to right"}


@dataclass(frozen=True)
class Flow:
    """One direction."""

    direction: Direction

    @cached_property
    def sizes(self) -> Sizes:
        """What things take, as (across, along)."""
        return style.SIZES.turned(self.direction)

    def point(self, point: QPointF) -> QPointF:
        """A place, or a way from one to another."""
        return point if self.direction == "down" else QPointF(point.y(), point.x())

    def points(self, points: Iterable[QPointF]) -> list[QPointF]:
        """Several places."""
        return [self.point(point) for point in points]

    def rect(self, rect: QRectF) -> QRectF:
        """A rectangle."""
        return rect if self.direction == "down" else QRectF(rect.y(), rect.x(), rect.height(), rect.width())

    def rects(self, rects: list[QRectF]) -> list[QRectF]:
        """Several rectangles."""
        return rects if self.direction == "down" else [self.rect(rect) for rect in rects]

    def line(self, line: QLineF) -> QLineF:
        """A line."""
        return QLineF(self.point(line.p1()), self.point(line.p2()))

    def port(self, port: Port, height: float) -> QPointF:
        """Where connections come into a card of a height, or leave it, seen from the corner of the card.

        Across that is the middle of a node on taller cards too: so a line between them is straight.
        """
        _, along = turned((style.WIDTH, height), self.direction)
        return self.point(QPointF(self.sizes.node[0] / 2, 0.0 if port == "input" else along))

    def behind(self, place: Position) -> Position:
        """The place of a card one step further along than another one."""
        across, along = turned(place, self.direction)
        return turned((across, along + self.sizes.node[1] + self.sizes.gap[1]), self.direction)

    def is_next(self, place: Position, other: Position) -> bool:
        """Whether there is no room for a card between one that begins here and another one further along."""
        (across, along), (other_across, other_along) = (turned(each, self.direction) for each in (place, other))
        step = self.sizes.node[1] + self.sizes.gap[1]
        return abs(across - other_across) < self.sizes.node[0] and other_along - along < 2 * step

    @property
    def cursor(self) -> Qt.CursorShape:
        """The cursor over what can be dragged along."""
        return Qt.CursorShape.SizeVerCursor if self.direction == "down" else Qt.CursorShape.SizeHorCursor


FLOWS: dict[Direction, Flow] = {direction: Flow(direction) for direction in DIRECTIONS}
DOWN = FLOWS["down"]
