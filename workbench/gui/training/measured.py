"""What a run measures beside loss and accuracy, as the numbers that plots need. No Qt."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from workbench.core.training.events import EpochJudged, LayersMeasured, StepDone
from workbench.gui.training.series import Series

Quantity = Literal["mean", "deviation", "zeros", "dead", "gradient", "ratio"]
QUANTITIES: tuple[Quantity, ...] = ("mean", "deviation", "zeros", "dead", "gradient", "ratio")
Matrix = npt.NDArray[np.float64]


class LayerTable:
    """Figures of every layer in every step that was measured: a row for each layer, a column for each step."""

    def __init__(self) -> None:
        self.names: list[str] = []
        """In the order of the network; a layer that is told of later comes last."""
        self.x: array[float] = array("d")
        """Where each column was measured, in epochs."""
        self.steps: array[int] = array("q")
        self._rows: dict[str, int] = {}
        self._columns: list[Matrix] = []

    def __len__(self) -> int:
        """How many steps were measured."""
        return len(self.x)

    def add(self, event: LayersMeasured, x: float) -> None:
        """Append a column."""
        for layer in event.layers:
            if layer.name not in self._rows:
                self._rows[layer.name] = len(self.names)
                self.names.append(layer.name)
        column = np.full((len(self.names), len(QUANTITIES)), np.nan)
        for layer in event.layers:
            ratio = layer.update / layer.weight if layer.update is not None and layer.weight else None
            figures = (layer.mean, layer.deviation, layer.zeros, layer.dead, layer.gradient, ratio)
            column[self._rows[layer.name]] = [math.nan if figure is None else figure for figure in figures]
        self._columns.append(column)
        self.x.append(x)
        self.steps.append(event.step)

    def matrix(self, quantity: Quantity) -> Matrix:
        """A quantity as `(layers, steps)`; what was not measured is no number."""
        place, found = QUANTITIES.index(quantity), np.full((len(self.names), len(self)), np.nan)
        for number, column in enumerate(self._columns):
            found[: len(column), number] = column[:, place]
        return found

    def nearest(self, x: float) -> int:
        """The column that was measured nearest to a place; there must be one."""
        right = min(bisect_left(self.x, x), len(self.x) - 1)
        left = max(0, right - 1)
        return left if abs(self.x[left] - x) <= abs(self.x[right] - x) else right


@dataclass
class Measured:
    """Grows with the events of a run; shares are told in per cent, memory in gigabytes."""

    layers: LayerTable = field(default_factory=LayerTable)
    judged: list[EpochJudged] = field(default_factory=list)
    rate: Series = field(default_factory=lambda: Series(past=0.0))
    """Not smoothed: it is what was set."""
    speed: Series = field(default_factory=Series)
    gradient: Series = field(default_factory=Series)
    """The length of the gradient of all weights together."""
    calibration: Series = field(default_factory=Series)
    top5: Series = field(default_factory=Series)
    waiting: Series = field(default_factory=Series)
    load: Series = field(default_factory=Series)
    memory: Series = field(default_factory=Series)

    def take_step(self, event: StepDone, x: float) -> None:
        """Note the rate and the speed."""
        self.rate.add(x, event.learning_rate)
        self.speed.add(x, event.images_per_second)

    def take_layers(self, event: LayersMeasured, x: float) -> None:
        """Note what was measured of the layers."""
        self.layers.add(event, x)
        norms = [layer.gradient for layer in event.layers if layer.gradient is not None]
        if norms:
            self.gradient.add(x, math.hypot(*norms))

    def take_judgement(self, event: EpochJudged) -> None:
        """Note what an epoch was judged to be."""
        self.judged.append(event)
        shares = ((self.calibration, event.calibration_error), (self.top5, event.top5))
        for series, share in (*shares, (self.waiting, event.waiting), (self.load, event.load)):
            if share is not None:
                series.add(event.epoch, 100 * share)
        if event.memory is not None:
            self.memory.add(event.epoch, event.memory / 1e9)
