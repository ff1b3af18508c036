"""The file of the queue as the window sees it: read and changed on a lane, by whoever shows it or works it off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.errors import WorkbenchError
from workbench.gui.errors import show_error
from workbench.gui.runs.free_folder import free_folder
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.graph.network import Network
    from workbench.core.runs.queue import Queue, QueueFolder
    from workbench.core.runs.sweeps.sweep import Progress, Search
    from workbench.core.training.plan import TrainingPlan


@dataclass(frozen=True)
class Standing:
    """The queue at a moment, and whether another program works it off."""

    queue: Queue
    elsewhere: bool = False
    progress: Mapping[int, Progress] = field(default_factory=dict)
    """How far the sweeps in it have come, by the numbers of their entries."""


class QueueFile(QObject):
    """Every edit is made in its turn, none is dropped for a later one; what the file holds then is `standing`."""

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._numbers = count()
        self.standing: Standing | None = None
        """What was read last; None before anything was."""

    def folder(self) -> QueueFolder:
        """Where the queue lies; raises `WorkbenchError` if there is no folder for runs."""
        from workbench.core.runs.queue import QueueFolder

        return QueueFolder(self._workspace.runs_folder / "queue")

    def look(self) -> None:
        """Read the queue again."""
        self._do(lambda _folder: None, key="queue look")

    def add(self, plan: TrainingPlan, network: Network, stem: str) -> None:
        """Let a training wait; its run gets the first free name."""

        def work(folder: QueueFolder) -> str:
            entry = folder.add_plan(plan, network, free_folder(self._workspace.runs_folder, stem))
            return f"{entry.path.name} waits in the queue, which the Runs room shows."

        self._do(work)

    def add_run(self, path: Path) -> None:
        """Let a run wait that was interrupted."""
        self._do(lambda folder: f"{folder.add_run(path).path.name} waits in the queue.")

    def add_new_sweep(self, plan: TrainingPlan, network: Network, search: Search, stem: str) -> None:
        """Let a sweep wait; it gets the first free name."""

        def work(folder: QueueFolder) -> str:
            out = free_folder(self._workspace.runs_folder, stem)
            return f"{folder.add_new_sweep(plan, network, search, out=out).path.name} waits in the queue."

        self._do(work)

    def add_sweep(self, path: Path) -> None:
        """Let a sweep wait that was interrupted."""
        self._do(lambda folder: f"{folder.add_sweep(path).path.name} waits in the queue.")

    def move(self, number: int, place: int) -> None:
        """Let an entry wait at another place (from 0)."""
        from workbench.core.runs.queue import moved

        self._edit(lambda queue: moved(queue, number, place))

    def remove(self, number: int) -> None:
        """Take an entry out; one in training stops with a checkpoint."""
        self._do(lambda folder: f"{folder.remove(number).path.name} is out of the queue.")

    def clear(self) -> None:
        """Take out what is over."""
        from workbench.core.runs.queue import without_finished

        self._edit(without_finished)

    def _edit(self, change: Callable[[Queue], Queue]) -> None:
        def work(folder: QueueFolder) -> None:
            folder.edit(change)

        self._do(work)

    def _do(self, work: Callable[[QueueFolder], object], *, key: str = "") -> None:
        """Do something with the folder on a lane, then read it."""
        try:
            folder = self.folder()
        except WorkbenchError as error:
            show_error(None, error)
            return

        def all_of_it() -> tuple[object, Standing]:
            answer = work(folder)
            return answer, read_standing(folder)

        self._workspace.jobs.submit(
            all_of_it,
            owner=self,
            lane="files",
            key=key or f"queue {next(self._numbers)}",  # an edit is never dropped for a later one
            done=lambda pair: self._take(*pair),
        )

    def _take(self, answer: object, standing: Standing) -> None:
        self.standing = standing
        if isinstance(answer, str):
            self._workspace.message.emit(answer)
        self._follow(answer)
        self.changed.emit()

    def _follow(self, answer: object) -> None:
        """What comes of an answer; whoever works the queue off goes on with it."""


def read_standing(folder: QueueFolder) -> Standing:
    """What the file holds, and how far its sweeps have come; raises `WorkbenchError` for a damaged file."""
    from workbench.core.runs.sweeps.sweep import Sweep

    queue = folder.read()
    progress: dict[int, Progress] = {}
    for entry in queue.entries:
        with suppress(WorkbenchError):  # a sweep that cannot be read tells nothing
            if entry.is_sweep:
                progress[entry.number] = Sweep(entry.path).progress
    return Standing(queue, folder.has_worker(), progress)
