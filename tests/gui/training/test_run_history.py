"""The numbers behind the curves: smoothing, resuming, progress, the best epoch."""

from __future__ import annotations

import math

import pytest
from run_events import epoch, started, step, stopped

from workbench.core.training.events import CheckpointSaved, RunEvent, Warned
from workbench.gui.training import wording
from workbench.gui.training.history import RunHistory, Series, smoothing


def run_of(epochs: int, *, planned: int = 3, steps: int = 4) -> list[RunEvent]:
    events: list[RunEvent] = [started(epochs=planned, steps=steps)]
    for number in range(1, epochs + 1):
        events += [step((number - 1) * steps + i, number) for i in range(1, steps + 1)]
        events += [epoch(number, steps * number, accuracy=[0.5, 0.9, 0.7][number - 1])]
    return events


def test_smoothing_leaves_a_constant_series_constant() -> None:
    series = Series()
    for x in range(50):
        series.add(x, 2.5)
    assert list(series.smooth) == pytest.approx([2.5] * 50, rel=1e-9)


@pytest.mark.parametrize(("steps", "past"), [(1, 0.5), (12, 0.5), (40, 0.8), (5000, 0.84)])
def test_smoothing_looks_back_over_an_eighth_of_an_epoch(steps: int, past: float) -> None:
    assert smoothing(steps) == pytest.approx(past)


def test_smoothing_is_closer_to_the_past_than_to_a_spike() -> None:
    series = Series(past=0.9)
    for value in [1.0] * 20 + [11.0]:
        series.add(len(series.x), value)
    assert 1.5 < series.smooth[-1] < 3


def test_what_is_no_number_is_left_out() -> None:
    series = Series()
    for value in (1.0, math.nan, math.inf, 3.0):
        series.add(len(series.x), value)
    assert list(series.y) == [1.0, 3.0]


@pytest.mark.parametrize(("x", "expected"), [(-5, 1.0), (0.4, 1.0), (0.6, 2.0), (9, 3.0), (math.inf, 3.0)])
def test_the_value_under_the_mouse_is_that_of_the_nearest_point(x: float, expected: float) -> None:
    series = Series()
    for number in range(3):
        series.add(number, number + 1.0)
    assert series.value_at(x) == expected


def test_positions_are_in_epochs_and_accuracies_in_percent() -> None:
    history = RunHistory(run_of(2))
    assert list(history.train_loss.x[:5]) == [0.25, 0.5, 0.75, 1.0, 1.25]
    assert list(history.validation_accuracy.x) == [1, 2]
    assert list(history.validation_accuracy.y) == pytest.approx([50, 90])
    assert history.progress == pytest.approx(8 / 12)


def test_the_best_epoch_is_the_one_with_the_best_validation_accuracy() -> None:
    history = RunHistory(run_of(3))
    assert history.best is not None and history.best.epoch == 2
    assert wording.summary(history) == "Best 90.0 % in epoch 2"
    assert history.progress == 1.0


def test_a_continued_run_drops_what_it_does_again() -> None:
    events = run_of(2)
    history = RunHistory([*events, stopped(8, 2)])
    assert history.finished is not None
    history.add([started(epochs=3, steps=4, at=4), step(5, 2)])
    assert history.finished is None
    assert list(history.train_loss.x) == [0.25, 0.5, 0.75, 1.0, 1.25]
    assert list(history.validation_loss.x) == [1]


def test_a_run_that_goes_on_from_an_end_of_an_epoch_keeps_its_curves() -> None:
    history = RunHistory([*run_of(2), stopped(8, 2), started(epochs=3, steps=4, at=8)])
    assert history.progress == pytest.approx(8 / 12)
    assert len(history.train_loss.x) == 8


def test_warnings_and_checkpoints_are_noticed() -> None:
    history = RunHistory(run_of(1))
    assert not history.saved
    history.add([Warned(time=1.0, title="slow"), CheckpointSaved(time=1.0, step=4, epoch=1, which="last")])
    assert history.saved and history.warnings[0].title == "slow"


def test_progress_in_words() -> None:
    history = RunHistory([started(epochs=10, steps=100), step(250, 3, speed=1240.4, left=130)])
    assert wording.progress(history) == "epoch 3 of 10 · 1,240 img/s · 2 min 10 s left"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (8.4, "8 s"), (59.6, "1 min"), (130, "2 min 10 s"), (3600, "1 h"), (11_100, "3 h 5 min")],
)
def test_durations_in_words(seconds: float, text: str) -> None:
    assert wording.duration(seconds) == text
