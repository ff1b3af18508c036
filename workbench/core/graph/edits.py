"""Edits: functions from a network (and what to do) to a new network. They never change the one they are given.

An edit that cannot be done raises `WorkbenchError`; whether the resulting network makes sense is not its concern.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from workbench.core.graph.network import OUTPUT, Network, Node, Position
from workbench.core.graph.parts import still_made
from workbench.core.graph.rules import Catalog, Names, connection_problem, name_problem
from workbench.core.graph.taken import TakenNames
from workbench.errors import Problem, WorkbenchError

LONGEST_NUMBER = 10
"""What has more digits is a name, not a number to count on from."""


def free_name(network: Names, stem: str) -> str:
    """The stem itself, or the stem with the first number that makes it a free name: `conv`, `conv_1`, `conv_2`.

    What is but a number in its group gets the next one: `features.4` for `features.3`. A stem that no number makes
    usable (it is no name, or its group is a node) loses its dots, or gives way to `node`.
    """
    stems = (stem, stem.replace(".", "_"), "node")
    candidates = (name for one in stems for name in _numbered(one, len(network) + 2))
    return next(name for name in candidates if name_problem(network, name) is None)


def _numbered(stem: str, most: int) -> Iterator[str]:
    """A stem, and the names that it becomes with numbers."""
    group, dot, last = stem.rpartition(".")
    yield stem
    if last.isdecimal() and len(last) < LONGEST_NUMBER:
        yield from (f"{group}{dot}{number}" for number in range(int(last) + 1, int(last) + most))
    else:
        yield from (f"{stem}_{number}" for number in range(1, most))


def add_node(network: Network, node: Node) -> Network:
    """Add a node; it must have a free, legal name."""
    refuse(name_problem(network, node.name))
    return settled(network, network.with_nodes([*network, node]))


def remove_nodes(network: Network, names: Collection[str]) -> Network:
    """Remove nodes; the consumers of a removed node with exactly one input take that input instead."""
    gone = set(names)
    must_exist(network, *gone)

    def survivor(source: str) -> str | None:
        passed: set[str] = set()
        while source in gone:
            inputs = network[source].inputs
            if len(inputs) != 1 or source in passed:  # a loop, which a file may hold, has no end
                return None
            passed.add(source)
            source = inputs[0]
        return source

    def rewired(node: Node) -> Node:
        if gone.isdisjoint(node.inputs):
            return node
        return node.with_(inputs=tuple(kept for kept in map(survivor, node.inputs) if kept is not None))

    return settled(network, network.with_nodes(rewired(node) for node in network if node.name not in gone))


def connect(network: Network, source: str, target: str, *, catalog: Catalog) -> Network:
    """Feed the output of `source` into `target`: one more input, or instead of the last one where it takes no more."""
    refuse(connection_problem(network, source, target, catalog))
    _, most = catalog.input_limits(network[target].kind)
    inputs = network[target].inputs
    kept = inputs if most is None or len(inputs) < most else inputs[:-1]
    return _changed(network, target, inputs=(*kept, source))


def disconnect(network: Network, source: str, target: str) -> Network:
    """Remove one connection."""
    must_exist(network, target)
    inputs = list(network[target].inputs)
    if source not in inputs:
        raise WorkbenchError(f"{source} does not feed {target}")
    inputs.remove(source)
    return _changed(network, target, inputs=tuple(inputs))


def insert_between(network: Network, node: Node, source: str, target: str) -> Network:
    """Put a new node on the connection from `source` to `target`, at the same place among the target's inputs."""
    must_exist(network, source, target)
    if source not in network[target].inputs:
        raise WorkbenchError(f"{source} does not feed {target}")
    added = add_node(network, node.with_(inputs=(source,)))
    inputs = tuple(node.name if name == source else name for name in network[target].inputs)
    return _changed(added, target, inputs=inputs)


def insert_after(network: Network, node: Node, source: str, *, catalog: Catalog) -> Network:
    """Add a node that takes the output of `source`, and have all consumers of `source` take the new node instead.

    After the network's output nothing can come: there the new node goes before it.
    """
    must_exist(network, source)
    before = network[source]
    if before.kind == OUTPUT and before.inputs:
        return insert_between(network, node, before.inputs[0], source)
    if before.kind == OUTPUT:
        return connect(add_node(network, node), node.name, source, catalog=catalog)
    if catalog.input_limits(node.kind)[1] == 0:
        return add_node(network, node)
    added = add_node(network, node.with_(inputs=(source,)))
    if node.kind == OUTPUT:
        return added
    return settled(added, taking_instead(added, {source: node.name}, keeping={node.name}))


def taking_instead(network: Network, instead: Mapping[str, str], *, keeping: Collection[str] = ()) -> Network:
    """Have all consumers of some nodes take others instead, except the consumers that are to keep what they have."""

    def rewired(node: Node) -> Node:
        if node.name in keeping or instead.keys().isdisjoint(node.inputs):
            return node
        inputs = tuple(instead.get(source, source) for source in node.inputs)
        return node if inputs == node.inputs else node.with_(inputs=inputs)

    return network.with_nodes(map(rewired, network))


def fresh_names(network: Network, names: Collection[str]) -> dict[str, str]:
    """For each name one that is free in the network, as like it as possible."""
    taken = TakenNames(network.nodes)
    return {name: taken.take(free_name(taken, name)) for name in names}


def paste(network: Network, nodes: Collection[Node], *, offset: Position = (0.0, 0.0)) -> Network:
    """Add copies of nodes under `fresh_names`, with the connections among them, moved by the offset."""
    fresh = fresh_names(network, [node.name for node in nodes])

    def copied(node: Node) -> Node:
        inputs = tuple(fresh[source] for source in node.inputs if source in fresh)
        place = node.position and (node.position[0] + offset[0], node.position[1] + offset[1])
        return node.with_(name=fresh[node.name], inputs=inputs, position=place)

    return settled(network, network.with_nodes([*network, *map(copied, nodes)]))


def set_arguments(network: Network, name: str, changes: Mapping[str, Any]) -> Network:
    """Change some arguments of a node."""
    must_exist(network, name)
    return _changed(network, name, arguments={**network[name].arguments, **changes})


def set_arguments_of_all(network: Network, names: Collection[str], changes: Mapping[str, Any]) -> Network:
    """Change the same arguments of several nodes."""
    must_exist(network, *names)
    chosen = set(names)
    nodes = (node.with_(arguments={**node.arguments, **changes}) if node.name in chosen else node for node in network)
    return settled(network, network.with_nodes(nodes))


def rename(network: Network, name: str, new_name: str) -> Network:
    """Give a node another name, and so its weights another key."""
    must_exist(network, name)
    if name == new_name:
        return network
    refuse(name_problem(_without(network, name), new_name))

    named = network.with_nodes(renamed(network, {name: new_name}))
    return settled(network, named.with_(canvas=network.canvas.renamed({name: new_name}, {})))


def renamed(network: Network, names: Mapping[str, str]) -> Iterator[Node]:
    """The nodes of a network under other names; those that are not renamed and take none that is are the same."""
    for node in network:
        inputs = tuple(names.get(source, source) for source in node.inputs)
        name = names.get(node.name, node.name)
        yield node if (name, inputs) == (node.name, node.inputs) else node.with_(name=name, inputs=inputs)


def move(network: Network, positions: Mapping[str, Position]) -> Network:
    """Put nodes at other places on the canvas (scene units, the node's upper left corner)."""
    must_exist(network, *positions)
    return network.with_nodes(node.at(positions[node.name]) if node.name in positions else node for node in network)


def retitle(network: Network, name: str) -> Network:
    """Give the network another name."""
    return network.with_(name=name)


def settled(before: Network, after: Network) -> Network:
    """What an edit has made, without the blocks that it has edited inside: their arguments would not describe them."""
    blocks = still_made(before, after)
    return after if len(blocks) == len(after.blocks) else after.with_(blocks=blocks)


def _changed(network: Network, name: str, **changes: Any) -> Network:
    nodes = dict(network.nodes)
    nodes[name] = nodes[name].with_(**changes)
    return settled(network, network.with_nodes(nodes.values()))


def _without(network: Network, name: str) -> Network:
    return network.with_nodes(node for node in network if node.name != name)


def must_exist(network: Network, *names: str) -> None:
    """Raise `WorkbenchError` if one of the nodes does not exist."""
    missing = next((name for name in names if name not in network), None)
    if missing is not None:
        raise WorkbenchError(f"There is no node {missing} in {network.name}")


def refuse(problem: Problem | None) -> None:
    """Raise `WorkbenchError` if there is a problem."""
    if problem is not None:
        raise WorkbenchError(f"{problem.where}: {problem.title}", problem.reason)
