"""The Train room: the plan on the left, the run on the right, Train, Pause and Stop between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QCursor, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.core.training.events import EpochDone, RunEvent, RunStarted
from workbench.errors import Problem, Remedy, WorkbenchError
from workbench.gui import icons, theme
from workbench.gui.errors import show_error
from workbench.gui.runs.exporting import export_menu
from workbench.gui.runs.free_folder import free_folder
from workbench.gui.runs.queue_sources import queued_run
from workbench.gui.training.doctor_strip import examined
from workbench.gui.training.later import LaterRow
from workbench.gui.training.live import LiveRun
from workbench.gui.training.plan_form import PlanForm
from workbench.gui.training.redrawing import Redrawing
from workbench.gui.training.run_panel import RunPanel
from workbench.gui.training.thread import EventSource, continued_run, new_run
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.widgets.primary import PrimaryButton
from workbench.gui.workspace import Workspace

if TYPE_CHECKING:
    from workbench.core.runs.queue import Entry

LEFT_WIDTH = 320
TELL_SECONDS = 0.5
"""Others hear of the progress of a run at most this often, and of its end at once."""


class TrainRoom(QWidget):
    """Trains the document's network; at most one run at a time."""

    name = "train"
    title = "Train"
    icon = "train"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train-room")
        self._workspace = workspace
        self.run: LiveRun | None = None
        self._told = 0.0
        self.form, self.panel = PlanForm(workspace, self), RunPanel(self)
        self._redrawing = Redrawing(self.panel, self._show_run)
        self.later = LaterRow(workspace, self.form, self)
        self._obstacle = ToneLabel("error", self)
        self._train = self._action("Train", "play", "Ctrl+R", self.train)
        self._pause = self._action("Pause", "pause", "Ctrl+Shift+P", self.pause_or_resume)
        self._stop = self._action("Stop", "stop", "Ctrl+.", self.stop)
        self._buttons = {
            "train-start": (PrimaryButton(parent=self, icon="play"), self._train),
            "train-pause": (QPushButton(self), self._pause),
            "train-stop": (QPushButton(self), self._stop),
        }
        self._arrange()
        self._connect()
        self._update()

    # -- what the shell asks -----------------------------------------------------------------------------------------

    def commands(self) -> list[QAction]:
        """Train, Pause and Stop, and what can be done later."""
        return [self._train, self._pause, self._stop, *self.later.actions()]

    def close_room(self) -> bool:
        """Whether the window may close: a run in training is stopped first, if the user agrees."""
        self.form.remember()
        self.later.stop_and_wait()
        if self.run is None or self.run.is_over:
            return True
        if not self._asked_to_stop():
            return False
        QApplication.setOverrideCursor(QCursor(Qt.CursorShape.WaitCursor))
        try:
            self.run.stop_and_wait()
        finally:
            QApplication.restoreOverrideCursor()
        return True

    # -- what the user does ------------------------------------------------------------------------------------------

    def train(self) -> None:
        """Start a new run of the plan in the form."""
        if self.is_training or self._why_not():
            return
        plan, network = self.form.plan(), self._workspace.document.network
        try:
            root = self._workspace.runs_folder
        except WorkbenchError as error:
            show_error(self.window(), error)
            return
        self.form.remember()
        folder = free_folder(root, f"{network.name}-{Path(plan.data).stem or plan.data}")
        self._start(new_run(plan, network, folder, where=self.form.where), folder)

    def continue_run(self, folder: Path) -> None:
        """Go on with a run that was stopped or cut short."""
        if self._workspace.active_run is None:
            self._start(continued_run(folder, where=self.form.where), folder)

    def train_queued(self, entry: Entry) -> None:
        """Train what the queue has come to."""
        if self._workspace.active_run is None:
            self._start(queued_run(self.later.keeper.folder(), entry, where=self.form.where), entry.path)

    def pause_or_resume(self) -> None:
        """Hold the run, let it go on, or go on with one that was stopped."""
        if self.run is None:
            return
        if self.run.standing == "training":
            self.run.pause()
        elif self.run.standing == "paused":
            self.run.resume()
        elif self._can_continue():
            self.continue_run(self.run.folder)

    def stop(self) -> None:
        """End the run with a checkpoint."""
        if self.run is not None:
            self.run.stop()

    @property
    def is_training(self) -> bool:
        """Whether a run has the thread."""
        return self.run is not None and not self.run.is_over

    # -- following the run -------------------------------------------------------------------------------------------

    def _start(self, source: EventSource, folder: Path) -> None:
        if self.run is not None:
            self.run.deleteLater()
        self.run = LiveRun(source, folder, self)
        self.run.advanced.connect(self._advanced)
        self.run.standing_changed.connect(self._standing_changed)
        self._workspace.active_run = folder
        self.panel.doctor.clear()
        self._redrawing.now()
        self._update()

    def _advanced(self, events: list[RunEvent]) -> None:
        assert self.run is not None
        self._redrawing.ask()
        if any(isinstance(event, EpochDone) for event in events):
            self._examine(self.run)
        told_lately = time.monotonic() - self._told < TELL_SECONDS
        if any(isinstance(event, RunStarted | EpochDone) for event in events) and not told_lately:
            self._told = time.monotonic()
            self._workspace.runs_changed.emit()

    def _standing_changed(self) -> None:
        assert self.run is not None
        self._redrawing.now()
        if self.run.is_over:
            self._workspace.active_run = None
            self._examine(self.run)
            self._workspace.runs_changed.emit()
            self._workspace.message.emit(f"{self.run.folder.name}: {self.panel.status.text()}")
        self._update()

    def _show_run(self) -> None:
        if self.run is not None:
            self.panel.show_run(self.run)

    def _examine(self, run: LiveRun) -> None:
        """Ask the doctor, beside the training; the answer is for this run alone."""
        folder, events = run.folder, tuple(run.history.events)

        def show(findings: tuple[Problem, ...]) -> None:
            if self.run is run:
                self.panel.doctor.show_findings(findings)

        self._workspace.jobs.submit(lambda: examined(folder, events), owner=self, lane="data", key="doctor", done=show)

    def _mend(self, remedy: Remedy) -> None:
        """Put what the doctor advises into the form, or into the network, for the next run."""
        from workbench.core.training.doctor.rule import NetworkRemedy

        if isinstance(remedy, NetworkRemedy):
            self._workspace.document.apply(remedy.edit, remedy.label)
        else:
            self.form.set_values(remedy.edit(self.form.plan()))
        self._workspace.message.emit(f"{remedy.label}: set for the next run.")

    def _why_not(self) -> str:
        """Why a new run cannot start, in a sentence. Two at once would share one stream of random numbers."""
        other = self._workspace.active_run
        if other is not None and not self.is_training:
            return f"{other.name} is being trained in another room."
        return self.form.obstacle()

    def _can_continue(self) -> bool:
        run = self.run
        if self._workspace.active_run is not None:
            return False
        return run is not None and run.standing in ("stopped", "failed") and run.history.started is not None

    # -- drawing -----------------------------------------------------------------------------------------------------

    def _update(self) -> None:
        """Enable what can be done now, and say why Train cannot."""
        obstacle, standing = self._why_not(), self.run.standing if self.run else None
        self._train.setEnabled(not self.is_training and not obstacle)
        resumes = standing == "paused" or self._can_continue()
        self._pause.setText("Resume" if resumes else "Pause")
        icons.set_icon(self._pause, "play" if resumes else "pause")
        self._pause.setEnabled(standing in ("training", "paused") or self._can_continue())
        self._stop.setEnabled(standing in ("opening", "training", "paused"))
        self._obstacle.setText(obstacle)
        self._obstacle.setVisible(bool(obstacle))
        self._show_buttons()
        self.form.offer_search()
        self.panel.show_hint(
            f"Press Train ({self._train.shortcut().toString(QKeySequence.SequenceFormat.NativeText)}) to train "
            f"{self._workspace.document.network.name} on {Path(self._workspace.data).name}.\nIts curves appear here."
        )

    def _show_buttons(self) -> None:
        """Make the buttons look like their actions; the keyboard stays among them when its button is disabled.

        While a run is stopping none of them can be pressed: the room keeps the keyboard for them.
        """
        pairs = sorted(self._buttons.values(), key=lambda pair: not pair[1].isEnabled())
        leaves = self.hasFocus() or any(button.hasFocus() and not action.isEnabled() for button, action in pairs)
        heir = next((button for button, action in pairs if action.isEnabled()), self)
        for button, action in pairs:
            _follow(button, action)
        if leaves:
            heir.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- building ----------------------------------------------------------------------------------------------------

    def _action(self, text: str, icon: str, shortcut: str, call: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        icons.set_icon(action, icon)
        action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(lambda _checked=False: call())
        self.addAction(action)
        return action

    def _arrange(self) -> None:
        left = QFrame(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, theme.M)
        column.setSpacing(theme.S)
        column.addWidget(self.form, 1)
        column.addLayout(self._button_row())
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setObjectName("train-split")
        split.addWidget(left)
        split.addWidget(self.panel)
        split.setStretchFactor(1, 1)
        split.setSizes([LEFT_WIDTH, 3 * LEFT_WIDTH])
        split.setChildrenCollapsible(False)
        left.setMinimumWidth(260)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)

    def _button_row(self) -> QVBoxLayout:
        self._obstacle.setObjectName("train-obstacle")
        self._obstacle.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        for name, (button, action) in self._buttons.items():
            button.setObjectName(name)
            button.clicked.connect(lambda _checked=False, action=action: action.trigger())
            row.addWidget(button, 2 if name == "train-start" else 1)
        box = QVBoxLayout()
        box.setContentsMargins(theme.L, 0, theme.L, 0)
        box.setSpacing(theme.S)
        box.addWidget(self._obstacle)
        box.addLayout(row)
        box.addWidget(self.later)
        return box

    def _connect(self) -> None:
        self.form.changed.connect(self._update)
        self._workspace.resume_requested.connect(self.continue_run)
        self.later.keeper.turn.connect(self.train_queued)
        self._workspace.runs_changed.connect(self._update)
        self.panel.inspect_chosen.connect(self._inspect)
        self.panel.doctor.remedy_chosen.connect(self._mend)
        self.panel.export.setMenu(export_menu(self, self._workspace, lambda: self.run.folder if self.run else None))

    def _inspect(self) -> None:
        if self.run is not None:
            self._workspace.inspect_requested.emit(self.run.folder)

    def _asked_to_stop(self) -> bool:
        box = QMessageBox(self)
        box.setObjectName("train-close-question")
        box.setIcon(QMessageBox.Icon.Question)
        box.setText("A training is running.")
        box.setInformativeText("It can be stopped now, with a checkpoint, and resumed from the Runs room later.")
        keep = box.addButton("Keep training", QMessageBox.ButtonRole.RejectRole)
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        keep.setObjectName("train-keep")
        stop.setObjectName("train-stop-and-close")
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.exec()
        return box.clickedButton() is stop


def _follow(button: QPushButton, action: QAction) -> None:
    """Make a button look like its action."""
    button.setText(action.text())
    button.setEnabled(action.isEnabled())
    if not isinstance(button, PrimaryButton):
        icons.copy_icon(button, action)
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())
    button.setAccessibleName(action.text())
