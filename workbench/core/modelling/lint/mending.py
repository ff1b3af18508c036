"""Steps that the remedies of several rules are made of. All are edits: functions from a network to a new one."""

from __future__ import annotations

from collections import Counter
from typing import Any

from workbench.core.graph import edits
from workbench.core.graph.network import Network, Node, prefixes
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.naming import name_behind

Step = tuple[str, str, dict[str, Any]]
"""A node to insert: its name but for the number, its kind, its arguments."""


def insert_steps(network: Network, steps: list[Step], source: str, target: str) -> Network:
    """Put nodes, one after another, on the connection from `source` to `target`, named in the target's group."""
    for stem, kind, arguments in steps:
        name = name_behind(network, kind, source, group=next(prefixes(target), ""), word=stem)
        network = edits.insert_between(network, Node(name, kind, arguments), source, target)
        source = name
    return network


def usual_activation(network: Network) -> str:
    """The activation that the network uses most, or ReLU."""
    squashing = {"Softmax", "LogSoftmax", "Sigmoid", "Hardsigmoid", "LogSigmoid", "GLU"}
    counts = Counter(
        node.kind
        for node in network
        if node.kind in CATALOG and CATALOG[node.kind].category == "Activation" and node.kind not in squashing
    )
    return counts.most_common(1)[0][0] if counts else "ReLU"


def set_all(network: Network, names: tuple[str, ...], **changes: Any) -> Network:
    """Change the same arguments of several nodes."""
    for name in names:
        network = edits.set_arguments(network, name, changes)
    return network
