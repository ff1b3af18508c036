"""How right a network is about each class, with what it takes for what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from workbench.core.training.events import EpochJudged
from workbench.errors import WorkbenchError
from workbench.gui import theme
from workbench.gui.training.history import RunHistory
from workbench.gui.training.measures.page import NOT_JUDGED, Page
from workbench.gui.training.wording import percent
from workbench.gui.widgets.confusion import ConfusionView
from workbench.gui.widgets.labels import ToneLabel

VALUE = Qt.ItemDataRole.UserRole
HEADINGS = ("Class", "Accuracy", "Guessed")
TIPS = (
    "",
    "The share of the pictures of this class that it is right about",
    "The share of all pictures it takes for it",
)
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class ClassRow:
    """A class: the accuracy on its pictures, None without any, and the share of all pictures it was given."""

    name: str
    accuracy: float | None
    guessed: float


class ClassModel(QAbstractTableModel):
    """A row for each class."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[ClassRow] = []

    def show(self, rows: list[ClassRow]) -> None:
        """Take other figures; the order and the selection stay."""
        same = len(rows) == len(self.rows)
        if not same:
            self.beginResetModel()
        self.rows = rows
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(HEADINGS) - 1))

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        told = {Qt.ItemDataRole.DisplayRole: HEADINGS, Qt.ItemDataRole.ToolTipRole: TIPS}.get(Qt.ItemDataRole(role))
        return told[section] if told else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        value = (row.name, row.accuracy, row.guessed)[index.column()]
        if role == VALUE:
            return -1.0 if value is None else value
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return value if index.column() == 0 else percent(value)  # type: ignore[arg-type]
        return None


class BarDelegate(QStyledItemDelegate):
    """Draws a share as a bar with its number."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        self.initStyleOption(option, index)
        share, colours = index.data(VALUE), theme.current()
        number = option.fontMetrics.horizontalAdvance("100.0 %") + theme.S
        area = option.rect.adjusted(theme.S, 0, -theme.S, 0)
        track = area.adjusted(0, 8, -number, -8)
        painter.save()
        painter.fillRect(track, colours.grid)
        if share > 0:
            bar = track.adjusted(0, 0, round(track.width() * (min(1.0, share) - 1)), 0)
            painter.fillRect(bar, colours.series[0 if index.column() == 1 else 2])
        painter.setPen(option.palette.color(option.palette.ColorRole.Text))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data())
        painter.restore()


class ClassesPage(Page):
    """A table that can be sorted, beside the confusion of the epoch."""

    title = "Classes"
    tip = "The accuracy of each class on the validation pictures of the latest epoch."

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(prefix, parent)
        self.model, self._sorted = ClassModel(self), QSortFilterProxyModel(self)
        self.table, self.confusion, self.told = QTableView(self), ConfusionView(self), ToneLabel("muted", self)
        self._epoch: EpochJudged | None = None
        self._prepare_table(f"{prefix}-class-table")
        self.confusion.setObjectName(f"{prefix}-confusion")
        self.told.setObjectName(f"{prefix}-classes-told")
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.table)
        split.addWidget(self.confusion)
        split.setSizes([420, 380])
        split.setChildrenCollapsible(False)
        self.column.addWidget(self.told)
        self.column.addWidget(split, 1)

    @staticmethod
    def missing(history: RunHistory) -> str:
        """Nothing before the first epoch is over."""
        return "" if history.measured.judged else NOT_JUDGED

    def draw(self, history: RunHistory, folder: Path | None) -> None:
        """Show the latest epoch, if it is another one."""
        epoch = history.measured.judged[-1]
        if epoch is self._epoch:
            return
        self._epoch = epoch
        names = _names(folder, len(epoch.class_accuracy))
        rows = zip(names, epoch.class_accuracy, epoch.predicted, strict=True)
        self.model.show([ClassRow(*row) for row in rows])
        self.confusion.setVisible(bool(epoch.confusion))
        if epoch.confusion:
            self.confusion.show_matrix(np.array(epoch.confusion, np.int64), names)
        self.told.setText(_sentence(epoch, names))

    def _prepare_table(self, name: str) -> None:
        self._sorted.setSourceModel(self.model)
        self._sorted.setSortRole(VALUE)
        table = self.table
        table.setObjectName(name)
        table.setAccessibleName("Accuracy of each class")
        table.setModel(self._sorted)
        table.setItemDelegateForColumn(1, BarDelegate(table))
        table.setItemDelegateForColumn(2, BarDelegate(table))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setSortingEnabled(True)
        table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)


def _sentence(epoch: EpochJudged, names: tuple[str, ...]) -> str:
    """The epoch, and the class that is worst off."""
    told = [f"Epoch {epoch.epoch}"]
    if len(names) > 5:
        told.append(f"among the first five guesses {percent(epoch.top5)}")
    known = [(share, name) for share, name in zip(epoch.class_accuracy, names, strict=True) if share is not None]
    if known:
        worst = min(known)
        told.append(f"worst {worst[1]} with {percent(worst[0])}")
    return " · ".join(told)


def _names(folder: Path | None, count: int) -> tuple[str, ...]:
    """The names of the classes; their numbers where the run does not tell."""
    known = () if folder is None else _known(folder)
    return known if len(known) == count else tuple(map(str, range(count)))


@lru_cache(maxsize=32)
def _known(folder: Path) -> tuple[str, ...]:
    """Read once: a run's classes do not change."""
    from workbench.core.runs.folder import Run

    try:
        return Run(folder).classes
    except WorkbenchError:
        return ()
