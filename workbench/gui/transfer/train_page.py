"""The fourth page: the training, with the same thread and curves as everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from workbench.core.training.control import Control
from workbench.core.training.events import EpochDone, RunEvent, RunStarted
from workbench.core.transfer.plan import TransferPlan, training_plan
from workbench.core.transfer.strategy import STRATEGIES
from workbench.errors import Problem
from workbench.gui import icons, theme
from workbench.gui.runs.free_folder import free_folder
from workbench.gui.training import wording
from workbench.gui.training.curves import Curves
from workbench.gui.training.failure import FailurePanel
from workbench.gui.training.live import LiveRun
from workbench.gui.training.redrawing import Redrawing
from workbench.gui.training.thread import EventSource, new_run
from workbench.gui.transfer.labels import Muted, Text
from workbench.gui.transfer.page import Page
from workbench.gui.transfer.state import WizardState
from workbench.gui.widgets.buttons import primary_button, push_button
from workbench.gui.workspace import Workspace


class TrainPage(Page):
    """Start, pause and stop a training; the curves grow while it lasts."""

    title = "Train"
    heading = "Training"

    def __init__(self, workspace: Workspace, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(workspace, state, parent)
        self.run: LiveRun | None = None
        self._plan = state.plan
        self._summary, self._status = Muted(), Text()
        self._status.setObjectName("transfer-status")
        self.first = self._start = primary_button("Start training", "transfer-start", self.start, parent=self)
        self._pause = push_button("Pause", "transfer-pause", self._pause_or_resume, icon="pause")
        self._stop = push_button("Stop", "transfer-stop", self._end_early, icon="stop")
        self._bar = QProgressBar(self)
        self._bar.setObjectName("transfer-progress")
        self._bar.setAccessibleName("Progress of the training")
        self._bar.setRange(0, 1000)
        self._curves, self._failure = Curves("transfer", self), FailurePanel(self)
        self._redrawing = Redrawing(self._curves, self._draw)
        self.column.addWidget(self._summary)
        self.column.addLayout(self._controls())
        self.column.addWidget(self._status)
        self.column.addWidget(self._failure)
        self.column.addWidget(self._curves, 1)
        state.changed.connect(self._follow)
        workspace.runs_changed.connect(self._follow)
        self._follow()

    @property
    def is_training(self) -> bool:
        """Whether a training is going on."""
        return self.run is not None and not self.run.is_over

    def enter(self) -> None:
        self._follow()

    def problem(self) -> Problem | None:
        if self.is_training:
            return Problem("run", "The training is not over yet", level="info")
        return self.state.run_problem()

    def start(self) -> None:
        """Begin a training of the plan as it is now, in a new run folder."""
        photos = self.state.photos
        if self.is_training or photos is None or self.workspace.active_run is not None:
            return
        if self.run is not None:
            self.run.deleteLater()
        self._plan = self.state.plan
        folder = free_folder(self.workspace.runs_folder, self._plan.run_name())
        self.workspace.active_run = folder
        self.run = LiveRun(self._source(folder, len(photos.classes)), folder, self)
        self.run.advanced.connect(self._advanced)
        self.run.standing_changed.connect(self._standing_changed)
        self._redrawing.now()
        self.state.tell()

    def _source(self, folder: Path, classes: int) -> EventSource:
        plan, backbones = self._plan, self.state.backbones

        def events(control: Control) -> Iterator[RunEvent]:
            training, network = training_plan(plan, classes, backbones=backbones)
            yield from new_run(training, network, folder)(control)

        return events

    def _controls(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        for widget in (self._start, self._pause, self._stop):
            row.addWidget(widget)
        row.addWidget(self._bar, 1)
        return row

    def _pause_or_resume(self) -> None:
        if self.run is not None:
            (self.run.resume if self.run.standing == "paused" else self.run.pause)()

    def _end_early(self) -> None:
        if self.run is not None:
            self.run.stop()

    def _advanced(self, events: list[RunEvent]) -> None:
        assert self.run is not None
        self._redrawing.ask()
        if any(isinstance(event, RunStarted | EpochDone) for event in events):
            self.workspace.runs_changed.emit()

    def _draw(self) -> None:
        if self.run is not None:
            self._curves.draw(self.run.history)
        self._follow()

    def _standing_changed(self) -> None:
        assert self.run is not None
        if self.run.is_over:
            self.workspace.active_run = None
            self.workspace.runs_changed.emit()
            if self.run.history.saved and self.run.history.best is not None:
                self.state.finish(self.run.folder, self._plan)
        self._redrawing.now()
        self.state.tell()

    def _follow(self) -> None:
        """Show the state and the run."""
        run, training = self.run, self.is_training
        elsewhere = self.workspace.active_run is not None and not training
        self._summary.setText(_summary(self._plan if training else self.state.plan))
        self._start.setEnabled(not training and not elsewhere)
        self._start.setText("Start training" if run is None else "Train again")
        paused = run is not None and run.standing == "paused"
        self._pause.setEnabled(run is not None and run.standing in ("training", "paused"))
        self._pause.setText("Resume" if paused else "Pause")
        icons.set_icon(self._pause, "play" if paused else "pause")
        self._stop.setEnabled(training)
        opening = run is not None and run.standing == "opening"
        self._bar.setRange(0, 0 if opening else 1000)
        self._bar.setValue(round(1000 * run.history.progress) if run else 0)
        self._failure.show_failure(run.failure if run else None)
        self._status.setText("Another run is being trained; wait for it or stop it." if elsewhere else _news(run))


def _summary(plan: TransferPlan) -> str:
    how = STRATEGIES[plan.strategy].title.lower() if plan.strategy in STRATEGIES else plan.strategy
    return f"{plan.backbone} on {Path(plan.data).name}, {how}, {plan.epochs} epochs"


def _news(run: LiveRun | None) -> str:
    """Where the run stands, in a sentence."""
    if run is None:
        return "Ready to start."
    if run.standing == "opening":
        return "Reading the photos and the weights…"
    if run.standing == "failed":
        return "The training failed."
    started = run.history.started
    learning = f" · {started.trainable:,} of {started.parameters:,} parameters learn" if started else ""
    if not run.is_over:
        state = {"paused": "Paused · ", "stopping": "Stopping after this step · "}.get(run.standing, "")
        return f"{state}{wording.progress(run.history)}{learning}"
    return f"{'Done' if run.standing == 'complete' else 'Stopped'} · {wording.summary(run.history)}{learning}"
