"""What is different between two networks and what it costs: layers added, removed, changed, and those that follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from workbench.core.graph.difference import Difference, NodeChange, difference
from workbench.core.graph.matching import matched
from workbench.core.graph.network import Network
from workbench.core.modelling.shapes import NodeReport, analyse

Sort = Literal["added", "removed", "changed", "follows"]
"""A layer that follows is the same, but its input is not, and so its cost."""


class LayerChange(msgspec.Struct, frozen=True):
    """One layer that differs; `parameters` and `macs` (multiply-adds of one picture) are what it costs more."""

    name: str
    kind: str
    change: Sort
    what: str
    parameters: int
    macs: int


class Comparison(msgspec.Struct, frozen=True):
    """Two networks; their parameters and multiply-adds differ by the sums over the layers."""

    before: str
    after: str
    layers: tuple[LayerChange, ...]
    parameters: tuple[int, int]
    macs: tuple[int, int]


def compare_networks(before: Network, after: Network) -> Comparison:
    """The layers that differ, in the order of the second network, the removed ones last.

    Costs that are not known, because a network has errors, count as none.
    """
    old, new = analyse(before), analyse(after)
    found = difference(before, after)
    layers = tuple(_layers(found, matched(before, after), old.nodes, new.nodes))
    return Comparison(before.name, after.name, layers, (old.parameters, new.parameters), (old.macs, new.macs))


def _layers(
    found: Difference, matches: Mapping[str, str], old: Mapping[str, NodeReport], new: Mapping[str, NodeReport]
) -> Iterator[LayerChange]:
    changes = {change.after.name: change for change in found.changed if matters(change)}
    sources = {after: before for before, after in matches.items()}
    for name, report in new.items():
        if name not in sources:
            yield LayerChange(name, report.kind, "added", "", report.parameters, report.macs)
            continue
        was = old[sources[name]]
        cost = report.parameters - was.parameters, report.macs - was.macs
        if name in changes:
            yield LayerChange(name, report.kind, "changed", told(changes[name]), *cost)
        elif any(cost):
            yield LayerChange(name, report.kind, "follows", "", *cost)
    for node in found.removed:
        yield LayerChange(node.name, node.kind, "removed", "", -old[node.name].parameters, -old[node.name].macs)


def matters(change: NodeChange) -> bool:
    """Whether more is different than the place on the canvas."""
    return change.renamed or change.replaced or bool(change.arguments) or change.rewired


def told(change: NodeChange) -> str:
    """What is different in a few words: `was conv1, out_channels 64 → 128`."""
    told = [f"was {change.before.name}"] if change.renamed else []
    told += [f"{change.before.kind} → {change.after.kind}"] if change.replaced else []
    told += [f"{name} {short(old)} → {short(new)}" for name, (old, new) in change.arguments.items()]
    if change.rewired:
        told.append(f"takes {', '.join(change.after.inputs) or 'nothing'}")
    return ", ".join(told)


def short(value: Any) -> str:
    """The value of an argument: `3x3` for several numbers."""
    return "x".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
