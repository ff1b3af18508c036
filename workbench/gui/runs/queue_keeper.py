"""The queue as the window sees it: it reads and changes the file on a lane, and starts one entry after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMetaMethod, QObject, Signal

from workbench.errors import WorkbenchError
from workbench.gui.errors import show_error
from workbench.gui.training.remembered import recalled_where
from workbench.gui.training.thread import EventSource, TrainingThread, Where
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.graph.network import Network
    from workbench.core.runs.queue import Entry, Queue, QueueFolder
    from workbench.core.runs.sweeps.sweep import Progress, Search
    from workbench.core.training.control import Control
    from workbench.core.training.events import RunEvent
    from workbench.core.training.plan import TrainingPlan


@dataclass(frozen=True)
class Standing:
    """The queue at a moment, and whether another program works it off."""

    queue: Queue
    elsewhere: bool = False
    progress: Mapping[int, Progress] = field(default_factory=dict)
    """How far the sweeps in it have come, by the numbers of their entries."""


class QueueKeeper(QObject):
    """One for each workspace (`of`). While it goes, the Train room hears of every run whose turn it is.

    A sweep it trains itself: the Train room shows one run.
    """

    changed = Signal()
    turn = Signal(object)
    """The `Entry` that is to be trained now."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.setObjectName("queue-keeper")
        self._workspace = workspace
        self._numbers = count()
        self._held: AbstractContextManager[None] | None = None
        self._at_work: int | None = None
        self._sweep: TrainingThread | None = None
        self.standing: Standing | None = None
        """What was read last; None before anything was."""
        workspace.runs_changed.connect(self._go_on)

    @staticmethod
    def of(workspace: Workspace) -> QueueKeeper:
        """The keeper of a workspace, made at the first call."""
        return workspace.findChild(QueueKeeper) or QueueKeeper(workspace)

    @property
    def is_going(self) -> bool:
        """Whether this window works the queue off."""
        return self._held is not None

    def folder(self) -> QueueFolder:
        """Where the queue lies; raises `WorkbenchError` if there is no folder for runs."""
        from workbench.core.runs.queue import QueueFolder

        return QueueFolder(self._workspace.runs_folder / "queue")

    # -- changing it -------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Read the queue again."""
        self._do(lambda _folder: None, key="queue look")

    def add(self, plan: TrainingPlan, network: Network, stem: str) -> None:
        """Let a training wait; its run gets the first free name."""

        def work(folder: QueueFolder) -> str:
            from workbench.gui.training.room import free_folder

            entry = folder.add_plan(plan, network, free_folder(self._workspace.runs_folder, stem))
            return f"{entry.path.name} waits in the queue, which the Runs room shows."

        self._do(work)

    def add_run(self, path: Path) -> None:
        """Let a run wait that was interrupted."""
        self._do(lambda folder: f"{folder.add_run(path).path.name} waits in the queue.")

    def add_new_sweep(self, plan: TrainingPlan, network: Network, search: Search, stem: str) -> None:
        """Let a sweep wait; it gets the first free name."""

        def work(folder: QueueFolder) -> str:
            from workbench.gui.training.room import free_folder

            out = free_folder(self._workspace.runs_folder, stem)
            return f"{folder.add_new_sweep(plan, network, search, out=out).path.name} waits in the queue."

        self._do(work)

    def add_sweep(self, path: Path) -> None:
        """Let a sweep wait that was interrupted."""
        self._do(lambda folder: f"{folder.add_sweep(path).path.name} waits in the queue.")

    def move(self, number: int, place: int) -> None:
        """Let an entry wait at another place (from 0)."""
        from workbench.core.runs.queue import moved

        self._do(lambda folder: _edited(folder, lambda queue: moved(queue, number, place)))

    def remove(self, number: int) -> None:
        """Take an entry out; one in training stops with a checkpoint."""
        self._do(lambda folder: f"{folder.remove(number).path.name} is out of the queue.")

    def clear(self) -> None:
        """Take out what is over."""
        from workbench.core.runs.queue import without_finished

        self._do(lambda folder: _edited(folder, without_finished))

    # -- working it off ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Train what waits, one after another; a run in training comes to its end first."""
        if self.is_going:
            return
        if not self.isSignalConnected(QMetaMethod.fromSignal(self.turn)):
            self._workspace.room_requested.emit("train")
        try:
            held = self.folder().only_worker()
            held.__enter__()
        except WorkbenchError as error:
            show_error(None, error)
            self.look()
            return
        self._held = held
        self.changed.emit()
        self._next()

    def hold(self) -> None:
        """Begin nothing more; a run in training goes on."""
        held, self._held = self._held, None
        if held is not None:
            held.__exit__(None, None, None)
            self.look()

    def _next(self) -> None:
        if self.is_going and self._workspace.active_run is None and self._at_work is None:
            self._do(_next_turn, key="queue next")

    def _begin(self, turn: _Turn) -> None:
        """Train a sweep, or hand a run to the Train room, unless the user was quicker."""
        entry = turn.entry
        if not self.is_going:
            from workbench.core.runs.queue import marked

            self._do(lambda folder: _edited(folder, lambda queue: marked(queue, entry.number, "waiting")))
        elif self._workspace.active_run is None and self._at_work is None:
            self._at_work = entry.number
            if turn.is_sweep:
                self._train_sweep(entry)
            else:
                self.turn.emit(entry)

    # -- a sweep -----------------------------------------------------------------------------------------------------

    @property
    def has_sweep(self) -> bool:
        """Whether this window trains a sweep of the queue at this moment."""
        return self._sweep is not None

    def stop_sweep(self) -> None:
        """Stop the sweep in work with a checkpoint; it waits in the first place, and the queue is held."""
        if self._sweep is not None:
            self._sweep.control.stop()

    def stop_and_wait(self) -> None:
        """End a sweep in work with a checkpoint, before the window closes."""
        if self._sweep is not None:
            self._sweep.stop_and_wait()

    def _train_sweep(self, entry: Entry) -> None:
        self._workspace.active_run = entry.path
        self._sweep = TrainingThread(queued_sweep(self.folder(), entry, where=recalled_where()), self)
        self._sweep.ended.connect(self._sweep_ended)
        self._sweep.start()
        self._workspace.runs_changed.emit()
        self.look()

    def _sweep_ended(self) -> None:
        thread, self._sweep = self._sweep, None
        self._workspace.active_run = None
        if thread is not None:
            if thread.error is not None:
                show_error(None, thread.error)
            thread.deleteLater()
        self._workspace.runs_changed.emit()

    def _go_on(self) -> None:
        """Whenever a run is over: the next one, unless it was the queue's and the user stopped it."""
        if self._workspace.active_run is not None:
            return
        ended, self._at_work = self._at_work, None
        if ended is None:
            self._next()
        else:
            self._do(lambda folder: _Ended(_waits(folder, ended)))

    # -- on the lane -------------------------------------------------------------------------------------------------

    def _do(self, work: Callable[[QueueFolder], object], *, key: str = "") -> None:
        """Do something with the folder on a lane, then read it."""
        try:
            folder = self.folder()
        except WorkbenchError as error:
            show_error(None, error)
            return

        def all_of_it() -> tuple[object, Standing]:
            answer = work(folder)
            return answer, _read(folder)

        self._workspace.jobs.submit(
            all_of_it,
            owner=self,
            lane="files",
            key=key or f"queue {next(self._numbers)}",  # an edit is never dropped for a later one
            done=lambda pair: self._take(*pair),
        )

    def _take(self, answer: object, standing: Standing) -> None:
        self.standing = replace(standing, elsewhere=standing.elsewhere and not self.is_going)
        if isinstance(answer, str):
            self._workspace.message.emit(answer)
        elif isinstance(answer, _Ended):
            self._next() if not answer.waits else self.hold()
        elif answer is False:  # nothing waits
            self.hold()
        elif isinstance(answer, _Turn):
            self._begin(answer)
        self.changed.emit()


@dataclass(frozen=True)
class _Turn:
    """The entry whose turn it is."""

    entry: Entry
    is_sweep: bool


@dataclass(frozen=True)
class _Ended:
    """An entry is over; it waits again if it was stopped."""

    waits: bool


def _read(folder: QueueFolder) -> Standing:
    from workbench.core.runs.sweeps.sweep import Sweep

    queue = folder.read()
    progress: dict[int, Progress] = {}
    for entry in queue.entries:
        with suppress(WorkbenchError):  # a sweep that cannot be read tells nothing
            if entry.is_sweep:
                progress[entry.number] = Sweep(entry.path).progress
    return Standing(queue, folder.has_worker(), progress)


def _next_turn(folder: QueueFolder) -> _Turn | bool:
    """The turn of the next entry; False when nothing waits."""
    entry = folder.begin_next()
    return _Turn(entry, entry.is_sweep) if entry is not None else False


def _waits(folder: QueueFolder, number: int) -> bool:
    return any(entry.number == number for entry in folder.read().of_state("waiting"))


def _edited(folder: QueueFolder, change: Callable[[Queue], Queue]) -> None:
    folder.edit(change)


def queued_run(folder: QueueFolder, entry: Entry, *, where: Where = "here") -> EventSource:
    """Tell what the run of an entry has done so far, then go on with it and note in the queue what came of it."""

    def events(control: Control) -> Iterator[RunEvent]:
        from workbench.core.runs.folder import Run

        yield from Run(entry.path).events()
        yield from _walked(folder, entry, control, where)

    return events


def queued_sweep(folder: QueueFolder, entry: Entry, *, where: Where = "here") -> EventSource:
    """Go on with the sweep of an entry and note in the queue what came of it."""
    return lambda control: _walked(folder, entry, control, where)


def _walked(folder: QueueFolder, entry: Entry, control: Control, where: Where) -> Iterator[Any]:
    from workbench.core.runs.child import walk_in_child
    from workbench.core.runs.queue_worker import walk_entry
    from workbench.core.runs.runner import walk

    return walk_entry(folder, entry, control, walk=walk_in_child if where == "apart" else walk)
