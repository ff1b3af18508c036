"""The last page: how good the new network is, where it errs, and what to do with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QIcon
from PySide6.QtWidgets import QHBoxLayout, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.errors import Problem, WorkbenchError
from workbench.gui import theme
from workbench.gui.runs.exporting import export_menu
from workbench.gui.transfer.judging import Verdict, WrongPicture, judge
from workbench.gui.transfer.labels import Muted, Text
from workbench.gui.transfer.page import Page
from workbench.gui.transfer.pictures import thumbnail
from workbench.gui.transfer.state import WizardState
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.widgets.buttons import primary_button, push_button
from workbench.gui.widgets.confusion import NAMES_WIDTH, ConfusionView
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace

JOB = "judge"
THUMBNAIL = 104


class ResultPage(Page):
    """Accuracy and confusion matrix on the left, the wrong pictures on the right, what comes next below."""

    title = "Result"
    heading = "Result"

    def __init__(self, workspace: Workspace, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(workspace, state, parent)
        self.verdict: Verdict | None = None
        self._accuracy = Text(role="headline")
        self._accuracy.setObjectName("transfer-accuracy")
        self._count, self._wrong_title = Muted(), Text(role="strong")
        self._confusion = ConfusionView(self)
        self._confusion.setObjectName("transfer-confusion")
        self._wrong = _wrong_list()
        self._busy = BusyRow("transfer-result")
        self._busy.cancelled.connect(self._cancel)
        self._problem = ProblemLabel(self)
        self._again = push_button("Evaluate", "transfer-evaluate", self._judge, icon="refresh")
        self._again.hide()
        self._export = push_button("Export", "transfer-export", lambda: None, icon="export")
        self._export.setMenu(export_menu(self, workspace, lambda: state.run))
        self._buttons = (
            primary_button("Inspect", "transfer-inspect", self._inspect, parent=self),
            self._export,
            push_button("Open folder", "transfer-open-folder", self._open_folder, icon="folder"),
        )
        for text in (self._accuracy, self._count):
            text.setWordWrap(False)
        self._clear()
        self.column.addWidget(self._busy)
        self.column.addWidget(self._problem)
        self.column.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addLayout(self._panes(), 1)
        self.column.addStretch(0)
        self.column.addLayout(self._button_row())

    def enter(self) -> None:
        """Evaluate the run, unless that is done."""
        if self.state.run is not None and (self.verdict is None or self.verdict.run != self.state.run):
            self._judge()

    def _panes(self) -> QHBoxLayout:
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(theme.S)
        right.setSpacing(theme.S)
        for widget in (self._accuracy, self._count, self._confusion):
            left.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        left.addStretch(1)
        right.addWidget(self._wrong_title)
        right.addWidget(self._wrong, 1)
        panes = QHBoxLayout()
        panes.setSpacing(theme.XL)
        panes.addLayout(left)
        panes.addLayout(right, 1)
        return panes

    def _button_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        for each in self._buttons:
            row.addWidget(each)
        row.addStretch(1)
        return row

    def _judge(self) -> None:
        run = self.state.run
        if run is None:
            return
        self._clear()
        self._busy.start("Looking at every validation photo")
        report = self._busy.reporter(self.workspace.jobs)
        self.workspace.jobs.submit(
            lambda: judge(run, progress=report),
            owner=self,
            lane="model",
            key=JOB,
            done=self._show,
            failed=self._explain,
        )

    def _cancel(self) -> None:
        self.workspace.jobs.cancel(self, JOB)
        self._busy.hide()
        self._again.show()

    def _clear(self) -> None:
        self.verdict = None
        self._wrong.clear()
        self._again.hide()
        self._problem.show_problem(None)
        for text in (self._accuracy, self._count, self._wrong_title):
            text.clear()
        self._confusion.hide()
        self._wrong.hide()

    def _show(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self._busy.hide()
        evaluation = verdict.evaluation
        right = evaluation.count - len(evaluation.wrong)
        self._accuracy.setText(f"{100 * evaluation.accuracy:.1f} % right")
        self._count.setText(f"{right:,} of {evaluation.count:,} validation photos")
        self._confusion.show_matrix(evaluation.confusion, verdict.classes)
        self._confusion.setFixedSize(*_matrix_size(len(verdict.classes)))
        self._confusion.show()
        self._wrong.setVisible(bool(verdict.wrong))
        self._wrong_title.setText(_wrong_title(len(evaluation.wrong), len(verdict.wrong)))
        for wrong in verdict.wrong:
            self._wrong.addItem(self._item(wrong))

    def _item(self, wrong: WrongPicture) -> QListWidgetItem:
        icon = QIcon(thumbnail(wrong.pixels, THUMBNAIL, self.devicePixelRatioF()))
        text = f"{wrong.label} → {wrong.predicted}\n{100 * wrong.confidence:.0f} % sure"
        item = QListWidgetItem(icon, text)
        item.setToolTip(f"{Path(wrong.file).name}\nIt is {wrong.label}, but was taken for {wrong.predicted}.")
        return item

    def _explain(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            raise error
        self._busy.hide()
        self._again.show()
        self._problem.show_problem(Problem("run", error.title, error.reason))

    def _inspect(self) -> None:
        if self.state.run is not None:
            self.workspace.inspect_requested.emit(self.state.run)

    def _open_folder(self) -> None:
        if self.state.run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.state.run)))


def _matrix_size(classes: int) -> tuple[int, int]:
    """Width and height of a matrix that leaves room for the pictures beside it."""
    side = min(260, 72 * classes)
    return side + NAMES_WIDTH, side + theme.XL


def _wrong_title(count: int, shown: int) -> str:
    if not count:
        return "Not one wrong picture"
    first = f", the first {shown} of them" if shown < count else ""
    return f"{count:,} wrong picture{'s' if count > 1 else ''}, the most confident first{first}"


def _wrong_list() -> QListWidget:
    made = QListWidget()
    made.setObjectName("transfer-wrong")
    made.setAccessibleName("Wrong pictures")
    made.setViewMode(QListView.ViewMode.IconMode)
    made.setResizeMode(QListView.ResizeMode.Adjust)
    made.setMovement(QListView.Movement.Static)
    made.setUniformItemSizes(True)
    made.setWordWrap(True)
    made.setSpacing(theme.XS)
    made.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
    return made
