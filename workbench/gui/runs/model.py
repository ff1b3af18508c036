"""The table of runs as Qt sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workbench.gui import theme
from workbench.gui.runs.rows import ELSEWHERE, SILENT, RunRow
from workbench.gui.training.wording import percent, when

SORT_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Column:
    """A column: its title, its text, what it is sorted by, and whether it holds numbers."""

    title: str
    text: Callable[[RunRow], str]
    key: Callable[[RunRow], Any]
    numeric: bool = False


def _epochs(row: RunRow) -> str:
    return f"{row.epochs_done} / {row.epochs}" if row.readable else ""


COLUMNS = (
    Column("Run", lambda row: row.name, lambda row: row.name.lower()),
    Column("Network", lambda row: row.network, lambda row: row.network.lower()),
    Column("Data", lambda row: row.data, lambda row: row.data.lower()),
    Column("Epochs", _epochs, lambda row: row.epochs_done, numeric=True),
    Column("Best accuracy", lambda row: percent(row.best), lambda row: row.best or -1.0, numeric=True),
    Column("Begun", lambda row: when(row.began), lambda row: row.began),
    Column("State", lambda row: row.standing, lambda row: row.standing),
)
BEGUN = 5
MODEST = (1, 2)
"""Columns of names that may be as long as they like."""
TONES = {
    "complete": "good",
    "failed": "error",
    "unreadable": "error",
    "training": "link",
    ELSEWHERE: "link",
    SILENT: "warning",
}


class RunsModel(QAbstractTableModel):
    """Rows of runs; the one in training says so."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow] = []
        self._active: Path | None = None

    def show(self, rows: list[RunRow], active: Path | None) -> None:
        """Take new rows; where the runs are the same, selection and scrolling stay."""
        same = [row.path for row in rows] == [row.path for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows, self._active = rows, active
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def state(self, row: RunRow) -> str:
        """How a run stands."""
        return "training" if row.path == self._active else row.standing

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        return _alignment(COLUMNS[section]) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], COLUMNS[index.column()]
        is_state = column.title == "State"
        if role == Qt.ItemDataRole.DisplayRole:
            return self.state(row) if is_state else column.text(row)
        if role == SORT_ROLE:
            return self.state(row) if is_state else column.key(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _colour(self.state(row), is_state)
        return _tip(row, index.column()) if role == Qt.ItemDataRole.ToolTipRole else None


def _tip(row: RunRow, column: int) -> str:
    """What is wrong with the run, the whole of a name that may be shortened, or where the run is."""
    return row.problem or (COLUMNS[column].text(row) if column in MODEST else "") or str(row.path)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _colour(state: str, is_state: bool) -> Any:
    colours = theme.current()
    if is_state:
        return getattr(colours, TONES.get(state, "muted"))
    return colours.muted if state == "unreadable" else None
