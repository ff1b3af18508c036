"""What is shown of the selected run: its curves and what was planned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.training.events import EpochJudged, RunEvent
from workbench.gui import theme
from workbench.gui.runs.watch import Watch, standing_sentence, watched
from workbench.gui.training.doctor_strip import examined
from workbench.gui.training.failure import FailurePanel
from workbench.gui.training.history import RunHistory
from workbench.gui.training.live import Failure
from workbench.gui.training.measures.view import Measures
from workbench.gui.training.wording import duration, percent, size
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.labels import ToneLabel

CHOOSE = "Choose a run", "Its curves and its plan appear here."


def read_detail(path: Path) -> Watch:
    """Read a run; called on a lane. Raises `WorkbenchError` for a broken one."""
    watch = watched(path)
    watch.advice = advice(path, tuple(watch.history.events))
    return watch


def advice(path: Path, events: tuple[RunEvent, ...]) -> tuple[str, ...]:
    """What the doctor says of a run; called on a lane."""
    return tuple(str(replace(problem, where="")) for problem in examined(path, events))


def facts_of(watch: Watch) -> tuple[tuple[str, str], ...]:
    """What was planned, what has happened, and the doctor's advice."""
    plan, history = watch.plan, watch.history
    optimizer = f"{plan.optimizer}, rate {plan.learning_rate:g}, {plan.schedule}"
    return (
        ("Network", plan.network),
        ("Data", plan.data),
        ("Epochs", f"{history.epochs_done} of {plan.total_epochs()}"),
        ("Batch size", str(plan.batch_size)),
        ("Optimizer", optimizer),
        ("Weight decay", f"{plan.weight_decay:g}"),
        ("Augmentation", plan.augmentation),
        ("Seed", str(plan.seed)),
        *_happened(history),
        *(("Advice", sentence) for sentence in watch.advice),
        ("Folder", str(watch.path)),
    )


def _happened(history: RunHistory) -> list[tuple[str, str]]:
    facts = []
    if history.started is not None:
        facts.append(("Parameters", f"{history.started.parameters:,} ({history.started.trainable:,} train)"))
        facts.append(("Computed on", f"{history.started.device}, {history.started.precision}"))
    if history.best is not None:
        facts.append(("Best", f"{percent(history.best.validation_accuracy)} in epoch {history.best.epoch}"))
    if history.finished is not None:
        facts.append(("Took", duration(history.finished.seconds)))
    return [*facts, *_judged(history)]


def _judged(history: RunHistory) -> list[tuple[str, str]]:
    """What the last epoch measured beside its loss."""
    judged = next((event for event in reversed(history.events) if isinstance(event, EpochJudged)), None)
    if judged is None:
        return []
    facts = [("Calibration", f"off by {percent(judged.calibration_error)}"), ("Waiting", percent(judged.waiting))]
    if len(judged.class_accuracy) > 5:
        facts.insert(0, ("Top 5", percent(judged.top5)))
    if judged.memory is not None:
        facts.append(("Memory", size(judged.memory)))
    return facts


class DetailPanel(QWidget):
    """Curves on the left, facts on the right; a failed or unreadable run says why above them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.measures, self.failure = Measures("runs", self), FailurePanel(self)
        self.curves = self.measures.curves
        self._empty = EmptyState("runs", CHOOSE[0], sentence=CHOOSE[1], parent=self)
        self._standing = ToneLabel("muted", self)
        self._standing.setObjectName("runs-standing")
        self._standing.setWordWrap(True)
        self._standing.hide()
        self._facts = QFormLayout()
        self._shown: tuple[tuple[str, str], ...] = ()
        self._pages, self._split = QStackedWidget(self), QSplitter(Qt.Orientation.Horizontal, self)
        self._arrange()

    def show_nothing(self) -> None:
        """Nothing is selected."""
        self._standing.hide()
        self.failure.show_failure(None)
        self._empty.say(*CHOOSE)
        self._pages.setCurrentIndex(0)

    def show_detail(self, watch: Watch) -> None:
        """Show a run as far as it has been read."""
        failed = watch.history.failed
        self.failure.show_failure(Failure(failed.title, failed.reason, failed.hint) if failed else None)
        self.measures.draw(watch.history, watch.path)
        self._standing.setText(standing_sentence(watch))
        self._standing.set_tone("warning" if watch.presence.kind == "silent" else "muted")
        self._standing.setVisible(bool(self._standing.text()))
        self._show_facts(facts_of(watch))
        self._pages.setCurrentIndex(1)

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        """Show other facts; what is selected in them stays while they are the same."""
        if facts == self._shown:
            return
        self._shown = facts
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for name, value in facts:
            title = ToneLabel("muted", text=name)
            title.setAlignment(Qt.AlignmentFlag.AlignTop)  # on a level with the first line of a long value
            self._facts.addRow(title, _selectable(value))

    def show_problem(self, title: str, reason: str) -> None:
        """Say why a run cannot be read."""
        self._standing.hide()
        self.failure.show_failure(None)
        self._empty.say(title, reason)
        self._pages.setCurrentIndex(0)

    def _arrange(self) -> None:
        facts = QWidget()
        facts.setLayout(self._facts)
        self._facts.setContentsMargins(theme.M, theme.XS, theme.S, theme.S)
        self._facts.setHorizontalSpacing(theme.M)
        self._facts.setVerticalSpacing(theme.XS)
        self._facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        scroll = QScrollArea()
        scroll.setAccessibleName("Plan of the run")
        scroll.setWidget(facts)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._split.addWidget(self.measures)
        self._split.addWidget(scroll)
        self._split.setStretchFactor(0, 1)
        self._split.setSizes([600, 280])
        self._split.setChildrenCollapsible(False)
        scroll.setMinimumWidth(240)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._split)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self._standing)
        column.addWidget(self.failure)
        column.addWidget(self._pages, 1)


def _selectable(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
