"""Following a sweep on the disk, whoever trains it: this window, its queue, the command line, another machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.core.runs.sweeps.sweep import is_sweep, open_sweep
from workbench.errors import WorkbenchError
from workbench.gui.background import Background
from workbench.gui.errors import show_error

if TYPE_CHECKING:
    from workbench.core.runs.sweeps.report import SweepReport

LOOK_MS, IDLE_MS = 1000, 3000
"""So long after an answer it is read again while somebody trains it, and while nobody does."""


@dataclass(frozen=True)
class SweepLook:
    """A sweep at a moment, and whether somebody trains it."""

    told: SweepReport
    is_at_work: bool


class SweepWatch(QObject):
    """Reads one sweep on a lane, again and again while it is looked at and not complete."""

    changed = Signal()
    """`look` or `trouble` may be others."""

    def __init__(self, jobs: Background, is_seen: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._is_seen = jobs, is_seen
        self._folder: Path | None = None
        self.look: SweepLook | None = None
        """What was read last; None before that, and where there is no sweep yet."""
        self.trouble = ""
        """Why it cannot be read."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._again)

    def show(self, folder: Path | None) -> None:
        """Follow the sweep in a folder, which may be made only later; None for none."""
        self._folder, self.look, self.trouble = folder, None, ""
        self.changed.emit()
        self.read()

    def read(self) -> None:
        """Read it at once."""
        self._timer.stop()
        folder, known = self._folder, self.look
        if folder is None:
            self._jobs.cancel(self, "sweep")
            return
        self._jobs.submit(
            lambda: look_at(folder, known),
            owner=self,
            lane="files",
            key="sweep",
            done=self._take,
            failed=self._could_not,
        )

    def _again(self) -> None:
        """Nobody reads for a hidden window: `read` catches up when it is shown."""
        if self._is_seen():
            self.read()

    def _take(self, look: SweepLook | None) -> None:
        self.look, self.trouble = look, ""
        if look is None or not look.told.is_complete or look.is_at_work:
            self._timer.start(IDLE_MS if look is not None and not look.is_at_work else LOOK_MS)
        self.changed.emit()

    def _could_not(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            show_error(None, error)
            return
        self.look, self.trouble = None, str(error)
        self._timer.start(IDLE_MS)
        self.changed.emit()


def look_at(folder: Path, known: SweepLook | None = None) -> SweepLook | None:
    """The sweep in a folder, None where there is none (yet). What was over when it was `known` is not read again.

    Raises `WorkbenchError` for files that cannot be read.
    """
    from workbench.core.runs.sweeps.report import report

    if not is_sweep(folder):
        return None
    sweep = open_sweep(folder)
    at_work = sweep.is_at_work  # before its trials: who has just ended has written them
    return SweepLook(report(sweep, known.told if known else None), at_work)
