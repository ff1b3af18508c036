"""The thread that trains a sweep, whoever asked for it: the dialog, or the queue at its turn."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workbench.gui.errors import show_error
from workbench.gui.training.thread import EventSource, TrainingThread
from workbench.gui.workspace import Workspace


class SweepTraining(QObject):
    """At most one sweep at a time; while it goes, the workspace names its folder as what is being trained."""

    ended = Signal(object)
    """The folder of the sweep that is over or was stopped; nothing is being trained any more."""

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._thread: TrainingThread | None = None

    @property
    def is_going(self) -> bool:
        """Whether a sweep has the thread."""
        return self._thread is not None

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop and has not done so yet."""
        return self._thread is not None and self._thread.control.stopping

    def begin(self, folder: Path, source: EventSource) -> None:
        """Walk the events of a sweep."""
        self._workspace.active_run = folder
        self._thread = TrainingThread(source, self)
        self._thread.ended.connect(lambda: self._ended(folder))
        self._thread.start()
        self._workspace.runs_changed.emit()

    def halt(self) -> None:
        """Stop with a checkpoint; the sweep can go on later."""
        if self._thread is not None:
            self._thread.control.stop()

    def stop_and_wait(self) -> None:
        """Stop with a checkpoint, and return when the thread is over."""
        if self._thread is not None:
            self._thread.stop_and_wait()

    def _ended(self, folder: Path) -> None:
        thread, self._thread = self._thread, None
        self._workspace.active_run = None
        self.ended.emit(folder)
        self._workspace.runs_changed.emit()
        if thread is not None:
            thread.deleteLater()
            if thread.error is not None:
                owner = self.parent()
                show_error(owner if isinstance(owner, QWidget) else None, thread.error)
