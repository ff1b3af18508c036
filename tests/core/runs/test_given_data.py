"""A run walked with data that is open already reads nothing again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.core.data.preprocessing import Framing
from workbench.core.data.sources import open_data
from workbench.core.modelling.opening import open_network
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import create_run, resume, walk
from workbench.core.training.control import Control
from workbench.core.training.events import RunFailed, RunFinished
from workbench.core.training.plan import TrainingPlan


@pytest.fixture
def made(tmp_path: Path) -> tuple[Run, Path]:
    """A run of a set in a file."""
    images = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 1), np.uint8)
    labels = np.arange(20) % 10
    path = tmp_path / "set.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    plan = TrainingPlan(network="lenet5", data=str(path), epochs=1, batch_size=10)
    return create_run(plan, open_network("lenet5"), tmp_path / "run"), path


def test_given_data_is_not_opened_again(made: tuple[Run, Path]) -> None:
    run, path = made
    data = open_data(str(path), framing=Framing(1, 32, 32))
    path.unlink()
    *_, last = walk(run, data=data)
    assert isinstance(last, RunFinished)
    assert run.data_card.train_images == 20


def test_given_data_of_another_framing_is_not_used(made: tuple[Run, Path]) -> None:
    run, path = made
    data = open_data(str(path), framing=Framing(1, 40, 40))
    path.unlink()
    *_, last = walk(run, data=data)
    assert isinstance(last, RunFailed)
    assert str(path) in last.title


def test_a_run_is_stopped_while_its_data_is_read(tmp_path: Path) -> None:
    small = TrainingPlan(network="lenet5", data="digits", epochs=1, batch_size=100)
    run = create_run(small, open_network("lenet5"), tmp_path / "digits")
    control = Control()
    control.stop()
    (event,) = walk(run, control)
    assert isinstance(event, RunFinished)
    assert (event.stopped, event.step, run.state) == (True, 0, "stopped")
    *_, last = resume(run.path)
    assert isinstance(last, RunFinished)
    assert not last.stopped
