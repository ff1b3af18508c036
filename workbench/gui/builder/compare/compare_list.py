"""The differences of two networks as a list, and what both cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QWidget

from workbench.core.modelling.changes import LayerChange
from workbench.gui import theme
from workbench.gui.builder.compare.compare_facts import BATCH, Facts, Totals, compact
from workbench.gui.builder.compare.compare_marks import SIGNS, colour_of
from workbench.gui.widgets.muted import MutedLabel

SIGN, NAME, KIND, WHAT, PARAMETERS, MACS = range(6)


class DifferenceList(QTreeWidget):
    """A line for each layer that differs; its sign says how, as its mark on the canvas does."""

    picked = Signal(int)
    """The number of the line that was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare-list")
        self.setAccessibleName("Differences")
        self.setHeaderLabels(["", "Layer", "Kind", "What is different", "Parameters", "MACs"])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        for column in (PARAMETERS, MACS):
            self.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        self.currentItemChanged.connect(self._tell)

    @property
    def current(self) -> int:
        """The number of the chosen line, or -1."""
        item = self.currentItem()
        return self.indexOfTopLevelItem(item) if item is not None else -1

    def show_facts(self, found: Facts) -> None:
        """Show the lines of another comparison; none is chosen."""
        self.blockSignals(True)
        self.clear()
        for row in found.rows:
            item = QTreeWidgetItem([SIGNS[row.change], row.name, row.kind, row.what])
            item.setForeground(SIGN, colour_of(row.change))
            item.setFont(SIGN, theme.font("strong"))
            item.setTextAlignment(SIGN, Qt.AlignmentFlag.AlignCenter)
            item.setToolTip(SIGN, row.change)
            item.setToolTip(WHAT, row.what)
            item.setData(SIGN, Qt.ItemDataRole.AccessibleTextRole, row.change)
            for column in (PARAMETERS, MACS):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.addTopLevelItem(item)
        self.choose_none()
        self.blockSignals(False)

    def show_costs(self, found: Facts, layers: Sequence[LayerChange]) -> None:
        """Fill in what each layer costs more or less."""
        costs: Mapping[tuple[str, bool], LayerChange] = {
            (layer.name, layer.change == "removed"): layer for layer in layers
        }
        self.model().blockSignals(True)  # with thousands of lines, measuring the columns anew for each takes minutes
        for number, row in enumerate(found.rows):
            layer, item = costs.get((row.name, row.change == "removed")), self.topLevelItem(number)
            if layer is not None and item is not None:
                item.setText(PARAMETERS, _signed(layer.parameters))
                item.setText(MACS, _signed(layer.macs))
        self.model().blockSignals(False)
        self.doItemsLayout()

    def step(self, way: int) -> None:
        """Choose the next line (1) or the one before (-1), from the end to the beginning and back."""
        if self.topLevelItemCount():
            first = 0 if way > 0 else self.topLevelItemCount() - 1
            number = (self.current + way) % self.topLevelItemCount() if self.current >= 0 else first
            self.choose(number)

    def choose(self, number: int) -> None:
        """Choose a line."""
        item = self.topLevelItem(number)
        if item is not None:
            self.setCurrentItem(item)

    def choose_none(self) -> None:
        """Choose no line."""
        self.setCurrentItem(None)  # type: ignore[call-overload]

    def _tell(self) -> None:
        self.picked.emit(self.current)


class TotalsTable(QWidget):
    """Parameters, multiply-adds and memory of both, with the difference."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare-totals")
        self.setAccessibleName("Totals")
        self.setToolTip(f"Memory of a training step with {BATCH} pictures, AdamW, fp32")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        self._grid.setHorizontalSpacing(theme.M)
        self._grid.setVerticalSpacing(theme.XS)
        self.cells: list[list[QLabel]] = []
        for line in range(4):
            self.cells.append([MutedLabel() if line == 0 or column == 0 else QLabel() for column in range(4)])
            for column, label in enumerate(self.cells[-1]):
                label.setWordWrap(False)
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                self._grid.addWidget(label, line, column, side)
        self._grid.setColumnStretch(4, 1)
        self._grid.setRowStretch(4, 1)

    def show_names(self, left: str, right: str) -> None:
        """Show whose totals these will be; the numbers are counted meanwhile."""
        for label, text in zip(self.cells[0], ("", left, right, "Difference"), strict=True):
            label.setText(text)
        for line, name in zip(self.cells[1:], ("Parameters", "Multiply-adds", "Training memory"), strict=True):
            for label, text in zip(line, (name, "…", "…", ""), strict=True):
                label.setText(text)

    def show_totals(self, found: Totals) -> None:
        """Show the numbers."""
        for line, texts in zip(self.cells[1:], found.lines(), strict=True):
            for label, text in zip(line, texts, strict=True):
                label.setText(text)

    def show_trouble(self, text: str) -> None:
        """Say why there are no numbers."""
        self.setToolTip(text)
        for line in self.cells[1:]:
            for label in line[1:3]:
                label.setText("?")


def _signed(number: int) -> str:
    return f"{'+' if number > 0 else '−'}{compact(abs(number))}" if number else ""
