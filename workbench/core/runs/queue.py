"""A queue of runs and sweeps: what is trained one after another, whoever asks for it and whatever happens to whom.

`queue.json` names them in their order and how each stands. A run (or a sweep) is made when it joins, so that its plan
is checked then and its network is the one of that moment; how far it has come, its own folder knows. Every change is
made under a lock, on what the file holds at that moment: window and command line can change one queue at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from workbench.core.graph.network import Network
from workbench.core.runs.folder import NETWORK, PLAN, open_run
from workbench.core.runs.lock import GLANCE, TakenError, held, is_held
from workbench.core.runs.runner import create_run
from workbench.core.runs.sweeps.sweep import Search, create_sweep, is_sweep, open_sweep, remove_if_untrained
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, absolute_path, read_file, write_atomically

FILE, EDITING, WORKING = "queue.json", ".editing", ".working"
EDIT_SECONDS = 10.0
"""An edit takes milliseconds; a disk that is very busy may take its time."""
State = Literal["waiting", "running", "complete", "failed"]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run or a sweep in the queue. One that runs and that nobody trains was cut off: it goes on at its turn."""

    number: Annotated[int, Meta(ge=1)]
    """Its own for ever, wherever it stands."""
    run: str
    state: State = "waiting"
    reason: str = ""
    """Why it failed."""
    made_here: bool = False
    """Whether its folder was made for the queue; it goes with the entry as long as nothing was trained."""

    @property
    def path(self) -> Path:
        """The folder of the run, or of the sweep."""
        return Path(self.run)

    @property
    def is_sweep(self) -> bool:
        """Whether it is a sweep; its folder says so."""
        return is_sweep(self.path)


class Queue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Entries in their order: what is over, what runs, what waits."""

    format: Literal["cnn-workbench/queue"] = "cnn-workbench/queue"
    version: Literal[1] = 1
    next_number: Annotated[int, Meta(ge=1)] = 1
    entries: tuple[Entry, ...] = ()

    def __getitem__(self, number: int) -> Entry:
        """The entry of a number; raises `WorkbenchError` if there is none."""
        for entry in self.entries:
            if entry.number == number:
                return entry
        raise WorkbenchError(f"The queue has no entry {number}", hint="`workbench queue list` shows what there is.")

    def of_state(self, state: State) -> tuple[Entry, ...]:
        """The entries that stand like this."""
        return tuple(entry for entry in self.entries if entry.state == state)


def joined(queue: Queue, run: Path, *, made_here: bool) -> Queue:
    """With a run at the end; an entry of it that is over gives way. Raises `WorkbenchError` if it waits already."""
    path = absolute_path(str(run))
    twin = next((entry for entry in queue.entries if entry.run == path), None)
    if twin is not None and twin.state in ("waiting", "running"):
        raise WorkbenchError(f"{run.name} is in the queue already", f"it is entry {twin.number} and {twin.state}")
    others = tuple(entry for entry in queue.entries if entry is not twin)
    entry = Entry(queue.next_number, path, made_here=made_here)
    return replace(queue, entries=(*others, entry), next_number=queue.next_number + 1)


def moved(queue: Queue, number: int, place: int) -> Queue:
    """With a waiting entry at a place (from 0) among those that wait; raises `WorkbenchError` if it does not wait."""
    entry = queue[number]
    if entry.state != "waiting":
        raise WorkbenchError(f"Entry {number} does not wait", f"it is {entry.state}")
    waiting = [each for each in queue.of_state("waiting") if each is not entry]
    waiting.insert(max(0, place), entry)
    return replace(queue, entries=(*(each for each in queue.entries if each.state != "waiting"), *waiting))


def without(queue: Queue, number: int) -> Queue:
    """Without an entry; raises `WorkbenchError` if there is none of that number."""
    entry = queue[number]
    return replace(queue, entries=tuple(each for each in queue.entries if each is not entry))


def without_finished(queue: Queue) -> Queue:
    """Only what runs and what waits."""
    return replace(queue, entries=tuple(each for each in queue.entries if each.state in ("running", "waiting")))


def marked(queue: Queue, number: int, state: State, *, reason: str = "") -> Queue:
    """With an entry standing otherwise, if it is still there; what waits comes last."""
    entries = [replace(e, state=state, reason=reason) if e.number == number else e for e in queue.entries]
    return replace(queue, entries=tuple(sorted(entries, key=lambda entry: entry.state == "waiting")))


def begun(queue: Queue) -> Queue:
    """With the next entry running: the one that was cut off, or the first that waits; unchanged if there is none."""
    waiting = queue.of_state("waiting")
    return queue if queue.of_state("running") or not waiting else marked(queue, waiting[0].number, "running")


class QueueFolder:
    """A queue on the disk; the folder is made with the first entry."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Queue:
        """The queue as it stands; raises `WorkbenchError` for a file that is damaged or of a newer version."""
        file = self.path / FILE
        if not file.exists():
            return Queue()
        try:
            return msgspec.json.decode(read_file(file), type=Queue)
        except BROKEN_JSON as error:
            hint = "Move the file away to begin a new queue; the runs stay as they are."
            raise WorkbenchError(f"{file} is no queue", str(error), hint) from error

    def edit(self, change: Callable[[Queue], Queue]) -> Queue:
        """Change what the file holds and return it; raises `WorkbenchError` where that is not possible."""
        self._make()
        try:
            with held(self.path / EDITING, patience=EDIT_SECONDS):
                before = self.read()
                if (after := change(before)) != before:
                    write_atomically(
                        self.path / FILE, msgspec.json.format(msgspec.json.encode(after), indent=1) + b"\n"
                    )
                return after
        except TakenError as error:
            raise WorkbenchError(f"The queue in {self.path} cannot be changed", "somebody else holds it") from error

    def add_plan(self, plan: TrainingPlan, network: Network, out: Path) -> Entry:
        """Make a run of a plan in a new folder and let it wait; raises `WorkbenchError` if the plan is not possible."""
        run = create_run(plan, network, out)
        return self.edit(lambda queue: joined(queue, run.path, made_here=True)).entries[-1]

    def add_run(self, path: Path) -> Entry:
        """Let a run wait that was stopped, failed or killed; raises `WorkbenchError` for a complete one."""
        run = open_run(path)
        if run.state == "complete":
            raise WorkbenchError(f"{run.name} is complete", "all epochs of its plan are done")
        return self.edit(lambda queue: joined(queue, run.path, made_here=False)).entries[-1]

    def add_new_sweep(self, plan: TrainingPlan, network: Network, search: Search, *, out: Path) -> Entry:
        """Make a sweep in a new folder and let it wait; raises `WorkbenchError` if it is not possible."""
        sweep = create_sweep(plan, network, search, out=out)
        return self.edit(lambda queue: joined(queue, sweep.path, made_here=True)).entries[-1]

    def add_sweep(self, path: Path) -> Entry:
        """Let a sweep wait that was interrupted; raises `WorkbenchError` for a complete one."""
        sweep = open_sweep(path)
        if sweep.progress.is_complete:
            hint = f"More trials: workbench sweep resume {path} --trials N"
            raise WorkbenchError(f"{sweep.name} is complete", "all its trials are over", hint)
        return self.edit(lambda queue: joined(queue, sweep.path, made_here=False)).entries[-1]

    def remove(self, number: int) -> Entry:
        """Take an entry out. One that runs is stopped with a checkpoint by whoever trains it.

        The folder of a run or a sweep that was made for the queue and never began goes too.
        """
        found: list[Entry] = []

        def change(queue: Queue) -> Queue:
            found.append(queue[number])
            return without(queue, number)

        self.edit(change)
        if found[0].made_here and found[0].state == "waiting":
            (remove_if_untrained if found[0].is_sweep else _remove_run_if_untrained)(found[0].path)
        return found[0]

    def begin_next(self) -> Entry | None:
        """The entry whose turn it is, marked as running, or None when nothing waits."""
        return next(iter(self.edit(begun).of_state("running")), None)

    @contextmanager
    def only_worker(self) -> Iterator[None]:
        """Work the queue off alone; raises `WorkbenchError` while somebody else does."""
        self._make()
        try:
            with held(self.path / WORKING, patience=GLANCE):
                yield
        except TakenError as error:
            hint = "What is added there is trained in its turn."
            raise WorkbenchError("The queue is being worked off already", str(self.path), hint) from error

    def has_worker(self) -> bool:
        """Whether somebody, here or elsewhere, works the queue off at this moment."""
        return is_held(self.path / WORKING)

    def _make(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkbenchError(f"Could not make the folder {self.path}", error.strerror or str(error)) from error


def _remove_run_if_untrained(run: Path) -> None:
    """Remove the folder of a run that holds its plan and its network and nothing else."""
    try:
        if {file.name for file in run.iterdir()} == {PLAN, NETWORK}:
            for name in (PLAN, NETWORK):
                (run / name).unlink()
            run.rmdir()
    except OSError:  # somebody was quicker, or looks at it: a folder more does no harm
        return


def usual_queue() -> QueueFolder:
    """The queue beside the user's runs."""
    from workbench.paths import runs_folder

    return QueueFolder(runs_folder() / "queue")
