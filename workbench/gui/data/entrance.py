"""The way to a set: opening and downloading with progress, and what is said where there is nothing to show."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.core.data.registry import Progress
from workbench.core.data.split import USUAL
from workbench.errors import WorkbenchError
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.data.holding import Holding
from workbench.gui.data.opening import Missing, Nothing, fetch, open_holding
from workbench.gui.errors import show_error
from workbench.gui.training.remembered import recalled
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.sentences import capitalised, sentence

LANE, KEY = "data-room", "open"
OPENED = "Drop a folder with one folder of pictures per class, an .npz file, or a table (.csv, .jsonl)."


class Entrance(QWidget):
    """Shows the desk while a set is open, else a message with what to do about it."""

    opened = Signal(object)
    """A `Holding`."""
    lost = Signal()
    """There is no set any more: another one was wanted and cannot be had."""
    wanted_changed = Signal(str)
    folder_wanted = Signal()

    def __init__(self, jobs: Background, desk: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._desk = jobs, desk
        self._wanted, self._shown = "", ""
        self._split = USUAL
        self._missing: Missing | None = None
        self.busy = BusyRow("data", self)
        self.message = EmptyState("data", "", sentence="")
        self.message.button.setObjectName("data-message-action")
        self._pages = QStackedWidget(self)
        self._arrange()
        self.busy.cancelled.connect(self.cancel)
        self.message.pressed.connect(self._pressed)

    @property
    def wanted(self) -> str:
        """The set that is shown or on its way, as the command line spells it."""
        return self._wanted

    @property
    def is_outdated(self) -> bool:
        """Whether the Train room asks for another split than the set was opened with."""
        return self._split != recalled().split()

    def open(self, spec: str) -> None:
        """Open a set; what is shown stays until that is done."""
        self._want(spec)
        self._missing = None
        if not spec:
            self._lose(
                "Choose a data set", "Drop a folder here, with one folder of pictures per class.", "Choose folder…"
            )
            return
        self._split = recalled().split()
        opening = partial(open_holding, spec, split=self._split)
        self._run(f"Opening {Path(spec).name or spec}", opening, self._take)

    def cancel(self) -> None:
        """Stop opening or downloading."""
        self._jobs.cancel(self, KEY)
        self.busy.hide()
        if self._shown:
            self._want(self._shown)
        else:
            self._lose("Nothing was opened", "You stopped it. What was downloaded is kept.", "Try again")

    def _want(self, spec: str) -> None:
        self._wanted = spec
        self.wanted_changed.emit(spec)

    def _take(self, answer: Holding | Missing | Nothing) -> None:
        if isinstance(answer, Missing):
            self._missing = answer
            self._lose(f"{answer.spec} is not on this computer", answer.sentence, answer.offer)
            return
        if isinstance(answer, Nothing):
            self._lose(f"{Path(answer.spec).name} has no pictures to learn from", answer.sentence, "Try again")
            return
        self._shown = answer.spec
        self._pages.setCurrentWidget(self._desk)
        self.opened.emit(answer)

    def _download(self, spec: str) -> None:
        self._run(f"Downloading {spec}", partial(fetch, spec), lambda _nothing: self.open(spec))

    def _run(self, words: str, work: Callable[[Progress], Any], done: Callable[[Any], None]) -> None:
        self.busy.start(words)
        report = self.busy.reporter(self._jobs)

        def answered(answer: Any) -> None:
            self.busy.hide()
            done(answer)

        self._jobs.submit(lambda: work(report), owner=self, lane=LANE, key=KEY, done=answered, failed=self._could_not)

    def _could_not(self, error: Exception) -> None:
        """Say in place what cannot be had; anything else is our bug."""
        self.busy.hide()
        if not isinstance(error, WorkbenchError):
            show_error(self.window(), error)
            return
        if self._is_no_set(error):
            self._lose(f"{Path(self._wanted).name} is no data set", f"{sentence(error.reason)} {OPENED}", "Try again")
            return
        told = str(WorkbenchError(error.reason, error.hint)) if error.reason else error.hint
        self._lose(error.title, capitalised(told), "Try again")

    def _is_no_set(self, error: WorkbenchError) -> bool:
        """Whether a path was wanted that is no set: what the command line could open is no help here."""
        from workbench.core.data.sources import NoSuchSetError

        return isinstance(error, NoSuchSetError) and os.sep in self._wanted

    def _lose(self, headline: str, sentence: str, button: str) -> None:
        self._shown = ""
        self.message.say(headline, sentence, button=button)
        self._pages.setCurrentWidget(self.message)
        self.lost.emit()

    def _pressed(self) -> None:
        """The button of the message: choose, download, or try again."""
        if not self._wanted:
            self.folder_wanted.emit()
        elif self._missing is not None:
            self._download(self._missing.spec)
        else:
            self.open(self._wanted)

    def _arrange(self) -> None:
        self._pages.addWidget(self.message)
        self._pages.addWidget(self._desk)
        self.busy.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.busy)
        column.addWidget(self._pages, 1)
