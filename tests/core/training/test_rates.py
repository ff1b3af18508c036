"""The course of a learning rate, told before the run, against the rates that steps are done with."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch
from torch.optim import lr_scheduler

from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.choices import choices
from workbench.core.training.events import StepDone
from workbench.core.training.plan import Phase, TrainingPlan, changed
from workbench.core.training.rates import FOLLOWS_LOSSES, POINTS, course, rate_at

PLAN = TrainingPlan(network="tiny", data="digits", epochs=3, batch_size=240, precision="fp32", device="cpu")
PHASES = (Phase(epochs=2, learning_rate=1e-2), Phase(epochs=1, learning_rate=1e-4))


def tiny() -> Network:
    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("flatten", "Flatten"), Node("fc", "Linear")]
    return chain("tiny", [*nodes, Node("output", "Output")])


@pytest.mark.parametrize("schedule", choices("schedule"))
@pytest.mark.parametrize("changes", [{}, {"warmup_epochs": 0.7}, {"phases": PHASES}], ids=str)
def test_the_course_is_that_of_the_run(tmp_path: Path, schedule: str, changes: dict[str, object]) -> None:
    plan = changed(PLAN, schedule=schedule, **changes)
    run = create_run(plan, tiny(), tmp_path / "run")
    done = {event.step - 1: event.learning_rate for event in walk(run) if isinstance(event, StepDone)}
    told = course(plan, per_epoch=6)
    steps = [round(epoch * 6) for epoch in told.epochs]
    assert steps == list(range(18)) and set(done) == set(steps)
    if schedule != "plateau":
        assert dict(zip(steps, told.rates, strict=True)) == done


def test_it_is_what_torch_computes_over_a_long_run() -> None:
    plan = changed(PLAN, epochs=90, schedule="step", step_size=30, gamma=0.1, learning_rate=0.1)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler, theirs = lr_scheduler.StepLR(optimizer, step_size=30, gamma=0.1), []
    for _ in range(90):
        theirs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    told = course(plan, per_epoch=50)
    assert told.rates == pytest.approx([theirs[int(epoch)] for epoch in told.epochs])


def test_both_sides_of_a_jump_are_told() -> None:
    told = course(changed(PLAN, epochs=3000, schedule="multi-step", milestones=(1000, 2000)), per_epoch=1000)
    assert POINTS <= len(told.epochs) <= 4 * POINTS
    for jump in (1000, 2000):
        sides = [epoch for epoch, rate in zip(told.epochs, told.rates, strict=True) if abs(epoch - jump) < 10]
        assert sides, "a jump must not fall between two points that lie far apart"
    falls = [two / one for one, two in itertools.pairwise(told.rates) if two != one]
    assert falls == pytest.approx([0.1, 0.1])


def test_what_it_cannot_know_is_said() -> None:
    assert course(changed(PLAN, schedule="plateau")).notes == (FOLLOWS_LOSSES,)
    assert course(PLAN).notes == ()
    losses = [1.0, 0.5, 0.5, 0.5, 0.5, 0.5]
    plan = changed(PLAN, epochs=9, schedule="plateau", tolerated=1)
    assert rate_at(plan, 6 * 5, per_epoch=5, losses=losses) < rate_at(plan, 6 * 5, per_epoch=5)


@pytest.mark.parametrize("per_epoch", [0, 1, 10**9])
def test_any_number_of_steps(per_epoch: int) -> None:
    told = course(PLAN, per_epoch=per_epoch)
    assert told.rates[0] == PLAN.learning_rate and told.epochs[-1] < 3
    assert list(told.epochs) == sorted(set(told.epochs))
