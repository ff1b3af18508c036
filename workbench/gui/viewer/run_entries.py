"""The runs that can be looked into, as a list names them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.gui.training.wording import percent

if TYPE_CHECKING:
    from workbench.core.runs.folder import Run


@dataclass(frozen=True)
class RunEntry:
    """A run as the list names it."""

    path: Path
    title: str
    usable: bool


def run_entries(root: Path) -> list[RunEntry]:
    """All runs below a folder, newest first."""
    from workbench.core.runs.folder import list_runs

    return [_entry(run) for run in list_runs(root)]


def _entry(run: Run) -> RunEntry:
    try:
        usable = run.checkpoints.is_dir() and any(run.checkpoints.iterdir())
        return RunEntry(run.path, f"{run.name}  ·  {_note(run)}", usable)
    except WorkbenchError as error:
        return RunEntry(run.path, f"{run.name}  ·  damaged: {error.title}", usable=False)


def _note(run: Run) -> str:
    """Network, data and best accuracy of a run in a few words."""
    best = max((epoch.validation_accuracy for epoch in run.epochs), default=None)
    accuracy = "no epoch yet" if best is None else f"{percent(best)} on validation"
    return f"{run.network.name} on {Path(run.plan.data).name}, {accuracy}"
