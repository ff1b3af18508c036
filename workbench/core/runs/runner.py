"""Making a run and walking its training loop: events go to the run's log first, then to whoever walks.

A run that was stopped, failed or killed goes on from its last checkpoint when it is walked again.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.data.images import ImageData
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.data.registry import Progress
from workbench.core.graph.network import Network
from workbench.core.graph.storage import to_json
from workbench.core.runs.continuity import (
    Environment,
    data_changes,
    earlier_data,
    earlier_environment,
    environment_changes,
    environment_here,
    write_down,
)
from workbench.core.runs.folder import EVENTS, LOG, NETWORK, PLAN, DataCard, Run, open_run
from workbench.core.runs.heartbeat import beating
from workbench.core.runs.lock import only_walk
from workbench.core.runs.reports import report_problem, reported
from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent, RunFailed, RunFinished, Warned, to_line
from workbench.core.training.parts import misfits
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.plan_files import plan_to_json
from workbench.errors import Problem, WorkbenchError
from workbench.files import absolute_path, cannot_write, read_file, write_atomically

if TYPE_CHECKING:
    from workbench.core.runs.meeting import Meeting

NAMED_SKIPS = 20
"""So many unusable files are named one by one in the events; all of them stand in `data.json`."""


def train(plan: TrainingPlan, *, out: Path | str, control: Control | None = None) -> Iterator[RunEvent]:
    """Make a run of a plan in a new folder and train it, yielding what happens; downloads its data if need be.

    Raises `WorkbenchError` at the first event if the plan is not possible; faults of the training are events.
    """
    from workbench.core.data.sources import fetch_data
    from workbench.core.modelling.foreign import withheld
    from workbench.core.modelling.opening import open_network

    fetch_data(plan.data)
    run = create_run(plan, open_network(plan.network, consent=withheld), Path(out))
    yield from walk(run, control)


def create_run(plan: TrainingPlan, network: Network, out: Path) -> Run:
    """A new run folder with its plan and its network; raises `WorkbenchError` for a bad plan or a folder in use."""
    from workbench.core.data.sources import absolute_spec

    refuse(*plan.field_problems(), *misfits(plan, network))
    refuse(report_problem(plan))
    if (out / PLAN).exists():
        raise WorkbenchError(f"{out} already holds a run", hint=f"Continue it with `workbench resume {out}`.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WorkbenchError(f"{out} is in use", "a run wants a new or empty folder")
    write_atomically(out / NETWORK, to_json(network))
    weights = plan.weights and absolute_path(plan.weights)
    placed = changed(plan, network=network.name, data=absolute_spec(plan.data), weights=weights)
    write_atomically(out / PLAN, plan_to_json(placed))
    return Run(out)


def resume(path: Path | str, control: Control | None = None) -> Iterator[RunEvent]:
    """Go on with a run from its last checkpoint; raises `WorkbenchError` if it is complete."""
    run = open_run(path)
    if run.state == "complete":
        raise WorkbenchError(f"{run.name} is complete", "all epochs of its plan are done")
    yield from walk(run, control)


def walk(
    run: Run, control: Control | None = None, *, data: ImageData | None = None, meeting: Meeting | None = None
) -> Iterator[RunEvent]:
    """Train a run from where it stands; every event is in the log before it is yielded, faults are events too.

    `data` is the run's data, if the caller has opened it with the run's framing; else it is opened here. With a
    `meeting` as the first of several ranks: then `RankGoneError` is raised when another one is gone without a word.
    """
    log = run.path / EVENTS
    try:
        with only_walk(run.path), beating(run.path):
            _end_last_line(log)
            for event in _guarded(run, control or Control(), data, meeting):
                _append(log, to_line(event))
                yield event
    except WorkbenchError as error:  # somebody else trains it, or the log cannot be written
        yield RunFailed(time=time.time(), title=error.title, reason=error.reason, hint=error.hint)
    if meeting:
        meeting.leave()


def refuse(*problems: Problem | None) -> None:
    """Raise `WorkbenchError` with every problem among the given, each with its reason, if there is any."""
    found = list(dict.fromkeys(filter(None, problems)))
    if found:
        first, *others = found
        more = (f"{each.title} ({each.reason})" if each.reason else each.title for each in others)
        raise WorkbenchError(first.title, "; ".join(filter(None, (first.reason, *more))))


def _guarded(run: Run, control: Control, opened: ImageData | None, meeting: Meeting | None) -> Iterator[RunEvent]:
    try:
        yield from _events(run, control, opened, meeting)
    except _StoppedWhileReadingError:
        yield _stopped(run)
    except Exception as error:
        yield _failed(run, meeting.cause(error) if meeting else error)


class _StoppedWhileReadingError(Exception):
    """The user no longer wants the run whose data is being read."""


def _stopped(run: Run) -> RunFinished:
    """The end of a part of a run in which no step was done."""
    best = max(run.epochs, key=lambda epoch: epoch.validation_accuracy, default=None)
    last = run.epochs[-1] if run.epochs else None
    return RunFinished(
        time=time.time(),
        step=last.step if last else 0,
        epoch=last.epoch if last else 0,
        stopped=True,
        best_accuracy=best.validation_accuracy if best else None,
        best_epoch=best.epoch if best else None,
        seconds=0.0,
    )


def _failed(run: Run, error: Exception) -> RunFailed:
    from workbench.core.training.faults import in_words

    trace = f"{error}\n" if isinstance(error, WorkbenchError) else traceback.format_exc()
    _append(run.path / LOG, trace.encode())
    told = in_words(error, log=str(run.path / LOG))
    return RunFailed(time=time.time(), title=told.title, reason=told.reason, hint=told.hint)


def _events(run: Run, control: Control, opened: ImageData | None, meeting: Meeting | None) -> Iterator[RunEvent]:
    from workbench.core.runs import together
    from workbench.core.training.beginning import TrainingJob
    from workbench.core.training.checkpoint import has_checkpoint
    from workbench.core.training.device import choose_device, choose_precision
    from workbench.core.training.divergence import explained
    from workbench.core.training.heap import kept_heap
    from workbench.core.training.ranks import ALONE

    plan, network = run.plan, run.network
    continued = has_checkpoint(run.checkpoints / "last")
    before, device = earlier_environment(run), (meeting.choose_device if meeting else choose_device)(plan.device)
    precision = before.precision if before else choose_precision(plan.precision, device)
    environment = environment_here(device, precision, ranks=meeting.size if meeting else 1)
    _refuse_misfit(plan, network, environment)
    known = earlier_data(run) if continued else None
    data, card = _open_data(plan, network, known, opened, _stopping_on(control))
    news = [*_skips(data.problems)]
    if continued and before and known:
        news += [*environment_changes(before, environment), *data_changes(known, card)]
    write_down(run, card, environment)
    if meeting:
        news += together.news(meeting, network, device)
    yield from _untold(run, news)
    ranks = together.begin(meeting, run, card, device=device, precision=precision) if meeting else ALONE
    job = TrainingJob(plan, network, data, card.preprocessing, run.checkpoints, device, precision, ranks)
    with kept_heap():
        yield from reported(run, explained(job, control))


def _refuse_misfit(plan: TrainingPlan, network: Network, environment: Environment) -> None:
    """Raise `WorkbenchError` where plan, network and machine do not fit together."""
    from workbench.core.training.compatibility import framing_problem, memory_problem

    if plan.preprocessing:
        refuse(framing_problem(network, plan.preprocessing.framing))
    if not environment.device.startswith("cuda"):
        refuse(memory_problem(network, plan, precision=environment.precision))


def _open_data(
    plan: TrainingPlan, network: Network, known: DataCard | None, opened: ImageData | None, progress: Progress
) -> tuple[ImageData, DataCard]:
    """The data framed for the network, and what is known of it.

    The preprocessing is the plan's, or that of the part of the run before, or made of the data's own statistics.
    """
    from workbench.core.data.content import membership
    from workbench.core.data.sources import open_data
    from workbench.core.data.statistics import statistics
    from workbench.core.training.compatibility import framing_of, output_problem

    preprocessing = plan.preprocessing or (known.preprocessing if known else None)
    framing = preprocessing.framing if preprocessing else framing_of(network)
    fits = opened is not None and opened.image_shape == (framing.channels, *framing.stored_size)
    fits = fits and opened is not None and opened.split == plan.split()
    data = (
        opened
        if opened is not None and fits
        else open_data(plan.data, framing=framing, split=plan.split(), progress=progress)
    )
    refuse(output_problem(network, data.classes))
    preprocessing = preprocessing or Preprocessing(framing, *statistics(data.train))
    counts = (len(data.train), len(data.validation))
    problems = tuple(map(str, data.problems))
    content = membership(data, progress)
    return data, DataCard(data.name, plan.data, data.classes, *counts, preprocessing, problems, content)


def _stopping_on(control: Control) -> Progress:
    """Progress that ends the reading of data when the run is to stop."""

    def told(_done: int, _total: int) -> None:
        if control.stop_requested():
            raise _StoppedWhileReadingError

    return told


def _skips(problems: tuple[Problem, ...]) -> Iterator[Warned]:
    """What is to be told of the data; of many problems the worst, so that no remark hides a file that is missing."""
    worst = sorted(problems, key=lambda problem: ("error", "warning", "info").index(problem.level))
    for problem in worst[:NAMED_SKIPS]:
        title = f"{problem.where}: {problem.title}"
        yield Warned(time=time.time(), title=title, reason=problem.reason, level=problem.level)
    if len(worst) > NAMED_SKIPS:
        title = f"and {len(worst) - NAMED_SKIPS:,} more; `workbench check` lists what cannot be used"
        yield Warned(time=time.time(), title=title, level=worst[NAMED_SKIPS].level)


def _untold(run: Run, news: list[Warned]) -> Iterator[Warned]:
    """What an earlier part of the run has not said already."""
    told = {(event.title, event.reason) for event in run.events() if isinstance(event, Warned)}
    return (warning for warning in news if (warning.title, warning.reason) not in told)


def _append(path: Path, line: bytes) -> None:
    try:
        with path.open("ab") as stream:
            stream.write(line)
    except OSError as error:
        raise cannot_write(path, error) from error


def _end_last_line(path: Path) -> None:
    """Give a line that a kill cut short its line end, so that the next event starts on its own."""
    if path.is_file() and not read_file(path).endswith(b"\n"):
        _append(path, b"\n")
