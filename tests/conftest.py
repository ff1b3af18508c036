"""What all tests share: folders of their own, the real material beside the checkout, and no window system."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # tiny trainings: more threads take a fifth more CPU and no less time

import hypothesis
import pytest

hypothesis.settings.register_profile("patient", deadline=None)  # on a busy machine a quick example takes its time
hypothesis.settings.load_profile("patient")
SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for the whole test run: generated data sets are made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, session_cache: Path) -> None:
    """Settings and runs of a test go to its own folder."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(session_cache))
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def shared() -> Path:
    """The folder of real data and weights; tests that need it are skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip("needs the real data and weights in ../shared")
    return SHARED
