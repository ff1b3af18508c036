"""Working a queue off: one run after another; what fails does not stop the rest, what was cut off goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias, Union

from workbench.core.runs.folder import Run, open_run
from workbench.core.runs.lock import is_walked
from workbench.core.runs.queue import Entry, QueueFolder, State, marked
from workbench.core.runs.runner import walk as walk_here
from workbench.core.runs.sweeps.sweep import open_sweep
from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent, RunFailed, RunFinished, Warned
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.runs.sweeps.worker import TrialEvent

Happening: TypeAlias = Union[RunEvent, "TrialEvent"]
"""An event of a run, or of a trial of a sweep."""
Walk = Callable[[Run, Control], Iterator[RunEvent]]
"""`runner.walk`, or `child.walk_in_child`."""
LOOK_SECONDS = 0.2


class PartControl(Control):
    """The control of one run among several: what holds or ends the whole does so to it; it can be ended alone too."""

    def __init__(self, whole: Control) -> None:
        super().__init__()
        self._whole = whole

    @property
    def paused(self) -> bool:
        """Whether the run is held."""
        return self._whole.paused or super().paused

    @property
    def stopping(self) -> bool:
        """Whether the run is to end."""
        return self._whole.stopping or super().stopping

    def stop_requested(self) -> bool:
        """Called by the loop between steps: waits while paused; True when the run is to end."""
        return self._whole.stop_requested() or super().stop_requested()


def work_off(
    queue: QueueFolder, control: Control | None = None, *, walk: Walk = walk_here
) -> Iterator[tuple[Entry, Happening]]:
    """Train what is in the queue until nothing waits, with the events of each entry.

    Stopping the control leaves the run in work with a checkpoint in the first place. Raises `WorkbenchError` while
    somebody else works the queue off; faults of a training are events.
    """
    control = control or Control()
    with queue.only_worker():
        while not control.stopping and (entry := queue.begin_next()):
            for event in walk_entry(queue, entry, control, walk=walk):
                yield entry, event


def walk_entry(queue: QueueFolder, entry: Entry, control: Control, *, walk: Walk = walk_here) -> Iterator[Happening]:
    """Train the entry whose turn it is from where it stands, and note in the queue what came of it.

    When it is taken out of the queue meanwhile, its run stops with a checkpoint.
    """
    own, last = PartControl(control), None
    try:
        for last in _sweep(entry, own, walk) if entry.is_sweep else _run(entry, own, walk):
            if _is_gone(queue, entry):
                own.stop()
            yield last
    except WorkbenchError as error:
        last = RunFailed(time=time.time(), title=error.title, reason=error.reason, hint=error.hint)
        yield last
    state, reason = outcome_of_sweep(entry, last, control) if entry.is_sweep else outcome(last, control)
    queue.edit(lambda held: marked(held, entry.number, state, reason=reason))


def _run(entry: Entry, control: Control, walk: Walk) -> Iterator[RunEvent]:
    run = open_run(entry.path)
    yield from until_free(run, control)
    if run.state != "complete" and not control.stopping:
        yield from walk(run, control)


def _sweep(entry: Entry, control: Control, walk: Walk) -> Iterator[TrialEvent]:
    from workbench.core.runs.sweeps.worker import run_sweep  # which waits for its runs as this module does

    yield from run_sweep(open_sweep(entry.path), control, walk=None if walk is walk_here else walk)


def outcome_of_sweep(entry: Entry, last: Happening | None, control: Control) -> tuple[State, str]:
    """How the entry of a sweep stands after the last of it; trials that failed are told in its own table."""
    if isinstance(last, RunFailed):
        return outcome(last, control)
    if open_sweep(entry.path).progress.is_complete:
        return "complete", ""
    return ("waiting", "") if control.stopping else ("failed", "it was stopped")


def outcome(last: Happening | None, control: Control) -> tuple[State, str]:
    """How an entry stands after the last event of its run, and why if it failed; None means that nothing was to do."""
    match last:
        case RunFailed():
            return "failed", last.title + (f": {last.reason}" if last.reason else "")
        case RunFinished(stopped=False):
            return "complete", ""
    if control.stopping:
        return "waiting", ""
    nothing_was_to_do = last is None or isinstance(last, Warned)  # it waited for another, who came to the end
    return ("complete", "") if nothing_was_to_do else ("failed", "it was stopped")


def until_free(run: Run, control: Control) -> Iterator[RunEvent]:
    """Wait while somebody else trains the run: a process whose worker was killed still writes its checkpoint."""
    if is_walked(run.path):
        yield Warned(time=time.time(), title=f"{run.name} is being trained elsewhere", reason="the queue waits for it")
    while is_walked(run.path) and not control.stopping:
        time.sleep(LOOK_SECONDS)


def _is_gone(queue: QueueFolder, entry: Entry) -> bool:
    """Whether the entry was taken out; a file that nobody can read takes nothing out."""
    try:
        return all(entry.number != each.number for each in queue.read().entries)
    except WorkbenchError:
        return False
