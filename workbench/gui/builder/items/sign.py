"""The pen that draws the icons of kinds: lines, curves and boxes on a grid of 16 by 16, as one area to fill."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPainterPathStroker

LINE, THIN = 1.5, 0.8
"""The width of lines, and of those that are only for orientation."""
Points = Sequence[tuple[float, float]]


class Sign:
    """What a sign is made of; every method adds something and returns it."""

    def __init__(self) -> None:
        self.path = QPainterPath()
        self.path.setFillRule(Qt.FillRule.WindingFill)

    def line(self, *points: tuple[float, float], width: float = LINE) -> Sign:
        """A line through points."""
        way = QPainterPath(QPointF(*points[0]))
        for point in points[1:]:
            way.lineTo(*point)
        return self._stroke(way, width)

    def curve(self, function: Callable[[float], float], *, zero: float = 10.5, scale: float = 2.3) -> Sign:
        """A function from -3 to 3 as it rises over its axis."""
        self.line((1.5, zero), (14.5, zero), width=THIN)
        places = [-3 + number / 4 for number in range(25)]
        return self.line(*((8 + x * 2.15, zero - scale * function(x)) for x in places))

    def box(self, left: float, top: float, width: float, height: float) -> Sign:
        """The outline of a box."""
        way = QPainterPath()
        way.addRoundedRect(QRectF(left, top, width, height), 1, 1)
        return self._stroke(way, LINE)

    def full(self, left: float, top: float, width: float, height: float) -> Sign:
        """A filled box."""
        self.path.addRect(QRectF(left, top, width, height))
        return self

    def ring(self, x: float, y: float, radius: float) -> Sign:
        """A circle."""
        way = QPainterPath()
        way.addEllipse(QPointF(x, y), radius, radius)
        return self._stroke(way, LINE)

    def dots(self, *places: tuple[float, float], radius: float = 1.6) -> Sign:
        """Filled circles."""
        for place in places:
            self.path.addEllipse(QPointF(*place), radius, radius)
        return self

    def arrow(self, start: tuple[float, float], end: tuple[float, float], head: float = 3.0) -> Sign:
        """A line with a head at its end."""
        angle = math.atan2(end[1] - start[1], end[0] - start[0])
        turns = (angle + math.pi * 0.78, angle - math.pi * 0.78)
        tips = [(end[0] + head * math.cos(turn), end[1] + head * math.sin(turn)) for turn in turns]
        return self.line(start, end).line(tips[0], end, tips[1])

    def arc(self, room: QRectF, start: float, span: float) -> Sign:
        """A piece of an ellipse, in degrees, counted from the right and against the clock."""
        way = QPainterPath()
        way.arcMoveTo(room, start)
        way.arcTo(room, start, span)
        return self._stroke(way, LINE)

    def links(self, starts: Points, ends: Points, *, radius: float = 1.6) -> Sign:
        """Dots, each linked to each of the other side."""
        for start in starts:
            for end in ends:
                self.line(start, end, width=THIN)
        return self.dots(*starts, *ends, radius=radius)

    def _stroke(self, way: QPainterPath, width: float) -> Sign:
        pen = QPainterPathStroker()
        pen.setWidth(width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.path.addPath(pen.createStroke(way))
        return self
