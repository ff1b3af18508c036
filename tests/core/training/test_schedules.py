"""Schedules against PyTorch's own schedulers, at every step."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import torch
from torch.optim import lr_scheduler

from workbench.core.training.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    Moment,
    MultiStep,
    OneCycle,
    Plateau,
    Polynomial,
    Schedule,
    Step,
    Warmup,
)

RATE, EPOCHS, PER_EPOCH = 0.1, 12, 7
STEPS = EPOCHS * PER_EPOCH
Make = Callable[[torch.optim.Optimizer, int], lr_scheduler.LRScheduler]
BY_STEP: list[tuple[Schedule, Make]] = [
    (Constant(), lambda optimizer, steps: lr_scheduler.ConstantLR(optimizer, factor=1.0)),
    (Cosine(), lambda optimizer, steps: lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)),
    (
        Cosine(floor=0.1),
        lambda optimizer, steps: lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps, eta_min=0.1 * RATE),
    ),
    (Polynomial(), lambda optimizer, steps: lr_scheduler.PolynomialLR(optimizer, total_iters=steps)),
    (Polynomial(power=2), lambda optimizer, steps: lr_scheduler.PolynomialLR(optimizer, total_iters=steps, power=2)),
    (
        Step(step_size=3, gamma=0.5),
        lambda optimizer, steps: lr_scheduler.StepLR(optimizer, step_size=3 * PER_EPOCH, gamma=0.5),
    ),
    (
        MultiStep(milestones=(5, 2), gamma=0.2),
        lambda optimizer, steps: lr_scheduler.MultiStepLR(optimizer, [2 * PER_EPOCH, 5 * PER_EPOCH], gamma=0.2),
    ),
]
CYCLES = [OneCycle(), OneCycle(rise=0.2, start_divisor=10.0, end_divisor=100.0), OneCycle(rise=0.7)]


def optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)


def rates(made: torch.optim.Optimizer, scheduler: lr_scheduler.LRScheduler, steps: int) -> list[float]:
    found = []
    for _ in range(steps):
        found.append(made.param_groups[0]["lr"])
        made.step()
        scheduler.step()
    return found


def ours(schedule: Schedule, steps: int = STEPS, warmup: Warmup | None = None) -> list[float]:
    moments = [Moment(step, steps, PER_EPOCH) for step in range(steps)]
    return [RATE * (warmup.factor(schedule, at) if warmup else schedule.factor(at)) for at in moments]


def test_every_schedule_is_compared() -> None:
    compared = {type(schedule) for schedule, _ in BY_STEP} | {OneCycle, Plateau}
    assert compared == set(SCHEDULES.values())


@pytest.mark.parametrize(("schedule", "make"), BY_STEP)
def test_every_step_has_pytorchs_rate(schedule: Schedule, make: Make) -> None:
    made = optimizer()
    assert ours(schedule) == pytest.approx(rates(made, make(made, STEPS), STEPS), abs=1e-12)


@pytest.mark.parametrize(("schedule", "make"), BY_STEP)
@pytest.mark.parametrize("epochs", [1.0, 2.5])
def test_warm_up_is_pytorchs_line_before_the_schedule(schedule: Schedule, make: Make, epochs: float) -> None:
    made, steps = optimizer(), round(epochs * PER_EPOCH)
    line = lr_scheduler.LinearLR(made, start_factor=0.05, total_iters=steps)
    both = lr_scheduler.SequentialLR(made, [line, make(made, STEPS - steps)], milestones=[steps])
    assert ours(schedule, warmup=Warmup(epochs, 0.05)) == pytest.approx(rates(made, both, STEPS), abs=1e-12)


@pytest.mark.parametrize("schedule", CYCLES)
@pytest.mark.parametrize("steps", [STEPS, 6])
def test_one_cycle_has_pytorchs_rate(schedule: OneCycle, steps: int) -> None:
    made = optimizer()
    scheduler = lr_scheduler.OneCycleLR(
        made,
        max_lr=RATE,
        total_steps=steps,
        pct_start=schedule.rise,
        div_factor=schedule.start_divisor,
        final_div_factor=schedule.end_divisor,
        cycle_momentum=False,
    )
    found = [made.param_groups[0]["lr"]]
    for _ in range(steps - 1):
        made.step()
        scheduler.step()
        found.append(made.param_groups[0]["lr"])
    assert ours(schedule, steps) == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("plateau", [Plateau(), Plateau(fall=0.5, tolerated=0), Plateau(tolerated=1, cooldown=2)])
def test_plateau_falls_when_pytorchs_does(plateau: Plateau, seed: int) -> None:
    lots, made = random.Random(seed), optimizer()
    scheduler = lr_scheduler.ReduceLROnPlateau(
        made,
        factor=plateau.fall,
        patience=plateau.tolerated,
        cooldown=plateau.cooldown,
        threshold=plateau.progress,
        eps=0,
    )
    losses: list[float] = []
    for epoch in range(25):
        at = Moment(epoch * PER_EPOCH, 25 * PER_EPOCH, PER_EPOCH, tuple(losses))
        assert RATE * plateau.factor(at) == pytest.approx(made.param_groups[0]["lr"], rel=1e-9)
        losses.append(2 / (1 + epoch) + lots.random())
        scheduler.step(losses[-1])
    assert RATE * plateau.factor(Moment(0, 1, 1, tuple(losses))) < RATE


@pytest.mark.parametrize("name", [*SCHEDULES])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_short_phases_have_rates_too(name: str, steps: int) -> None:
    schedule = SCHEDULES[name]()
    for warmup in (Warmup(0.0, 0.01), Warmup(1.0, 0.01), Warmup(50.0, 0.01)):
        for step in range(steps):
            assert 0 <= warmup.factor(schedule, Moment(step, steps, 1)) <= 1
