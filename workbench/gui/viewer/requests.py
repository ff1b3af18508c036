"""What the Inspect room has asked of the lane "model" and waits for; what takes long is seen to be going on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from workbench.gui.background import Background
from workbench.gui.widgets.busy import BusyRow

LANE = "model"
PATIENCE_MS = 250
"""Work that takes longer shows a moving bar."""
SUBJECT = "subject"
"""The request that has a row of its own, with Cancel; the others share a bar."""


class Requests(QObject):
    """One request under each key: a later one takes the place of an earlier one."""

    failed = Signal(str, Exception)
    """The key of what cannot be had, and why."""

    def __init__(self, jobs: Background, *, opening: BusyRow, busy: QWidget) -> None:
        super().__init__(opening)
        self._jobs, self._opening, self._busy = jobs, opening, busy
        self._pending: set[str] = set()
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._show_busy)

    def ask(self, key: str, work: Callable[[], Any], show: Callable[[Any], None], *, delay_ms: int = 0) -> None:
        """Do some work on the lane and show its answer, unless it is no longer wanted by then."""
        self._pending.add(key)
        self._patience.start()
        self._jobs.submit(
            work,
            owner=self,
            lane=LANE,
            key=key,
            done=lambda answer: self._answered(key, show, answer),
            failed=lambda error: self._failed(key, error),
            delay_ms=delay_ms,
        )

    def drop(self, *keys: str) -> None:
        """Want some answers no longer."""
        for key in keys:
            self._jobs.cancel(self, key)
            self._settle(key)

    def _answered(self, key: str, show: Callable[[Any], None], answer: Any) -> None:
        self._settle(key)
        show(answer)

    def _failed(self, key: str, error: Exception) -> None:
        self._settle(key)
        self.failed.emit(key, error)

    def _show_busy(self) -> None:
        if SUBJECT in self._pending:
            self._opening.start("Opening the network and its pictures")
        else:
            self._busy.show()

    def _settle(self, key: str) -> None:
        self._pending.discard(key)
        if key == SUBJECT:
            self._opening.hide()
        if not self._pending:
            self._patience.stop()
            self._busy.hide()
