"""Which node of one network is which of another: by name first, and by structure where names changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

from workbench.core.graph.network import Network, Node

Matches = dict[str, str]
"""The name in the second network for the name in the first."""
Feature = Callable[[Node], Hashable]


def matched(before: Network, after: Network) -> Matches:
    """The nodes that are the same layer in both.

    A node of the same name and kind is the same. Of the others those are that stand in the same order with the same
    arguments, first with the same last part of the name; then those of one kind between the same neighbours; then those
    that share a name alone.
    """
    matches = {node.name: node.name for node in before if node.name in after and after[node.name].kind == node.kind}
    for feature in (_own_name_and_content, _content):
        matches |= _aligned(_others(before, matches), _others(after, matches.values()), feature)
    matches |= _between_the_same(before, after, matches)
    rest = {node.name for node in _others(after, matches.values())}
    return matches | {node.name: node.name for node in _others(before, matches) if node.name in rest}


def _frozen(value: Any) -> Hashable:
    """An argument's value as something that can be hashed."""
    if isinstance(value, dict):
        return tuple(sorted((key, _frozen(item)) for key, item in value.items()))
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _others(network: Network, taken: Iterable[str]) -> list[Node]:
    """The nodes that are not taken, in the order in which they run; loops last."""
    names = set(taken)
    order = dict.fromkeys((*network.execution_order, *network.nodes))
    return [network[name] for name in order if name not in names]


def _content(node: Node) -> Hashable:
    return node.kind, _frozen(dict(node.arguments))


def _own_name_and_content(node: Node) -> Hashable:
    return node.name.rpartition(".")[2], _content(node)


def _aligned(before: Sequence[Node], after: Sequence[Node], feature: Feature) -> Matches:
    """The longest runs that are alike in both, in the same order."""
    matcher = SequenceMatcher(None, [*map(feature, before)], [*map(feature, after)], autojunk=False)
    return {
        before[first + step].name: after[second + step].name
        for first, second, size in matcher.get_matching_blocks()
        for step in range(size)
    }


def _between_the_same(before: Network, after: Network, matches: Matches) -> Matches:
    """Layers of one kind whose inputs and consumers are the same: they were renamed and changed at once."""
    found: Matches = {}
    places: dict[Hashable, list[str]] = {}
    for node in _others(after, matches.values()):
        places.setdefault(_place(node, after, {}), []).append(node.name)
    for node in _others(before, matches):
        here = places.get(_place(node, before, matches), [])
        if here and (node.inputs or before.consumers[node.name]):
            found[node.name] = here.pop(0)
    return found


def _place(node: Node, network: Network, names: Matches) -> Hashable:
    """The kind and the neighbours of a node, under their names in the second network."""
    around = (node.inputs, network.consumers[node.name])
    return node.kind, tuple(tuple(names.get(name, name) for name in side) for side in around)
