"""Doubting the labels of a set with a run that learned from it: which runs can, and the check they give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.data.registry import Progress
from workbench.core.data.sources import absolute_spec
from workbench.core.runs.folder import Run, list_runs, open_run
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.data.health.checking import Report


@dataclass(frozen=True)
class Witness:
    """A run that was trained on a set, and how often it was right on the pictures held out."""

    path: Path
    name: str
    network: str
    accuracy: float


def witnesses(root: Path, spec: str) -> list[Witness]:
    """The runs below a folder that were trained on a set and have weights, the newest first."""
    wanted = absolute_spec(spec)
    found = (_witness(run, wanted) for run in list_runs(root))
    return [each for each in found if each is not None]


def checked_with(path: Path | str, spec: str, *, progress: Progress | None = None) -> Report:
    """The check of a set, split as the run split it, with the labels that the run doubts.

    Raises `WorkbenchError` where the run has no weights, or knows other classes; `progress` may raise to cancel.
    """
    from workbench.core.data.health.checking import check
    from workbench.core.inspection.label_suspects import suspects_of

    run = open_run(path)
    split, seen = run.plan.split(), (run.name, run.data_card.content)
    find = suspects_of(
        run.module(), run.preprocessing, run.classes, spec=spec, split=split, seen=seen, progress=progress
    )
    return check(spec, split=split, suspects_of=find, progress=progress)


def _witness(run: Run, wanted: str) -> Witness | None:
    """None for a run of another set, without weights, or that cannot be read."""
    try:
        if absolute_spec(run.plan.data) != wanted or not run.checkpoints.is_dir() or not any(run.checkpoints.iterdir()):
            return None
        best = max((epoch.validation_accuracy for epoch in run.epochs), default=0.0)
        return Witness(run.path, run.name, run.network.name, best)
    except (WorkbenchError, OSError):
        return None
