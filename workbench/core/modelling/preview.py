"""A small true drawing of a network: where its cards, frames and connections lie, for wherever there is little room.

It is a value that says nothing of colours, so one drawing serves light and dark and every resolution.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from workbench.core.graph.nesting import Arrangement, Sizes, arranged, nested_layout
from workbench.core.graph.network import Network
from workbench.core.graph.orientation import Direction, Rectangle
from workbench.core.graph.outline import ROOT, Outline, outline, seen_network
from workbench.core.layers.catalog import CATALOG

MOST_CARDS = 36
"""Groups are drawn open, the outer ones first, until so many cards are seen."""
SIZES = Sizes()


class Box(msgspec.Struct, frozen=True, array_like=True):
    """A card with the category of its layers, or a frame, whose category is empty."""

    left: float
    top: float
    width: float
    height: float
    category: str = ""


class Line(msgspec.Struct, frozen=True, array_like=True):
    """A connection, from where it leaves one card to where it reaches another."""

    x1: float
    y1: float
    x2: float
    y2: float


class Preview(msgspec.Struct, frozen=True):
    """A drawing in the units of the canvas; frames from the outside in."""

    cards: tuple[Box, ...]
    frames: tuple[Box, ...]
    lines: tuple[Line, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of everything."""
        boxes = (*self.cards, *self.frames)
        if not boxes:
            return (0.0, 0.0, 0.0, 0.0)
        left, top = min(box.left for box in boxes), min(box.top for box in boxes)
        right, bottom = max(box.left + box.width for box in boxes), max(box.top + box.height for box in boxes)
        return (left, top, right - left, bottom - top)


def preview(network: Network) -> Preview:
    """The drawing of a network as the canvas would show it with some groups open."""
    tree = outline(network)
    opened = _opened(tree)
    shown = arranged(tree, nested_layout(tree, SIZES), opened, sizes=SIZES)
    cards = {key: _card(tree, key, place) for key, place in shown.cards.items()}
    frames = tuple(_frame(rectangle) for rectangle in shown.frames.values())
    return Preview(tuple(cards.values()), frames, _lines(seen_network(tree, opened), cards, shown, tree.direction))


def _opened(tree: Outline) -> frozenset[str]:
    """The groups to open: level by level, while what is seen stays readable."""
    opened: set[str] = set()
    count = len(tree.children[ROOT])
    for key in sorted(tree.groups, key=lambda key: len([*tree.around(key)])):
        more = len(tree.children[key]) - 1
        if count + more <= MOST_CARDS and all(around in opened for around in tree.around(key)):
            opened.add(key)
            count += more
    return frozenset(opened)


def _card(tree: Outline, key: str, place: tuple[float, float]) -> Box:
    width, height = SIZES.group if tree.is_group(key) else SIZES.node
    kinds = Counter(_category(tree.network[name].kind) for name in tree.nodes(key))
    return Box(_short(place[0]), _short(place[1]), width, height, kinds.most_common(1)[0][0])


def _frame(rectangle: Rectangle) -> Box:
    left, top, width, height = map(_short, rectangle)
    return Box(left, top, width, height)


def _lines(seen: Network, cards: dict[str, Box], shown: Arrangement, direction: Direction) -> tuple[Line, ...]:
    pairs = [(source, node.name) for node in seen for source in node.inputs if source in shown.cards]
    return tuple(_line(cards[source], cards[target], direction) for source, target in pairs if target in cards)


def _line(source: Box, target: Box, direction: Direction) -> Line:
    if direction == "right":
        middle = SIZES.node[1] / 2
        return Line(source.left + source.width, source.top + middle, target.left, target.top + middle)
    return Line(source.left + source.width / 2, source.top + source.height, target.left + target.width / 2, target.top)


def _category(kind: str) -> str:
    return CATALOG[kind].category if kind in CATALOG else ""


def _short(number: float) -> float:
    return round(number, 1)
