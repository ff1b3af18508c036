"""Shapes and parameters of every node, by running the real operators on the meta device (no data, no memory).

A node's answer depends only on its kind, its arguments and its input shapes, and is remembered under these. A node that
cannot run gets a `Problem`, what depends on it stays unknown, and the rest of the network is still analysed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.core.graph.network import INPUT, OUTPUT, Network, Node
from workbench.core.graph.rules import input_problem, own_name_problem
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import (
    FunctionKind,
    LayerKind,
    ModuleKind,
    ParameterKind,
    Shape,
    ShapeError,
    describe_shape,
)
from workbench.core.layers.lazy import LazyModule
from workbench.core.modelling.receptive_field import ReceptiveField, Sight, joined_sight
from workbench.errors import Problem, first_line

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

LARGEST, MOST_MACS = 2**36, 2**50
"""A layer with more parameters, or values for one picture, or multiply-adds, is a slip of the keyboard."""


@dataclass(frozen=True)
class NodeReport:
    """What is known of one node: shape without batch, parameters, multiply-adds of one picture, receptive field.

    `field_reason` says why a node that can run has no receptive field of one size.
    """

    name: str
    kind: str
    inputs: tuple[str, ...] = ()
    output_shape: Shape | None = None
    parameters: int = 0
    macs: int = 0
    receptive_field: ReceptiveField | None = None
    field_reason: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """What is known of a network; `network` is the very value it was made from."""

    network: Network
    nodes: Mapping[str, NodeReport]
    problems: tuple[Problem, ...]

    @property
    def parameters(self) -> int:
        """All parameters of the nodes that could be analysed."""
        return sum(node.parameters for node in self.nodes.values())

    @property
    def macs(self) -> int:
        """Multiply-adds of one forward pass of one picture."""
        return sum(node.macs for node in self.nodes.values())

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems with which the network cannot run."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    @property
    def faults(self) -> tuple[Problem, ...]:
        """The problems that should be mended: all but the hints."""
        return tuple(problem for problem in self.problems if problem.level != "info")

    @property
    def hints(self) -> tuple[Problem, ...]:
        """What a teacher would say about a network that works."""
        return tuple(problem for problem in self.problems if problem.level == "info")

    @property
    def input_shape(self) -> Shape | None:
        """The shape of one input picture."""
        return next((report.output_shape for report in self.nodes.values() if report.kind == INPUT), None)

    @property
    def output_shape(self) -> Shape | None:
        """The shape of the network's output."""
        return next((report.output_shape for report in self.nodes.values() if report.kind == OUTPUT), None)


def analyse(network: Network) -> Analysis:
    """Everything that can be known about the network; never raises for what a user can build."""
    reports: dict[str, NodeReport] = {}
    for name in network.execution_order:
        reports[name] = _report(network[name], network, reports)
    for node in network:
        if node.name not in reports:
            loop = Problem(node.name, "It is part of a loop", "a network is computed from its input to its output")
            reports[node.name] = NodeReport(node.name, node.kind, node.inputs, problems=(loop,))
    ordered = {node.name: reports[node.name] for node in network}
    found = [problem for report in ordered.values() for problem in report.problems]
    return Analysis(network, ordered, tuple(found + _network_problems(network)))


def _report(node: Node, network: Network, reports: Mapping[str, NodeReport]) -> NodeReport:
    kind = CATALOG.parse(node)
    problem = kind if isinstance(kind, Problem) else _node_problem(node, network)
    unknown = NodeReport(node.name, node.kind, node.inputs)
    if isinstance(kind, Problem) or problem is not None:
        return _with_problem(unknown, problem)
    sources = [reports[source] for source in node.inputs]
    shapes = tuple(source.output_shape for source in sources if source.output_shape is not None)
    if len(shapes) < len(sources):
        return unknown
    facts = node_facts(node.kind, msgspec.json.encode(dict(node.arguments)), shapes)
    if facts.problem:
        return _with_problem(unknown, Problem(node.name, _cannot_take(node.kind, shapes), facts.problem))
    seen = [source for source in sources if not _is_gate(source.output_shape, facts.output_shape)] or sources
    sights = tuple(Sight(source.receptive_field, source.field_reason) for source in seen)
    shapes = tuple(source.output_shape for source in seen if source.output_shape is not None)
    sight = joined_sight(sights, kind.window(), shapes=shapes, output_shape=facts.output_shape)
    known = (facts.output_shape, facts.parameters, facts.macs, sight.field, sight.reason)
    return NodeReport(node.name, node.kind, node.inputs, *known)


def _is_gate(shape: Shape | None, output: Shape | None) -> bool:
    """Whether an input is one number for each channel of a picture (squeeze-excitation).

    It has seen the whole picture; what is told is the field of the convolutions, as is usual.
    """
    pixels = (shape or ())[1:]
    return pixels == (1, 1) and len(output or ()) == 3 and (output or ())[1:] != pixels


def _with_problem(report: NodeReport, problem: Problem | None) -> NodeReport:
    return replace(report, problems=() if problem is None else (problem,))


def _node_problem(node: Node, network: Network) -> Problem | None:
    return own_name_problem(network, node.name) or input_problem(node, network, CATALOG)


def _cannot_take(kind: str, shapes: tuple[Shape, ...]) -> str:
    return f"{kind} cannot take {' and '.join(map(describe_shape, shapes))}"


def _network_problems(network: Network) -> list[Problem]:
    """What is wrong with the network as a whole: it needs exactly one input and one output that is fed by it."""
    problems = []
    for kind in (INPUT, OUTPUT):
        nodes = network.of_kind(kind)
        if not nodes:
            problems.append(Problem("", f"The network has no {kind}", f"add an {kind} node from the palette"))
        problems.extend(Problem(node.name, f"A second {kind}", "a network has exactly one") for node in nodes[1:])
    return problems


@dataclass(frozen=True)
class NodeFacts:
    """What one kind with given arguments makes of given input shapes."""

    output_shape: Shape | None = None
    parameters: int = 0
    macs: int = 0
    problem: str = ""


@lru_cache(maxsize=65536)
def node_facts(kind_name: str, arguments: bytes, shapes: tuple[Shape, ...]) -> NodeFacts:
    """Run one kind (arguments as JSON) on meta tensors of these shapes."""
    kind = msgspec.json.decode(arguments, type=CATALOG[kind_name])
    if kind_name == INPUT:
        return NodeFacts(tuple(kind.shape))  # type: ignore[attr-defined]
    try:
        return _run(kind, shapes)
    except ShapeError as error:
        return NodeFacts(problem=str(error))
    except (RuntimeError, ValueError, TypeError, IndexError, OverflowError) as error:
        return NodeFacts(problem=first_line(error))


def _run(kind: LayerKind, shapes: tuple[Shape, ...]) -> NodeFacts:
    from workbench.core.modelling.counting import MacCounter

    with torch.device("meta"), torch.no_grad():
        inputs = [torch.empty(1, *shape) for shape in shapes]
        function, parameters = prepared(kind, shapes)
        with MacCounter() as counter:
            output = function(*inputs)
    known = kind.macs(*shapes)
    facts = NodeFacts(tuple(output.shape[1:]), parameters, counter.macs if known is None else known)
    _refuse_extremes(facts)
    return facts


def _refuse_extremes(facts: NodeFacts) -> None:
    """Raise `ShapeError` for what no computer holds or computes, and for nothing."""
    if 0 in (facts.output_shape or ()):
        raise ShapeError(f"nothing would be left: its output would be {describe_shape(facts.output_shape or ())}")
    values = math.prod(facts.output_shape or ())
    if max(facts.parameters, values) > LARGEST or facts.macs > MOST_MACS:
        raise ShapeError(
            f"it is beyond every computer: {facts.parameters:,} parameters, {values:,} values for each picture"
        )


def prepared(kind: LayerKind, shapes: tuple[Shape, ...]) -> tuple[Any, int]:
    """The callable of a kind for these input shapes, and how many parameters it has."""
    if isinstance(kind, ModuleKind):
        module = kind.build(*shapes).eval()
        return module, sum(parameter.numel() for parameter in module.parameters())
    if isinstance(kind, ParameterKind):
        parameter = kind.start(*shapes)
        return partial(kind.forward, parameter), parameter.numel()
    assert isinstance(kind, FunctionKind)
    kind.check(*shapes)
    return kind.forward, 0
