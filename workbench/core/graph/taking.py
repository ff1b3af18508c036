"""Having one layer of another network: as it is there, back where it was, or gone where it is not.

Each edit takes the network to change first and the other one second; the layers of both are matched as a difference
matches them. What cannot be had alone raises `WorkbenchError` with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.core.graph.difference import NodeChange
from workbench.core.graph.edits import free_name, must_exist, remove_nodes, rename, settled
from workbench.core.graph.matching import matched
from workbench.core.graph.network import INPUT, OUTPUT, Network, Node
from workbench.errors import WorkbenchError


def take_version(network: Network, change: NodeChange) -> Network:
    """The layer as it was before a change: its kind, its arguments and its inputs; its name where only that differs."""
    old, name = change.before, change.after.name
    must_exist(network, name)
    if not (change.replaced or change.arguments or change.rewired):
        return rename(network, name, old.name)
    _require(network, name, dict(zip(old.inputs, change.sources, strict=True)))
    node = network[name].with_(kind=old.kind, arguments=old.arguments, inputs=change.sources)
    return _without_loop(network, network.with_nodes(node if one.name == name else one for one in network))


def take_back(network: Network, other: Network, name: str) -> Network:
    """The layer `name` of the other network, between the layers that it lies between there."""
    must_exist(other, name)
    names = matched(other, network)
    old = other[name]
    _require(network, name, {source: names.get(source, "") for source in old.inputs})
    inputs = tuple(names[source] for source in old.inputs)
    fresh = free_name(network, name)
    fed = _fed(network, other, name, names)
    if other.consumers[name] and not fed:
        lost = ", ".join(other.consumers[name])
        raise WorkbenchError(f"{name} cannot be taken over alone", f"it feeds {lost}, and that takes something else")
    added = Node(fresh, old.kind, old.arguments, inputs)
    nodes = [*network, added]
    after = network.with_nodes(
        node.with_(inputs=_exchanged(node.inputs, fed[node.name], fresh)) if node.name in fed else node
        for node in nodes
    )
    return _without_loop(network, after)


def take_away(network: Network, name: str) -> Network:
    """No layer of that name; what it fed takes its input."""
    must_exist(network, name)
    node = network[name]
    if node.kind in (INPUT, OUTPUT):
        raise WorkbenchError(f"{name} cannot be taken away", "a network has an input and an output")
    if network.consumers[name] and len(node.inputs) != 1:
        reason = f"it has {len(node.inputs)} inputs, and what it feeds can take only one in its place"
        raise WorkbenchError(f"{name} cannot be taken away alone", reason)
    return remove_nodes(network, [name])


def _fed(network: Network, other: Network, name: str, names: Mapping[str, str]) -> dict[str, list[int]]:
    """Which inputs of which layers the layer feeds in the other network, and can feed here.

    Layers in between that are not here either are passed over; an input that comes from elsewhere is left alone.
    """
    above = {names.get(source, "") for source in other.upstream(name)}
    found: dict[str, list[int]] = {}
    for consumer, place in _ends(other, name, names):
        here = network[names[consumer]]
        if len(here.inputs) == place or (place < len(here.inputs) and here.inputs[place] in above):
            found.setdefault(here.name, []).append(place)
    return found


def _ends(other: Network, name: str, names: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The layers of both networks that a layer feeds, at which place of their inputs."""
    waiting, passed = [name], {name}
    while waiting:
        source = waiting.pop()
        for consumer in other.consumers[source]:
            if consumer in names:
                yield from ((consumer, place) for place, one in enumerate(other[consumer].inputs) if one == source)
            elif consumer not in passed:
                passed.add(consumer)
                waiting.append(consumer)


def _exchanged(inputs: tuple[str, ...], places: list[int], name: str) -> tuple[str, ...]:
    """The inputs with the name at these places; a place behind the end is a further input."""
    kept = [name if place in places else source for place, source in enumerate(inputs)]
    return (*kept, *(name for place in places if place >= len(inputs)))


def _require(network: Network, name: str, sources: Mapping[str, str]) -> None:
    missing = next((old for old, new in sources.items() if new not in network), None)
    if missing is not None:
        raise WorkbenchError(
            f"{name} cannot be taken over alone", f"it takes {missing}, which is not here: take that over first"
        )


def _without_loop(before: Network, after: Network) -> Network:
    if len(before.execution_order) == len(before) and len(after.execution_order) < len(after):
        raise WorkbenchError("That would close a loop", "a network is computed from its input to its output")
    return settled(before, after)
