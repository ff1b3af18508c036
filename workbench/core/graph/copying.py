"""What a clipboard holds, and its copies in a network, under names that go on with those that are there."""

from __future__ import annotations

from collections.abc import Collection

from workbench.core.graph.edits import free_name
from workbench.core.graph.groups import free_group, is_whole, shifted
from workbench.core.graph.network import BlockUse, Network, Position, prefixes
from workbench.core.graph.numbering import carried_on
from workbench.core.graph.parts import is_inside, still_made
from workbench.core.graph.storage import FORMAT, from_json
from workbench.core.graph.taken import TakenNames
from workbench.errors import WorkbenchError

WHOLE = BlockUse("")
"""Marks, among copied nodes, a group that was chosen as a whole and is no block."""


def paste_network(network: Network, copied: Network, *, offset: Position = (0.0, 0.0)) -> Network:
    """Add copies of the nodes of another network under `pasted_names`, blocks as blocks, moved by the offset."""
    fresh = pasted_names(network, copied)
    nodes = [
        node.with_(
            name=fresh[node.name],
            inputs=tuple(fresh[source] for source in node.inputs if source in fresh),
            position=node.position and shifted(node.position, offset),
        )
        for node in copied
    ]
    blocks = {
        fresh[first][: len(fresh[first]) - len(first) + len(prefix)]: use
        for prefix, use in copied.blocks.items()
        for first in [next((name for name in copied.nodes if is_inside(name, prefix)), "")]
        if first and use != WHOLE
    }
    after = network.with_nodes([*network, *nodes])
    return after.with_(blocks={**still_made(network, after), **blocks})


def pasted_names(network: Network, copied: Network) -> dict[str, str]:
    """For each node of another network a name that is free in this one; the nodes of a block stay together.

    Numbered names go on: a copy of `conv1` is `conv4` where `conv3` is the last.
    """
    taken, fresh = TakenNames(network.nodes), {}
    wanted = carried_on(network.nodes, copied.nodes)
    homes: dict[str, str] = {}
    for name in copied.nodes:
        home = next((prefix for prefix in reversed([*prefixes(name)]) if prefix in copied.blocks), None)
        if home is None:
            fresh[name] = free_name(taken, wanted.get(name, name))
        else:
            if home not in homes:
                homes[home] = free_group(taken, home)
            fresh[name] = homes[home] + name[len(home) :]
        taken.take(fresh[name])
    return fresh


def selection(network: Network, names: Collection[str], *, whole: Collection[str] = ()) -> Network:
    """Only these nodes, with the blocks that are wholly among them: what a clipboard holds.

    Groups that were chosen as a `whole` are marked as such: their copies are groups of their own.
    """
    chosen = set(names)
    nodes = {name: node for name, node in network.nodes.items() if name in chosen}
    blocks = {p: use for p, use in network.blocks.items() if is_whole(network, p, chosen)}
    return Network("clipboard", nodes, {**dict.fromkeys(whole, WHOLE), **blocks})


def read_copied(text: str) -> Network:
    """The nodes in a text that was copied, whatever is written around them; raises `WorkbenchError` in words."""
    if FORMAT not in text:
        raise WorkbenchError("There are no nodes on the clipboard", hint="Copy some with Ctrl+C first")
    return from_json(text[text.find("{") : text.rfind("}") + 1].encode(), source="The text on the clipboard")
