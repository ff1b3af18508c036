"""Guides while cards are moved: what is dragged snaps to the edges, middles and rows of the cards around it.

All is computed as (across, along), in the words of a network that runs downwards, and turned: see `flow`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsLineItem

from workbench.gui import theme
from workbench.gui.builder.canvas.camera import Camera
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card

REACH = 6.0
"""Pixels of the screen within which a card snaps."""
BEYOND = 14.0
"""How far a guide sticks out over the cards that it joins."""


class Snap(NamedTuple):
    """How far to move on, the coordinate of the guide, and the card that is lined up with."""

    away: float
    line: float
    other: QRectF


class Guides:
    """Lines up what is dragged with the other cards in sight; with Alt held, or in the overview, with nothing."""

    def __init__(self, view: Camera, moving: Collection[str]) -> None:
        self._scene, self._zoom = view.network_scene, view.zoom
        self._flow = self._scene.flow
        self._box = self._flow.rect(self._scene.rectangle(moving))
        seen = view.mapToScene(view.viewport().rect()).boundingRect()
        cards = (item for item in self._scene.items(seen) if isinstance(item, Card))
        others = [card.box() for card in cards if card.name not in moving] if self._is_useful() else []
        self._others = self._flow.rects(others)
        self._lines: list[QGraphicsLineItem] = []

    def snapped(self, way: QPointF, keys: Qt.KeyboardModifier) -> QPointF:
        """The way to go instead; shows why."""
        self.clear()
        if keys & Qt.KeyboardModifier.AltModifier or not self._others:
            return way
        way = self._flow.point(way)
        box = self._box.translated(way)
        across = _nearest(_across(box, other) for other in self._others)
        down = _nearest(_down(box, other, self._flow.sizes.gap[1]) for other in self._others)
        across = across if across and abs(across.away) * self._zoom <= REACH else None
        down = down if down and abs(down.away) * self._zoom <= REACH else None
        way = way + QPointF(across.away if across else 0.0, down.away if down else 0.0)
        self._show(self._box.translated(way), across, down)
        return self._flow.point(way)

    def clear(self) -> None:
        """Show no guides."""
        for line in self._lines:
            self._scene.removeItem(line)
        self._lines = []

    def _is_useful(self) -> bool:
        return self._zoom >= style.OVERVIEW and not self._box.isEmpty()

    def _show(self, box: QRectF, across: Snap | None, down: Snap | None) -> None:
        if across is not None:
            both = box.united(across.other)
            self._draw(QLineF(across.line, both.top() - BEYOND, across.line, both.bottom() + BEYOND))
        if down is not None:
            both = box.united(down.other)
            self._draw(QLineF(both.left() - BEYOND, down.line, both.right() + BEYOND, down.line))

    def _draw(self, line: QLineF) -> None:
        item = QGraphicsLineItem(self._flow.line(line))
        pen = QPen(theme.current().accent, 1, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        item.setPen(pen)
        item.setZValue(3)
        self._scene.addItem(item)
        self._lines.append(item)


def _nearest(found: Iterable[list[Snap]]) -> Snap | None:
    """The shortest way to any guide."""
    return min(chain.from_iterable(found), key=lambda snap: abs(snap.away), default=None)


def _across(box: QRectF, other: QRectF) -> list[Snap]:
    """Left edges, middles and right edges below each other."""
    pairs = (
        (other.left(), box.left()),
        (other.center().x(), box.center().x()),
        (other.right(), box.right()),
    )
    return [Snap(line - own, line, other) for line, own in pairs]


def _down(box: QRectF, other: QRectF, gap: float) -> list[Snap]:
    """Tops, middles and bottoms beside each other; and for cards below each other the distance of the layout."""
    pairs = (
        (other.top(), box.top()),
        (other.center().y(), box.center().y()),
        (other.bottom(), box.bottom()),
    )
    snaps = [Snap(line - own, line, other) for line, own in pairs]
    if other.left() < box.right() and box.left() < other.right():
        below, above = other.bottom() + gap, other.top() - gap
        snaps += [Snap(below - box.top(), below, other), Snap(above - box.bottom(), above, other)]
    return snaps
