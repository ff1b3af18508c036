"""A real, tiny run to look into, and a room that looks into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from workbench.core.graph.network import Network
from workbench.core.modelling.sketch import Sketch
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.events import RunFinished
from workbench.core.training.plan import TrainingPlan
from workbench.gui.viewer.room import InspectRoom
from workbench.gui.workspace import Workspace

Settle = Callable[[], None]


def small_network() -> Network:
    """Two convolutions on 1 × 8 × 8; the ReLU overwrites its input."""
    sketch = Sketch("small", (1, 8, 8))
    sketch.add("conv1", "Conv2d", out_channels=6, padding=1)
    sketch.add("relu1", "ReLU", inplace=True)
    sketch.add("pool1", "MaxPool2d")
    sketch.add("conv2", "Conv2d", out_channels=4)
    sketch.global_pool()
    sketch.add("fc", "Linear", out_features=10)
    return sketch.finish()


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> Iterator[Run]:
    """One epoch of `digits`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CACHE", str(session_cache))
        plan = TrainingPlan(data="digits", epochs=1, batch_size=64, device="cpu", precision="fp32")
        run = create_run(plan, small_network(), tmp_path_factory.mktemp("made") / "runs" / "first")
        assert isinstance(list(walk(run))[-1], RunFinished)
        yield run


@pytest.fixture
def runs_folder(finished_run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with that run as the window's folder of runs."""
    monkeypatch.setenv("WORKBENCH_RUNS", str(finished_run.path.parent))
    return finished_run.path.parent


@pytest.fixture
def settle(qtbot: QtBot, workspace: Workspace) -> Settle:
    """Wait until no background job is left."""
    return lambda: qtbot.waitUntil(lambda: not workspace.jobs.busy, timeout=30_000)


@pytest.fixture
def room(qtbot: QtBot, workspace: Workspace, runs_folder: Path, settle: Settle) -> InspectRoom:
    """The room, looking at the first sample through the first convolution of the run."""
    made = InspectRoom(workspace)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.enter()
    settle()
    return made
