"""What the dialogs share that search for a value of the plan: progress, what was found, take it or leave it.

They keep the rest of the window waiting: a training at the same time would share memory and random numbers.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QProgressBar, QPushButton, QVBoxLayout, QWidget

from workbench.errors import Problem, WorkbenchError
from workbench.gui import theme
from workbench.gui.bridge import Inbox
from workbench.gui.errors import show_error
from workbench.gui.training.check import NotWantedError
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.widgets.primary import PrimaryButton
from workbench.gui.widgets.problem import ProblemLabel


class SearchDialog(QDialog):
    """Searches as soon as it is made; `chosen` says the value that the user takes."""

    chosen = Signal(object)

    def __init__(self, name: str, title: str, what: str, parent: QWidget | None = None) -> None:
        """`name` begins the names of the widgets, `what` is found: a rate, a batch."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.searching, self._wanted = True, True
        self.value: Any = None
        self.progress, self.told, self.problem = QProgressBar(self), ToneLabel("muted", self), ProblemLabel(self)
        self.use, self.close_button = PrimaryButton(f"Use this {what}", self), QPushButton("Cancel", self)
        self._buttons = QDialogButtonBox(self)
        self._inbox = Inbox(self)
        self._inbox.arrived.connect(self._advance)
        self._arrange(f"Take this {what} into the plan")

    def reject(self) -> None:
        """Close; a search that is going on is ended first, which takes no longer than a step."""
        if not self.searching:
            super().reject()
            return
        self._wanted = False
        self.give_up()
        self.close_button.setEnabled(False)
        self.told.setText("Stopping after this step…")

    def give_up(self) -> None:
        """Called when the user does not want the search any more."""

    def take_answer(self, value: Any, label: str) -> None:
        """The search is over: offer a value, if it found one; where nobody waits any more, go."""
        self._end()
        if not self._wanted:
            super().reject()
            return
        self.value = value
        self.use.setEnabled(value is not None)
        if value is not None:
            self.use.setText(label)
            self.use.setFocus()

    def fail(self, error: Exception) -> None:
        """The search has failed: what cannot be had is said here, a fault of ours as everywhere."""
        self._end()
        if isinstance(error, NotWantedError) or not self._wanted:
            super().reject()
        elif isinstance(error, WorkbenchError):
            self.told.setText("")
            self.problem.show_problem(Problem("", error.title, " ".join(filter(None, (error.reason, error.hint)))))
        else:
            super().reject()
            show_error(self.parentWidget(), error)

    def _advance(self, told: list[tuple[int, int]]) -> None:
        done, total = told[-1]
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _end(self) -> None:
        self.searching = False
        self.progress.hide()
        self.close_button.setEnabled(True)
        self.close_button.setText("Close")

    def _use(self) -> None:
        if self.value is not None:
            self.chosen.emit(self.value)
            self.accept()

    def _arrange(self, use: str) -> None:
        name = self.objectName()
        self.told.setObjectName(f"{name}-told")
        self.told.setWordWrap(True)
        self.progress.setObjectName(f"{name}-progress")
        self.progress.setAccessibleName("Progress of the search")
        self.progress.setRange(0, 0)
        for button, word, tip in ((self.use, "use", use), (self.close_button, "close", "Leave the plan as it is")):
            button.setObjectName(f"{name}-{word}")
            button.setAccessibleName(button.text())
            button.setToolTip(tip)
        self.use.setEnabled(False)
        self._buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.addButton(self.use, QDialogButtonBox.ButtonRole.AcceptRole)
        self.use.clicked.connect(self._use)
        self._buttons.rejected.connect(self.reject)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        self._column.setSpacing(theme.M)
        for widget in (self.told, self.problem, self.progress, self._buttons):
            self._column.addWidget(widget)


def find_button(what: str, words: str, parent: QWidget) -> QPushButton:
    """The button beside a field that opens a search."""
    button = QPushButton("Find…", parent)
    button.setObjectName(f"train-find-{what}")
    button.setAccessibleName(words)
    return button
