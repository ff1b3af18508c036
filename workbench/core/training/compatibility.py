"""Whether a network and a data set fit together: the size of the pictures and the number of classes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from workbench.core.data.preprocessing import Framing
from workbench.core.graph.network import Network
from workbench.core.layers.kind import describe_shape
from workbench.core.modelling.compile import refuse_errors
from workbench.core.modelling.heads import head_of, with_classes
from workbench.core.modelling.shapes import analyse
from workbench.errors import Problem, Remedy, WorkbenchError


def framing_of(network: Network) -> Framing:
    """How pictures must be framed for the network's input; raises `WorkbenchError` if the network cannot run."""
    analysis = analyse(network)
    refuse_errors(analysis)
    channels, height, width = analysis.input_shape or (0, 0, 0)
    if channels not in (1, 3):
        title = f"{network.name} takes pictures of {channels} channels"
        raise WorkbenchError(title, "pictures have 1 channel (grey) or 3 (colour)")
    return Framing(channels, height, width)


def output_problem(network: Network, classes: Sequence[str]) -> Problem | None:
    """What is wrong with the network's output for these classes, with the remedy of another head; None if it fits."""
    shape, wanted = analyse(network).output_shape, len(classes)
    if shape is None or shape == (wanted,):
        return None
    title = f"{network.name} gives {describe_shape(shape)}, but the data has {wanted} classes"
    head = head_of(network)
    if head is None or len(shape) != 1:
        return Problem("output", title, "let the network end in a Linear layer with one output for each class")
    edit = partial(with_classes, classes=wanted)
    return Problem(head.name, title, f"set the outputs of {head.name} to {wanted}", remedy=Remedy("Fit the head", edit))
