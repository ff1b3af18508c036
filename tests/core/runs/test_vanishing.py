"""Data that goes away and disks that fill up while a run trains: it ends with the reason and can go on afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from workbench.core.data.store import cache, keeping
from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.folder import Run, open_run
from workbench.core.runs.runner import create_run, resume, walk
from workbench.core.training.checkpoint import load_state
from workbench.core.training.events import RunFailed, RunFinished, RunStarted, StepDone
from workbench.core.training.plan import TrainingPlan, changed

PICTURES = 300
PLAN = TrainingPlan(network="tiny", epochs=2, batch_size=4, learning_rate=1e-3, precision="fp32")


def network() -> Network:
    nodes = [
        Node("input", "Input", {"shape": [3, 8, 8]}),
        Node("conv", "Conv2d", {"out_channels": 4, "padding": 1}),
        Node("bn", "BatchNorm2d"),
        Node("relu", "ReLU"),
        Node("flatten", "Flatten"),
        Node("dropout", "Dropout"),
        Node("fc", "Linear", {"out_features": 2}),
        Node("output", "Output"),
    ]
    return chain("tiny", nodes)


@pytest.fixture
def streamed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of pictures that there is room for nowhere: they are decoded whenever a step wants them."""
    monkeypatch.setattr(keeping, "SMALL", 0)
    monkeypatch.setattr(keeping, "SHARE_OF_MEMORY", 0.0)
    monkeypatch.setattr(cache, "MOST_BYTES", 0)
    chance, folder = np.random.default_rng(0), tmp_path / "photos"
    for number in range(PICTURES):
        path = folder / ("cat", "dog")[number % 2] / f"{number:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(chance.integers(0, 256, (8, 8, 3), np.uint8)).save(path)
    return folder


def walked(run: Run, folder: Path, *, at: int, hurt: str) -> RunFailed:
    """Walk a run and spoil its data at a step; how it fails."""
    last = None
    for last in walk(run):
        if isinstance(last, StepDone) and last.step == at:
            spoil(folder, hurt)
    assert isinstance(last, RunFailed), last
    return last


def spoil(folder: Path, hurt: str) -> None:
    if hurt == "folder gone":
        folder.rename(folder.with_name("elsewhere"))
    for path in folder.glob("*/*.png"):
        if hurt == "files gone":
            path.rename(path.with_suffix(".away"))
        else:
            path.rename(path.with_suffix(".away"))
            path.write_bytes(path.with_suffix(".away").read_bytes()[:50])


def repair(folder: Path) -> None:
    if not folder.exists():
        folder.with_name("elsewhere").rename(folder)
    for path in folder.glob("*/*.away"):
        path.replace(path.with_suffix(".png"))


@pytest.mark.parametrize("hurt", ["folder gone", "files gone", "broken"])
def test_data_that_vanishes_ends_the_run_and_what_was_learned_goes_on_bit_for_bit(
    streamed: Path, tmp_path: Path, hurt: str
) -> None:
    plan = changed(PLAN, data=str(streamed))
    whole = create_run(plan, network(), tmp_path / "whole")
    assert isinstance(list(walk(whole))[-1], RunFinished)
    run = create_run(plan, network(), tmp_path / "run")
    failed = walked(run, streamed, at=3, hurt=hurt)
    assert "picture cannot be read" in failed.title
    assert "png" in failed.reason
    assert failed.hint
    assert run.state == "failed"
    state = load_state(run.checkpoints / "last")
    assert state["step"] == state["step_in_epoch"] >= 3
    repair(streamed)
    events = list(resume(run.path))
    assert isinstance(events[-1], RunFinished)
    assert next(event.step for event in events if isinstance(event, RunStarted)) == state["step"]
    first, second = whole.weights("last"), run.weights("last")
    assert all(torch.equal(first[key], second[key]) for key in first)


LIMITED = """
    import resource, sys
    from workbench.core.runs.folder import open_run
    from workbench.core.runs.runner import walk
    from workbench.core.training.events import CheckpointSaved
    for event in walk(open_run({path!r})):
        print(type(event).__name__, getattr(event, "reason", ""), getattr(event, "title", ""), flush=True)
        if isinstance(event, CheckpointSaved) and event.which == "last":
            resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))
    print("the program goes on")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of this sort are Unix's")
@pytest.mark.parametrize("limit", [100, 4_000, 20_000], ids=["the log", "the weights", "the state"])
def test_a_disk_that_fills_up_ends_the_run_not_the_program_and_keeps_the_checkpoint(tmp_path: Path, limit: int) -> None:
    """Files that may not grow beyond so many bytes: the real faults of the real writers, torch's and Rust's too."""
    plan = changed(PLAN, data="digits", batch_size=64, epochs=3)
    net = chain("tiny", [Node("input", "Input", {"shape": [1, 8, 8]}), *rest()])
    whole, run = create_run(plan, net, tmp_path / "whole"), create_run(plan, net, tmp_path / "run")
    list(walk(whole))
    code = textwrap.dedent(LIMITED.format(path=str(run.path), limit=limit))
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "the program goes on"
    assert lines[-2].startswith("RunFailed")
    assert "Could not write" in lines[-2]
    assert load_state(run.checkpoints / "last")["epoch"] == 1
    assert isinstance(list(resume(run.path))[-1], RunFinished)
    first, second = whole.weights("last"), open_run(run.path).weights("last")
    assert all(torch.equal(first[key], second[key]) for key in first)


def rest() -> list[Node]:
    """Enough weights that their file and that of the state are of different sizes."""
    return [
        Node("flatten", "Flatten"),
        Node("fc1", "Linear", {"out_features": 32}),
        Node("relu", "ReLU"),
        Node("fc", "Linear"),
        Node("output", "Output"),
    ]
