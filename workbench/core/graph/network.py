"""The network as an immutable value: named nodes, each with a kind, arguments, ordered inputs, a place on the canvas.

A node's dotted name is its module path: the compiled module's `state_dict` keys are the node names, and a group is
nothing but a common prefix. What follows from the input shape (`in_channels`, `in_features`, ...) is not stored.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from workbench.core.graph.canvas import Canvas

Arguments = Mapping[str, Any]
Position = tuple[float, float]
INPUT, OUTPUT = "Input", "Output"


@dataclass(frozen=True)
class Node:
    """One layer or operation. `inputs` names the nodes whose outputs it takes, in order."""

    name: str
    kind: str
    arguments: Arguments = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    position: Position | None = None

    def with_(self, **changes: Any) -> Node:
        """A copy with the given fields changed."""
        return replace(self, **changes)

    def at(self, position: Position | None) -> Node:
        """A copy at another place: an edit puts thousands of nodes somewhere, and this is four times as fast."""
        return Node(self.name, self.kind, self.arguments, self.inputs, position)


@dataclass(frozen=True)
class BlockUse:
    """That the nodes below a prefix were made by a block of the catalog with these arguments."""

    block: str
    arguments: Arguments = field(default_factory=dict)


@dataclass(frozen=True)
class Network:
    """An immutable graph of nodes, in the order in which their modules are registered.

    Two networks with equal contents are equal; an edit returns a new network and shares the nodes it did not touch.
    """

    name: str
    nodes: Mapping[str, Node] = field(default_factory=dict)
    blocks: Mapping[str, BlockUse] = field(default_factory=dict)
    canvas: Canvas = field(default_factory=Canvas)
    """What is written beside the nodes; it changes nothing that is computed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", MappingProxyType(dict(self.nodes)))
        object.__setattr__(self, "blocks", MappingProxyType(dict(self.blocks)))

    @staticmethod
    def of(name: str, nodes: Iterable[Node]) -> Network:
        """A network of these nodes."""
        return Network(name, {node.name: node for node in nodes})

    def __contains__(self, name: str) -> bool:
        return name in self.nodes

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def with_nodes(self, nodes: Iterable[Node]) -> Network:
        """The same network with other nodes."""
        return replace(self, nodes={node.name: node for node in nodes})

    def with_(self, **changes: Any) -> Network:
        """A copy with the given fields changed."""
        return replace(self, **changes)

    def of_kind(self, kind: str) -> tuple[Node, ...]:
        """All nodes of one kind."""
        return tuple(node for node in self if node.kind == kind)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The prefixes of all names: the groups that the dots make."""
        return frozenset(self.members)

    @cached_property
    def members(self) -> Mapping[str, tuple[Node, ...]]:
        """For each group its nodes, in the order of the network."""
        found: dict[str, list[Node]] = {}
        for node in self:
            for prefix in prefixes(node.name):
                found.setdefault(prefix, []).append(node)
        return {prefix: tuple(nodes) for prefix, nodes in found.items()}

    @cached_property
    def consumers(self) -> Mapping[str, tuple[str, ...]]:
        """For each node the names of the nodes that take its output (a node that takes it twice is named twice)."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for node in self:
            for source in node.inputs:
                found.setdefault(source, []).append(node.name)
        return {name: tuple(names) for name, names in found.items()}

    @cached_property
    def execution_order(self) -> tuple[str, ...]:
        """The names, each after its inputs and else in their own order; without the nodes on a cycle or behind one."""
        waiting = {node.name: sum(source in self.nodes for source in node.inputs) for node in self}
        places = {name: place for place, name in enumerate(self.nodes)}
        ready = [(places[name], name) for name, count in waiting.items() if count == 0]  # sorted, so a heap
        order: list[str] = []
        while ready:
            _, name = heapq.heappop(ready)
            order.append(name)
            for consumer in self.consumers[name]:
                waiting[consumer] -= 1
                if waiting[consumer] == 0:
                    heapq.heappush(ready, (places[consumer], consumer))
        return tuple(order)

    def upstream(self, name: str) -> frozenset[str]:
        """The node and everything its output depends on."""
        return self._reach(name, lambda node: self.nodes[node].inputs)

    def downstream(self, name: str) -> frozenset[str]:
        """The node and everything that depends on its output."""
        return self._reach(name, lambda node: self.consumers[node])

    def _reach(self, name: str, neighbours: Any) -> frozenset[str]:
        seen: set[str] = set()
        stack = [name]
        while stack:
            node = stack.pop()
            if node in self.nodes and node not in seen:
                seen.add(node)
                stack.extend(neighbours(node))
        return frozenset(seen)


def prefixes(name: str) -> Iterator[str]:
    """The groups a node is in, from the inside out: `layer1.0`, `layer1` for `layer1.0.conv1`."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def chain(name: str, nodes: Iterable[Node]) -> Network:
    """A network whose nodes follow one another; a node that already names its inputs keeps them."""
    linked: list[Node] = []
    for node in nodes:
        follows = node.kind != INPUT and not node.inputs and linked
        linked.append(node.with_(inputs=(linked[-1].name,)) if follows else node)
    return Network.of(name, linked)
