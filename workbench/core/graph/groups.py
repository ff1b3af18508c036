"""Edits on groups, which are nothing but common prefixes of names: make, take apart, rename, copy, remove.

Like all edits they are functions from a network to a new network and raise `WorkbenchError` for what cannot be done.
Blocks that lie wholly in what is moved or copied stay blocks under their new names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from workbench.core.graph.edits import LONGEST_NUMBER, free_name, must_exist, refuse, renamed
from workbench.core.graph.network import INPUT, OUTPUT, BlockUse, Network, Node, Position, prefixes
from workbench.core.graph.parts import is_inside, members, sources, still_made
from workbench.core.graph.rules import Names, name_problem
from workbench.core.graph.taken import TakenNames
from workbench.errors import Problem, WorkbenchError


def group_problem(network: Network, names: Collection[str]) -> Problem | None:
    """Why these nodes cannot become a group, or None if they can."""
    chosen = set(names)
    if not chosen:
        return Problem("", "Nothing is selected")
    end = next((name for name in chosen if network[name].kind in (INPUT, OUTPUT)), None)
    if end is not None:
        return Problem(end, "The ends of a network cannot be part of a group")
    between = _between(network, chosen)
    if between is not None:
        reason = "it takes the output of one of the nodes and feeds another: select it too"
        return Problem(between, "The group would feed itself", reason)
    return None


def group_name_problem(network: Names, prefix: str) -> Problem | None:
    """Why a new group cannot have this name, or None if it can."""
    if prefix in network.groups:
        return Problem(prefix, "The name is taken", "there is a group of that name")
    return name_problem(network, prefix)


def free_group(network: Names, stem: str) -> str:
    """The stem if it is free, else the next number: `layer1.2` for `layer1.1`, `block_1` for `block`."""
    head, number = re.fullmatch(r"(.*?)(\d*)", stem, re.DOTALL).groups()  # type: ignore[union-attr]
    counts = 0 < len(number) < LONGEST_NUMBER
    start, front = (int(number) + 1, head) if counts else (1, f"{stem}_")
    numbered = (f"{front}{extra}" for extra in range(start, start + len(network) + 1))
    free = (name for name in chain([stem], numbered) if group_name_problem(network, name) is None)
    return next(free, "") or free_name(network, "group")


def make_group(network: Network, names: Collection[str], prefix: str) -> Network:
    """Put nodes into a new group; what their names have in common in front gives way to its name."""
    must_exist(network, *names)
    refuse(group_problem(network, names))
    common = common_group(names)
    chosen = set(names)
    fresh = {name: f"{prefix}.{name[len(common) + 1 if common else 0 :]}" for name in network.nodes if name in chosen}
    return _moved(network, fresh, common=common, prefix=prefix)


def ungroup(network: Network, prefix: str) -> Network:
    """Take a group apart: what was in it is named as in the group around it, or as like that as possible."""
    inner = _members(network, prefix)
    parent = prefix.rpartition(".")[0]
    others = TakenNames(name for name in network.nodes if not is_inside(name, prefix))
    fresh: dict[str, str] = {}
    homes: dict[str, str] = {}
    for node in inner:
        child, _, rest = node.name[len(prefix) + 1 :].partition(".")
        if child not in homes:
            homes[child] = free_group(others, f"{parent}.{child}" if parent else child)
        fresh[node.name] = others.take(f"{homes[child]}.{rest}" if rest else homes[child])
    kept = {
        f"{homes[inside]}{dot}{rest}": network.blocks[name]
        for name in network.blocks
        if is_inside(name, prefix)
        for inside, dot, rest in [name[len(prefix) + 1 :].partition(".")]
        if inside in homes
    }
    return _with_names(network, fresh, kept)


def rename_group(network: Network, prefix: str, new_prefix: str) -> Network:
    """Give a group another name, and so the weights in it other keys."""
    inner = _members(network, prefix)
    if prefix == new_prefix:
        return network
    fresh = {node.name: new_prefix + node.name[len(prefix) :] for node in inner}
    return _moved(network, fresh, common=prefix, prefix=new_prefix)


def remove_group(network: Network, prefix: str) -> Network:
    """Remove a group; what it fed takes what fed the group, where that is one node that the group does not feed."""
    inner = {node.name for node in _members(network, prefix)}
    feeders = sources((network[name] for name in inner), prefix)
    joins = len(feeders) == 1 and inner.isdisjoint(network.upstream(feeders[0]))
    instead = feeders if joins else ()

    def rewired(node: Node) -> Node:
        if inner.isdisjoint(node.inputs):
            return node
        return node.with_(inputs=tuple(new for old in node.inputs for new in (instead if old in inner else (old,))))

    after = network.with_nodes(rewired(node) for node in network if node.name not in inner)
    return after.with_(blocks=still_made(network, after))


def copy_group(network: Network, prefix: str, new_prefix: str, *, offset: Position = (0.0, 0.0)) -> Network:
    """Add a copy of a group under another name, fed by nothing, moved by the offset on the canvas."""
    copies = group_copies(network, prefix, new_prefix, instead={})
    moved = (node.with_(position=node.position and shifted(node.position, offset)) for node in copies)
    return with_group(network, new_prefix, [*moved], blocks_below(network, prefix, new_prefix))


def group_copies(network: Network, prefix: str, new_prefix: str, *, instead: Mapping[str, str]) -> Iterator[Node]:
    """The nodes of a group under another name; outside nodes that nothing is taken `instead` of feed no copy."""
    inner = _members(network, prefix)
    names = {node.name: new_prefix + node.name[len(prefix) :] for node in inner} | dict(instead)
    for node in inner:
        inputs = tuple(names[source] for source in node.inputs if source in names)
        yield node.with_(name=names[node.name], inputs=inputs)


def with_group(
    network: Network, prefix: str, nodes: Collection[Node], blocks: Mapping[str, BlockUse], *, behind: str = ""
) -> Network:
    """Add the nodes of a new group and the blocks that it is and holds, behind a node or at the end of the list."""
    refuse(group_name_problem(network, prefix))
    for node in nodes:
        refuse(name_problem(network, node.name))
    listed: list[Node] = []
    for node in network:
        listed += [node, *nodes] if node.name == behind else [node]
    after = network.with_nodes(listed if behind in network else [*network, *nodes])
    return after.with_(blocks={**still_made(network, after), **blocks})


def blocks_below(network: Network, prefix: str, new_prefix: str) -> dict[str, BlockUse]:
    """The block that a group is and those within it, under another name."""
    return {
        new_prefix + name[len(prefix) :]: use
        for name, use in network.blocks.items()
        if name == prefix or is_inside(name, prefix)
    }


def common_group(names: Collection[str]) -> str:
    """The innermost group that holds all these nodes, or nothing."""
    shared = [set(prefixes(name)) for name in names]
    return max(set.intersection(*shared), key=len, default="") if shared else ""


def _moved(network: Network, fresh: Mapping[str, str], *, common: str, prefix: str) -> Network:
    """The nodes of one group under the name of another, with the blocks that are wholly among them."""
    others = network.with_nodes(node for node in network if node.name not in fresh)
    refuse(group_name_problem(others, prefix))
    for name in fresh.values():
        refuse(name_problem(others, name))
    cut = len(common) + 1 if common else 0
    kept = {
        prefix if name == common else f"{prefix}.{name[cut:]}": use
        for name, use in network.blocks.items()
        if is_whole(network, name, fresh) and (name == common or not common or is_inside(name, common))
    }
    return _with_names(network, fresh, kept)


def _with_names(network: Network, fresh: Mapping[str, str], blocks: Mapping[str, BlockUse]) -> Network:
    after = network.with_nodes(renamed(network, fresh))
    gone = {old: new for old, new in _other_names(fresh) if old not in after.groups}
    after = after.with_(canvas=network.canvas.renamed(fresh, gone))
    return after.with_(blocks={**still_made(network, after), **blocks})


def _other_names(fresh: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the groups around renamed nodes are called then, as far as their names say it."""
    for old, new in fresh.items():
        while "." in old and old.rpartition(".")[2] == new.rpartition(".")[2]:
            old, new = old.rpartition(".")[0], new.rpartition(".")[0]
            yield old, new


def is_whole(network: Network, prefix: str, names: Collection[str]) -> bool:
    inner = members(network, prefix)
    return bool(inner) and all(node.name in names for node in inner)


def _between(network: Network, chosen: Collection[str]) -> str | None:
    """A node outside that depends on one of the chosen and that one of them depends on."""
    behind: set[str] = set()
    for name in network.execution_order:
        inputs = network[name].inputs
        if any(source in behind for source in inputs) and name in chosen:
            return next(source for source in inputs if source in behind)
        if name not in chosen and any(source in behind or source in chosen for source in inputs):
            behind.add(name)
    return None


def _members(network: Network, prefix: str) -> tuple[Node, ...]:
    inner = members(network, prefix)
    if not inner:
        raise WorkbenchError(f"There is no group {prefix} in {network.name}")
    return inner


def shifted(place: Position, offset: Position) -> Position:
    return (place[0] + offset[0], place[1] + offset[1])
