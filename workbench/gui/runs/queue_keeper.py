"""The one who works the queue off in this window: one entry after another, each in its turn."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaMethod, Signal

from workbench.errors import WorkbenchError
from workbench.gui.errors import show_error
from workbench.gui.runs.queue_file import QueueFile, Standing
from workbench.gui.runs.queue_sources import queued_sweep
from workbench.gui.runs.sweep_training import SweepTraining
from workbench.gui.training.remembered import recalled_where
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.runs.queue import Entry, QueueFolder


class QueueKeeper(QueueFile):
    """One for each workspace (`of`). While it goes, the Train room hears of every run whose turn it is.

    A sweep it trains itself: the Train room shows one run.
    """

    turn = Signal(object)
    """The `Entry` that is to be trained now."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.setObjectName("queue-keeper")
        self._held: AbstractContextManager[None] | None = None
        self._at_work: int | None = None
        self._sweep = SweepTraining(workspace, self)
        workspace.runs_changed.connect(self._go_on)

    @staticmethod
    def of(workspace: Workspace) -> QueueKeeper:
        """The keeper of a workspace, made at the first call."""
        return workspace.findChild(QueueKeeper) or QueueKeeper(workspace)

    @property
    def is_going(self) -> bool:
        """Whether this window works the queue off."""
        return self._held is not None

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

            self._edit(lambda queue: marked(queue, entry.number, "waiting"))
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
        return self._sweep.is_going

    @property
    def is_stopping_sweep(self) -> bool:
        """Whether a sweep in work was told to stop and has not done so yet."""
        return self._sweep.is_stopping

    def stop_sweep(self) -> None:
        """Stop the sweep in work with a checkpoint; it waits in the first place, and the queue is held."""
        self._sweep.halt()

    def stop_and_wait(self) -> None:
        """End a sweep in work with a checkpoint, before the window closes."""
        self._sweep.stop_and_wait()

    def _train_sweep(self, entry: Entry) -> None:
        self._sweep.begin(entry.path, queued_sweep(self.folder(), entry, where=recalled_where()))
        self.look()

    def _go_on(self) -> None:
        """Whenever a run is over: the next one, unless it was the queue's and the user stopped it."""
        if self._workspace.active_run is not None:
            return
        ended, self._at_work = self._at_work, None
        if ended is None:
            self._next()
        else:
            self._do(lambda folder: _Ended(_waits(folder, ended)))

    def _take(self, answer: object, standing: Standing) -> None:
        super()._take(answer, replace(standing, elsewhere=standing.elsewhere and not self.is_going))

    def _follow(self, answer: object) -> None:
        if isinstance(answer, _Ended):
            self._next() if not answer.waits else self.hold()
        elif answer is False:  # nothing waits
            self.hold()
        elif isinstance(answer, _Turn):
            self._begin(answer)


@dataclass(frozen=True)
class _Turn:
    """The entry whose turn it is."""

    entry: Entry
    is_sweep: bool


@dataclass(frozen=True)
class _Ended:
    """An entry is over; it waits again if it was stopped."""

    waits: bool


def _next_turn(folder: QueueFolder) -> _Turn | bool:
    """The turn of the next entry; False when nothing waits."""
    entry = folder.begin_next()
    return _Turn(entry, entry.is_sweep) if entry is not None else False


def _waits(folder: QueueFolder, number: int) -> bool:
    return any(entry.number == number for entry in folder.read().of_state("waiting"))
