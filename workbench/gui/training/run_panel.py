"""The right side of the Train room: which run, how far, its curves, and what to do with it when it is over."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from workbench.gui import icons, theme
from workbench.gui.training import wording
from workbench.gui.training.doctor_strip import DoctorStrip
from workbench.gui.training.failure import FailurePanel
from workbench.gui.training.live import LiveRun
from workbench.gui.training.measures.view import Measures
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.labels import PathLabel, ToneLabel

EMPTY = "Nothing is trained yet"
STEPS = 1000
"""Resolution of the progress bar."""
STANDING_TEXT = {
    "opening": "Opening the data…",
    "training": "Training",
    "paused": "Paused",
    "stopping": "Stopping after this step…",
    "complete": "Complete",
    "stopped": "Stopped",
    "failed": "Failed",
}


class RunPanel(QWidget):
    """Shows one `LiveRun`; empty before the first."""

    inspect_chosen = Signal()
    export_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.summary = QLabel(self), QLabel(self)
        self.place = PathLabel(self)
        self.status, self.warnings = ToneLabel("muted", self), ToneLabel("warning", self)
        self.progress = QProgressBar(self)
        self.measures = Measures("train", self)
        self.curves = self.measures.curves
        self.failure, self.doctor = FailurePanel(self), DoctorStrip(self)
        self.inspect, self.export = QPushButton("Inspect", self), QPushButton("Export…", self)
        self._empty = EmptyState("train", EMPTY, sentence=EMPTY, parent=self)
        self._pages = QStackedWidget(self)
        self._prepare_widgets()
        self._arrange()

    def show_hint(self, text: str) -> None:
        """What the empty panel says to do."""
        self._empty.say(EMPTY, text)

    def show_run(self, run: LiveRun) -> None:
        """Show where a run stands."""
        self._pages.setCurrentIndex(1)
        self.title.setText(run.folder.name)
        self._show_progress(run)
        self.measures.draw(run.history, run.folder)
        self.summary.setText(wording.summary(run.history) if run.history.started else "")
        self.place.show_path(run.folder if run.history.started else None)
        said = run.history.warnings
        serious = [w for w in said if w.level != "info"]
        last = (serious or said)[-3:]
        self.warnings.set_tone("warning" if serious else "muted")
        self.warnings.setText("\n".join(f"{w.title}: {w.reason}" if w.reason else w.title for w in last))
        self.warnings.setVisible(bool(last))
        for button in (self.inspect, self.export):
            button.setEnabled(run.history.saved)
        self.failure.show_failure(run.failure)

    def _show_progress(self, run: LiveRun) -> None:
        busy = run.standing == "opening"
        self.progress.setRange(0, 0 if busy else STEPS)
        self.progress.setValue(round(STEPS * run.history.progress))
        details = "" if busy else wording.progress(run.history)
        state = STANDING_TEXT[run.standing]
        if run.is_over:
            done, epochs = run.history.epochs_done, run.history.epochs
            details = f"{done} of {epochs} {'epoch' if epochs == 1 else 'epochs'}" if epochs else ""
        text = " · ".join(part for part in (state, details) if part)
        self.status.setText(text)
        self.progress.setAccessibleDescription(text)

    def _prepare_widgets(self) -> None:
        self.title.setFont(theme.font("title"))
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setObjectName("train-status")
        self.summary.setObjectName("train-summary")
        self.place.setObjectName("train-place")
        self.place.setFont(theme.font("small"))
        self.warnings.setObjectName("train-warnings")
        self.warnings.setWordWrap(True)
        self.warnings.setTextFormat(Qt.TextFormat.PlainText)
        self.progress.setObjectName("train-progress")
        self.progress.setAccessibleName("Progress of the training")
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(theme.S)
        self.inspect.setObjectName("train-inspect")
        self.export.setObjectName("train-export")
        icons.set_icon(self.inspect, "inspect")
        icons.set_icon(self.export, "export")
        self.inspect.clicked.connect(lambda: self.inspect_chosen.emit())
        self.export.clicked.connect(lambda: self.export_chosen.emit())

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.status)
        foot = QHBoxLayout()
        foot.setSpacing(theme.S)
        reached = QVBoxLayout()
        reached.setSpacing(0)
        reached.addWidget(self.summary)
        reached.addWidget(self.place)
        foot.addLayout(reached, 1)
        foot.addWidget(self.inspect)
        foot.addWidget(self.export)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.M)
        column.setSpacing(theme.S)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.failure)
        column.addWidget(self.measures, 1)
        column.addWidget(self.doctor)
        column.addWidget(self.warnings)
        column.addLayout(foot)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
