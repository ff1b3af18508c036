"""The learning rate of each step of a plan, and its course as data: what a schedule will do, before it does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from workbench.core.training.plan import TrainingPlan
from workbench.core.training.schedules import Moment, Plateau, Warmup

POINTS = 400
"""A course is told at about so many steps; its corners are told exactly."""
STEPS_PER_EPOCH = 100
"""So many steps are assumed of an epoch of unknown data."""
FOLLOWS_LOSSES = "It falls whenever the validation loss stops getting smaller; when that is, the run decides."


@dataclass(frozen=True)
class Course:
    """Learning rates over a run: after how many epochs which rate. `notes` say what it cannot know."""

    epochs: tuple[float, ...]
    rates: tuple[float, ...]
    notes: tuple[str, ...] = ()
    borders: tuple[int, ...] = ()
    """Epochs after which another phase begins."""


def rate_at(plan: TrainingPlan, step: int, *, per_epoch: int, losses: Sequence[float] = ()) -> float:
    """The rate of a step (from 0) of a run whose epochs have `per_epoch` steps and ended with these validation losses.

    Of a model whose parameters have rates of their own it is the rate that these multiply.
    """
    return _rate_in(plan, step // per_epoch, per_epoch=per_epoch, losses=losses)(step)


def rates_of_epoch(
    plan: TrainingPlan, epoch: int, *, per_epoch: int, losses: Sequence[float] = ()
) -> tuple[float, ...]:
    """The rates of all steps of an epoch (from 0): those that `rate_at` gives for each."""
    steps = range(epoch * per_epoch, (epoch + 1) * per_epoch)
    return tuple(map(_rate_in(plan, epoch, per_epoch=per_epoch, losses=losses), steps))


def _rate_in(plan: TrainingPlan, epoch: int, *, per_epoch: int, losses: Sequence[float]) -> Callable[[int], float]:
    """The rate of each step (from 0, over the run) of an epoch; what all its steps share is looked up once."""
    phase, before = plan.phase_at(epoch)
    first, steps, since = before * per_epoch, phase.epochs * per_epoch, tuple(losses[before:])
    warmup = Warmup(plan.warmup_epochs, plan.warmup_start)

    def rate(step: int) -> float:
        moment = Moment(step - first, steps, per_epoch, since)
        return phase.learning_rate * warmup.factor(plan.schedule, moment)

    return rate


def course(plan: TrainingPlan, *, per_epoch: int = STEPS_PER_EPOCH) -> Course:
    """The rates of a whole plan without problems: those of about `POINTS` steps and of both sides of each jump.

    A schedule that follows the losses is told as if every epoch made progress.
    """
    per_epoch = max(1, min(per_epoch, 100_000))
    places = sorted(set(_places(plan, plan.total_epochs() * per_epoch, per_epoch)))
    rates = tuple(rate_at(plan, step, per_epoch=per_epoch) for step in places)
    notes = (FOLLOWS_LOSSES,) if isinstance(plan.schedule, Plateau) else ()
    ends = accumulate(phase.epochs for phase in plan.all_phases()[:-1])
    return Course(tuple(step / per_epoch for step in places), rates, notes, tuple(ends))


def _places(plan: TrainingPlan, steps: int, per_epoch: int) -> list[int]:
    """Steps evenly over the run, and the last and first ones of epochs, where rates can jump."""
    even = [round(number * (steps - 1) / (POINTS - 1)) for number in range(POINTS)]
    every = max(1, plan.total_epochs() // POINTS)
    starts = [epoch * per_epoch for epoch in range(0, plan.total_epochs(), every)]
    warm = min(steps - 1, round(plan.warmup_epochs * per_epoch))
    return [*even, warm, steps - 1, *starts, *(start - 1 for start in starts if start)]
