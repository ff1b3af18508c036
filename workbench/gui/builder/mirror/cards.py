"""The cards that are seen: one for each node and each closed group, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsScene

from workbench.core.graph.network import Node, Position
from workbench.core.graph.outline import GROUP, Outline
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.flow import DOWN, Flow
from workbench.gui.builder.items.group_facts import group_text
from workbench.gui.builder.items.group_item import GroupItem
from workbench.gui.builder.items.node_item import NodeItem
from workbench.gui.builder.mirror.boxes import Boxes

LARGEST = (style.WIDTH, style.GROUP_HEIGHT)
Ways = dict[str, Position | None]
"""How far cards were moved, by name; None for those that stood nowhere before."""


class Cards:
    """Makes the cards, puts them where they belong and takes them away; it asks no card where it stands."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._scene = scene
        self.items: dict[str, Card] = {}
        self.boxes = Boxes(*LARGEST)
        self._places: dict[str, Position] = {}
        self._flow = DOWN

    def show(self, node: Node, tree: Outline) -> None:
        """Show another value of a node or closed group, or one that is not seen yet; that stands nowhere."""
        item = self.items.get(node.name)
        if item is None:
            item = self.items[node.name] = _made(node, tree)
            item.show_flow(self._flow)
            self._scene.addItem(item)
        elif isinstance(item, GroupItem):
            item.show_group(node, group_text(tree, node.name))
        elif isinstance(item, NodeItem):
            item.show_node(node, _frame_around(tree, node.name))

    def keep(self, node: Node) -> None:
        """Have a card know the newest value of its node, which looks the same."""
        self.items[node.name].node = node

    def remove(self, name: str) -> None:
        """Take a card away."""
        self.boxes.remove(name)
        self._places.pop(name, None)
        item = self.items.pop(name)
        item.setSelected(False)
        self._scene.removeItem(item)

    def order(self, names: Iterable[str]) -> None:
        """Have the cards in this order, which is that of the network."""
        self.items = {name: self.items[name] for name in names}

    def put(self, places: Mapping[str, Position]) -> Ways:
        """Put cards at these places; how far those were moved that were not there already."""
        before = self._places
        ways: Ways = {}
        for name, place in places.items():
            old = before.get(name)
            if old != place:
                ways[name] = old and (place[0] - old[0], place[1] - old[1])
                before[name] = place
                item = self.items[name]
                item.setPos(*place)
                self.boxes.put(name, QRectF(*place, style.WIDTH, item.height))
        return ways

    def run(self, flow: Flow) -> bool:
        """Have the cards in a network that runs this way; whether it ran another way before."""
        if flow is self._flow:
            return False
        self._flow = flow
        for item in self.items.values():
            item.show_flow(flow)
        return True

    def content(self) -> QRectF:
        """The rectangle that holds all cards."""
        if not self._places:
            return QRectF()
        left = min(x for x, _ in self._places.values())
        right = max(x for x, _ in self._places.values()) + style.WIDTH
        top = min(y for _, y in self._places.values())
        bottom = max(y + self.items[name].height for name, (_, y) in self._places.items())
        return QRectF(left, top, right - left, bottom - top)


def is_same_sort(before: Node, after: Node | None) -> bool:
    """Whether a node is still there and its card can show it: a closed group may give its name to a layer."""
    return after is not None and (before.kind == GROUP) == (after.kind == GROUP)


def _made(node: Node, tree: Outline) -> Card:
    if node.kind == GROUP:
        return GroupItem(node, group_text(tree, node.name))
    made = NodeItem(node)
    made.show_node(node, _frame_around(tree, node.name))
    return made


def _frame_around(tree: Outline, name: str) -> str:
    """The group whose frame is seen around a node, as a prefix of names."""
    return next((tree.prefix(key) for key in tree.around(name) if key not in tree.stacks), "")
