"""Several runs side by side: what differs, what each reached, and their curves over one another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core.runs.comparison_table import Row, as_markdown, as_text, comparison_table
from workbench.gui import icons, theme
from workbench.gui.training.history import RunHistory
from workbench.gui.training.plot import CurvePlot, CurveStyle
from workbench.gui.training.series import Series
from workbench.gui.widgets.labels import ToneLabel


@dataclass(frozen=True)
class Compared:
    """Some runs as they were read: the table, and the history of each by its name."""

    paths: tuple[Path, ...]
    rows: tuple[Row, ...]
    histories: tuple[tuple[str, RunHistory], ...]


@dataclass(frozen=True)
class Overlaid:
    """A curve that is drawn of every run."""

    text: str
    title: str
    series: Callable[[RunHistory], Series]
    unit: str = ""
    marked: bool = False


CURVES = (
    Overlaid("Validation accuracy", "Validation accuracy", lambda one: one.validation_accuracy, "%", marked=True),
    Overlaid("Validation loss", "Validation loss", lambda one: one.validation_loss, marked=True),
    Overlaid("Training accuracy", "Training accuracy", lambda one: one.train_accuracy, "%"),
    Overlaid("Training loss", "Training loss", lambda one: one.train_loss),
)


def read_comparison(paths: Sequence[Path]) -> Compared:
    """Read and compare some runs; called on a lane. Raises `WorkbenchError` for what cannot be read."""
    from workbench.core.runs.compare import compare
    from workbench.core.runs.folder import open_run

    runs = [open_run(path) for path in paths]
    names = [run.name for run in runs]
    labels = [run.name if names.count(run.name) == 1 else f"{run.path.parent.name}/{run.name}" for run in runs]
    histories = tuple((label, RunHistory(run.events())) for label, run in zip(labels, runs, strict=True))
    return Compared(tuple(paths), comparison_table(compare(runs)), histories)


class ComparisonPanel(QWidget):
    """The table at the left, the curves at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compared: Compared | None = None
        self.plot: CurvePlot | None = None
        self.table, self.choice = QTableWidget(self), QComboBox(self)
        self._told = ToneLabel("muted", self)
        self._told.setWordWrap(True)
        self._right = QVBoxLayout()
        self._copies = {
            "text": QPushButton("Copy as text", self),
            "markdown": QPushButton("Copy as Markdown", self),
        }
        self._prepare()
        self._arrange()

    def show_comparison(self, compared: Compared) -> None:
        """Show other runs, or the same further on."""
        self._compared = compared
        self._fill(compared.rows)
        seeds = any("," in value for row in compared.rows if row.name == "Seeds" for value in row.values)
        spread = "± is the deviation over seeds" if seeds else "runs of one plan with other seeds share a column"
        self._told.setText(f"{len(compared.paths)} runs · {spread}")
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        compared: Compared | None = getattr(self, "_compared", None)
        if event.type() == QEvent.Type.PaletteChange and compared is not None:
            self._fill(compared.rows)

    def show_problem(self, text: str) -> None:
        """Say why they cannot be compared."""
        self._compared = None
        self.table.setRowCount(0)
        self.table.setColumnCount(0)
        self._told.setText(text)
        self._draw()

    def _fill(self, rows: tuple[Row, ...]) -> None:
        first, *others = rows
        self.table.setColumnCount(len(first.values))
        self.table.setRowCount(len(others))
        self.table.setHorizontalHeaderLabels(list(first.values))
        self.table.setVerticalHeaderLabels([row.name.replace("_", " ") for row in others])
        for number, row in enumerate(others):
            for column, text in enumerate(row.values):
                self.table.setItem(number, column, _cell(text, row, column))

    def _draw(self) -> None:
        """A plot for these runs and this curve: each run has a colour of its own."""
        if self.plot is not None:
            self._right.removeWidget(self.plot)
            self.plot.hide()
            self.plot.deleteLater()
            self.plot = None
        if self._compared is None:
            return
        wanted, histories = CURVES[self.choice.currentIndex()], self._compared.histories
        colours = len(theme.current().series)
        styles = {
            str(number): CurveStyle(name, number % colours, marked=wanted.marked)
            for number, (name, _history) in enumerate(histories)
        }
        self.plot = CurvePlot(wanted.title, styles, unit=wanted.unit, parent=self)
        self.plot.view.setObjectName("runs-comparison-plot")
        self.plot.view.getAxis("bottom").setLabel("epoch")
        self.plot.hovered.connect(self.plot.show_cursor)
        self._right.addWidget(self.plot, 1)
        curves = {str(number): wanted.series(history) for number, (_name, history) in enumerate(histories)}
        self.plot.draw(curves, max(history.epochs for _name, history in histories))

    def _copy(self, write: Callable[[Sequence[Row]], str]) -> None:
        if self._compared is not None:
            QApplication.clipboard().setText(write(self._compared.rows))

    def _prepare(self) -> None:
        self._told.setObjectName("runs-comparison-told")
        table = self.table
        table.setObjectName("runs-comparison")
        table.setAccessibleName("Comparison of runs")
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setWordWrap(False)
        table.verticalHeader().setDefaultSectionSize(24)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setMinimumSectionSize(80)
        table.horizontalHeader().setMaximumSectionSize(260)
        table.horizontalHeader().setHighlightSections(False)
        self.choice.setObjectName("runs-comparison-curve")
        self.choice.setAccessibleName("Which curve of the runs is drawn")
        self.choice.setToolTip("Which curve of the runs is drawn")
        self.choice.addItems([curve.text for curve in CURVES])
        self.choice.currentIndexChanged.connect(lambda _index: self._draw())
        for (name, button), write in zip(self._copies.items(), (as_text, as_markdown), strict=True):
            button.setObjectName(f"runs-copy-{name}")
            button.setAccessibleName(button.text())
            button.setToolTip(f"{button.text()}: the table of the comparison")
            icons.set_icon(button, "copy")
            button.clicked.connect(lambda _checked=False, write=write: self._copy(write))

    def _arrange(self) -> None:
        left, right = QWidget(self), QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self._told)
        column.addWidget(self.table, 1)
        copies = QHBoxLayout()
        copies.setSpacing(theme.S)
        for button in self._copies.values():
            copies.addWidget(button)
        copies.addStretch(1)
        column.addLayout(copies)
        right.setLayout(self._right)
        self._right.setContentsMargins(0, 0, 0, 0)
        self._right.setSpacing(theme.S)
        self._right.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignRight)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([480, 480])
        split.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)


def _cell(text: str, row: Row, column: int) -> QTableWidgetItem:
    """A value; the best of a row stands out, and so does what was set."""
    item = QTableWidgetItem(text)
    item.setToolTip(text)
    if column in row.best:
        item.setFont(theme.font("strong"))
    if row.part == "setting":
        colours = theme.current()
        item.setBackground(QColor(theme.mix(colours.base, colours.accent, share=0.08)))
    return item
