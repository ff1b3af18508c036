"""A network cut across: what lies above a line, and the shortest names for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from workbench.core.graph.layout import layers_of
from workbench.core.graph.matching import matched
from workbench.core.graph.network import INPUT, OUTPUT, Network, prefixes


def is_below(name: str, prefixes: Collection[str]) -> bool:
    """Whether a module path is one of the prefixes or lies inside one."""
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def covered(network: Network, names: Collection[str]) -> frozenset[str]:
    """The nodes that are named, or lie in a group that is."""
    return frozenset(node.name for node in network if is_below(node.name, names))


def named_together(network: Network, nodes: Collection[str]) -> tuple[str, ...]:
    """The shortest names for these nodes: a group whose nodes are all among them instead of each of them.

    Input and output hold nothing and are left out.
    """
    wanted = {name for name in nodes if name in network and not _is_end(network, name)}
    found: dict[str, None] = {}
    whole = {prefix for prefix, inner in network.members.items() if all(node.name in wanted for node in inner)}
    for node in network:
        if node.name in wanted:
            around = [prefix for prefix in prefixes(node.name) if prefix in whole]
            found[around[-1] if around else node.name] = None
    return tuple(found)


def cuts(network: Network) -> tuple[frozenset[str], ...]:
    """What lies above each line across the network, from none to all but the output.

    A line runs between two layers of the longest path from the input, so that what feeds a node above it is above too.
    """
    layers = layers_of(network)
    inner = [name for name in layers if network[name].kind != OUTPUT]
    depths = sorted({layers[name] for name in inner})
    return (frozenset(), *(frozenset(name for name in inner if layers[name] <= depth) for depth in depths))


def with_sources(network: Network, names: Iterable[str]) -> frozenset[str]:
    """These nodes and everything that feeds them."""
    return frozenset(source for name in names for source in network.upstream(name))


def carried_over(before: Network, after: Network, names: Collection[str]) -> tuple[str, ...]:
    """The names for the same part of an edited network: renamed nodes keep their place, new ones above join them."""
    if not names:
        return ()
    twins = matched(before, after)
    kept = [twins[name] for name in covered(before, names) if name in twins]
    return named_together(after, with_sources(after, kept))


def _is_end(network: Network, name: str) -> bool:
    return network[name].kind in (INPUT, OUTPUT)
