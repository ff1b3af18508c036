"""The largest batch that fits: tried on a graphics device, estimated for the machine's own memory, and said which.

A device that runs out of memory says so and goes on, so batches are doubled until one does not fit and the border is
bisected. A machine that runs out ends the whole program without a word: there a small step is measured, what a larger
one takes is counted by `training_memory`, and compared with what is free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch

from workbench.core.graph.network import Network
from workbench.core.modelling.shapes import analyse
from workbench.core.training.compatibility import framing_of
from workbench.core.training.control import Control
from workbench.core.training.fitting import shortage
from workbench.core.training.lr_finder import kept_chance
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.trial_steps import Measured, TrialSteps
from workbench.errors import Problem, Remedy, WorkbenchError
from workbench.machine import free_memory, gigabytes

LARGEST = 65_536
"""More pictures than this no plan takes at once."""
SHARE = 0.8
"""Of the free memory, so much may be planned with: the program and the system need the rest."""
SPARE = 0.9
"""Of the largest batch that fitted, so much is proposed: memory in pieces, and others, need some air."""


PROBE_WORK, PROBE = 2e10, 32
"""A step of at most so many operations and pictures is measured on a processor: it takes a second or so."""


@dataclass(frozen=True)
class FittingBatch:
    """The largest batch, how it is known, what that rests on in a sentence, and the bytes of a step with it."""

    batch: int
    known: Literal["tried", "estimated", "all pictures"]
    reason: str
    predicted: int = 0
    measured: Measured | None = None
    """A real step: with this batch on a graphics device, with a smaller one elsewhere."""

    def proposal(self, plan: TrainingPlan) -> Problem:
        """The plan with this batch, offered as a remedy: steps of the same number of pictures where that divides."""
        return Problem(
            "batch_size",
            f"A batch of {self.batch:,} fits into memory",
            self.reason,
            "info",
            Remedy(f"Take {self.batch:,} pictures at a time", lambda value: changed(value, batch_size=self.batch)),
        )


def largest_fitting(fits: Callable[[int], bool], *, most: int) -> int:
    """The largest count from 1 to `most` that fits, 0 if none does; what fits must fit in smaller numbers too."""
    good, bad = 0, 1
    while bad <= most and fits(bad):
        good, bad = bad, min(2 * bad, most) if bad < most else most + 1
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if fits(middle) else (good, middle)
    return good


def find_batch(
    plan: TrainingPlan,
    network: Network,
    *,
    device: torch.device,
    precision: str,
    pictures: int = LARGEST,
    control: Control | None = None,
    progress: Callable[[int], None] = lambda _batch: None,
) -> FittingBatch:
    """The largest batch of `network` under a plan, at most the `pictures` there are; `progress` is told what is tried.

    Raises `WorkbenchError` where not one picture fits, where the network cannot run, and when `control` stops it.
    """
    framing_of(network)
    most = min(LARGEST, pictures)
    asked = control or Control()
    trial = _Trial(plan, network, device, precision)

    def fits(batch: int) -> bool:
        if asked.stopping:
            raise WorkbenchError("The search for the largest batch was stopped")
        progress(batch)
        return trial.test(batch)

    with kept_chance(device):
        batch = largest_fitting(fits, most=most)
        if batch < trial.least:
            raise WorkbenchError(f"Not even {trial.least} pictures of {network.name} fit into memory", trial.reason)
        return trial.told(batch, most)


class _Trial:
    """Whether steps of a plan fit, and why the last one that did not, did not."""

    def __init__(self, plan: TrainingPlan, network: Network, device: torch.device, precision: str) -> None:
        self.network, self.device = network, device
        self.steps = TrialSteps(plan, network, device, precision)
        self.least = 2 if network.of_kind("BatchNorm2d") or network.of_kind("BatchNorm1d") else 1
        self.reason = ""
        self.test = self.fits if device.type == "cuda" else self.counts
        self.measured: Measured | None = None
        self._free = free_memory()

    def counts(self, batch: int) -> bool:
        """By the bytes of a step, against the free memory of the machine; a small step is measured first."""
        if batch < self.least:
            return True
        allowed = SHARE * self._free
        needed = self.steps.predicted(batch)
        if self.measured is None and needed <= allowed:
            self.measured = self._probe(allowed)
        needed = round(needed * self._error())
        if needed <= allowed:
            return True
        free = f"of {gigabytes(self._free)} of free memory {100 * SHARE:.0f} % are counted on"
        self.reason = f"estimated, not tried: a step with {batch:,} pictures takes {gigabytes(needed)}; {free}"
        return False

    def fits(self, batch: int) -> bool:
        """By two real steps with noise for pictures."""
        if batch < self.least:
            return True
        reason = shortage(lambda: self.steps.take(batch))
        if reason:
            self.reason = f"tried: with {batch:,} pictures a step does not fit ({reason})"
        return not reason

    def told(self, batch: int, most: int) -> FittingBatch:
        """What is proposed where `batch` is the largest of at most `most` that fits."""
        known: Literal["tried", "estimated", "all pictures"] = "all pictures"
        reason = f"a step with all {most:,} pictures fits"
        if batch < most:
            batch, reason = _rounded(max(self.least, int(batch * SPARE))), self.reason
            known = "tried" if self.device.type == "cuda" else "estimated"
        if self.device.type == "cuda":
            self.measured = self.steps.measure(batch)
        return FittingBatch(batch, known, reason, round(self.steps.predicted(batch) * self._error()), self.measured)

    def _probe(self, allowed: float) -> Measured:
        work = 6 * max(1, analyse(self.network).macs)  # a multiply-add is two, a backward pass twice the forward
        batch = max(self.least, min(PROBE, int(PROBE_WORK / work)))
        while batch > self.least and self.steps.predicted(batch) > allowed:
            batch = max(self.least, batch // 2)
        return self.steps.measure(batch)

    def _error(self) -> float:
        """How much more a step takes than is predicted; less is not counted on."""
        measured = self.measured
        return max(1.0, measured.bytes / measured.predicted) if measured and self.device.type != "cuda" else 1.0


def _rounded(batch: int) -> int:
    """A number that a person would choose: a multiple of 8 where it is not small."""
    return batch // 8 * 8 if batch >= 16 else batch
