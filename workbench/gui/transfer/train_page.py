"""The fourth page: the training, with the same thread and curves as everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent
from workbench.core.transfer.plan import TransferPlan, training_plan
from workbench.core.transfer.strategy import STRATEGIES
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.errors import show_error
from workbench.gui.training.curves import Curves
from workbench.gui.training.history import RunHistory
from workbench.gui.training.thread import EventSource, TrainingThread, new_run
from workbench.gui.transfer.buttons import PrimaryButton, button
from workbench.gui.transfer.labels import Muted, Text
from workbench.gui.transfer.page import Page
from workbench.gui.transfer.state import WizardState
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace


class TrainPage(Page):
    """Start, pause and stop a training; the curves grow while it lasts."""

    title = "Train"
    heading = "Training"

    def __init__(self, workspace: Workspace, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(workspace, state, parent)
        self._thread: TrainingThread | None = None
        self._folder: Path | None = None
        self._plan = state.plan
        self._history = RunHistory()
        self._summary, self._status = Muted(), Text()
        self._status.setObjectName("transfer-status")
        self._start = PrimaryButton("Start training", "transfer-start", self.start, self)
        self._pause = button("Pause", "transfer-pause", self._toggle_pause, icon="pause")
        self._stop = button("Stop", "transfer-stop", self._stop_training, icon="stop")
        self._bar = QProgressBar(self)
        self._bar.setObjectName("transfer-progress")
        self._bar.setAccessibleName("Progress of the training")
        self._bar.setRange(0, 1000)
        self._curves = Curves("transfer", self)
        self._problem = ProblemLabel(self)
        self.column.addWidget(self._summary)
        self.column.addLayout(self._controls())
        self.column.addWidget(self._status)
        self.column.addWidget(self._problem)
        self.column.addWidget(self._curves, 1)
        state.changed.connect(self._follow)
        self._follow()

    @property
    def training(self) -> bool:
        """Whether a training is going on."""
        return self._thread is not None

    def problem(self) -> Problem | None:
        if self.training:
            return Problem("run", "The training is not over yet", level="info")
        return self.state.run_problem()

    def start(self) -> None:
        """Begin a training of the plan as it is now, in a new run folder."""
        photos = self.state.photos
        if self.training or photos is None or self.workspace.active_run is not None:
            return
        self._plan, self._history = self.state.plan, RunHistory()
        self._folder = free_folder(self.workspace.runs_folder, self._plan.run_name())
        self.workspace.active_run = self._folder
        self._problem.show_problem(None)
        self._thread = TrainingThread(self._source(len(photos.classes)), self)
        self._thread.inbox.arrived.connect(self._take)
        self._thread.ended.connect(self._ended)
        self._thread.start()
        self._follow()

    def close_training(self) -> None:
        """End the training with a checkpoint and wait for it."""
        if self._thread is not None:
            self._thread.stop_and_wait()

    def _source(self, classes: int) -> EventSource:
        plan, folder, backbones = self._plan, self._folder, self.state.backbones
        assert folder is not None

        def events(control: Control) -> Iterator[RunEvent]:
            training, network = training_plan(plan, classes, backbones=backbones)
            yield from new_run(training, network, folder)(control)

        return events

    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        row.addWidget(self._start)
        row.addWidget(self._pause)
        row.addWidget(self._stop)
        row.addWidget(self._bar, 1)
        return row

    def _toggle_pause(self) -> None:
        if self._thread is not None:
            control = self._thread.control
            (control.resume if control.paused else control.pause)()
        self._follow()

    def _stop_training(self) -> None:
        if self._thread is not None:
            self._thread.control.stop()
            self._status.setText("Stopping after this step…")

    def _take(self, events: list[RunEvent]) -> None:
        first = self._history.started is None
        self._history.add(events)
        self._curves.draw(self._history)
        if first:
            self.workspace.runs_changed.emit()
        self._follow()

    def _ended(self) -> None:
        thread, self._thread = self._thread, None
        self.workspace.active_run = None
        self.workspace.runs_changed.emit()
        history = self._history
        if thread is not None and thread.error is not None:
            show_error(self.window(), thread.error)
        elif history.failed is not None:
            self._problem.show_problem(Problem("run", history.failed.title, history.failed.reason))
        elif history.best is not None and self._folder is not None:
            self.state.finish(self._folder, self._plan)
        if thread is not None:
            thread.deleteLater()
        self._follow()
        self.state.tell()

    def _follow(self) -> None:
        """Show the state and the history."""
        elsewhere = self.workspace.active_run is not None and not self.training
        self._summary.setText(_summary(self._plan if self.training else self.state.plan))
        self._start.setEnabled(not self.training and not elsewhere)
        self._start.setText("Train again" if self._history.finished and not self.training else "Start training")
        for control in (self._pause, self._stop):
            control.setEnabled(self.training)
        self._pause.setText("Resume" if self._thread is not None and self._thread.control.paused else "Pause")
        self._bar.setValue(round(1000 * self._history.progress))
        self._status.setText("Another run is being trained; wait for it or stop it." if elsewhere else self._news())

    def _news(self) -> str:
        history = self._history
        if history.started is None:
            return "Reading the photos and the weights…" if self.training else "Ready to start."
        if history.finished is not None:
            return _outcome(history)
        if self._thread is not None and self._thread.control.paused:
            return "Paused."
        rest = history.remaining_seconds
        learning = f"{history.started.trainable:,} of {history.started.parameters:,} parameters learn"
        epoch = min(history.epochs, history.epochs_done + 1)
        left = "" if rest is None else f"about {duration(rest)} left, "
        return f"Epoch {epoch} of {history.epochs}, {left}{learning}"


def free_folder(root: Path, name: str) -> Path:
    """A folder of this name that does not exist yet: `name`, `name-2`, `name-3` ..."""
    number = 1
    while (root / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return root / (name if number == 1 else f"{name}-{number}")


def duration(seconds: float) -> str:
    """A time as a person says it: `40 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _summary(plan: TransferPlan) -> str:
    strategy = STRATEGIES.get(plan.strategy)
    how = strategy.title.lower() if strategy else plan.strategy
    return f"{plan.backbone} on {Path(plan.data).name}: {how}, {plan.epochs} epochs, run “{plan.run_name()}”"


def _outcome(history: RunHistory) -> str:
    finished, best = history.finished, history.best
    assert finished is not None
    how = "Stopped" if finished.stopped else "Done"
    if best is None:
        return f"{how} before the first epoch was over; there is no result yet."
    accuracy = f"{100 * best.validation_accuracy:.1f} % right after epoch {best.epoch}"
    return f"{how} after {duration(finished.seconds)}. Best: {accuracy}."
