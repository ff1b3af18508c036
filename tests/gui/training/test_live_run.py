"""The thread and what follows it, on made-up events: nothing here needs torch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot
from run_events import SteppedRun, started, step

from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent
from workbench.errors import WorkbenchError
from workbench.gui.training.live import LiveRun
from workbench.gui.training.thread import EventSource, TrainingThread


@pytest.fixture
def stepped() -> SteppedRun:
    return SteppedRun()


@pytest.fixture
def run(qtbot: QtBot, stepped: SteppedRun, tmp_path: Path) -> Iterator[LiveRun]:
    run = LiveRun(stepped, tmp_path / "run-1")
    yield run
    run.stop_and_wait()


def ended(qtbot: QtBot, source: EventSource, folder: Path) -> LiveRun:
    run = LiveRun(source, folder)
    qtbot.waitUntil(lambda: run.is_over)
    return run


def test_events_arrive_and_the_run_completes(qtbot: QtBot, run: LiveRun, stepped: SteppedRun) -> None:
    assert run.standing == "opening"
    qtbot.waitUntil(lambda: run.standing == "training")
    stepped.allow(3)
    qtbot.waitUntil(lambda: run.history.step == 3)
    stepped.allow(7)
    qtbot.waitUntil(lambda: run.is_over)
    assert run.standing == "complete" and run.history.progress == 1.0 and run.history.saved
    assert run.thread_.isFinished()


def test_a_paused_run_stands_still_and_goes_on(qtbot: QtBot, run: LiveRun, stepped: SteppedRun) -> None:
    qtbot.waitUntil(lambda: run.standing == "training")
    stepped.allow(2)
    qtbot.waitUntil(lambda: run.history.step == 2)
    run.pause()
    assert run.standing == "paused"
    qtbot.waitUntil(lambda: run.thread_.control.paused)
    stepped.allow(2)
    qtbot.wait(150)
    assert run.history.step == 2
    run.resume()
    qtbot.waitUntil(lambda: run.history.step == 4)


def test_a_paused_run_can_be_stopped(qtbot: QtBot, run: LiveRun) -> None:
    qtbot.waitUntil(lambda: run.standing == "training")
    run.pause()
    run.stop()
    assert run.standing == "stopping"
    qtbot.waitUntil(lambda: run.is_over)
    assert run.standing == "stopped" and run.failure is None


def test_a_thousand_steps_do_not_mean_a_thousand_signals(qtbot: QtBot, tmp_path: Path) -> None:
    def source(control: Control) -> Iterator[RunEvent]:
        yield started(epochs=1, steps=5000)
        yield from (step(number, 1) for number in range(1, 5001))

    run = LiveRun(source, tmp_path)
    batches: list[int] = []
    run.advanced.connect(lambda events: batches.append(len(events)))
    qtbot.waitUntil(lambda: run.is_over)
    assert sum(batches) == 5001 and len(batches) < 50


def test_a_refused_plan_is_a_failure_in_words(qtbot: QtBot, tmp_path: Path) -> None:
    def source(control: Control) -> Iterator[RunEvent]:
        raise WorkbenchError("There is no data set shape", "it is no path", "Did you mean shapes?")
        yield

    run = ended(qtbot, source, tmp_path)
    assert run.standing == "failed" and run.failure is not None
    assert (run.failure.title, run.failure.hint) == ("There is no data set shape", "Did you mean shapes?")
    assert run.failure.trace == ""


def test_any_other_exception_is_our_bug_with_its_trace(qtbot: QtBot, tmp_path: Path) -> None:
    def source(control: Control) -> Iterator[RunEvent]:
        yield started()
        raise RuntimeError("shapes of the tensors differ")

    run = ended(qtbot, source, tmp_path)
    assert run.failure is not None and "inside the workbench" in run.failure.title
    assert "shapes of the tensors differ" in run.failure.hint
    assert "Traceback" in run.failure.trace and "test_live_run" in run.failure.trace


def test_the_events_are_made_on_the_thread(qtbot: QtBot, tmp_path: Path) -> None:
    seen: list[QThread] = []

    def source(control: Control) -> Iterator[RunEvent]:
        seen.append(QThread.currentThread())
        yield started()

    thread = TrainingThread(source)
    with qtbot.waitSignal(thread.ended):
        thread.start()
    assert seen == [thread]
