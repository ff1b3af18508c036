"""The thread that trains: it walks the events of a run and leaves them in an inbox for the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QThread, Signal, Slot

from workbench.core.graph.network import Network
from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent
from workbench.core.training.plan import TrainingPlan
from workbench.gui.bridge import Inbox

if TYPE_CHECKING:
    from workbench.core.runs.folder import Run

Where = Literal["here", "apart"]
"""In this process, or in one of its own."""
EventSource = Callable[[Control], Iterator[RunEvent]]
"""Anything that yields the events of a run and obeys a control: the loop itself, or one that runs elsewhere."""


def new_run(plan: TrainingPlan, network: Network, folder: Path, *, where: Where = "here") -> EventSource:
    """Make the run folder, then train in it. Both happen on the thread: opening data can take a while."""

    def events(control: Control) -> Iterator[RunEvent]:
        from workbench.core.runs.runner import create_run

        yield from _walker(where)(create_run(plan, network, folder), control)

    return events


def continued_run(folder: Path, *, where: Where = "here") -> EventSource:
    """Tell what a run has done so far, then go on with it from its last checkpoint."""

    def events(control: Control) -> Iterator[RunEvent]:
        from workbench.core.runs.folder import open_run

        run = open_run(folder)
        yield from run.events()
        yield from _walker(where)(run, control)

    return events


def _walker(where: Where) -> Callable[[Run, Control], Iterator[RunEvent]]:
    from workbench.core.runs.child import walk_in_child
    from workbench.core.runs.runner import walk

    return walk_in_child if where == "apart" else walk


class TrainingThread(QThread):
    """Walks one run. `inbox.arrived` hands over its events at most twenty times a second, never one signal per step."""

    ended = Signal()
    """Everything has arrived and the thread is over; `error` holds what escaped, if anything did."""

    def __init__(self, source: EventSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.control = Control()
        self.inbox = Inbox(self)
        self.error: Exception | None = None
        self._source = source
        self.finished.connect(self._finish)

    def run(self) -> None:
        """Called by Qt on the new thread."""
        try:
            for event in self._source(self.control):
                self.inbox.put(event)
        except Exception as error:  # whatever it is, it reaches the user
            self.error = error

    def stop_and_wait(self) -> None:
        """End the run with a checkpoint and return when the thread is over."""
        self.control.stop()
        self.wait()

    @Slot()
    def _finish(self) -> None:
        self.inbox.drain()
        self.ended.emit()
