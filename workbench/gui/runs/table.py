"""The table of runs: sorted as one likes, with a selection that survives whatever happens to the rows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from workbench.gui.runs.model import BEGUN, MODEST, SORT_ROLE, RunsModel
from workbench.gui.runs.rows import RunRow
from workbench.gui.widgets.row_table import show_as_rows

WIDEST, MOST = 180, 1_000
"""Pixels of a cell of names."""


class _Modest(QStyledItemDelegate):
    """A cell that wants no more than a fair share of the width: what is longer is shortened."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index).boundedTo(QSize(WIDEST, MOST))


class RunsTable(QTableView):
    """Rows of a `RunsModel`; one of them is current, several can be chosen."""

    selection_changed = Signal()

    def __init__(self, model: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows, self._sorted = model, QSortFilterProxyModel(self)
        self._sorted.setSourceModel(model)
        self._sorted.setSortRole(SORT_ROLE)
        self.setModel(self._sorted)
        self._prepare()
        self.selectionModel().selectionChanged.connect(lambda _new, _old: self.selection_changed.emit())
        self.selectionModel().currentRowChanged.connect(lambda _new, _old: self.selection_changed.emit())

    def selected(self) -> RunRow | None:
        """The current run."""
        index = self._sorted.mapToSource(self.currentIndex())
        has_selection = self.selectionModel().hasSelection()
        return self._rows.rows[index.row()] if index.isValid() and has_selection else None

    def chosen(self) -> list[RunRow]:
        """The selected runs that can be read, in the order of the table."""
        indices = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        rows = [self._rows.rows[self._sorted.mapToSource(index).row()] for index in indices]
        return [row for row in rows if row.readable]

    def select(self, path: Path) -> None:
        """Select a run, and no other, if it is in the table."""
        for number, row in enumerate(self._rows.rows):
            if row.path == path:
                self.setCurrentIndex(self._sorted.mapFromSource(self._rows.index(number, 0)))
                return

    def show_rows(self, rows: list[RunRow], active: Path | None) -> None:
        """Take new rows; what was selected stays so, and something always is."""
        before, chosen = self.selected(), {row.path for row in self.chosen()}
        self._rows.show(rows, active)
        if before is not None and (self.selected() is None or before.path not in {row.path for row in self.chosen()}):
            self.select(before.path)
        self._select_too(chosen)
        if self.selected() is None and rows:
            self.setCurrentIndex(self._sorted.index(0, 0))

    def _select_too(self, paths: set[Path]) -> None:
        """Select more rows beside the current one."""
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for number, row in enumerate(self._rows.rows):
            index = self._sorted.mapFromSource(self._rows.index(number, 0))
            if row.path in paths and not self.selectionModel().isSelected(index):
                self.selectionModel().select(index, flags)

    def _prepare(self) -> None:
        show_as_rows(self, row_height=26)
        self.setObjectName("runs-table")
        self.setAccessibleName("Runs")
        self.setToolTip("Select several runs with Ctrl or Shift to compare them")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names of runs differ at their ends
        for column in MODEST:
            self.setItemDelegateForColumn(column, _Modest(self))
        self.setSortingEnabled(True)
        self.sortByColumn(BEGUN, Qt.SortOrder.DescendingOrder)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(104)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
