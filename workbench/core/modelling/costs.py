"""What each node of a network costs, by several measures: for a heat map of the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.core.modelling.shapes import Analysis

Costs = Mapping[str, float]
Wanted = Callable[[], bool]
Unit = Literal["", "bytes", "pixels", "milliseconds"]


@dataclass(frozen=True)
class Measure:
    """One way to say what a node costs; a group costs the sum of its nodes, or the most that any of them has."""

    name: str
    title: str
    about: str
    costs: Callable[[Analysis, Wanted], Costs]
    """What each node costs; raises `WorkbenchError` where the network cannot run. It may give up when not wanted."""
    unit: Unit = ""
    joins: Literal["sum", "most"] = "sum"


def measure(
    name: str, title: str, *, unit: Unit = "", joins: Literal["sum", "most"] = "sum"
) -> Callable[[Callable[[Analysis, Wanted], Costs]], Callable[[Analysis, Wanted], Costs]]:
    """Register a measure; its docstring is what the legend says."""

    def register(costs: Callable[[Analysis, Wanted], Costs]) -> Callable[[Analysis, Wanted], Costs]:
        MEASURES[name] = Measure(name, title, (costs.__doc__ or "").strip(), costs, unit, joins)
        return costs

    return register


MEASURES: dict[str, Measure] = {}


@measure("parameters", "Parameters")
def _parameters(analysis: Analysis, _wanted: Wanted) -> Costs:
    """Learnable numbers."""
    return {name: float(report.parameters) for name, report in analysis.nodes.items()}


@measure("macs", "Multiply-adds")
def _macs(analysis: Analysis, _wanted: Wanted) -> Costs:
    """Multiply-adds of one picture."""
    return {name: float(report.macs) for name, report in analysis.nodes.items()}


@measure("memory", "Training memory", unit="bytes")
def _memory(analysis: Analysis, _wanted: Wanted) -> Costs:
    """Kept of one picture for the backward pass."""
    from workbench.core.modelling.memory import saved_bytes

    per_batch = saved_bytes(analysis.network, batch=2)  # BatchNorm cannot train with a single value
    return {name: per_batch.get(name, 0) / 2 for name in analysis.nodes}


@measure("field", "Receptive field", unit="pixels", joins="most")
def _receptive_field(analysis: Analysis, _wanted: Wanted) -> Costs:
    """Height of what one unit sees of the picture."""
    reports = analysis.nodes.items()
    return {name: float(report.receptive_field.size[0]) for name, report in reports if report.receptive_field}


@measure("time", "Measured time", unit="milliseconds")
def _time(analysis: Analysis, wanted: Wanted) -> Costs:
    """Forward pass of one picture on this computer's processor."""
    from workbench.core.modelling.timing import measured_times

    return measured_times(analysis, wanted)
