"""The event log: exact round trips, a cut last line, and what a resumed run did again."""

from __future__ import annotations

import pytest

from workbench.core.training.events import (
    CheckpointSaved,
    EpochDone,
    RunFailed,
    RunFinished,
    RunStarted,
    StepDone,
    from_lines,
    to_line,
)


def started(step: int) -> RunStarted:
    return RunStarted(
        time=1.0,
        step=step,
        total_steps=20,
        steps_per_epoch=10,
        epochs=2,
        train_images=100,
        validation_images=20,
        parameters=5,
        trainable=5,
        device="cpu",
        precision="fp32",
    )


def step(number: int, loss: float) -> StepDone:
    return StepDone(
        time=2.0,
        step=number,
        epoch=1 + (number - 1) // 10,
        loss=loss,
        accuracy=0.5,
        learning_rate=0.1,
        images_per_second=10.0,
        remaining_seconds=1.0,
    )


def test_events_survive_the_log() -> None:
    events = [started(0), step(1, 0.1 + 0.2), CheckpointSaved(time=3.0, step=10, epoch=1, which="last")]
    assert from_lines(map(to_line, events)) == events


def test_a_line_cut_short_by_a_kill_is_left_out() -> None:
    lines = [to_line(started(0)), to_line(step(1, 1.0)), to_line(step(2, 1.0))[:25]]
    assert from_lines(lines) == [started(0), step(1, 1.0)]


@pytest.mark.parametrize("line", [b"\xff\xfe\n", b'{"type":"step","step":' + b"[" * 100_000, b"null\n", b"[]\n", b"\n"])
def test_lines_that_are_no_events_are_left_out(line: bytes) -> None:
    assert from_lines([to_line(started(0)), line, to_line(step(1, 1.0))]) == [started(0), step(1, 1.0)]


@pytest.mark.parametrize(
    "end",
    [
        RunFinished(time=3.0, step=10, epoch=1, stopped=True, best_accuracy=None, best_epoch=None, seconds=1.0),
        RunFailed(time=3.0, title="no space"),
    ],
)
def test_a_run_that_goes_on_is_not_over(end: RunFinished | RunFailed) -> None:
    log = [to_line(started(0)), to_line(end)]
    assert from_lines(log)[-1] == end
    assert from_lines([*log, to_line(started(10))]) == [started(0), started(10)]


def test_what_a_resumed_run_does_again_counts_once() -> None:
    again = [started(0), step(5, 3.0), step(10, 2.0), step(15, 1.5), started(10), step(15, 1.4), step(20, 1.0)]
    told = from_lines(map(to_line, again))
    assert [event.step for event in told if isinstance(event, StepDone)] == [5, 10, 15, 20]
    assert [event.loss for event in told if isinstance(event, StepDone)] == [3.0, 2.0, 1.4, 1.0]


def test_epochs_beyond_the_checkpoint_are_dropped_too() -> None:
    done = EpochDone(
        time=1.0,
        step=10,
        epoch=1,
        train_loss=1.0,
        train_accuracy=0.5,
        validation_loss=1.0,
        validation_accuracy=0.5,
        images_per_second=1.0,
        seconds=1.0,
        remaining_seconds=0.0,
    )
    assert from_lines(map(to_line, [started(0), done, started(0)])) == [started(0), started(0)]
