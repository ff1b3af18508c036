"""The connections that are seen: which there are, what they touch, and the ways they take around the cards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsScene

from workbench.core.graph.network import Network, Node, Position
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.edge_item import EdgeItem, EdgeKey
from workbench.gui.builder.items.flow import DOWN, Flow
from workbench.gui.builder.items.routing import STEP, corners
from workbench.gui.builder.mirror.boxes import Boxes
from workbench.gui.builder.mirror.cards import Ways

RIM = 8.0
MOST_LOOKED_AT = 100
"""Where more cards have moved, connections that they now stand in the way of keep their ways."""


class Connections:
    """One item for each connection between two cards; it knows where the cards stand."""

    def __init__(self, scene: QGraphicsScene, boxes: Boxes) -> None:
        """`boxes` tells where the cards stand."""
        self._scene = scene
        self.items: dict[EdgeKey, EdgeItem] = {}
        self._of: dict[str, set[EdgeKey]] = {}
        self._near: set[EdgeKey] = set()
        self._boxes = boxes
        self._areas: dict[EdgeKey, QRectF] = {}
        """Where cards matter to the way of a connection; of one that runs straight to the next row none do."""
        self.flow = DOWN
        self.frames: list[QRectF] = []
        """The open groups: ways back between rows go around those that they neither leave nor reach."""

    def at(self, names: Iterable[str]) -> set[EdgeKey]:
        """The connections into and out of these cards."""
        return {key for name in names for key in self._of.get(name, ())}

    def run(self, flow: Flow) -> set[EdgeKey]:
        """Have them in a network that runs this way; those that this turns."""
        before, self.flow = self.flow, flow
        return set() if flow is before else {*self.items}

    def match(self, seen: Network, changed: Collection[Node], gone: Collection[str]) -> set[EdgeKey]:
        """Make the connections into changed nodes those that are to be seen; returns the new ones."""
        new: set[EdgeKey] = set()
        for key in self.at(gone):
            self._remove(key)
        for name in (node.name for node in changed):
            wanted = _keys(seen, seen.nodes.get(name))
            had = {key for key in self._of.get(name, ()) if key.target == name}
            for key in had - wanted:
                self._remove(key)
            for key in sorted(wanted - had):
                self._add(key)
                new.add(key)
        return new

    def follow(self, touched: Collection[EdgeKey], ways: Ways, cards: Mapping[str, Card]) -> None:
        """New ways for touched connections, and for those of moved cards unless all around them moved alike."""
        moved = self.at(ways)
        alike: dict[Position | None, set[str]] = defaultdict(set)
        for name, way in ways.items():
            alike[way].add(name)
        left = moved.difference(touched)
        carried = {key: way for key in left if (way := self._common_way(key, ways, alike)) is not None}
        crossed = self._crossed(ways) if len(ways) <= MOST_LOOKED_AT else set()
        for key, way in carried.items():
            self.items[key].moveBy(*way)
        self.reroute({*touched, *crossed, *moved}.difference(carried), cards)

    def reroute(self, keys: Collection[EdgeKey], cards: Mapping[str, Card]) -> None:
        """New ways for these connections."""
        ways = {key: self._way(key, cards) for key in keys if key in self.items}
        for key, way in ways.items():  # only now: every change of an item makes Qt index the scene again
            self.items[key].follow(way, self.flow)

    def show_near(self, near: set[EdgeKey]) -> None:
        """Let these connections, those of what is selected, stand out."""
        for key in near | self._near:
            if key in self.items:
                self.items[key].show_near(near=key in near)
        self._near = near

    def show_path(self, path: Collection[EdgeKey]) -> None:
        """Let these connections, the way to what is looked at, stand out quietly."""
        for key, item in self.items.items():
            item.show_path(on_path=key in path)

    def _crossed(self, names: Iterable[str]) -> set[EdgeKey]:
        """The connections that run near where these cards stand."""
        area = QRectF()
        for name in names:
            area = area.united(self._boxes[name])
        found = self._scene.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        return {item.key for item in found if isinstance(item, EdgeItem)}

    def _common_way(self, key: EdgeKey, ways: Ways, alike: Mapping[Position | None, set[str]]) -> Position | None:
        """How far a connection moved with both its ends and everything that it goes around; None if it did not."""
        way, area = ways.get(key.source), self._areas.get(key)
        if way is None or ways.get(key.target) != way:
            return None
        if area is None:
            return way
        self._areas[key] = area = area.translated(*way)
        return way if self.flow is DOWN and self._boxes.is_among(area, alike[way]) else None

    def _way(self, key: EdgeKey, cards: Mapping[str, Card]) -> list[QPointF]:
        flow = self.flow
        start = flow.point(cards[key.source].port("output"))
        end = flow.point(cards[key.target].port("input"))
        if STEP <= end.y() - start.y() <= 2 * STEP:
            self._areas.pop(key, None)
            return flow.points(corners(start, end, ()))
        area = QRectF(start, end).normalized().adjusted(-2 * style.WIDTH, -5, 2 * style.WIDTH, 5)
        self._areas[key] = flow.rect(area)
        boxes = flow.rects(self._boxes.near(self._areas[key]))
        if end.y() < start.y() and flow is not DOWN:  # downwards the rims of frames leave room enough
            boxes = [*boxes, *self._frames_between(start, end, area)]
        return flow.points(corners(start, end, boxes))

    def _frames_between(self, start: QPointF, end: QPointF, area: QRectF) -> list[QRectF]:
        """The frames in an area that hold neither end, without their rims: near to those lines may run."""
        frames = (frame for frame in self.flow.rects(self.frames) if frame.intersects(area))
        return [
            frame.adjusted(RIM, 0, -RIM, 0) for frame in frames if not (frame.contains(start) or frame.contains(end))
        ]

    def _add(self, key: EdgeKey) -> None:
        item = self.items[key] = EdgeItem(key)
        for name in (key.source, key.target):
            self._of.setdefault(name, set()).add(key)
        self._scene.addItem(item)

    def _remove(self, key: EdgeKey) -> None:
        self._scene.removeItem(self.items.pop(key))
        self._near.discard(key)
        self._areas.pop(key, None)
        for name in (key.source, key.target):
            self._of[name].discard(key)


def _keys(seen: Network, node: Node | None) -> set[EdgeKey]:
    """The connections into a node; inputs that do not exist have none."""
    counts = Counter(source for source in (node.inputs if node else ()) if source in seen)
    target = node.name if node else ""
    return {EdgeKey(source, target, number) for source, count in counts.items() for number in range(count)}
