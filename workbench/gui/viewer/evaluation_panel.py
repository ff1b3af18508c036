"""The Evaluation tab: accuracy on the held-out part, the confusion matrix, the most confident mistakes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.errors import WorkbenchError
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.bridge import Inbox
from workbench.gui.errors import show_error
from workbench.gui.training.wording import percent
from workbench.gui.viewer.study import evaluation_of
from workbench.gui.viewer.subjects import Subject
from workbench.gui.widgets.confusion import ConfusionView
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.pixels import thumbnail
from workbench.gui.widgets.sentences import explained

MOST_MISTAKES = 60
THUMBNAIL = 56
PLACE = Qt.ItemDataRole.UserRole


class _CancelledError(Exception):
    """Nobody waits for the evaluation any more."""


class EvaluationPanel(QWidget):
    """Evaluates the subject when asked to."""

    sample_wanted = Signal(int)
    """The user wants to look at this sample."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._subject: Subject | None = None
        self.start = QPushButton("Evaluate")
        self.start.setObjectName("inspect-evaluate")
        self.cancel = QPushButton("Cancel")
        self.cancel.setObjectName("inspect-evaluate-cancel")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the evaluation")
        self.figures = QLabel()
        self.figures.setObjectName("inspect-figures")
        self.figures.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.matrix = ConfusionView()
        self.mistakes = QListWidget()
        self.notice = EmptyState("compare", "Not evaluated yet", sentence="")
        self._pages = QStackedWidget()
        self._inbox = Inbox(self)
        self._arrange()
        self._connect()
        self.show_subject(None)

    def show_subject(self, subject: Subject | None) -> None:
        """Another network: what was known of the last one is gone."""
        self._stop()
        self._subject = subject
        possible = subject is not None and subject.samples is not None and subject.preprocessing is not None
        self.start.setEnabled(possible)
        self.figures.setText("")
        count = len(subject.samples) if subject is not None and subject.samples is not None else 0
        words = f"See how it does on all {count:,} held-out pictures, and where it errs." if possible else ""
        if subject is not None and not possible:
            words = f"There are no held-out pictures: {subject.trouble}"
        self._say("Not evaluated yet", words)

    def evaluate(self) -> None:
        """Evaluate the subject on a lane of its own."""
        subject = self._subject
        if subject is None or subject.samples is None:
            return
        self.progress.setRange(0, len(subject.samples))
        self.progress.setValue(0)
        self._working(True)
        self._jobs.submit(
            lambda: evaluation_of(subject, self._report),
            owner=self,
            lane="evaluation",
            key="evaluation",
            done=lambda result: self._show(subject, result),
            failed=self._failed,
        )

    def _report(self, done: int, total: int) -> None:
        """Called on the lane after each batch."""
        self._inbox.put(done)
        if not self._jobs.wanted():
            raise _CancelledError

    def _show(self, subject: Subject, result: Any) -> None:
        self._working(False)
        names = tuple(score.name for score in result.per_class)
        right = int(result.confusion.trace())
        told = f"{percent(result.accuracy)} right ({right:,} of {result.count:,}), loss {result.loss:.4f}"
        self.figures.setText(told)
        self.matrix.show_matrix(result.confusion, names)
        self.mistakes.clear()
        for wrong in result.wrong[:MOST_MISTAKES]:
            self.mistakes.addItem(_mistake(subject, wrong, names))
        self._pages.setCurrentIndex(0)

    def _failed(self, error: Exception) -> None:
        self._working(False)
        if isinstance(error, WorkbenchError):
            self._say(error.title, explained(error))
        else:
            show_error(self.window(), error)

    def _stop(self) -> None:
        self._jobs.cancel(self, "evaluation")
        self._working(False)

    def _working(self, active: bool) -> None:
        self.start.setVisible(not active)
        self.cancel.setVisible(active)
        self.progress.setVisible(active)

    def _say(self, headline: str, sentence: str) -> None:
        self.notice.say(headline, sentence)
        self._pages.setCurrentIndex(1)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(theme.S, theme.S, theme.S, 0)
        row.setSpacing(theme.S)
        for widget in (self.start, self.cancel, self.progress):
            row.addWidget(widget)
        row.addWidget(self.figures, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.matrix)
        splitter.addWidget(self._mistakes_part())
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        self._pages.addWidget(splitter)
        self._pages.addWidget(self.notice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addLayout(row)
        column.addWidget(self._pages, 1)

    def _mistakes_part(self) -> QWidget:
        part = QWidget()
        title = QLabel("Most confident mistakes")
        title.setFont(theme.font("strong"))
        self.mistakes.setObjectName("inspect-mistakes")
        self.mistakes.setAccessibleName("Most confident mistakes")
        self.mistakes.setViewMode(QListWidget.ViewMode.IconMode)
        self.mistakes.setMovement(QListWidget.Movement.Static)
        self.mistakes.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.mistakes.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.mistakes.setFont(theme.font("small"))
        line = self.mistakes.fontMetrics().height()
        self.mistakes.setGridSize(QSize(THUMBNAIL + 56, THUMBNAIL + 3 * line))
        self.mistakes.setWordWrap(True)
        self.mistakes.setFrameShape(QListWidget.Shape.NoFrame)
        column = QVBoxLayout(part)
        column.setContentsMargins(theme.S, 0, theme.S, 0)
        column.setSpacing(theme.XS)
        column.addWidget(title)
        column.addWidget(self.mistakes, 1)
        return part

    def _connect(self) -> None:
        self.start.clicked.connect(self.evaluate)
        self.cancel.clicked.connect(self._stop)
        self._inbox.arrived.connect(lambda done: self.progress.setValue(done[-1]))
        for signal in (self.mistakes.itemClicked, self.mistakes.itemActivated):
            signal.connect(lambda item: self.sample_wanted.emit(item.data(PLACE)))


def _mistake(subject: Subject, wrong: Any, names: tuple[str, ...]) -> QListWidgetItem:
    assert subject.samples is not None
    icon = thumbnail(subject.samples.images[wrong.index], THUMBNAIL)
    truth, taken = names[wrong.label], names[wrong.predicted]
    item = QListWidgetItem(icon, f"{truth}, not {taken}")
    item.setToolTip(f"Sample {wrong.index + 1} is {truth}; the network is {percent(wrong.confidence)} sure of {taken}")
    item.setData(PLACE, wrong.index)
    return item
