"""Parts: what a block makes before it has a place in a network, and whether a group is what its block makes.

The nodes of a part are named as inside their group; what comes from outside is called `<0>`, `<1>`, as no node can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from workbench.core.graph.network import BlockUse, Network, Node


@dataclass(frozen=True)
class Part:
    """Nodes that belong together, which of them gives the output, and the blocks within them."""

    nodes: tuple[Node, ...]
    output: str
    blocks: Mapping[str, BlockUse] = field(default_factory=dict)


class Blocks(Protocol):
    """What the edits ask of a catalog of blocks."""

    def make(self, use: BlockUse, inputs: int = 1) -> Part:
        """The part for this many inputs; raises `WorkbenchError` for an unknown block or impossible arguments."""

    def changed(self, use: BlockUse, changes: Mapping[str, Any]) -> BlockUse:
        """The use with some arguments changed; raises `WorkbenchError` like `make`."""

    def input_limits(self, block: str) -> tuple[int, int | None]:
        """The fewest and the most inputs of a block (None: any number)."""


def entry(number: int) -> str:
    """What a part calls its input of this number."""
    return f"<{number}>"


def members(network: Network, prefix: str) -> tuple[Node, ...]:
    """The nodes of a group, in the order of the network."""
    return network.members.get(prefix, ())


def is_inside(name: str, prefix: str) -> bool:
    """Whether a node (or a group) lies in a group."""
    return name.startswith(prefix + ".")


def sources(nodes: Iterable[Node], prefix: str) -> tuple[str, ...]:
    """The outside nodes that feed a group, each once, in the order in which it takes them."""
    return tuple(dict.fromkeys(name for node in nodes for name in node.inputs if not is_inside(name, prefix)))


def outlets(network: Network, prefix: str) -> tuple[str, ...]:
    """The nodes of a group whose outputs leave it; if none does, those that nothing inside takes."""
    return leaving(network, members(network, prefix), prefix)


def leaving(network: Network, nodes: Sequence[Node], prefix: str) -> tuple[str, ...]:
    """`outlets` for a group whose nodes are known."""
    users = {node.name: network.consumers[node.name] for node in nodes}
    found = [name for name, takers in users.items() if any(not is_inside(taker, prefix) for taker in takers)]
    return tuple(found or [name for name, takers in users.items() if not takers])


def placed(part: Part, prefix: str, inputs: Sequence[str]) -> Iterator[Node]:
    """The nodes of a part as the nodes of a group fed by these; an input that is not given stays open."""
    known = {entry(number): source for number, source in enumerate(inputs)}
    known |= {node.name: f"{prefix}.{node.name}" for node in part.nodes}
    for node in part.nodes:
        taken = tuple(known[source] for source in node.inputs if source in known)
        yield node.with_(name=known[node.name], inputs=taken)


def uses(part: Part, prefix: str) -> dict[str, BlockUse]:
    """The blocks within a part, named as those of a group."""
    return {f"{prefix}.{inner}": use for inner, use in part.blocks.items()}


def inputs_as_made(network: Network, prefix: str, use: BlockUse, *, blocks: Blocks) -> tuple[str, ...] | None:
    """The outside nodes with which the block makes exactly the nodes of the group, or None if there are none.

    Places on the canvas and the order of the nodes do not matter. Raises `WorkbenchError` if the block makes nothing.
    """
    inner = {node.name: node for node in members(network, prefix)}
    found = sources(inner.values(), prefix)
    part = blocks.make(use, max(1, len(found)))
    if not found:
        return () if _are(inner, placed(part, prefix, ())) else None
    pairs = dict(_taken(part, prefix, inner))
    inputs = tuple(pairs.get(entry(number), "") for number in range(len(found)))
    return inputs if _are(inner, placed(part, prefix, inputs)) else None


def _taken(part: Part, prefix: str, inner: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """What stands in the group where the part names its inputs."""
    for node in part.nodes:
        actual = inner.get(f"{prefix}.{node.name}")
        yield from zip(node.inputs, actual.inputs if actual else (), strict=False)


def _are(inner: Mapping[str, Node], wanted: Iterable[Node]) -> bool:
    made = {node.name: node for node in wanted}
    return made.keys() == inner.keys() and all(is_same(inner[name], node) for name, node in made.items())


def is_same(one: Node, other: Node) -> bool:
    """Whether two nodes differ in nothing but their place on the canvas."""
    return (one.name, one.kind, one.inputs) == (other.name, other.kind, other.inputs) and (
        one.arguments == other.arguments
    )


def still_made(before: Network, after: Network) -> dict[str, BlockUse]:
    """The blocks of `after` that an edit of `before` left as they were: nothing inside is another.

    What feeds a group may have been exchanged, as long as every node inside sees the same exchange.
    """
    if not after.blocks:
        return {}
    touched = {name for name, node in after.nodes.items() if before.nodes.get(name) is not node}
    touched |= before.nodes.keys() - after.nodes.keys()
    suspects = {prefix for prefix in after.blocks if any(is_inside(name, prefix) for name in touched)}
    return {
        prefix: use
        for prefix, use in after.blocks.items()
        if prefix not in suspects or _same_inside(before, after, prefix)
    }


def _same_inside(before: Network, after: Network, prefix: str) -> bool:
    old = {node.name: node for node in members(before, prefix)}
    new = {node.name: node for node in members(after, prefix)}
    if old.keys() != new.keys():
        return False
    exchanged: dict[str, str | None] = {}
    loose = not sources(new.values(), prefix)
    for name, node in old.items():
        inputs = [source for source in node.inputs if not loose or is_inside(source, prefix)]
        if (node.kind, node.arguments) != (new[name].kind, new[name].arguments) or len(inputs) != len(new[name].inputs):
            return False
        for source, present in zip(inputs, new[name].inputs, strict=True):
            if exchanged.setdefault(source, present) != present:
                return False
    return _is_exchange(exchanged, prefix)


def _is_exchange(exchanged: Mapping[str, str | None], prefix: str) -> bool:
    """Whether only outside nodes were exchanged, and different ones for different ones."""
    outside = {old: new for old, new in exchanged.items() if not is_inside(old, prefix)}
    kept = all(old == new for old, new in exchanged.items() if old not in outside)
    apart = len(set(outside.values())) == len(outside)
    return kept and apart and not any(new is not None and is_inside(new, prefix) for new in outside.values())
