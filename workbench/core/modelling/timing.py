"""How long each node of a network takes, by running it."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import fx

from workbench.core.modelling.compile import build_module, node_of
from workbench.core.modelling.shapes import Analysis

ROUNDS = 5
"""Forward passes of which the median is told, after one that does not count."""
BUDGET = 20.0
"""Seconds after which no further round begins."""


def measured_times(analysis: Analysis, wanted: Callable[[], bool] = lambda: True) -> Mapping[str, float]:
    """Milliseconds that each node needs for one picture, as the median of a few passes on the CPU.

    The network has random weights and infers; `wanted` is asked between passes whether to go on. Raises
    `WorkbenchError` if the network cannot run.
    """
    module = build_module(analysis.network).eval()
    picture = torch.rand(1, *(analysis.input_shape or ()))
    rounds: list[Mapping[str, float]] = []
    stop = time.perf_counter() + BUDGET
    with torch.inference_mode():
        while len(rounds) <= ROUNDS and wanted() and (not rounds or time.perf_counter() < stop):
            stopwatch = Stopwatch(module)
            stopwatch.run(picture)
            rounds.append(stopwatch.times)
    counted = rounds[1:] or rounds
    return {name: statistics.median(one[name] for one in counted) for name in analysis.nodes if counted}


class Stopwatch(fx.Interpreter):
    """Runs a network and remembers how many milliseconds each of its nodes took."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.times: Counter[str] = Counter()
        self._open = 0.0

    def run_node(self, n: fx.Node) -> Any:
        """Run one step; the steps of an expression belong to the node whose value the last one is."""
        began = time.perf_counter()
        result = super().run_node(n)
        self._open += (time.perf_counter() - began) * 1000
        name = node_of(n)
        if name is not None:
            self.times[name], self._open = self._open, 0.0  # type: ignore[assignment]
        return result
