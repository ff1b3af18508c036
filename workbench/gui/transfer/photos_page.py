"""The first page: which photos."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.core.transfer.photos import PhotoFolder, look_into
from workbench.errors import Problem, WorkbenchError
from workbench.gui import theme
from workbench.gui.transfer.labels import Muted, Text
from workbench.gui.transfer.page import Page
from workbench.gui.transfer.pictures import Strip
from workbench.gui.transfer.state import WizardState
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.widgets.buttons import push_button
from workbench.gui.widgets.icon_label import IconLabel
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace

JOB = "photos"


class PhotosPage(Page):
    """A folder is dropped, browsed or typed; its classes are counted and shown."""

    title = "Photos"
    heading = "Which photos shall it learn to tell apart?"

    def __init__(self, workspace: Workspace, state: WizardState, parent: QWidget | None = None) -> None:
        super().__init__(workspace, state, parent)
        self.setAcceptDrops(True)
        self._path = QLineEdit(self)
        self.first = self._path
        self._path.setObjectName("transfer-folder")
        self._path.setAccessibleName("Folder of photos")
        self._path.setPlaceholderText("A folder with one folder of photos for each class")
        self._path.setClearButtonEnabled(True)
        self._path.editingFinished.connect(lambda: self.choose(self._path.text().strip()))
        self._busy = BusyRow("transfer-photos")
        self._busy.cancelled.connect(lambda: self.choose(""))
        self._problem = ProblemLabel(self)
        self._body = QStackedWidget(self)
        self._body.addWidget(_hint())
        self.column.addLayout(self._path_row())
        self.column.addWidget(self._busy)
        self.column.addWidget(self._problem)
        self.column.addWidget(self._body, 1)

    def problem(self) -> Problem | None:
        return self.state.photos_problem()

    def choose(self, folder: str) -> None:
        """Take a folder and count what is in it."""
        self._path.setText(folder)
        if folder == self.state.plan.data and not isinstance(self.state.counted, WorkbenchError):
            return
        self.workspace.jobs.cancel(self, JOB)
        self._show(None)
        self._problem.show_problem(None)
        self.state.counted = None
        self.state.change(data=folder)
        found = self.state.problems("data")
        if folder and found:
            self._problem.show_problem(found[0])
        elif folder:
            self._count(folder)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_folder(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folder = _dropped_folder(event)
        if folder:
            event.acceptProposedAction()
            self.choose(folder)

    def _path_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        row.addWidget(self._path, 1)
        row.addWidget(push_button("Choose folder…", "transfer-choose-folder", self._browse, icon="folder"))
        return row

    def _browse(self) -> None:
        dialog = QFileDialog(self, "Folder of photos", self.state.plan.data)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.choose)
        dialog.open()

    def _count(self, folder: str) -> None:
        self._busy.start("Looking at the photos")
        report = self._busy.reporter(self.workspace.jobs)
        self.workspace.jobs.submit(
            lambda: look_into(folder, progress=report),
            owner=self,
            lane=JOB,
            key=JOB,
            done=self._show,
            failed=self._explain,
        )

    def _show(self, photos: PhotoFolder | None) -> None:
        self._busy.hide()
        while self._body.count() > 1:
            shown = self._body.widget(1)
            assert shown is not None
            self._body.removeWidget(shown)
            shown.deleteLater()
        if photos is not None:
            self._body.setCurrentIndex(self._body.addWidget(_overview(photos)))
            self.state.counted = photos
            self.state.tell()

    def _explain(self, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            raise error
        self._busy.hide()
        self.state.counted = error
        self._problem.show_problem(self.state.photos_problem())
        self.state.tell()


def _dropped_folder(event: QDropEvent) -> str:
    """The folder that is being dropped (that of the file, if it is a file), or nothing."""
    local = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    if not local:
        return ""
    path = Path(local[0])
    return str(path if path.is_dir() else path.parent)


def _hint() -> QWidget:
    """What to do while there are no photos."""
    frame = QFrame()
    frame.setFrameShape(QFrame.Shape.StyledPanel)
    layout = QVBoxLayout(frame)
    layout.setSpacing(theme.S)
    headline = Text("Drop a folder of photos here", role="title")
    example = Muted("It holds one folder for each class:\nphotos/ants   photos/bees   photos/wasps")
    share = Muted("Folders named train and val are used as they are; otherwise a fifth of each class is held out.")
    layout.addStretch(1)
    layout.addWidget(IconLabel("image", 48))
    for text in (headline, example, share):
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(text)
    layout.addStretch(1)
    return frame


def _overview(photos: PhotoFolder) -> QWidget:
    """Counts and samples of each class, then what was skipped."""
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, theme.S, 0)
    column.setSpacing(theme.L)
    total = f"{photos.train:,} photos to train on, {photos.validation:,} to validate on, {len(photos.classes)} classes"
    summary = Text(total)
    summary.setObjectName("transfer-photos-summary")
    column.addWidget(summary)
    column.addLayout(_class_rows(photos))
    if photos.skipped:
        column.addWidget(_skipped(photos))
    column.addStretch(1)
    scroll = QScrollArea()
    scroll.setAccessibleName("What is in the folder")
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setWidget(content)
    return scroll


def _class_rows(photos: PhotoFolder) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.L)
    grid.setVerticalSpacing(theme.S)
    grid.setColumnMinimumWidth(0, 140)
    grid.setColumnStretch(1, 1)
    for row, found in enumerate(photos.classes):
        texts = QVBoxLayout()
        texts.setSpacing(theme.XS)
        texts.addStretch(1)
        texts.addWidget(Text(found.name, role="strong"))
        texts.addWidget(Muted(f"{found.train:,} + {found.validation:,} photos", role="small"))
        texts.addStretch(1)
        grid.addLayout(texts, row, 0)
        grid.addWidget(Strip(found.samples), row, 1)
    return grid


def _skipped(photos: PhotoFolder) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.XS)
    count = len(photos.skipped)
    column.addWidget(Text(f"{count} {'file was' if count == 1 else 'files were'} skipped", role="strong"))
    names = QListWidget()
    names.setObjectName("transfer-skipped")
    names.setAccessibleName("Skipped files")
    names.addItems([str(problem) for problem in photos.skipped])
    names.setMaximumHeight(22 * min(count, 5) + 8)
    column.addWidget(names)
    return box
