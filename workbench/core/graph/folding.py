"""Folding a tall layout into columns, cut where one connection leads from one group of nodes to the next.

A layout that runs to the right is folded into rows by the same functions: see `orientation`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.core.graph.network import Network

SHORT = 10
"""Networks with at most this many layers are one column."""


@dataclass(frozen=True)
class Fold:
    """How to fold: the extent of each layer, the height of one, the space between columns, the wanted width/height."""

    extents: Mapping[int, tuple[float, float]]
    row: float
    gap: float
    aspect: float


def fold(network: Network, layers: Mapping[str, int], plan: Fold) -> list[tuple[float, float]]:
    """For each layer how far its nodes move to the right, and its y."""
    count = max(layers.values(), default=-1) + 1
    offsets: list[tuple[float, float]] = []
    left = 0.0
    for start, end in _columns(network, layers, plan, count):
        extents = [plan.extents[layer] for layer in range(start, end) if layer in plan.extents]
        low, high = min(low for low, _ in extents), max(high for _, high in extents)
        offsets += [(left - low, row * plan.row) for row in range(end - start)]
        left += high - low + 1.5 * plan.gap
    return offsets


def _columns(network: Network, layers: Mapping[str, int], plan: Fold, count: int) -> list[tuple[int, int]]:
    """The columns as (first layer, layer behind the last)."""
    if count <= SHORT:
        return [(0, count)] if count else []
    widths = sorted(high - low for low, high in plan.extents.values())
    column = widths[len(widths) * 3 // 4] + 1.5 * plan.gap
    number = max(1, round(math.sqrt(count * plan.row * plan.aspect / column)))
    return _best_cuts(_costs(network, layers, count), count / number)


def _costs(network: Network, layers: Mapping[str, int], count: int) -> list[float]:
    """What a cut above each layer costs, as a share of a column: the connections cut, and belonging together."""
    crossing = [0] * (count + 1)
    apart = [False] * (count + 1)
    for node in network:
        for source in node.inputs:
            if source in layers and layers[source] < layers[node.name]:
                crossing[layers[source] + 1] += 1
                crossing[layers[node.name] + 1] -= 1
                if layers[node.name] == layers[source] + 1:
                    apart[layers[node.name]] |= group_of(source) != group_of(node.name)
    costs, open_now = [], 0
    for layer in range(count):
        open_now += crossing[layer]
        costs.append(0.5 * max(0, open_now - 1) + (0.0 if apart[layer] else 0.15))
    return costs


def group_of(name: str) -> str:
    """What a node belongs to: its dotted prefix, or the number in a name like `conv2`."""
    prefix, _, last = name.rpartition(".")
    number = re.search(r"\d+", last)
    return prefix or (number.group() if number else last)


def _best_cuts(costs: list[float], height: float) -> list[tuple[int, int]]:
    """Columns of about this height with the cheapest cuts (dynamic programming over the layers)."""
    count = len(costs)
    shortest, longest = max(1, int(height * 0.6)), math.ceil(height * 1.5)
    best: list[tuple[float, int]] = [(0.0, 0)] + [(math.inf, 0)] * count
    for end in range(1, count + 1):
        for start in range(max(0, end - longest), end):
            uneven = ((end - start) / height - 1.0) ** 2
            total = best[start][0] + (costs[start] if start else 0.0) + uneven
            if total < best[end][0] and (end - start >= shortest or end == count):
                best[end] = (total, start)
    columns, end = [], count
    while end > 0:
        columns.append((best[end][1], end))
        end = best[end][1]
    return columns[::-1]
