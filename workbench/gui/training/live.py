"""A run that is being trained in this window: its thread, its history so far, and where it stands."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QEventLoop, QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from workbench.core.training.events import RunEvent, RunFailed, RunStarted
from workbench.errors import WorkbenchError
from workbench.gui.errors import BUG_REASON, BUG_TITLE, write_log
from workbench.gui.training.history import RunHistory
from workbench.gui.training.thread import EventSource, TrainingThread

Standing = Literal["opening", "training", "paused", "stopping", "complete", "stopped", "failed"]
OVER: tuple[Standing, ...] = ("complete", "stopped", "failed")


@dataclass(frozen=True)
class Failure:
    """Why a run ended: what, why, what to do, and the trace if there is one."""

    title: str
    reason: str = ""
    hint: str = ""
    trace: str = ""


class LiveRun(QObject):
    """Starts a thread on a run and follows it. `standing` says where it is; it changes only on the window's thread."""

    advanced = Signal(list)
    """Events have arrived and are in `history`."""
    standing_changed = Signal()

    def __init__(self, source: EventSource, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.history = RunHistory()
        self.standing: Standing = "opening"
        self.failure: Failure | None = None
        self._began = time.time()
        self.thread_ = TrainingThread(source, self)
        self.thread_.setObjectName("training")
        self.thread_.inbox.arrived.connect(self._take)
        self.thread_.ended.connect(self._end)
        self.thread_.start()

    @property
    def is_over(self) -> bool:
        """Whether the thread has ended."""
        return self.standing in OVER

    def pause(self) -> None:
        """Hold the run after the current step."""
        if self.standing == "training":
            self.thread_.control.pause()
            self._stand("paused")

    def resume(self) -> None:
        """Let a paused run go on."""
        if self.standing == "paused":
            self.thread_.control.resume()
            self._stand("training")

    def stop(self) -> None:
        """End the run with a checkpoint."""
        if not self.is_over:
            self.thread_.control.stop()
            self._stand("stopping")

    def stop_and_wait(self) -> None:
        """Stop, and keep the window drawing until the thread has ended."""
        self.stop()
        while not self.thread_.wait(20):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        if not self.is_over:
            self._end()

    @Slot(list)
    def _take(self, events: list[RunEvent]) -> None:
        self.history.add(events)
        if self.standing == "opening" and any(map(self._is_fresh_start, events)):
            self._stand("training")
        self.advanced.emit(events)

    def _is_fresh_start(self, event: RunEvent) -> bool:
        """Whether training has begun here: a continued run tells its past first."""
        return isinstance(event, RunStarted) and event.time >= self._began

    @Slot()
    def _end(self) -> None:
        if self.is_over:
            return
        self.failure = self._failure()
        finished = self.history.finished
        if self.failure is not None:
            self._stand("failed")
        else:
            self._stand("complete" if finished is not None and not finished.stopped else "stopped")

    def _failure(self) -> Failure | None:
        error = self.thread_.error
        if isinstance(error, WorkbenchError):
            return Failure(error.title, error.reason, error.hint)
        if error is not None:
            trace = "".join(traceback.format_exception(error))
            write_log(trace)
            return Failure(BUG_TITLE, BUG_REASON, f"{type(error).__name__}: {error}", trace)
        failed: RunFailed | None = self.history.failed
        return None if failed is None else Failure(failed.title, failed.reason, failed.hint, self._logged(failed))

    def _logged(self, failed: RunFailed) -> str:
        """The trace that the run wrote to its log, if it failed just now and left one."""
        try:
            text = (self.folder / "log.txt").read_text("utf-8", errors="replace")
        except OSError:
            return ""
        start = text.rfind("Traceback (most recent call last)")
        return text[start:] if start >= 0 and failed.time >= self._began else ""

    def _stand(self, standing: Standing) -> None:
        self.standing = standing
        self.standing_changed.emit()
