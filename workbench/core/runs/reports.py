"""What a run tells others besides its own log: TensorBoard's files, while it trains or from the log of a run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from workbench.core.runs.folder import Run
from workbench.core.training.events import RunEvent, Warned
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.plan_files import plan_to_json
from workbench.core.training.tensorboard import FOLDER, TensorBoardLog, missing_tensorboard
from workbench.errors import Problem, WorkbenchError
from workbench.files import cannot_write


def report_problem(plan: TrainingPlan) -> Problem | None:
    """Why what a plan wants to tell others cannot be told here, before its run begins."""
    return missing_tensorboard() if plan.tensorboard else None


def reported(run: Run, events: Iterator[RunEvent]) -> Iterator[RunEvent]:
    """The events of a run, written for TensorBoard too where its plan wants that; a warning says why they cannot be."""
    if not run.plan.tensorboard:
        yield from events
        return
    problem = report_problem(run.plan)
    if problem is not None:
        yield Warned(time=time.time(), title=problem.title, reason=problem.reason)
        yield from events
        return
    with _log(run, run.path / FOLDER) as log:
        for event in events:
            trouble = _taken(log, event)
            yield event
            if trouble is not None:
                yield trouble
                break
    yield from events


def export_tensorboard(run: Run, folder: Path) -> Path:
    """Write the log of a run for TensorBoard into a new or empty folder; raises `WorkbenchError` if that cannot be."""
    problem = missing_tensorboard()
    if problem is not None:
        raise WorkbenchError(problem.title, problem.reason)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkbenchError(f"{folder} is in use", "TensorBoard wants a new or empty folder")
    try:
        with _log(run, folder) as log:
            for event in run.events():
                log.take(event)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def _log(run: Run, folder: Path) -> TensorBoardLog:
    from workbench.core.modelling.source.text import source_of

    texts = {"network": source_of(run.network), "plan": plan_to_json(run.plan).decode()}
    return TensorBoardLog(folder, run.classes, [(name, _block(text)) for name, text in texts.items()])


def _block(text: str) -> str:
    """A text as Markdown that keeps its lines."""
    return "".join(f"    {line}\n" for line in text.splitlines())


def _taken(log: TensorBoardLog, event: RunEvent) -> Warned | None:
    """Write an event; a full disk is no reason to lose a training."""
    try:
        log.take(event)
    except OSError as error:
        reason = f"{error.strerror or error}; the training goes on without them"
        return Warned(time=time.time(), title="The files for TensorBoard cannot be written", reason=reason)
    return None
