"""Running a network node by node on one picture, as far as it can: what is broken takes nothing else away."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from workbench.core.graph.network import INPUT, OUTPUT, Network
from workbench.core.inspection.own_weights import Layer, Origin, Weights, layer_of
from workbench.core.layers.kind import ShapeError
from workbench.core.modelling.shapes import Analysis, NodeReport
from workbench.errors import first_line

MOST_MACS = 50_000_000_000
"""A layer with more multiply-adds cannot be interrupted for seconds."""
MOST_VALUES = 2**28
"""Parameters or outputs of one layer beyond this (1 GB) are not worth a small picture."""
BROKEN = (RuntimeError, ValueError, TypeError, IndexError, ShapeError, MemoryError)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one node made of the picture, `(1, ...)`, or why it made nothing."""

    name: str
    value: Tensor | None = None
    origin: Origin = ""
    trouble: str = ""


@dataclass(frozen=True, eq=False)
class Pass:
    """What is to be run: the network as analysed, the picture `(1, channels, height, width)`, and with which weights.

    `first` names nodes whose outputs are wanted before those of others. `going_on` is asked before each node.
    """

    analysis: Analysis
    picture: Tensor
    wanted: Collection[str]
    weights: Weights = field(default_factory=dict)
    first: Collection[str] = ()
    seconds: float = 30.0
    going_on: Callable[[], bool] = lambda: True


def outcomes(work: Pass) -> Iterator[Outcome]:
    """The outcomes of the wanted nodes and of all that feed them; ends early when nobody waits or time is over.

    A value is kept only as long as another node needs it. Dropout and the like are as in evaluation.
    """
    network, end = work.analysis.network, time.monotonic() + work.seconds
    order = ordered(network, work.wanted, first=work.first)
    pending = Counter(source for name in order for source in dict.fromkeys(network[name].inputs))
    values: dict[str, Tensor] = {}
    for name in order:
        if not work.going_on() or time.monotonic() > end:
            return
        outcome = _outcome(name, values, work)
        if outcome.value is not None and pending[name]:
            values[name] = outcome.value
        yield outcome
        for source in dict.fromkeys(network[name].inputs):
            pending[source] -= 1
            if not pending[source]:
                values.pop(source, None)


def ordered(network: Network, wanted: Collection[str], *, first: Collection[str] = ()) -> list[str]:
    """The wanted nodes and all that feed them, each after its inputs; what leads to the `first` ones comes first."""
    needed = _upstream(network, wanted)
    early = _upstream(network, [name for name in first if name in needed])
    order = [name for name in network.execution_order if name in needed]
    return [name for name in order if name in early] + [name for name in order if name not in early]


def _upstream(network: Network, names: Collection[str]) -> set[str]:
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in network and name not in seen:
            seen.add(name)
            waiting.extend(network[name].inputs)
    return seen


def _outcome(name: str, values: dict[str, Tensor], work: Pass) -> Outcome:
    node, report = work.analysis.network[name], work.analysis.nodes[name]
    if node.kind == INPUT:
        return Outcome(name, work.picture)
    if report.output_shape is None:
        return Outcome(name, trouble=_why(report, work.analysis))
    missing = next((source for source in node.inputs if source not in values), None)
    if missing is not None:
        return Outcome(name, trouble=f"{missing}, which feeds it, gives nothing")
    if node.kind == OUTPUT:
        return Outcome(name, values[node.inputs[0]])
    if too_large := _refusal(report):
        return Outcome(name, trouble=too_large)
    return _computed(name, [values[source] for source in node.inputs], work)


def _computed(name: str, inputs: list[Tensor], work: Pass) -> Outcome:
    node = work.analysis.network[name]
    try:
        layer: Layer = layer_of(node, tuple(tuple(value.shape[1:]) for value in inputs), work.weights)
        with torch.no_grad():
            return Outcome(name, layer.call(*inputs).detach(), layer.origin)
    except BROKEN as error:
        return Outcome(name, trouble=first_line(error))


def _refusal(report: NodeReport) -> str:
    values = 1
    for side in report.output_shape or ():
        values *= side
    if max(values, report.parameters) > MOST_VALUES:
        return "it is too large to be run beside everything else"
    return "it would take too long" if report.macs > MOST_MACS else ""


def _why(report: NodeReport, analysis: Analysis) -> str:
    """Why a node has no output: its own problem, or that of what feeds it."""
    if report.problems:
        return report.problems[0].title
    blamed = next((source for source in report.inputs if analysis.nodes[source].output_shape is None), "")
    return f"{blamed}, which feeds it, cannot run" if blamed else "it cannot run"
