"""The trials of a sweep as a table, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QWidget

from workbench.gui import theme
from workbench.gui.training.wording import duration
from workbench.gui.widgets.row_table import show_as_rows

if TYPE_CHECKING:
    from workbench.core.runs.compare import Figure
    from workbench.core.runs.sweeps.report import SweepReport, TrialRow

TONES = {"complete": "good", "failed": "error", "running": "link"}


class SweepTable(QTableWidget):
    """A line for each trial; the best one stands out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sweep-trials")
        self.setAccessibleName("Trials of the sweep")
        show_as_rows(self, row_height=24)
        self.horizontalHeader().setStretchLastSection(True)

    def show_report(self, told: SweepReport | None) -> None:
        """Show the trials of a sweep, or nothing."""
        self.clear()
        self.setRowCount(0)
        self.setColumnCount(0)
        if told is None:
            return
        names, rows = list(told.search.space), told.ranked()
        titles = ["Trial", "State", *(name.replace("_", " ") for name in names), told.monitor, "Time", ""]
        self.setColumnCount(len(titles))
        self.setHorizontalHeaderLabels(titles)
        self.setRowCount(len(rows))
        for line, row in enumerate(rows):
            for column, text in enumerate(_texts(row, names, told.monitor)):
                self.setItem(line, column, self._cell(text, row, column, is_best=row.number == told.best))

    def _cell(self, text: str, row: TrialRow, column: int, *, is_best: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(row.reason or text)
        if column == 1:
            item.setForeground(getattr(theme.current(), TONES.get(row.state, "muted")))
        if is_best:
            font = item.font()
            font.setBold(True)
            item.setFont(font)
        if column == 0:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return item


def _texts(row: TrialRow, names: list[str], monitor: str) -> list[str]:
    from workbench.core.runs.sweeps.space import spelled

    values = [spelled(row.point[name]) if name in row.point else "" for name in names]
    seconds = row.runs.seconds if row.runs else None
    return [
        str(row.number),
        row.state,
        *values,
        score_text(row.score, monitor),
        duration(seconds.mean) if seconds else "",
        row.reason,
    ]


def score_text(score: Figure | None, monitor: str) -> str:
    """A mean with its spread over the seeds."""
    if score is None:
        return ""
    if monitor != "accuracy":
        return f"{score.mean:.4f}" + (f" ± {score.spread:.4f}" if score.spread is not None else "")
    spread = f" ± {100 * score.spread:.1f}" if score.spread is not None else ""
    return f"{100 * score.mean:.1f}{spread} %"
