"""Where the nodes go: a layered layout, downwards or to the right, folded so that long networks stay readable.

Everything is computed as (across, along) and turned in the end: the words here are those of a layout downwards.

Longest path gives the layers. The longest chain of nodes is drawn as one straight line; every branch and every long
connection is a straight strip beside it, as near to the middle of its neighbours as there is room. Layered drawing:
Sugiyama, Tagawa, Toda 1981 (doi 10.1109/TSMC.1981.4308636); here whole chains are placed instead of single nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from workbench.core.graph.folding import Fold, fold
from workbench.core.graph.network import INPUT, Network, Position
from workbench.core.graph.orientation import Direction, turned, turned_all

LONGEST_STRIP = 16
"""Connections over more layers than this get no strip of their own (DenseNet has thousands of them)."""
MOST_STRIPS = 6
"""No more strips than this side by side: a bundle of lines is not read one by one."""
STRIP = 16.0
"""The width of a strip that only a connection runs through."""
SLACK = 0.01
"""So much nearer than wanted is near enough: sums of numbers are not exact."""

Size = tuple[float, float]
Wanted = Callable[[], bool]
"""Whether anybody still waits for a layout."""


class LayoutCancelled(Exception):  # noqa: N818 - not an error
    """Nobody waits for the layout any more."""


@dataclass(frozen=True)
class Chain:
    """Nodes (or one connection) on one vertical line: the width it takes in each layer and the chains it touches."""

    names: tuple[str, ...]
    widths: Mapping[int, float]
    neighbours: tuple[str, ...]


def always() -> bool:
    """For layouts that nobody can cancel."""
    return True


def layered_layout(
    network: Network,
    *,
    size: Size = (216.0, 50.0),
    gap: Size = (44.0, 28.0),
    aspect: float = 1.2,
    direction: Direction = "down",
    wanted: Wanted = always,
) -> dict[str, Position]:
    """The upper left corner of every node, without overlaps; the same network always gets the same layout.

    `size` is the size of a node, `gap` the free space between nodes, `aspect` the wanted width by height of the whole.
    Raises `LayoutCancelled` soon after `wanted` has begun to say no.
    """
    wide, (apart, below) = turned(size, direction)[0], turned(gap, direction)
    layers = layers_of(network)
    rows = Rows(apart)
    centres: dict[str, float] = {}
    for chain in _chains(network, layers, wide):
        if not wanted():
            raise LayoutCancelled
        centre = rows.nearest(chain, _barycentre(chain, centres))
        rows.occupy(chain, centre)
        centres.update(dict.fromkeys(chain.names, centre))
    row = turned(size, direction)[1] + below
    shape = aspect if direction == "down" else 1 / aspect
    folded = fold(network, layers, Fold(rows.extents(), row, apart, shape))
    places = {name: (centres[name] + folded[layer][0] - wide / 2, folded[layer][1]) for name, layer in layers.items()}
    return turned_all(places, direction)


def layers_of(network: Network) -> dict[str, int]:
    """The layer of every node: one below its lowest input. Loose nodes come last, one below the other."""
    layers: dict[str, int] = {}
    linked = [name for name in _whole_order(network) if network[name].inputs or network.consumers[name]]
    for name in linked:
        layers[name] = 1 + max((layers[source] for source in network[name].inputs if source in layers), default=-1)
    for name in linked:
        if not network[name].inputs and network[name].kind != INPUT:
            layers[name] = max(0, min(layers[consumer] for consumer in network.consumers[name]) - 1)
    end = max(layers.values(), default=-1) + 1
    loose = [node.name for node in network if node.name not in layers]
    return layers | {name: end + number for number, name in enumerate(loose)}


def push_down(
    positions: Mapping[str, Position], placed: str, *, size: Size = (216.0, 50.0), gap: float = 28.0
) -> dict[str, Position]:
    """New positions of the nodes that must make way downwards, one pushing the next, when `placed` is put down."""
    moved = {placed: positions[placed]}
    below = sorted((place[1], name) for name, place in positions.items() if name != placed)
    for _, name in below:
        x, y = positions[name]
        over = [
            other[1] + size[1] + gap
            for other in moved.values()
            if abs(other[0] - x) < size[0] and other[1] <= y + size[1] / 2 < other[1] + 1.5 * size[1] + gap
        ]
        if over and max(over) > y:
            moved[name] = (x, max(over))
    del moved[placed]
    return moved


def _whole_order(network: Network) -> Iterator[str]:
    """The execution order, then what loops leave out of it."""
    order = network.execution_order
    yield from order
    done = set(order)
    yield from (name for name in network.nodes if name not in done)


def _chains(network: Network, layers: Mapping[str, int], width: float) -> Iterator[Chain]:
    """The longest chain first, then the branches from top to bottom, then the connections that need a strip."""
    depth = _depths(network, layers)
    chain_of: dict[str, int] = {}
    paths: list[list[str]] = []
    for start in sorted(layers, key=lambda name: (layers[name], -depth[name])):
        if start not in chain_of:
            path = _follow(network, start, layers, depth, chain_of, len(paths))
            paths.append(path)
    for path in paths:
        yield _node_chain(network, path, layers, width)
    yield from _strips(network, layers, {path[-1] for path in paths})


def _strips(network: Network, layers: Mapping[str, int], ends: Collection[str]) -> Iterator[Chain]:
    """A strip for every connection that passes layers and does not leave the end of a chain, where there is room."""
    crowd: Counter[int] = Counter()
    for node in network:
        for source in dict.fromkeys(node.inputs):
            between = range(layers.get(source, 0) + 1, layers[node.name])
            if source not in layers or source in ends or not 1 <= len(between) < LONGEST_STRIP:
                continue
            if all(crowd[layer] < MOST_STRIPS for layer in between):
                crowd.update(between)
                yield Chain((), dict.fromkeys(between, STRIP), (source, node.name))


def _follow(
    network: Network,
    start: str,
    layers: Mapping[str, int],
    depth: Mapping[str, int],
    chain_of: dict[str, int],
    number: int,
) -> list[str]:
    """The chain that begins at `start`: always on to the consumer with the longest way to go."""
    path = [start]
    chain_of[start] = number
    while True:
        layer = layers[path[-1]]
        onward = [name for name in network.consumers[path[-1]] if name not in chain_of and layers[name] == layer + 1]
        if not onward:
            return path
        path.append(max(onward, key=depth.__getitem__))
        chain_of[path[-1]] = number


def _depths(network: Network, layers: Mapping[str, int]) -> dict[str, int]:
    """How many nodes the longest way down from each node has."""
    depth: dict[str, int] = {}
    for name in sorted(layers, key=layers.__getitem__, reverse=True):
        below = (depth[consumer] for consumer in network.consumers[name] if layers[consumer] > layers[name])
        depth[name] = 1 + max(below, default=0)
    return depth


def _node_chain(network: Network, path: list[str], layers: Mapping[str, int], width: float) -> Chain:
    """A chain of nodes; the strip below its last node, down to where it joins another chain, belongs to it."""
    first, last = layers[path[0]], layers[path[-1]]
    joins = [layers[name] for name in network.consumers[path[-1]] if last < layers[name] <= last + LONGEST_STRIP]
    widths = dict.fromkeys(range(first, last + 1), width)
    widths |= dict.fromkeys(range(last + 1, max(joins, default=0)), STRIP)
    return Chain(tuple(path), widths, (*network[path[0]].inputs, *network.consumers[path[-1]]))


def _barycentre(chain: Chain, centres: Mapping[str, float]) -> float:
    placed = [centres[name] for name in chain.neighbours if name in centres]
    return sum(placed) / len(placed) if placed else 0.0


class Rows:
    """What is taken in each layer, as intervals (left, right)."""

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._taken: dict[int, list[tuple[float, float]]] = {}

    def nearest(self, chain: Chain, wanted: float) -> float:
        """The free place nearest to the wanted one, on the right of two equally near ones."""
        left = right = wanted
        for start, end in self._merged(chain):
            if start < wanted < end:
                left, right = round(start - SLACK, 3), round(end + SLACK, 3)
                break
        return right if round(right - wanted, 3) <= round(wanted - left, 3) else left

    def _merged(self, chain: Chain) -> list[tuple[float, float]]:
        """Where the middle of a chain cannot be, as intervals that do not touch, from left to right."""
        taken = sorted(
            (left - away, right + away)
            for layer, width in chain.widths.items()
            for left, right in self._taken.get(layer, ())
            for away in (self._between(width, right - left) + width / 2 - SLACK,)
        )
        merged: list[tuple[float, float]] = []
        for start, end in taken:
            if merged and start < merged[-1][1] + SLACK:
                start, end = merged[-1][0], max(merged.pop()[1], end)
            merged.append((start, end))
        return merged

    def occupy(self, chain: Chain, centre: float) -> None:
        """Take the place."""
        for layer, width in chain.widths.items():
            self._taken.setdefault(layer, []).append((centre - width / 2, centre + width / 2))

    def extents(self) -> dict[int, tuple[float, float]]:
        """The leftmost and the rightmost place taken in each layer."""
        return {
            layer: (min(left for left, _ in taken), max(right for _, right in taken))
            for layer, taken in sorted(self._taken.items())
        }

    def _between(self, width: float, other: float) -> float:
        """The space between two things: strips may lie closer than nodes."""
        return self._gap if min(width, other) > STRIP else self._gap / 4
