"""Where the workbench keeps things: settings, caches, runs and the files it ships with."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from platformdirs import PlatformDirs

from workbench.errors import WorkbenchError

_DIRS = PlatformDirs("cnn-workbench", appauthor=False)


def _folder(variable: str, default: Path) -> Path:
    """The folder that an environment variable names, or the platform's own; made when it is missing."""
    path = Path(os.environ.get(variable) or default)
    path.mkdir(parents=True, exist_ok=True)
    return path


def config_folder() -> Path:
    """Settings and window state (`WORKBENCH_CONFIG` overrides)."""
    return _folder("WORKBENCH_CONFIG", _DIRS.user_config_path)


def cache_folder() -> Path:
    """What can be made or downloaded again: generated data sets, weights (`WORKBENCH_CACHE` overrides)."""
    return _folder("WORKBENCH_CACHE", _DIRS.user_cache_path)


def runs_folder() -> Path:
    """Where runs are kept unless the user names another place (`WORKBENCH_RUNS` overrides).

    Raises `WorkbenchError` if that folder cannot be made.
    """
    try:
        return _folder("WORKBENCH_RUNS", _DIRS.user_documents_path / "CNN Workbench" / "runs")
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        raise WorkbenchError("There is no folder for runs", reason, "Name another one in WORKBENCH_RUNS.") from error


def resource(relative: str) -> Path:
    """A file of the `resources` folder: beside the package in a checkout or an install, inside the frozen program."""
    checkout = Path(__file__).parent.parent / "resources"
    installed = Path(sysconfig.get_path("data")) / "share" / "cnn-workbench"
    frozen = Path(getattr(sys, "_MEIPASS", "")) / "resources"
    places = [frozen] if getattr(sys, "frozen", False) else [checkout, installed]
    return next((place / relative for place in places if place.is_dir()), places[0] / relative)
