"""The one description of a network that the window, the command line, tests and other programs read."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import INPUT, Network
from workbench.core.layers.kind import Shape
from workbench.core.modelling.heads import with_classes
from workbench.core.modelling.lint.findings import linted
from workbench.core.modelling.memory import TrainingMemory, step_memory
from workbench.core.modelling.receptive_field import ReceptiveField
from workbench.core.modelling.shapes import Analysis, NodeReport, analyse
from workbench.core.modelling.stages import Stage, stages
from workbench.errors import Problem


class ProblemRecord(msgspec.Struct, frozen=True):
    """A problem as text; `remedy` is the label of the edit that mends it."""

    level: str
    title: str
    reason: str
    remedy: str | None


class FieldRecord(msgspec.Struct, frozen=True):
    """A receptive field: (vertical, horizontal) pixels of the input; fractions where the picture was made larger."""

    size: tuple[int, int]
    stride: tuple[int | float, int | float]
    padding: tuple[int | float, int | float]


class NodeRecord(msgspec.Struct, frozen=True):
    """One node: shape without batch, parameters, multiply-adds of one picture, bytes kept for the backward pass."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    output_shape: Shape | None
    parameters: int
    trainable: int
    macs: int
    activation_bytes: int
    receptive_field: FieldRecord | None
    problems: tuple[ProblemRecord, ...]


class Totals(msgspec.Struct, frozen=True):
    """Sums over the network; `receptive_field` is that of the last node that still has pixels.

    `problems` counts errors and warnings; a hint (level info) is no problem.
    """

    parameters: int
    trainable: int
    macs: int
    receptive_field: tuple[int, int] | None
    by_kind: dict[str, dict[str, int]]
    training_memory: TrainingMemory | None
    problems: int


class Description(msgspec.Struct, frozen=True):
    """What `workbench describe --json` prints."""

    network: str
    input: Shape | None
    nodes: tuple[NodeRecord, ...]
    totals: Totals
    problems: tuple[ProblemRecord, ...]
    """What is wrong with the network as a whole."""
    notes: tuple[str, ...] = ()
    """What was done to the network when it was opened."""
    idea: str = ""
    """What a ready network is known for, with its year and where it can be seen in the network."""
    stages: tuple[Stage, ...] = ()
    """Its layers by the size of their outputs, with the share of the activations' memory that each takes."""


def describe(network: Network, *, batch: int = 128, optimizer: str = "adamw", precision: str = "fp32") -> Description:
    """Describe a network; with errors in it what is known is told, and the memory of a training step is None."""
    analysis = linted(analyse(network))
    saved: dict[str, int] = {}
    memory: TrainingMemory | None = None
    if not analysis.errors:
        saved, memory = step_memory(network, batch=batch, optimizer=optimizer, precision=precision)
    nodes = tuple(_node(report, saved.get(report.name, 0)) for report in analysis.nodes.values())
    placed = {problem for report in analysis.nodes.values() for problem in report.problems}
    loose = tuple(_problem(problem) for problem in analysis.problems if problem not in placed)
    parts = stages(analysis, saved)
    return Description(network.name, analysis.input_shape, nodes, _totals(analysis, memory), loose, stages=parts)


def reshaped(network: Network, *, input_shape: Shape | None = None, classes: int | None = None) -> Network:
    """The network for pictures of another shape, or for another number of classes."""
    for node in network.of_kind(INPUT) if input_shape else ():
        network = set_arguments(network, node.name, {"shape": list(input_shape or ())})
    return with_classes(network, classes) if classes is not None else network


def _node(report: NodeReport, activation_bytes: int) -> NodeRecord:
    return NodeRecord(
        report.name,
        report.kind,
        report.inputs,
        report.output_shape,
        report.parameters,
        report.parameters,
        report.macs,
        activation_bytes,
        _field(report.receptive_field),
        tuple(map(_problem, report.problems)),
    )


def _field(field: ReceptiveField | None) -> FieldRecord | None:
    return None if field is None else FieldRecord(field.size, field.stride, field.padding)


def _problem(problem: Problem) -> ProblemRecord:
    remedy = problem.remedy.label if problem.remedy else None
    return ProblemRecord(problem.level, problem.title, problem.reason, remedy)


def _totals(analysis: Analysis, memory: TrainingMemory | None) -> Totals:
    by_kind: dict[str, dict[str, int]] = defaultdict(lambda: {"count": 0, "parameters": 0})
    for report in analysis.nodes.values():
        by_kind[report.kind]["count"] += 1
        by_kind[report.kind]["parameters"] += report.parameters
    fields = [analysis.nodes[name].receptive_field for name in analysis.network.execution_order]
    last = next((field.size for field in reversed(fields) if field), None)
    return Totals(
        analysis.parameters,
        analysis.parameters,
        analysis.macs,
        last,
        dict(by_kind),
        memory,
        len(analysis.faults),
    )
