"""Two networks laid out as one, so that a layer that is in both stands at the same place in both."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.core.graph.canvas_edits import run
from workbench.core.graph.matching import matched
from workbench.core.graph.nesting import nested_layout
from workbench.core.graph.network import Network, Node
from workbench.core.graph.outline import outline
from workbench.gui.builder.items import style

BESIDE = "′"
"""Ends the name of a layer of the first network whose name another layer has in the second."""


def aligned(before: Network, after: Network) -> tuple[Network, Network]:
    """Both networks with places, running as the second does: those of a layout of everything that is in either."""
    matches = matched(before, after)
    names = {node.name: matches.get(node.name) or _free(node.name, after) for node in before}
    places = nested_layout(outline(_together(before, after, names)), style.SIZES)
    before = run(before, after.canvas.direction)
    return (
        before.with_nodes(node.with_(position=places[names[node.name]]) for node in before),
        after.with_nodes(node.with_(position=places[node.name]) for node in after),
    )


def _free(name: str, taken: Network) -> str:
    while name in taken:
        name += BESIDE
    return name


def _together(before: Network, after: Network, names: Mapping[str, str]) -> Network:
    """All layers of both; what is in both takes the inputs of both. What is removed comes before what followed it."""
    extra = {names[node.name]: tuple(names.get(source, source) for source in node.inputs) for node in before}
    nodes = [_joined(node, extra.get(node.name, ())) for node in after]
    gone = {names[node.name]: node for node in before if names[node.name] not in after}
    added = (_renamed(node, name, extra[name]) for name, node in gone.items())
    return run(Network.of(after.name, (*nodes, *added)), after.canvas.direction)


def _joined(node: Node, more: tuple[str, ...]) -> Node:
    return node.with_(inputs=tuple(dict.fromkeys((*node.inputs, *more))))


def _renamed(node: Node, name: str, inputs: tuple[str, ...]) -> Node:
    return Node(name, node.kind, node.arguments, inputs)
