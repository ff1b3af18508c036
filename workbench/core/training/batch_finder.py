"""The largest batch that fits: tried on a graphics device, estimated for the machine's own memory, and said which.

A device that runs out of memory says so and goes on, so batches are doubled until one does not fit and the border is
bisected. A machine that runs out ends the whole program without a word: there nothing is tried, the step is counted
by `training_memory` and compared with what is free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.heads import head_of
from workbench.core.modelling.memory import training_memory
from workbench.core.modelling.recompute import recomputing
from workbench.core.modelling.shapes import analyse
from workbench.core.training.compatibility import framing_of
from workbench.core.training.control import Control
from workbench.core.training.device import autocast
from workbench.core.training.fitting import shortage
from workbench.core.training.plan import TrainingPlan, changed
from workbench.errors import Problem, Remedy, WorkbenchError
from workbench.machine import free_memory, gigabytes

LARGEST = 65_536
"""More pictures than this no plan takes at once."""
SHARE = 0.8
"""Of the free memory, so much may be planned with: the program and the system need the rest."""
SPARE = 0.9
"""Of the largest batch that fitted, so much is proposed: memory in pieces, and others, need some air."""


@dataclass(frozen=True)
class FittingBatch:
    """The largest batch, how it is known, and in a sentence what that rests on."""

    batch: int
    known: Literal["tried", "estimated", "all pictures"]
    reason: str

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
) -> FittingBatch:
    """The largest batch of `network` under a plan, at most the `pictures` there are.

    Raises `WorkbenchError` where not one picture fits, where the network cannot run, and when `control` stops it.
    """
    framing_of(network)
    most = min(LARGEST, pictures)
    asked = control or Control()
    trial = _Trial(plan, network, device, precision)
    test = trial.fits if device.type == "cuda" else trial.counts

    def fits(batch: int) -> bool:
        if asked.stopping:
            raise WorkbenchError("The search for the largest batch was stopped")
        return test(batch)

    batch = largest_fitting(fits, most=most)
    if batch < trial.least:
        raise WorkbenchError(f"Not even {trial.least} pictures of {network.name} fit into memory", trial.reason)
    if batch == most:
        return FittingBatch(batch, "all pictures", f"a step with all {most:,} pictures fits")
    known: Literal["tried", "estimated"] = "tried" if device.type == "cuda" else "estimated"
    return FittingBatch(_rounded(max(trial.least, int(batch * SPARE))), known, trial.reason)


class _Trial:
    """Whether steps of a plan fit, and why the last one that did not, did not."""

    def __init__(self, plan: TrainingPlan, network: Network, device: torch.device, precision: str) -> None:
        self.plan, self.network, self.device, self.precision = plan, network, device, precision
        self.least = 2 if network.of_kind("BatchNorm2d") or network.of_kind("BatchNorm1d") else 1
        self.reason = ""
        self._free = free_memory()

    def counts(self, batch: int) -> bool:
        """By the bytes of a step, against the free memory of the machine."""
        if batch < self.least:
            return True
        plan = self.plan
        needed = training_memory(
            self.network, batch=batch, optimizer=plan.optimizer, precision=self.precision, recompute=plan.recompute
        ).total
        allowed = SHARE * self._free
        if needed <= allowed:
            return True
        free = f"of {gigabytes(self._free)} of free memory {SHARE:.0%} are counted on"
        self.reason = f"estimated, not tried: a step with {batch:,} pictures takes {gigabytes(needed)}; {free}"
        return False

    def fits(self, batch: int) -> bool:
        """By two real steps with noise for pictures: the second has the optimizer's state beside it."""
        if batch < self.least:
            return True
        reason = shortage(lambda: self._steps(batch))
        if reason:
            self.reason = f"tried: with {batch:,} pictures a step does not fit ({reason})"
        return not reason

    def _steps(self, batch: int) -> None:
        module = build_module(self.network, device=self.device).to(memory_format=torch.channels_last).train()
        optimizer = self.plan.optimizer.build([{"params": list(module.parameters()), "lr": 1e-6}], self._head(module))
        forward = recomputing(module, self.plan.recompute)
        shape = analyse(self.network).input_shape or ()
        images = torch.zeros(batch, *shape, device=self.device).to(memory_format=torch.channels_last)
        labels = torch.zeros(batch, dtype=torch.int64, device=self.device)
        for _ in range(2):
            optimizer.zero_grad()
            with autocast(self.device, self.precision):
                logits = forward(images).float()
                loss = self.plan.loss(logits, labels)
            torch.autograd.backward(loss)
            optimizer.step()

    def _head(self, module: nn.Module) -> list[nn.Parameter]:
        head = head_of(self.network)
        return list(module.get_submodule(head.name).parameters()) if head is not None else []


def _rounded(batch: int) -> int:
    """A number that a person would choose: a multiple of 8 where it is not small."""
    return batch // 8 * 8 if batch >= 16 else batch
