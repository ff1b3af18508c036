"""What the tests of the window share. The root conftest has already chosen the offscreen platform."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from workbench.gui import theme
from workbench.gui.workspace import Workspace


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application in the light theme, so that no test depends on the desktop it runs on."""
    theme.apply(qapp, "light")
    return qapp


@pytest.fixture(autouse=True)
def garbage_stays_here() -> Iterator[None]:
    """While a test runs no other thread collects, as in the program: see `workbench.gui.garbage`."""
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()


@pytest.fixture
def no_leftover_threads() -> Iterator[None]:
    """Fail the test that leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before and _is_ours(thread)]
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def workspace(qapp: QApplication, no_leftover_threads: None) -> Iterator[Workspace]:
    """A workspace with `cifar10cnn` and `shapes`; analyses run after a change or after `preload()`."""
    workspace = Workspace()
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def two_runs(tmp_path_factory: pytest.TempPathFactory, session_cache: Path) -> Path:
    """A folder with two complete runs of one epoch on `digits`."""
    from workbench.core.graph.network import Node, chain
    from workbench.core.runs.runner import create_run, walk
    from workbench.core.training.plan import TrainingPlan

    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("conv", "Conv2d", {"out_channels": 4})]
    nodes += [Node("flatten", "Flatten"), Node("fc", "Linear", {"out_features": 10}), Node("output", "Output")]
    folder = tmp_path_factory.mktemp("two") / "runs"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CACHE", str(session_cache))
        plan = TrainingPlan(network="tiny", data="digits", epochs=1, batch_size=64, device="cpu", precision="fp32")
        assert list(walk(create_run(plan, chain("tiny", nodes), folder / "first")))
    shutil.copytree(folder / "first", folder / "second")
    return folder


@pytest.fixture
def close_dialogs(qapp: QApplication) -> Iterator[None]:
    """Close the dialogs that a test has opened."""
    yield
    for widget in qapp.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.close()


def _is_ours(thread: threading.Thread) -> bool:
    """Libraries keep threads of their own (torch's pools, tqdm's monitor); lanes and trainings are ours."""
    return thread.name.startswith(("lane ", "training"))
