"""The ends of a classifier: the layers that see the picture, and how many classes the last one scores."""

from __future__ import annotations

from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import INPUT, OUTPUT, Network, Node
from workbench.errors import WorkbenchError

WIDTH = {"Linear": "out_features", "Conv2d": "out_channels"}
"""The argument that decides the number of outputs of a kind."""


def head_of(network: Network) -> Node | None:
    """The last layer with weights on the way to the output, or None where branches meet before one is found."""
    outputs = network.of_kind(OUTPUT)
    inputs = outputs[0].inputs if outputs else ()
    while len(inputs) == 1 and inputs[0] in network:
        node = network[inputs[0]]
        if node.kind in WIDTH:
            return node
        inputs = node.inputs
    return None


def first_layers(network: Network) -> tuple[Node, ...]:
    """The nodes that see the pictures themselves."""
    inputs = {node.name for node in network.of_kind(INPUT)}
    return tuple(node for node in network if inputs.intersection(node.inputs))


def with_classes(network: Network, classes: int) -> Network:
    """The network with a head for that many classes; raises `WorkbenchError` if it has no single last layer."""
    head = head_of(network)
    if head is None:
        raise WorkbenchError(
            f"{network.name} has no last layer that scores classes", hint="Add a Linear layer before the output."
        )
    return set_arguments(network, head.name, {WIDTH[head.kind]: classes})
