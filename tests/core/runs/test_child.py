"""Training in a process of its own: the same events and bits, stop and pause, a process that is killed or abandoned."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace

from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.child import Child, walk_in_child
from workbench.core.runs.child_process import obey
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.control import Control
from workbench.core.training.events import EpochDone, RunFailed, RunFinished, StepDone
from workbench.core.training.plan import TrainingPlan

PLAN = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=256, precision="fp32", device="cpu")


def tiny() -> Network:
    return chain(
        "tiny",
        [
            Node("input", "Input", {"shape": [1, 8, 8]}),
            Node("conv", "Conv2d", {"out_channels": 4}),
            Node("bn", "BatchNorm2d"),
            Node("relu", "ReLU"),
            Node("flatten", "Flatten"),
            Node("dropout", "Dropout", {"p": 0.2}),
            Node("fc", "Linear"),
            Node("output", "Output"),
        ],
    )


@pytest.fixture(autouse=True)
def as_many_threads_as_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", str(torch.get_num_threads()))


def losses(run: Run) -> list[tuple[float, float]]:
    return [(event.train_loss, event.validation_loss) for event in run.events() if isinstance(event, EpochDone)]


def test_a_child_trains_as_this_process_does(tmp_path: Path) -> None:
    here, there = (create_run(PLAN, tiny(), tmp_path / name) for name in ("here", "there"))
    list(walk(here))
    with Child(there) as child:
        events = list(child.events(Control()))
        assert child.process.wait() == 0
    assert events == there.events()
    assert isinstance(events[-1], RunFinished) and not events[-1].stopped
    assert losses(here) == losses(there)
    ours, theirs = here.weights("last"), there.weights("last")
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_a_child_is_paused_stopped_and_goes_on(tmp_path: Path) -> None:
    run, control = create_run(replace(PLAN, epochs=200), tiny(), tmp_path / "run"), Control()
    events = walk_in_child(run, control)
    next(event for event in events if isinstance(event, StepDone))
    control.pause()
    control.resume()
    control.stop()
    last = list(events)[-1]
    assert isinstance(last, RunFinished) and last.stopped
    assert run.state == "stopped"


@pytest.mark.slow
def test_a_child_that_is_killed_says_so_and_can_be_resumed(tmp_path: Path) -> None:
    run = create_run(replace(PLAN, epochs=4), tiny(), tmp_path / "run")
    with Child(run) as child:
        events = child.events(Control())
        next(event for event in events if isinstance(event, EpochDone))
        child.kill()
        assert not any(isinstance(event, RunFinished | RunFailed) for event in events)
        failed = child.failed()
    assert "signal 9" in failed.reason or "exit status" in failed.reason
    assert run.state == "unfinished"
    assert isinstance(list(walk(run))[-1], RunFinished) and len(run.epochs) == 4


@pytest.mark.slow
def test_an_abandoned_child_stops_with_a_checkpoint(tmp_path: Path) -> None:
    run = create_run(replace(PLAN, epochs=10_000), tiny(), tmp_path / "run")
    events = walk_in_child(run)
    next(event for event in events if isinstance(event, StepDone))
    events.close()  # type: ignore[attr-defined]
    assert run.state == "stopped"


def test_a_folder_without_a_run_is_no_silence(tmp_path: Path) -> None:
    last = list(walk_in_child(Run(tmp_path / "none")))[-1]
    assert isinstance(last, RunFailed) and "is not a run" in last.title


def test_orders_are_obeyed_and_nonsense_is_passed_over() -> None:
    control = Control()
    obey(iter([b"pause\n", b"\xff dance\n"]), control)
    assert control.stopping and not control.paused, "the end of the orders is a stop"
    control = Control()
    for order, paused in ((b"pause\n", True), (b"resume\n", False)):
        obey_one(order, control)
        assert control.paused is paused


def obey_one(order: bytes, control: Control) -> None:
    """One order, while whoever gave it is still there."""
    from workbench.core.runs import child_process

    class Stream(io.BytesIO):
        def __next__(self) -> bytes:
            line = self.readline()
            if not line:
                raise InterruptedError
            return line

    with pytest.raises(InterruptedError):
        child_process.obey(Stream(order), control)
