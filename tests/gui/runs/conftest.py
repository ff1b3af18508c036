"""Finished runs to look at; one is trained for all tests of this folder and copied for each."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete run of two epochs on `digits`."""
    from networks import tiny

    from workbench.core.runs.runner import create_run, walk
    from workbench.core.training.plan import TrainingPlan

    plan = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=64, precision="fp32")
    run = create_run(plan, tiny(), tmp_path_factory.mktemp("trained") / "tiny-digits-1")
    for _event in walk(run):
        pass
    return run.path


@pytest.fixture
def runs_folder(tmp_path: Path, trained: Path) -> Path:
    """The folder of runs of a test, with a copy of the complete run in it."""
    folder = tmp_path / "runs"
    shutil.copytree(trained, folder / trained.name)
    return folder
