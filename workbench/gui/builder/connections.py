"""The connections that are seen: which there are, what they touch, and the ways they take around the cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from workbench.core.graph.network import Network, Node
from workbench.gui.builder import style
from workbench.gui.builder.boxes import Boxes
from workbench.gui.builder.card import Card
from workbench.gui.builder.edge_item import EdgeItem, EdgeKey
from workbench.gui.builder.flow import DOWN
from workbench.gui.builder.routing import STEP, corners

LARGEST = (style.WIDTH, style.GROUP_HEIGHT)
RIM = 8.0


class Connections:
    """One item for each connection between two cards; it knows where the cards stand."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._scene = scene
        self.items: dict[EdgeKey, EdgeItem] = {}
        self._of: dict[str, set[EdgeKey]] = {}
        self._boxes = Boxes(*LARGEST)
        self.flow = DOWN
        self.frames: list[QRectF] = []
        """The open groups: ways back between rows go around those that they neither leave nor reach."""

    def at(self, names: Iterable[str]) -> set[EdgeKey]:
        """The connections into and out of these cards."""
        return {key for name in names for key in self._of.get(name, ())}

    def put(self, name: str, box: QRectF) -> None:
        """A card stands here: connections of others go around it."""
        self._boxes.put(name, box)

    def take_away(self, name: str) -> None:
        """A card is gone; its connections go when they are matched."""
        self._boxes.remove(name)

    def match(self, seen: Network, changed: Collection[Node], gone: Collection[str]) -> set[EdgeKey]:
        """Make the connections into changed nodes those that are to be seen; returns the new ones."""
        new: set[EdgeKey] = set()
        for name in [*gone, *(node.name for node in changed)]:
            wanted = _keys(seen, seen.nodes.get(name))
            had = {key for key in self._of.get(name, ()) if key.target == name}
            for key in had - wanted:
                self._remove(key)
            for key in sorted(wanted - had):
                self._add(key)
                new.add(key)
        return new

    def reroute(self, keys: Collection[EdgeKey], cards: Mapping[str, Card], moved: Collection[str] = ()) -> None:
        """New ways for these connections, and for those whose way a moved card now stands in."""
        crossed: set[EdgeKey] = set()
        if len(moved) < len(cards) / 4:
            for name in moved:
                items = self._scene.items(cards[name].box())
                crossed |= {item.key for item in items if isinstance(item, EdgeItem)}
        ways = {key: self._way(key, cards) for key in {*keys, *crossed} if key in self.items}
        for key, way in ways.items():  # only now: every change of an item makes Qt index the scene again
            self.items[key].follow(way, self.flow)

    def show_near(self, near: Collection[EdgeKey]) -> None:
        """Let these connections, those of what is selected, stand out."""
        for key, item in self.items.items():
            item.show_near(near=key in near)

    def show_path(self, path: Collection[EdgeKey]) -> None:
        """Let these connections, the way to what is looked at, stand out quietly."""
        for key, item in self.items.items():
            item.show_path(on_path=key in path)

    def _way(self, key: EdgeKey, cards: Mapping[str, Card]) -> list[QPointF]:
        flow = self.flow
        start = flow.point(cards[key.source].port("output"))
        end = flow.point(cards[key.target].port("input"))
        if STEP <= end.y() - start.y() <= 2 * STEP:
            return flow.points(corners(start, end, ()))
        area = QRectF(start, end).normalized().adjusted(-2 * style.WIDTH, -5, 2 * style.WIDTH, 5)
        boxes = flow.rects(self._boxes.near(flow.rect(area)))
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
        for name in (key.source, key.target):
            self._of[name].discard(key)


def _keys(seen: Network, node: Node | None) -> set[EdgeKey]:
    """The connections into a node; inputs that do not exist have none."""
    counts = Counter(source for source in (node.inputs if node else ()) if source in seen)
    target = node.name if node else ""
    return {EdgeKey(source, target, number) for source, count in counts.items() for number in range(count)}
