"""What is different between two networks, as a value: for showing side by side, and for making it again.

`apply(difference(before, after), before)` is `after`, so nothing is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.core.graph.canvas import Canvas
from workbench.core.graph.matching import matched
from workbench.core.graph.network import BlockUse, Network, Node
from workbench.errors import WorkbenchError

MISSING = "–"
"""What stands for the value of an argument that is not given."""


@dataclass(frozen=True)
class NodeChange:
    """One layer in both networks. `sources` are its old inputs under the names that they have afterwards."""

    before: Node
    after: Node
    sources: tuple[str, ...]

    @property
    def renamed(self) -> bool:
        """Whether its weights have other keys."""
        return self.before.name != self.after.name

    @property
    def replaced(self) -> bool:
        """Whether another kind of layer has its place."""
        return self.before.kind != self.after.kind

    @property
    def arguments(self) -> dict[str, tuple[Any, Any]]:
        """The old and the new value of each argument that changed."""
        old, new = self.before.arguments, self.after.arguments
        changed = [name for name in dict.fromkeys((*old, *new)) if _given(old, name) != _given(new, name)]
        return {name: (old.get(name, MISSING), new.get(name, MISSING)) for name in changed}

    @property
    def rewired(self) -> bool:
        """Whether it takes other layers, or takes them in another order."""
        return self.sources != self.after.inputs

    @property
    def moved(self) -> bool:
        """Whether it lies elsewhere on the canvas."""
        return self.before.position != self.after.position

    def __bool__(self) -> bool:
        return self.renamed or self.replaced or bool(self.arguments) or self.rewired or self.moved


@dataclass(frozen=True)
class Difference:
    """All that has to be done to one network to get another; false where they are alike.

    `order` is the new order of all names where that is not the old one without the removed and with the added at the
    end. `titles` are the names of the networks, `blocks` the block uses of each prefix and `canvas` what is written
    beside the nodes, old and new.
    """

    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    changed: tuple[NodeChange, ...] = ()
    order: tuple[str, ...] | None = None
    titles: tuple[str, str] | None = None
    blocks: Mapping[str, tuple[BlockUse | None, BlockUse | None]] = field(default_factory=dict)
    canvas: tuple[Canvas, Canvas] | None = None

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.changed, self.order, self.titles, self.blocks, self.canvas))

    @property
    def structural(self) -> bool:
        """Whether the networks compute something else, or keep their weights under other keys."""
        return bool(self.added or self.removed or self.order) or any(
            change.renamed or change.replaced or change.arguments or change.rewired for change in self.changed
        )


def difference(before: Network, after: Network) -> Difference:
    """What is different in `after`, with each layer matched by its name or, where that changed, by its structure."""
    matches = matched(before, after)
    pairs = {new: old for old, new in matches.items()}
    changes = [
        NodeChange(before[old], after[new], tuple(matches.get(source, source) for source in before[old].inputs))
        for old, new in matches.items()
    ]
    found = Difference(
        added=tuple(node for node in after if node.name not in pairs),
        removed=tuple(node for node in before if node.name not in matches),
        changed=tuple(change for change in changes if change),
        titles=(before.name, after.name) if before.name != after.name else None,
        blocks=_block_changes(before, after),
        canvas=(before.canvas, after.canvas) if before.canvas != after.canvas else None,
    )
    order = tuple(after.nodes)
    return found if tuple(apply(found, before).nodes) == order else _ordered(found, order)


def apply(change: Difference, network: Network) -> Network:
    """The network with the difference made to it; raises `WorkbenchError` where it does not fit."""
    old = (*change.removed, *(pair.before for pair in change.changed))
    strange = next((node for node in old if network.nodes.get(node.name) != node), None)
    if strange is not None:
        raise WorkbenchError(f"The difference does not fit {network.name}", f"{strange.name} is not as it was before")
    gone, new = {node.name for node in change.removed}, {pair.before.name: pair.after for pair in change.changed}
    names = {name: after.name for name, after in new.items()}
    nodes = [new.get(node.name) or _following(node, names) for node in network if node.name not in gone]
    named = {node.name: node for node in (*nodes, *change.added)}
    if len(named) < len(nodes) + len(change.added) or (change.order and set(change.order) != set(named)):
        raise WorkbenchError(f"The difference does not fit {network.name}", "its names are other ones")
    blocks = {**network.blocks, **{prefix: use for prefix, (_, use) in change.blocks.items() if use}}
    kept = {prefix: use for prefix, use in blocks.items() if change.blocks.get(prefix, (None, use))[1]}
    title = change.titles[1] if change.titles else network.name
    canvas = change.canvas[1] if change.canvas else network.canvas
    return Network(title, {name: named[name] for name in change.order or named}, kept, canvas)


def _following(node: Node, names: Mapping[str, str]) -> Node:
    """A node that takes the same layers, whatever they are called."""
    inputs = tuple(names.get(source, source) for source in node.inputs)
    return node if inputs == node.inputs else node.with_(inputs=inputs)


def _ordered(found: Difference, order: tuple[str, ...]) -> Difference:
    return replace(found, order=order)


def _block_changes(before: Network, after: Network) -> dict[str, tuple[BlockUse | None, BlockUse | None]]:
    prefixes = dict.fromkeys((*before.blocks, *after.blocks))
    pairs = {prefix: (before.blocks.get(prefix), after.blocks.get(prefix)) for prefix in prefixes}
    return {prefix: (old, new) for prefix, (old, new) in pairs.items() if old != new}


def _given(arguments: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    return (arguments[name],) if name in arguments else ()
