"""Edits on blocks: insert one, feed it, change its arguments, forget that a group is one.

The blocks themselves come from a catalog (`Blocks`), of which the graph knows only what they make.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.core.graph import edits, rules
from workbench.core.graph.edits import must_exist, refuse, settled, taking_instead
from workbench.core.graph.groups import group_name_problem, with_group
from workbench.core.graph.network import OUTPUT, BlockUse, Network, Node, prefixes
from workbench.core.graph.parts import (
    Blocks,
    Part,
    inputs_as_made,
    is_inside,
    is_same,
    members,
    outlets,
    placed,
    sources,
    still_made,
    uses,
)
from workbench.errors import Problem, WorkbenchError


def add_block(network: Network, use: BlockUse, *, prefix: str, blocks: Blocks, inputs: tuple[str, ...] = ()) -> Network:
    """Add a block as a new group fed by these nodes; without inputs it stays open until `feed` connects it."""
    must_exist(network, *inputs)
    refuse(group_name_problem(network, prefix))
    part = blocks.make(use, max(1, len(inputs)))
    nodes = [*placed(part, prefix, inputs)]
    return with_group(network, prefix, nodes, {prefix: use, **uses(part, prefix)})


def insert_block_between(
    network: Network, use: BlockUse, *, prefix: str, source: str, target: str, blocks: Blocks
) -> Network:
    """Put a block on the connection from `source` to `target`, at the same place among the target's inputs."""
    must_exist(network, source, target)
    if source not in network[target].inputs:
        raise WorkbenchError(f"{source} does not feed {target}")
    added = add_block(network, use, prefix=prefix, blocks=blocks, inputs=(source,))
    keeping = added.nodes.keys() - {target}
    return settled(added, taking_instead(added, {source: _output(use, prefix, blocks)}, keeping=keeping))


def insert_block_after(network: Network, use: BlockUse, *, prefix: str, source: str, blocks: Blocks) -> Network:
    """Add a block that takes the output of `source`, and have all consumers of `source` take the block instead.

    After the network's output nothing can come: there the block goes before it.
    """
    must_exist(network, source)
    before = network[source]
    if before.kind == OUTPUT and before.inputs:
        return insert_block_between(network, use, prefix=prefix, source=before.inputs[0], target=source, blocks=blocks)
    output = _output(use, prefix, blocks)
    if before.kind == OUTPUT:
        added = add_block(network, use, prefix=prefix, blocks=blocks)
        return added.with_nodes(node.with_(inputs=(output,)) if node.name == source else node for node in added)
    added = add_block(network, use, prefix=prefix, blocks=blocks, inputs=(source,))
    keeping = {node.name for node in members(added, prefix)}
    return settled(added, taking_instead(added, {source: output}, keeping=keeping))


def set_block_arguments(network: Network, prefix: str, changes: Mapping[str, Any], *, blocks: Blocks) -> Network:
    """Change some arguments of a block: its inside is made anew, what it takes and feeds stays.

    Nodes that are the same as before keep their places; a consumer of a node that is gone takes the block's output.
    Raises `WorkbenchError` if the group is no block, or has become another than its block makes.
    """
    use, inputs = _use(network, prefix), _inputs(network, prefix, blocks)
    return _remade(network, prefix, blocks.changed(use, changes), inputs=inputs, blocks=blocks)


def feed(network: Network, prefix: str, source: str, *, blocks: Blocks) -> Network:
    """Feed a node into a block: one more input, or instead of the last one where it takes no more."""
    use, inputs = _use(network, prefix), _inputs(network, prefix, blocks)
    must_exist(network, source)
    refuse(_feed_problem(network, prefix, source))
    _, most = blocks.input_limits(use.block)
    kept = inputs if most is None or len(inputs) < most else inputs[:-1]
    if source in kept:
        raise WorkbenchError(
            f"{source} already feeds {prefix}", "a block tells its inputs apart by where they come from"
        )
    return _remade(network, prefix, use, inputs=(*kept, source), blocks=blocks)


def connect(network: Network, source: str, target: str, *, catalog: rules.Catalog, blocks: Blocks) -> Network:
    """Feed one node into another as `edits.connect` does; where an open block begins, feed the whole block."""
    must_exist(network, source, target)
    for prefix in reversed([*prefixes(target)]):
        if not is_inside(source, prefix) and _begins(network, prefix, target, blocks):
            return feed(network, prefix, source, blocks=blocks)
    return edits.connect(network, source, target, catalog=catalog)


def forget_block(network: Network, prefix: str) -> Network:
    """Keep the nodes of a group and forget which block made them."""
    _use(network, prefix)
    return network.with_(blocks={name: use for name, use in network.blocks.items() if name != prefix})


def remember_blocks(network: Network, found: Mapping[str, BlockUse], *, blocks: Blocks) -> Network:
    """Remember which blocks made some groups; those that are not exactly what the block makes are left out."""
    true = {prefix: use for prefix, use in found.items() if is_made(network, prefix, use, blocks=blocks)}
    return network.with_(blocks={**network.blocks, **true}) if true else network


def is_made(network: Network, prefix: str, use: BlockUse, *, blocks: Blocks) -> bool:
    """Whether a group is exactly what a block makes."""
    try:
        return bool(members(network, prefix)) and inputs_as_made(network, prefix, use, blocks=blocks) is not None
    except WorkbenchError:
        return False


def _remade(network: Network, prefix: str, use: BlockUse, *, inputs: tuple[str, ...], blocks: Blocks) -> Network:
    part = blocks.make(use, max(1, len(inputs)))
    old = {node.name: node for node in members(network, prefix)}
    new = [_as_before(old.get(node.name), node) for node in placed(part, prefix, inputs)]
    instead = _instead(network, prefix, part, blocks)
    others = (node for node in taking_instead(network, instead, keeping=old.keys()) if node.name not in old)
    listed = _in_place(network, [*others], new, prefix)
    outside = {name: made for name, made in network.blocks.items() if not _is_at_or_below(name, prefix)}
    after = network.with_nodes(listed).with_(blocks=outside)
    return after.with_(blocks={**still_made(network, after), prefix: use, **uses(part, prefix)})


def _instead(network: Network, prefix: str, part: Part, blocks: Blocks) -> dict[str, str]:
    """What the consumers of the old nodes take: the new output for the old one and for those that are gone."""
    new = {f"{prefix}.{node.name}" for node in part.nodes}
    ending = f"{prefix}.{blocks.make(network.blocks[prefix], 1).output}"
    return {name: f"{prefix}.{part.output}" for name in outlets(network, prefix) if name not in new or name == ending}


def _in_place(network: Network, others: list[Node], new: Iterable[Node], prefix: str) -> list[Node]:
    """The nodes with those of a group where the first of them was."""
    before = 0
    for node in network:
        if is_inside(node.name, prefix):
            break
        before += 1
    return [*others[:before], *new, *others[before:]]


def _as_before(old: Node | None, new: Node) -> Node:
    if old is None:
        return new
    return old if is_same(old, new) else new.with_(position=old.position)


def _is_at_or_below(name: str, prefix: str) -> bool:
    return name == prefix or is_inside(name, prefix)


def _begins(network: Network, prefix: str, target: str, blocks: Blocks) -> bool:
    """Whether a group is a block that nothing feeds yet, and the node one of those that its input feeds."""
    use, inner = network.blocks.get(prefix), members(network, prefix)
    if use is None or sources(inner, prefix) or not is_made(network, prefix, use, blocks=blocks):
        return False
    fed = placed(blocks.make(use, 1), prefix, ("<",))
    return any(node.name == target and "<" in node.inputs for node in fed)


def _feed_problem(network: Network, prefix: str, source: str) -> Problem | None:
    if network[source].kind == OUTPUT:
        return Problem(source, "The output of the network has no output of its own")
    if is_inside(source, prefix) or any(is_inside(name, prefix) for name in network.upstream(source)):
        return Problem(prefix, "That would close a loop", f"{prefix} already feeds {source}")
    return None


def _use(network: Network, prefix: str) -> BlockUse:
    if prefix not in network.blocks:
        raise WorkbenchError(f"{prefix} is not a block", "it was never one, or something in it has been edited")
    return network.blocks[prefix]


def _inputs(network: Network, prefix: str, blocks: Blocks) -> tuple[str, ...]:
    use = _use(network, prefix)
    inputs = inputs_as_made(network, prefix, use, blocks=blocks)
    if inputs is None or not members(network, prefix):
        reason = f"{use.block} with its arguments makes other nodes than are there"
        raise WorkbenchError(f"{prefix} cannot be changed as a block", reason, "Edit its nodes, or ungroup it.")
    return inputs


def _output(use: BlockUse, prefix: str, blocks: Blocks) -> str:
    return f"{prefix}.{blocks.make(use).output}"
