"""Kills without warning, at random moments and before each operation on files: nothing is lost, no bit is different.

A helper process imports everything once and forks a child for each kill. `WORKBENCH_KILLS=400` runs that many.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.events import EpochDone, RunFinished, StepDone
from workbench.core.training.plan import Phase, TrainingPlan, changed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks processes and kills them by a signal")

KILLS = int(os.environ.get("WORKBENCH_KILLS", "24"))
PLAN = TrainingPlan(network="tiny", data="digits", batch_size=480, precision="fp32", device="cpu", augmentation="flip")
OPTIONS: dict[str, object] = {
    "optimizer": "muon",
    "schedule": "plateau",
    "tolerated": 0,
    "averaging": "ema",
    "ema_decay": 0.9,
    "mixing": "mixup",
    "batch_size": 160,
    "accumulation": 3,
    "clip_norm": 1.0,
    "patience": 3,
}
"""What keeps a state of its own between steps."""
PHASES = (Phase(epochs=2, learning_rate=1e-2, frozen=("bn",)), Phase(epochs=2, learning_rate=5e-3))

HELPER = """
import json, os, signal, sys, time
import torch
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import walk

torch.set_num_threads(1)
list(walk(Run(sys.argv[1])))  # a first run: everything is imported now, the children begin at once


def die(folder, place):
    '''Be killed before the operation on files below the folder whose turn it is.'''
    count = 0

    def watch(event, arguments):
        nonlocal count
        if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir") and folder in str(arguments):
            count += 1
            if count == place:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def child(folder, place):
    if place:
        die(folder, place)
    for event in walk(Run(folder)):
        pass
    os._exit(0)


for line in sys.stdin:
    order = json.loads(line)
    process = os.fork()
    if process == 0:
        child(order["folder"], order["place"])
    if order["delay"] is not None:
        time.sleep(order["delay"])
        os.kill(process, signal.SIGKILL)
    print(os.waitpid(process, 0)[1], flush=True)
"""


class Killer:
    """Runs walks in processes of their own and kills them."""

    def __init__(self, first: Run) -> None:
        command = [sys.executable, "-c", HELPER, str(first.path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def walk(self, run: Run, *, place: int = 0, delay: float | None = None) -> bool:
        """Walk a run, killed after a delay or before its operation number `place`; whether it came to its end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"folder": str(run.path), "place": place, "delay": delay}
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline()) == 0

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def tiny() -> Network:
    return chain(
        "tiny",
        [
            Node("input", "Input", {"shape": [1, 8, 8]}),
            Node("conv", "Conv2d", {"out_channels": 4, "padding": 1}),
            Node("bn", "BatchNorm2d"),
            Node("relu", "ReLU"),
            Node("flatten", "Flatten"),
            Node("dropout", "Dropout", {"p": 0.2}),
            Node("fc", "Linear"),
            Node("output", "Output"),
        ],
    )


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    helper = Killer(new_run(tmp_path_factory.mktemp("runs") / "first"))
    yield helper
    helper.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, killer: Killer) -> Run:
    """The run that nobody interrupts."""
    run = new_run(tmp_path_factory.mktemp("runs") / "whole")
    assert killer.walk(run)
    return run


def new_run(folder: Path) -> Run:
    return create_run(changed(PLAN, phases=PHASES, **OPTIONS), tiny(), folder)


def told(run: Run) -> list[tuple[object, ...]]:
    """Everything a run says of its learning, times left out."""
    kept = []
    for event in run.events():
        if isinstance(event, StepDone):
            kept.append(("step", event.step, event.loss, event.accuracy, event.learning_rate))
        if isinstance(event, EpochDone):
            kept.append(("epoch", event.step, event.epoch, event.train_loss, event.validation_loss))
        if isinstance(event, RunFinished):
            kept.append(("finished", event.step, event.best_accuracy, event.best_epoch))
    return kept


def assert_equal(run: Run, whole: Run) -> None:
    assert run.state == "complete"
    assert told(run) == told(whole)
    for which in ("last", "best"):
        ours, theirs = run.weights(which), whole.weights(which)
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def finish_here(run: Run) -> None:
    """Go on in this process, which computes with as many threads as the helper."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        list(walk(run))
    finally:
        torch.set_num_threads(threads)


def test_a_run_killed_at_random_moments_ends_as_if_nothing_had_happened(
    whole: Run, killer: Killer, tmp_path: Path
) -> None:
    lots, kills, number = random.Random(0), 0, 0
    while kills < KILLS // 2:
        run, number = new_run(tmp_path / f"run{number}"), number + 1
        while kills < KILLS // 2 and not killer.walk(run, delay=lots.uniform(0.02, 0.3)):
            kills += 1
        finish_here(run)
        assert_equal(run, whole)


def test_a_run_killed_before_any_operation_on_files_ends_as_if_nothing_had_happened(
    whole: Run, killer: Killer, tmp_path: Path
) -> None:
    places = list(range(1, operations(killer, tmp_path) + 1))
    random.Random(1).shuffle(places)
    for place in places[: KILLS // 2]:
        run = new_run(tmp_path / f"run{place}")
        assert not killer.walk(run, place=place), f"nothing was killed at {place}"
        finish_here(run)
        assert_equal(run, whole)


def operations(killer: Killer, tmp_path: Path) -> int:
    """How many operations on files a run has: killed at the last one it does not end, at the next one it does."""
    low, high = 1, 4096
    while low + 1 < high:
        middle = (low + high) // 2
        ended = killer.walk(new_run(tmp_path / f"probe{middle}"), place=middle)
        low, high = (low, middle) if ended else (middle, high)
    return low
