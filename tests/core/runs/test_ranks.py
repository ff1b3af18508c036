"""Training with two processes: the numbers of one, stop and resume, faults of either, what cannot be divided.

One rank is this process, the other a companion that comes along in one training after the other.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from workbench.core.data.sources import open_data
from workbench.core.graph.network import Network, Node, chain
from workbench.core.modelling.optimizers import SGD
from workbench.core.runs.child import RANKS, Child
from workbench.core.runs.folder import Run
from workbench.core.runs.meeting import meet, ranks_here
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.averaging import EMA
from workbench.core.training.compatibility import framing_of
from workbench.core.training.control import Control
from workbench.core.training.events import EpochDone, RunEvent, RunFailed, RunFinished, RunStarted, StepDone, Warned
from workbench.core.training.losses import Focal
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError
from workbench.machine import own_environment

PLAN = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=96, precision="fp32", device="cpu")
COMPANION = """
import os, sys
from workbench.core.runs.meeting import meet
from workbench.core.runs.together import come_along
from workbench.core.training.control import Control
for port in sys.stdin:
    os.environ.update(RANK="1", WORLD_SIZE="2", MASTER_ADDR="localhost", MASTER_PORT=port.strip())
    print(come_along(meet(), Control()), flush=True)
"""
Together = Callable[..., list[RunEvent]]


def tiny(*, norm: bool = False, dropout: bool = False) -> Network:
    layers = [
        Node("input", "Input", {"shape": [1, 8, 8]}),
        Node("conv", "Conv2d", {"out_channels": 4}),
        *([Node("bn", "BatchNorm2d")] if norm else []),
        Node("relu", "ReLU"),
        Node("flatten", "Flatten"),
        *([Node("dropout", "Dropout", {"p": 0.3})] if dropout else []),
        Node("fc", "Linear"),
        Node("output", "Output"),
    ]
    return chain("tiny", layers)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Ranks with several threads each wait for one another in every operation where cores are busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def companion(session_cache: Path, one_thread: None) -> Iterator[subprocess.Popen[str]]:
    environment = own_environment(WORKBENCH_CACHE=str(session_cache))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", COMPANION], env=environment, text=True, **pipes) as process:
        yield process


@pytest.fixture
def together(companion: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> Together:
    """Walk a run as the first of two ranks; all its events."""

    def walk_it(run: Run, watch: Callable[[RunEvent], Any] = lambda _event: None, **given: Any) -> list[RunEvent]:
        port = str(free_port())
        for name, value in {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": port}.items():
            monkeypatch.setenv(name, value)
        assert companion.stdin is not None and companion.stdout is not None
        companion.stdin.write(f"{port}\n")
        companion.stdin.flush()
        events = []
        for event in walk(run, meeting=meet(), **given):
            watch(event)
            events.append(event)
        assert companion.stdout.readline().strip() in ("True", "False"), "the companion is gone"
        return events

    return walk_it


def weights(run: Run) -> dict[str, torch.Tensor]:
    return run.weights("last")


def farthest(one: Run, other: Run, *, parameters: bool = False) -> float:
    ours, theirs = weights(one), weights(other)
    names = [name for name in ours if not parameters or ("running" not in name and "tracked" not in name)]
    return max(float((ours[name].double() - theirs[name].double()).abs().max()) for name in names)


CASES: dict[str, dict[str, Any]] = {
    "plain": {"optimizer": "sgd", "learning_rate": 0.05},
    "varied and mixed": {"augmentation": "flip-crop", "mixing": "mixup-or-cutmix", "clip_norm": 0.5},
    "weighed": {"class_weights": "inverse", "sampling": "balanced", "loss": Focal()},
    "averaged": {"averaging": EMA(ema_decay=0.9), "optimizer": "muon"},
    "in parts": {"batch_size": 20, "accumulation": 3},
    "short steps": {"batch_size": 5, "epochs": 1},
}
TOLERANCE = 2e-6
"""Of weights of about 0.3 after two epochs: sums are taken in another order, nothing else differs."""


@pytest.mark.parametrize("case", CASES)
def test_two_ranks_learn_what_one_process_learns(case: str, together: Together, tmp_path: Path) -> None:
    plan = TrainingPlan(**{**{name: getattr(PLAN, name) for name in PLAN.__struct_fields__}, **CASES[case]})
    one, two = (create_run(plan, tiny(), tmp_path / name) for name in ("one", "two"))
    assert isinstance(list(walk(one))[-1], RunFinished)
    events = together(two)
    assert isinstance(events[-1], RunFinished), events[-1]
    assert next(event for event in events if isinstance(event, RunStarted)).ranks == 2
    assert farthest(one, two) < TOLERANCE
    for ours, theirs in zip(one.epochs, two.epochs, strict=True):
        assert theirs.train_loss == pytest.approx(ours.train_loss, rel=1e-5)
        assert theirs.validation_loss == pytest.approx(ours.validation_loss, rel=1e-5)
        assert theirs.train_accuracy == pytest.approx(ours.train_accuracy, abs=2e-3)
        assert theirs.validation_accuracy == pytest.approx(ours.validation_accuracy, abs=3e-3)


def test_as_many_ranks_as_parts_normalize_as_one_process_does(together: Together, tmp_path: Path) -> None:
    plan = replace(PLAN, batch_size=48, accumulation=2, epochs=1, optimizer=SGD())  # Adam makes steps of mere rounding
    one, two = (create_run(plan, tiny(norm=True), tmp_path / name) for name in ("one", "two"))
    list(walk(one))
    events = together(two)
    told = [event.title for event in events if isinstance(event, Warned)]
    assert any("each of the 2 ranks" in title for title in told)
    assert farthest(one, two, parameters=True) < TOLERANCE


def test_normalization_over_a_slice_differs_and_that_is_told(together: Together, tmp_path: Path) -> None:
    plan = replace(PLAN, optimizer=SGD())
    one, two = (create_run(plan, tiny(norm=True), tmp_path / name) for name in ("one", "two"))
    list(walk(one))
    together(two)
    assert TOLERANCE < farthest(one, two, parameters=True) < 0.02
    ours, theirs = one.epochs[-1], two.epochs[-1]
    assert theirs.validation_loss == pytest.approx(ours.validation_loss, rel=0.02)


def test_a_stopped_run_goes_on_to_the_same_bits(together: Together, tmp_path: Path) -> None:
    network = tiny(norm=True, dropout=True)
    whole, halved = (create_run(PLAN, network, tmp_path / name) for name in ("whole", "halved"))
    together(whole)
    control = Control()
    steps = [0]

    def stop_in_the_second_epoch(event: RunEvent) -> None:
        steps[0] += isinstance(event, StepDone)
        if steps[0] == 20:
            control.stop()

    events = together(halved, stop_in_the_second_epoch, control=control)
    assert isinstance(events[-1], RunFinished) and events[-1].stopped and events[-1].epoch == 1
    assert isinstance(together(halved)[-1], RunFinished)
    assert farthest(whole, halved) == 0.0
    assert halved.epochs[-1].train_loss == pytest.approx(whole.epochs[-1].train_loss, rel=1e-12)
    assert halved.epochs[-1].validation_loss == whole.epochs[-1].validation_loss


def test_steps_that_cannot_be_divided_are_refused(together: Together, tmp_path: Path) -> None:
    run = create_run(replace(PLAN, batch_size=3), tiny(), tmp_path / "run")
    last = together(run)[-1]
    assert isinstance(last, RunFailed)
    assert last.title == "A step cannot be divided between 2 ranks" and "a step has 3" in last.reason


def test_a_fault_of_the_other_rank_is_told_with_its_number(together: Together, tmp_path: Path) -> None:
    pictures, labels = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), np.uint8), np.arange(20) % 10
    path = tmp_path / "set.npz"
    np.savez(path, x_train=pictures, y_train=labels, x_test=pictures, y_test=labels)
    opened = open_data(str(path), framing=framing_of(tiny()))
    run = create_run(replace(PLAN, data=str(path), batch_size=8), tiny(), tmp_path / "run")
    np.savez(path, x_train=pictures[::-1], y_train=labels, x_test=pictures, y_test=labels)
    last = together(run, data=opened)[-1]
    assert isinstance(last, RunFailed)
    assert last.title == "Rank 1: The ranks would train on different data"
    assert run.state == "failed"


def test_a_run_that_goes_on_with_another_number_of_ranks_says_so(together: Together, tmp_path: Path) -> None:
    run, control = create_run(PLAN, tiny(), tmp_path / "run"), Control()
    together(run, lambda event: isinstance(event, StepDone) and control.stop(), control=control)
    events = list(walk(run))
    assert isinstance(events[-1], RunFinished) and not events[-1].stopped
    assert any(
        isinstance(event, Warned) and "with the number of ranks 1 instead of 2" in event.title for event in events
    )


def test_a_port_in_use_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for name, value in {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": port}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(WorkbenchError, match=f"cannot meet at localhost:{port}"):
            meet()


def test_one_process_is_no_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    assert meet() is None
    for name in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.setenv(name, "0")
    assert os.environ.get("WORLD_SIZE") is None and ranks_here() is None
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert meet() is None
    monkeypatch.setenv("WORLD_SIZE", "two")
    with pytest.raises(WorkbenchError):
        ranks_here()


def processes_below(pid: int) -> Iterator[tuple[int, list[str]]]:
    """The descendants of a process with their command lines, as Linux tells them."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child), Path(f"/proc/{child}/environ").read_text().split("\0")
            yield from processes_below(int(child))


def kill_rank(pid: int, rank: int) -> None:
    """End one of the ranks below a launcher at once."""
    found = [process for process, variables in processes_below(pid) if f"RANK={rank}" in variables]
    os.kill(found[0], signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes of the ranks under /proc")
@pytest.mark.timeout(600)  # seven processes load torch, on a busy machine one after the other
def test_ranks_that_are_killed_are_started_again_to_the_same_bits(
    together: Together, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First one that comes along, then the one that leads."""
    plan, network = replace(PLAN, epochs=8), tiny(norm=True, dropout=True)
    whole, killed = (create_run(plan, network, tmp_path / name) for name in ("whole", "killed"))
    together(whole)
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name)
    victims, events = [0, 1], []
    with Child(killed, [RANKS, str(killed.path), "2"]) as child:
        for event in child.events(Control()):
            events.append(event)
            if isinstance(event, EpochDone) and victims and _epochs_since_a_start(events) == 2:
                kill_rank(child.process.pid, victims.pop())
        assert isinstance(events[-1], RunFinished), child.failed()
    first, second, third = [event.step for event in events if isinstance(event, RunStarted)]
    assert 0 == first < second < third < 8 * 15, "each start goes on from a checkpoint after the one before"
    told = [event.title for event in events if isinstance(event, Warned)]
    assert [sum(f"started again ({count})" in title for title in told) for count in (1, 2)] == [1, 1]
    assert farthest(whole, killed) == 0.0


def _epochs_since_a_start(events: list[RunEvent]) -> int:
    begun = max(place for place, event in enumerate(events) if isinstance(event, RunStarted))
    return sum(isinstance(event, EpochDone) for event in events[begun:])
