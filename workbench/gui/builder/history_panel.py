"""The history: every step that was done or undone by its name; choosing one goes back or forth to it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from workbench.core.graph.document import Document
from workbench.gui import theme
from workbench.gui.workspace import Workspace

Index = QModelIndex | QPersistentModelIndex
ROW = 26
START = "As it was opened"


class Steps(QAbstractListModel):
    """The state that was opened, the steps done and, after them, the steps that were undone."""

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self.labels: list[str] = []
        self.present = 0
        """The row of the state that is shown."""
        self.renew()

    def renew(self) -> None:
        """Show the history as it is."""
        history = self._document.history
        self.beginResetModel()
        self.labels = [START, *(step.label for step in (*history.done, *reversed(history.undone)))]
        self.present = len(history.done)
        self.endResetModel()

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return len(self.labels)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        label, undone = self.labels[index.row()], index.row() > self.present
        if role == Qt.ItemDataRole.DisplayRole:
            return label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{label}, undone" if undone else label
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{'Redo' if undone else 'Go back'} to here: {label}"
        if role == Qt.ItemDataRole.ForegroundRole and undone:
            return theme.current().disabled
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, ROW)
        if role == Qt.ItemDataRole.FontRole and index.row() == self.present:
            return theme.font("strong")
        return None


class HistoryPanel(QListView):
    """Follows the document; a click or Enter on a step makes it the last one that is done."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = workspace.document
        self.steps = Steps(workspace.document, self)
        self.setObjectName("build-history")
        self.setAccessibleName("History of changes")
        self.setModel(self.steps)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(theme.S, 0, theme.S, 0)
        workspace.network_changed.connect(self._follow)
        self.clicked.connect(self._go)
        self.activated.connect(self._go)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        self._renew()

    def _follow(self) -> None:
        if self.isVisible():
            self._renew()

    def _renew(self) -> None:
        self.steps.renew()
        index = self.steps.index(self.steps.present)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def _go(self, index: QModelIndex) -> None:
        if index.row() != self.steps.present:
            self._document.travel(index.row())
