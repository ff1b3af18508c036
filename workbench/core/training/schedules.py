"""Schedules: one decorated record each, the rate of a step as a share of the phase's rate.

A schedule is a function of the step (and, for `plateau`, of the losses of the epochs so far), never of what it did
before, so a run that goes on computes the same rates. Where torch has the schedule, every step has torch's rate.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from workbench.registry import Choice, Registry, choice

Factor = Annotated[float, Meta(gt=0, le=1, description="Factor of each fall.")]


class Moment(NamedTuple):
    """A step of a phase (from 0), the steps of the phase and of an epoch, and the validation losses so far."""

    step: int
    steps: int
    per_epoch: int
    losses: tuple[float, ...] = ()

    @property
    def epoch(self) -> int:
        """Epochs of the phase that are over."""
        return self.step // self.per_epoch

    def after(self, steps: int) -> Moment:
        """The same moment counted from a later step."""
        return Moment(self.step - steps, max(1, self.steps - steps), self.per_epoch, self.losses)


class Schedule(Choice, frozen=True, kw_only=True):
    """How the learning rate changes over a phase."""

    def factor(self, at: Moment) -> float:
        """The share of the rate with which this step is done."""
        raise NotImplementedError


SCHEDULES: Registry[type[Schedule]] = Registry("schedule")


@choice(SCHEDULES)
class Cosine(Schedule, frozen=True, kw_only=True, tag="cosine"):
    """The rate falls along half a cosine (arXiv 1608.03983, without restarts)."""

    floor: Annotated[float, Meta(ge=0, le=1, description="Share of the rate that is left at the end.")] = 0.0

    def factor(self, at: Moment) -> float:
        """`CosineAnnealingLR` over the steps."""
        return self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * at.step / at.steps))


@choice(SCHEDULES)
class Constant(Schedule, frozen=True, kw_only=True, tag="constant"):
    """The rate stays as it is."""

    def factor(self, at: Moment) -> float:
        """Always 1."""
        return 1.0


@choice(SCHEDULES)
class Step(Schedule, frozen=True, kw_only=True, tag="step"):
    """The rate is multiplied by gamma after every `step_size` epochs."""

    step_size: Annotated[int, Meta(ge=1, le=100_000, description="Epochs between two falls.")] = 10
    gamma: Factor = 0.5

    def factor(self, at: Moment) -> float:
        """`StepLR` over the epochs."""
        return float(self.gamma ** (at.epoch // self.step_size))


@choice(SCHEDULES)
class MultiStep(Schedule, frozen=True, kw_only=True, tag="multi-step"):
    """The rate is multiplied by gamma at the named epochs."""

    milestones: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=100_000)], ...], Meta(description="Epochs after which the rate falls.")
    ] = (30, 60)
    gamma: Factor = 0.1

    def factor(self, at: Moment) -> float:
        """`MultiStepLR` over the epochs."""
        return float(self.gamma ** sum(milestone <= at.epoch for milestone in self.milestones))


@choice(SCHEDULES)
class OneCycle(Schedule, frozen=True, kw_only=True, tag="one-cycle"):
    """The rate rises to its full size and falls to almost nothing, each along half a cosine (arXiv 1708.07120)."""

    rise: Annotated[float, Meta(gt=0, lt=1, description="Share of the steps in which the rate rises.")] = 0.3
    start_divisor: Annotated[float, Meta(ge=1, le=1e6, description="The first rate is smaller by this.")] = 25.0
    end_divisor: Annotated[
        float, Meta(ge=1, le=1e9, description="The last rate is smaller than the first by this.")
    ] = 1e4

    def factor(self, at: Moment) -> float:
        """`OneCycleLR` with cosines."""
        top, last = self.rise * at.steps - 1, at.steps - 1
        first, end = 1 / self.start_divisor, 1 / self.start_divisor / self.end_divisor
        if at.step <= top:
            return _cosine_between(first, 1.0, at.step / top if top else 1.0)
        return _cosine_between(1.0, end, (at.step - top) / (last - top) if last > top else 1.0)


@choice(SCHEDULES)
class Polynomial(Schedule, frozen=True, kw_only=True, tag="polynomial"):
    """The rate falls to nothing along a power of the steps left; power 1 is a straight line."""

    power: Annotated[float, Meta(gt=0, le=10, description="Above 1 it falls early, below 1 late.")] = 1.0

    def factor(self, at: Moment) -> float:
        """`PolynomialLR` over the steps."""
        return float((1 - min(1.0, at.step / at.steps)) ** self.power)


@choice(SCHEDULES)
class Plateau(Schedule, frozen=True, kw_only=True, tag="plateau"):
    """The rate falls whenever the validation loss has stopped to get smaller."""

    fall: Factor = 0.1
    tolerated: Annotated[int, Meta(ge=0, le=1000, description="Epochs without progress before the rate falls.")] = 3
    cooldown: Annotated[int, Meta(ge=0, le=1000, description="Epochs after a fall that do not count.")] = 0
    progress: Annotated[float, Meta(ge=0, lt=1, description="Share by which a loss must be smaller to count.")] = 1e-4

    def factor(self, at: Moment) -> float:
        """`ReduceLROnPlateau`, from all losses so far."""
        return float(self.fall ** _falls(self, at.losses))


class Warmup(msgspec.Struct, frozen=True):
    """The first steps of a schedule: a straight line from a share of the rate to all of it, then the schedule."""

    epochs: float
    start: float

    def factor(self, schedule: Schedule, at: Moment) -> float:
        """`SequentialLR` of `LinearLR` and the schedule, which counts from the end of the warm-up."""
        steps = min(at.steps, round(self.epochs * at.per_epoch))
        if at.step >= steps:
            return schedule.factor(at.after(steps) if steps else at)
        return self.start + (1 - self.start) * at.step / steps


def _cosine_between(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * share))


@lru_cache(maxsize=64)
def _falls(plateau: Plateau, losses: tuple[float, ...]) -> int:
    """How often the rate has fallen after these losses."""
    best, bad, resting, falls = math.inf, 0, 0, 0
    for loss in losses:
        better = loss < best * (1 - plateau.progress)
        best, bad = (loss, 0) if better else (best, bad + 1)
        if resting:
            resting, bad = resting - 1, 0
        if bad > plateau.tolerated:
            falls, resting, bad = falls + 1, plateau.cooldown, 0
    return falls
