"""Where things are when groups lie within groups: laid out with every group closed, and how it grows when some open.

A node has one place on the canvas: the one that it has when every group beside it is closed. The card of a closed group
lies where what is directly in it begins. So what lies in one group never overlaps, groups that open make the rest give
way without changing a place, and closing them brings everything back.

Places come and go as they are on the canvas; what is inside computes them as (across, along) (see `orientation`), in
the words of a network that runs downwards.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from workbench.core.graph.layout import Size, Wanted, always, layered_layout
from workbench.core.graph.network import Position
from workbench.core.graph.orientation import Direction, Rectangle, turned, turned_all, turned_box
from workbench.core.graph.outline import ROOT, Outline

MOST_COMPARED = 300
"""Of more things in one group not each is compared with each: then what is level stays level."""
Extent = tuple[float, float, float]
"""How far something reaches to the left of a card, to the right of it, and downwards from its upper edge."""


NODE: Size = (216.0, 50.0)
ASPECTS: dict[Direction, Size] = {"down": (1.2, 3.0), "right": (1.8, 1.2)}
"""The wanted width by height of nodes, and of mostly groups, when they are closed."""


@dataclass(frozen=True)
class Sizes:
    """What things take: a node, the free space, a closed group, and an open one around its content.

    `before` is the room at the left and above the content of an open group, `behind` that at the right and below it;
    `row` is the free space between rows of a network that runs to the right: what groups make is written below them.
    """

    node: Size = NODE
    gap: Size = (44.0, 28.0)
    group: Size = (216.0, 72.0)
    before: Size = (18.0, 54.0)
    behind: Size = (18.0, 18.0)
    row: float = 48.0

    def turned(self, direction: Direction) -> Sizes:
        """The same as (across, along)."""
        if direction == "down":
            return self
        gap = (self.gap[0], self.row)
        node, gap, group, before, behind = (
            turned(part, direction) for part in (self.node, gap, self.group, self.before, self.behind)
        )
        return Sizes(node, gap, group, before, behind)


@dataclass(frozen=True)
class Arrangement:
    """Where what is seen is shown: the upper left corners of the cards, and the frames of the open groups."""

    cards: Mapping[str, Position] = field(default_factory=dict)
    frames: Mapping[str, Rectangle] = field(default_factory=dict)

    def turned(self, direction: Direction) -> Arrangement:
        """The same as (across, along), or back."""
        frames = {key: turned_box(frame, direction) for key, frame in self.frames.items()}
        return Arrangement(turned_all(self.cards, direction), frames)


def nested_layout(tree: Outline, sizes: Sizes, *, wanted: Wanted = always) -> dict[str, Position]:
    """A place for every node: each group laid out for itself with the groups in it closed.

    Raises `LayoutCancelled` soon after `wanted` has begun to say no.
    """
    way = tree.direction
    gap = turned(sizes.turned(way).gap, way)
    local = {
        group: layered_layout(
            world, size=sizes.node, gap=gap, aspect=_aspect(tree, group), direction=way, wanted=wanted
        )
        for group, world in tree.worlds.items()
    }
    places: dict[str, Position] = {}
    _place(tree, ROOT, (0.0, 0.0), local, places)
    return places


def _aspect(tree: Outline, group: str) -> float:
    """Groups grow along when they open: where there are mostly groups, closed they may lie more side by side."""
    inner = tree.children[group]
    mostly = 2 * sum(map(tree.is_group, inner)) > len(inner)
    return ASPECTS[tree.direction][mostly]


def _place(
    tree: Outline,
    group: str,
    corner: Position,
    local: Mapping[str, Mapping[str, Position]],
    places: dict[str, Position],
) -> None:
    inner = local[group]
    left, top = (0.0, 0.0) if group == ROOT else card_above(inner.values(), tree.direction)
    for key, (x, y) in inner.items():
        there = (corner[0] + x - left, corner[1] + y - top)
        if tree.is_group(key):
            _place(tree, key, there, local, places)
        else:
            places[key] = there


def card_above(corners: Iterable[Position], direction: Direction = "down") -> Position:
    """The corner of the card of a group whose content has these corners: where the content begins.

    That is its highest card, the left one of several, and if data runs to the right the leftmost one, the highest of
    several: so a line that runs into a group runs on when it opens.
    """
    along, across = min(turned(corner, direction)[::-1] for corner in corners)
    return turned((across, along), direction)


def cards(tree: Outline, places: Mapping[str, Position]) -> dict[str, Position]:
    """The corner of every node and of the card of every group, with all groups closed."""
    found = dict(places)
    for group in reversed(_inner_last(tree)):
        found[group] = card_above((found[key] for key in tree.children[group]), tree.direction)
    return found


def _inner_last(tree: Outline) -> list[str]:
    order, waiting = [], [ROOT]
    while waiting:
        inner = [key for key in tree.children[waiting.pop()] if tree.is_group(key)]
        order += inner
        waiting += inner
    return order


def arranged(
    tree: Outline, places: Mapping[str, Position], opened: Collection[str], *, sizes: Sizes, root: str = ROOT
) -> Arrangement:
    """Where everything is shown when these groups are open and only the root is looked at."""
    if not tree.children.get(root):
        return Arrangement()
    way = tree.direction
    closed = turned_all(cards(tree, places), way)
    return _Arranger(tree, closed, opened, sizes.turned(way)).whole(root).turned(way)


@dataclass(frozen=True)
class _World:
    """What is seen of one group, and the corner of its card, which stays where it is when the group opens."""

    corner: Position
    cards: Mapping[str, Position]
    frames: Mapping[str, Rectangle]

    def moved(self, corner: Position, header: float) -> _World:
        """The same with the card at another corner, the frame beginning at the height of the card."""
        right, down = corner[0] - self.corner[0], corner[1] - self.corner[1] + header
        return _World(
            corner,
            {key: (x + right, y + down) for key, (x, y) in self.cards.items()},
            {key: (x + right, y + down, width, height) for key, (x, y, width, height) in self.frames.items()},
        )


class _Arranger:
    """Opens groups from the inside out."""

    def __init__(self, tree: Outline, closed: Mapping[str, Position], opened: Collection[str], sizes: Sizes) -> None:
        self._tree, self._closed, self._opened, self._sizes = tree, closed, opened, sizes

    def whole(self, root: str) -> Arrangement:
        """What is seen of the root, in the coordinates of the canvas."""
        world = self._world(root)
        around = {} if root == ROOT else {root: self._frame_around(world)}
        return Arrangement(world.cards, {**around, **world.frames})

    def _world(self, group: str) -> _World:
        """The cards and frames in one group, as if nothing outside were open."""
        inner = self._tree.children[group]
        corners = {key: self._closed[key] for key in inner}
        if not any(map(self._tree.is_group, inner)):
            return _World(card_above(corners.values()), corners, {})
        opened = {key: self._world(key) for key in inner if self._is_open(key)}
        extents = {key: self._extent(key, opened.get(key)) for key in inner}
        spread = _spread(_apart(self._tree, corners, self._sizes), extents, self._sizes)
        shown: dict[str, Position] = {}
        frames: dict[str, Rectangle] = {}
        for key, corner in spread.items():
            world = opened.get(key)
            if world is None:
                shown[key] = corner
            else:
                moved = world.moved(corner, self._sizes.before[1])
                frames[key] = self._frame_around(moved)
                shown.update(moved.cards)
                frames.update(moved.frames)
        return _World(card_above(spread.values()), shown, frames)

    def _frame_around(self, world: _World) -> Rectangle:
        sizes = self._sizes
        boxes = [(x, y, *self._card(key)) for key, (x, y) in world.cards.items()] + [*world.frames.values()]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
        width = right - left + sizes.before[0] + sizes.behind[0]
        height = bottom - top + sizes.before[1] + sizes.behind[1]
        return (left - sizes.before[0], top - sizes.before[1], width, height)

    def _extent(self, key: str, world: _World | None) -> Extent:
        """How far a thing reaches to the left of its corner, to the right of the card of a node, and downwards."""
        if world is None:
            width, height = self._card(key)
            return (0.0, width - self._sizes.node[0], height)
        left, _, width, height = self._frame_around(world)
        return (world.corner[0] - left, left + width - world.corner[0] - self._sizes.node[0], height)

    def _is_open(self, key: str) -> bool:
        return key in self._opened and self._tree.is_group(key)

    def _card(self, key: str) -> Size:
        return self._sizes.group if self._tree.is_group(key) else self._sizes.node


def _apart(tree: Outline, corners: Mapping[str, Position], sizes: Sizes) -> dict[str, Position]:
    """Groups that lie on something, as after a stack has been split, and what then lies on that, moved down."""
    order = {key: number for number, key in enumerate(corners)}
    settled: dict[str, Position] = {}
    firm: set[str] = set()
    for key in sorted(corners, key=lambda key: (corners[key][1], order[key])):
        x, y = corners[key]
        moves = tree.is_group(key)
        under = [
            other[1]
            for name, other in settled.items()
            if (moves or name in firm) and abs(other[0] - x) < sizes.node[0] and abs(other[1] - y) < sizes.node[1]
        ]
        while under:
            y = max(under) + sizes.node[1] + sizes.gap[1]
            moves = True
            under = [
                other[1]
                for other in settled.values()
                if abs(other[0] - x) < sizes.node[0] and abs(other[1] - y) < sizes.node[1]
            ]
        settled[key] = (x, y)
        if moves:
            firm.add(key)
    return {key: settled[key] for key in corners}


def _spread(corners: Mapping[str, Position], extents: Mapping[str, Extent], sizes: Sizes) -> dict[str, Position]:
    """New corners when things grow to the sides and downwards: what lay apart still lies apart.

    What lay beside or below gives way as far as there is no room; columns stay columns.
    """
    if all(extent == (0.0, 0.0, sizes.node[1]) for extent in extents.values()):
        return dict(corners)
    across = _shifts(
        {key: x for key, (x, _) in corners.items()},
        {key: (left, right) for key, (left, right, _) in extents.items()},
        sizes.node[0],
        sizes.gap[0],
    )
    wide = {key: (x + across[x], y) for key, (x, y) in corners.items()}
    if len(corners) <= MOST_COMPARED:
        return _lowered(wide, extents, sizes)
    heights = {key: (0.0, height - sizes.node[1]) for key, (_, _, height) in extents.items()}
    down = _shifts({key: y for key, (_, y) in corners.items()}, heights, sizes.node[1], sizes.gap[1])
    return {key: (x, y + down[y]) for key, (x, y) in wide.items()}


def _lowered(corners: Mapping[str, Position], extents: Mapping[str, Extent], sizes: Sizes) -> dict[str, Position]:
    """New corners when things grow downwards, each pushing only what is below it."""
    width, height = sizes.node
    done: list[tuple[float, float, float, float]] = []
    lowered: dict[str, Position] = {}
    for key in sorted(corners, key=lambda key: corners[key][1]):
        x, y = corners[key]
        left, right = x - extents[key][0], x + width + extents[key][1]
        needed = [
            bottom + min(sizes.gap[1], y - top - height)
            for start, end, top, bottom in done
            if start < right and left < end and top + height <= y
        ]
        lowered[key] = (x, max([y, *needed]))
        done.append((left, right, y, lowered[key][1] + extents[key][2]))
    return {key: lowered[key] for key in corners}


def _shifts(
    starts: Mapping[str, float], growth: Mapping[str, tuple[float, float]], size: float, gap: float
) -> dict[float, float]:
    """How far what starts at each coordinate moves, when everything grows before and behind itself by so much.

    The distance to what ended before stays as it was where it was less than the gap, and is at least the gap else.
    """
    before: dict[float, float] = {}
    behind: dict[float, float] = {}
    for key, start in starts.items():
        before[start] = max(before.get(start, 0.0), growth[key][0])
        behind[start] = max(behind.get(start, 0.0), growth[key][1])
    order = sorted(before)
    shifts: dict[float, float] = {}
    far = -math.inf
    passed = 0
    for place, start in enumerate(order):
        while passed < place and order[passed] + size + gap <= start:
            far = max(far, order[passed] + size + shifts[order[passed]] + behind[order[passed]] + gap)
            passed += 1
        shift = max(0.0, far + before[start] - start)
        for other in order[passed:place]:
            beside = other + size > start
            shift = max(shift, shifts[other] + (0.0 if beside else behind[other] + before[start]))
        shifts[start] = shift
    return shifts
