"""Places for what has none yet: beside what it belongs to, with what is in the way making room, group by group."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from workbench.core.graph.canvas import Box
from workbench.core.graph.canvas_edits import run
from workbench.core.graph.edits import move
from workbench.core.graph.layout import LayoutCancelled, Wanted, always, push_down
from workbench.core.graph.nesting import MOST_COMPARED, NODE, Sizes, card_above, cards, nested_layout
from workbench.core.graph.network import Network, Position
from workbench.core.graph.orientation import Direction, turned, turned_all
from workbench.core.graph.outline import ROOT, Outline, outline


def housed(tree: Outline, places: Mapping[str, Position], sizes: Sizes) -> dict[str, Position]:
    """A place for every node: those that have one keep it, the others come below what feeds them, in their group.

    What they come down on gives way downwards within its group; a group without any place is laid out for itself.
    """
    if not places:
        return nested_layout(tree, sizes)
    found = {name: place for name, place in places.items() if name in tree.network}
    if len(found) == len(tree.network):
        return found
    fallback = nested_layout(tree, sizes)
    _house(tree, ROOT, found, fallback, sizes)
    return {name: found[name] for name in tree.network.nodes}


def _house(
    tree: Outline, group: str, found: dict[str, Position], fallback: Mapping[str, Position], sizes: Sizes
) -> None:
    """House what lies directly in a group, inner groups first: a group that has a place has one for its card."""
    for key in tree.children[group]:
        known = [name for name in tree.nodes(key) if name in found]
        if tree.is_group(key) and known and len(known) < len(tree.nodes(key)):
            _house(tree, key, found, fallback, sizes)
    world = tree.worlds[group]
    for key in [*world.execution_order, *(name for name in world.nodes if name not in world.execution_order)]:
        if not any(name in found for name in tree.nodes(key)):
            corners = cards_in(tree, group, found)
            wanted = _below(world, key, corners, sizes, tree.direction)
            shift_group(tree, key, wanted, fallback, found)
            make_way(tree, group, key, found, sizes)


def laid_out(tree: Outline, sizes: Sizes, fixed: Collection[str], *, wanted: Wanted = always) -> dict[str, Position]:
    """`nested_layout`, but these nodes stay where they are, and what the layout wants there makes way downwards.

    Where very many nodes stay, nothing makes way for them. Raises `LayoutCancelled` as `nested_layout` does.
    """
    places = nested_layout(tree, sizes, wanted=wanted)
    kept = {name: place for name in fixed if name in tree.network and (place := tree.network[name].position)}
    for name in sorted(kept, key=lambda name: (turned(kept[name], tree.direction)[1], name)):
        if not wanted():
            raise LayoutCancelled
        places[name] = kept[name]
        if len(kept) <= MOST_COMPARED:
            make_way(tree, tree.parents[name], name, places, sizes)
            places |= kept
    return places


def boxes(tree: Outline, places: Mapping[str, Position]) -> dict[str, dict[str, Box]]:
    """For each group of names what lies directly in it, each thing as large as a node, with all groups closed."""
    corners = cards(tree, places)
    found: dict[str, dict[str, Box]] = {}
    for group, inner in tree.children.items():
        known = found.setdefault(tree.prefix(group), {})
        known |= {key: (*corners[key], *NODE) for key in inner}
    return found


def cards_in(tree: Outline, group: str, places: Mapping[str, Position]) -> dict[str, Position]:
    """The corners of what lies directly in a group, as far as all of it has places."""
    return {
        key: corner_of(tree, key, places)
        for key in tree.children[group]
        if all(name in places for name in tree.nodes(key))
    }


def corner_of(tree: Outline, key: str, places: Mapping[str, Position]) -> Position:
    """The corner of a node or of the card of a group."""
    if not tree.is_group(key):
        return places[key]
    return card_above((corner_of(tree, inner, places) for inner in tree.children[key]), tree.direction)


def _below(world: Network, key: str, corners: Mapping[str, Position], sizes: Sizes, direction: Direction) -> Position:
    """The place for something new: below what feeds it, beside where that feeds others, above what it feeds."""
    return turned(_below_flowing(world, key, turned_all(corners, direction), sizes.turned(direction)), direction)


def _below_flowing(world: Network, key: str, corners: Mapping[str, Position], sizes: Sizes) -> Position:
    """`_below`, as (across, along)."""
    row = sizes.node[1] + sizes.gap[1]
    feeder = next((source for source in world[key].inputs if source in corners), None)
    if feeder is not None:
        alone = len(world.consumers[feeder]) == 1
        return (corners[feeder][0] + (0.0 if alone else sizes.node[0] + sizes.gap[0]), corners[feeder][1] + row)
    taker = next((name for name in world.consumers[key] if name in corners), None)
    if taker is not None:
        return (corners[taker][0] + sizes.node[0] + sizes.gap[0], corners[taker][1] - row)
    low = max((y for _, y in corners.values()), default=-row)
    return (min((x for x, _ in corners.values()), default=0.0), low + row)


def shift_group(
    tree: Outline, key: str, corner: Position, content: Mapping[str, Position], found: dict[str, Position]
) -> None:
    """Put a group down as it is laid out in `content`, with its card at a corner."""
    x, y = corner_of(tree, key, content)
    for name in tree.nodes(key):
        found[name] = (content[name][0] - x + corner[0], content[name][1] - y + corner[1])


def make_way(tree: Outline, group: str, placed: str, found: dict[str, Position], sizes: Sizes) -> None:
    """Have what lies in the same group make way downwards for what was put down."""
    corners, flow = cards_in(tree, group, found), sizes.turned(tree.direction)
    moved = push_down(turned_all(corners, tree.direction), placed, size=flow.node, gap=flow.gap[1])
    for key, (x, y) in turned_all(moved, tree.direction).items():
        right, down = x - corners[key][0], y - corners[key][1]
        for name in tree.nodes(key):
            found[name] = (found[name][0] + right, found[name][1] + down)


def put_down(network: Network, key: str, corner: Position, sizes: Sizes) -> Network:
    """The network with a node or a group, which may have no places yet, put down with its card at a corner.

    What lies in the same group makes way downwards.
    """
    tree = outline(network)
    found = {node.name: node.position for node in network if node.position}
    if any(name not in found for name in tree.nodes(key)):
        content: Mapping[str, Position] = nested_layout(tree, sizes)
    else:
        content = dict(found)
    shift_group(tree, key, corner, content, found)
    make_way(tree, tree.parents[key], key, found, sizes)
    return move(network, found)


def make_room(tree: Outline, group: str, places: Mapping[str, Position], sizes: Sizes) -> dict[str, Position]:
    """The places when what lies below a group gives way as far as its content reaches: before it is taken apart."""
    way, found = tree.direction, dict(places)
    inner = turned_all(cards_in(tree, group, places), way).values()
    _, top = turned(corner_of(tree, group, places), way)
    right, down = turned((0.0, max(y for _, y in inner) - top), way)
    for key, (_, y) in turned_all(cards_in(tree, tree.parents[group], places), way).items():
        if key != group and y >= top + sizes.turned(way).node[1]:
            for name in tree.nodes(key):
                found[name] = (found[name][0] + right, found[name][1] + down)
    return found


def redirected(network: Network, direction: Direction, sizes: Sizes, *, wanted: Wanted = always) -> Network:
    """The network running another way, with every node that lies where somebody has put it where that is then.

    So far as it lay from where a layout wanted it, so far it lies from there again: a column beside becomes a row
    below. All other nodes keep their old places until a layout gives them others.
    """
    before, after = network, run(network, direction)
    if after.canvas == before.canvas or not before.canvas.fixed:
        return after
    old = nested_layout(outline(before), sizes, wanted=wanted)
    new = nested_layout(outline(after), sizes, wanted=wanted)
    steps, strides = (_pitch(sizes.turned(way)) for way in (before.canvas.direction, direction))
    places = {name: place for name in before.canvas.fixed if name in before and (place := before[name].position)}

    def there(name: str) -> Position:
        away = (places[name][0] - old[name][0], places[name][1] - old[name][1])
        across, along = turned(away, before.canvas.direction)
        x, y = turned((across / steps[0] * strides[0], along / steps[1] * strides[1]), direction)
        return (float(round(new[name][0] + x)), float(round(new[name][1] + y)))

    return move(after, {name: there(name) for name in places})


def _pitch(flow: Sizes) -> Position:
    """From one card to the next, across and along."""
    return (flow.node[0] + flow.gap[0], flow.node[1] + flow.gap[1])
