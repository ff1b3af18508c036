"""The way of a connection: straight down where it can, beside the boxes where it must, back up between columns.

Places are (across, along), as they are where a network runs downwards; only what is drawn is turned (see `flow`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from workbench.gui.builder.items.flow import DOWN, Flow

STEP = 26.0
"""What is free between two rows of the layout, less a little."""
CLEAR = 13.0
"""Distance kept from boxes."""
ROUND = 10.0
"""Corner radius of a way back up."""


def corners(start: QPointF, end: QPointF, boxes: Sequence[QRectF]) -> list[QPointF]:
    """The points of the way from an output port to an input port around the boxes."""
    if end.y() - start.y() < STEP * 0.75:
        return _back_up(start, end, boxes)
    if end.y() - start.y() <= 2 * STEP + 4:
        return _short(start, end)
    top, bottom = start.y() + CLEAR, end.y() - CLEAR
    lane = _lane((start.x(), end.x()), boxes, top, bottom)
    points = [start]
    if lane != start.x():
        points += [QPointF(start.x(), top), QPointF(lane, top)]
    if lane != end.x():
        points += [QPointF(lane, bottom), QPointF(end.x(), bottom)]
    return [*points, end]


def smooth(points: Sequence[QPointF], flow: Flow = DOWN) -> QPainterPath:
    """The line through places on the canvas.

    One soft bend between neighbours; a longer way is drawn along its points with rounded corners.
    """
    if len(points) > 2:
        return _rounded(points)
    path, (start, end) = QPainterPath(points[0]), points
    half = flow.point(QPointF(0.0, flow.point(end - start).y() / 2))
    path.cubicTo(start + half, end - half, end)
    return path


def _short(start: QPointF, end: QPointF) -> list[QPointF]:
    """Between neighbouring rows: one bend, or two corners where it would be too flat."""
    if abs(end.x() - start.x()) < 2 * (end.y() - start.y()):
        return [start, end]
    middle = (start.y() + end.y()) / 2
    return [start, QPointF(start.x(), middle), QPointF(end.x(), middle), end]


def _back_up(start: QPointF, end: QPointF, boxes: Sequence[QRectF]) -> list[QPointF]:
    """Out below, up between the columns, in from above."""
    low, high = start.y() + CLEAR, end.y() - CLEAR
    lane = _lane((_between(start, end, boxes), end.x()), boxes, high - 1, low + 1)
    lane = lane if abs(lane - end.x()) > 1 or start.x() == end.x() else _between(start, end, boxes)
    return [start, QPointF(start.x(), low), QPointF(lane, low), QPointF(lane, high), QPointF(end.x(), high), end]


def _between(start: QPointF, end: QPointF, boxes: Sequence[QRectF]) -> float:
    """Just before the box that the way ends in, on the side it comes from."""
    sides = [(box.left(), box.right()) for box in boxes if abs(box.top() - end.y()) < 9]
    left, right = min((pair for pair in sides if pair[0] <= end.x() <= pair[1]), default=(end.x(), end.x()))
    return left - 2 * CLEAR if start.x() < end.x() else right + 2 * CLEAR


def _lane(wanted: Iterable[float], boxes: Sequence[QRectF], top: float, bottom: float) -> float:
    """The x of a vertical line that meets no box between top and bottom, with the least detour."""
    wanted = list(wanted)
    columns = {(box.left() - CLEAR, box.right() + CLEAR) for box in boxes if box.top() < bottom and box.bottom() > top}
    sides = {side for column in columns for side in column}

    def detour(x: float) -> tuple[float, float]:
        return round(sum(abs(x - other) for other in wanted), 1), -x

    def is_free(x: float) -> bool:
        return not any(left + 1 < x < right - 1 for left, right in columns)

    return next(filter(is_free, [*wanted, *sorted(sides, key=detour)]), wanted[0])


def _rounded(points: Sequence[QPointF]) -> QPainterPath:
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(ROUND, _length(before, corner) / 2, _length(corner, after) / 2)
        path.lineTo(_towards(corner, before, radius))
        path.quadTo(corner, _towards(corner, after, radius))
    path.lineTo(points[-1])
    return path


def _length(one: QPointF, other: QPointF) -> float:
    return abs(one.x() - other.x()) + abs(one.y() - other.y())


def _towards(corner: QPointF, other: QPointF, distance: float) -> QPointF:
    length = _length(corner, other)
    return corner if length == 0 else corner + (other - corner) * (distance / length)
