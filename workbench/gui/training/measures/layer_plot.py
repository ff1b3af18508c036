"""A plot of layers over a run: a header that reads what is under the mouse, in the colours of the theme."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from workbench.files import write_atomically
from workbench.gui import theme
from workbench.gui.training.history import RunHistory
from workbench.gui.training.measured import LayerTable, Quantity
from workbench.gui.training.measures.page import NOT_YET, Page
from workbench.gui.training.plot_view import PlotView


class LayerPage(Page):
    """Draws a quantity of every layer; draws anew only when a step more was measured."""

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(prefix, parent)
        self.table = LayerTable()
        self._epochs = 1
        self._drawn: tuple[object, ...] = ()
        self._under: QPointF | None = None
        self.header = QLabel(self)
        self.header.setTextFormat(Qt.TextFormat.RichText)
        self.header.setWordWrap(True)
        self.header.setContentsMargins(theme.S, 0, theme.S, 0)
        self.view = PlotView(self, name=self.title, limits={"xMin": -0.5}, left=self.left_axis())
        self.view.setObjectName(f"{prefix}-{self.title.lower()}-plot")
        self.view.setAccessibleName(f"{self.title} of every layer over epochs")
        self.view.getAxis("bottom").setLabel("epoch")
        self.view.offer("Copy values", lambda: QApplication.clipboard().setText(self.values_as_csv()))
        self.view.offer("Save values…", lambda: self.view.save("values", "CSV table (*.csv)", self._save_values))
        self.view.offer("Show everything", self.show_everything)
        self.view.scene().sigMouseMoved.connect(self._look_at)
        self.view.moved.connect(lambda x: self._look_at(None) if x is None else None)

    @staticmethod
    def missing(history: RunHistory) -> str:
        """Nothing before the first measured step."""
        return "" if len(history.measured.layers) else NOT_YET

    def draw(self, history: RunHistory, folder: Path | None) -> None:
        """Draw the layers, if more was measured since."""
        self.table = history.measured.layers
        state = (id(self.table), len(self.table), history.epochs)
        if state != self._drawn:
            is_new = not self._drawn or (state[0], state[2]) != (self._drawn[0], self._drawn[2])
            self._drawn, self._epochs = state, max(1, history.epochs)
            self.draw_table()
            if is_new:
                self.show_everything()
            self.write_header()

    def left_axis(self) -> pg.AxisItem | None:
        """An axis of its own kind, None for the usual one."""
        return None

    def quantity(self) -> Quantity:
        """What is drawn of each layer."""
        raise NotImplementedError

    def draw_table(self) -> None:
        """Draw what `table` holds."""
        raise NotImplementedError

    def read(self, point: QPointF) -> str:
        """What is at a place of the plot, as rich text."""
        raise NotImplementedError

    def told(self) -> str:
        """What is said of the whole, as rich text."""
        raise NotImplementedError

    def colour(self) -> None:
        """Take the colours of the theme."""
        self.view.colour()

    def show_everything(self) -> None:
        """Undo zooming."""
        self.view.setXRange(0, self._epochs, padding=0.01)
        self.view.enableAutoRange(axis="y")

    def write_header(self) -> None:
        """Say what is drawn, or what is under the mouse."""
        under = self.read(self._under) if self._under is not None and len(self.table) else ""
        self.header.setText(under or self.told())

    def values_as_csv(self) -> str:
        """All figures as `layer,epoch,step,value` lines."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["layer", "epoch", "step", self.quantity()])
        for name, row in zip(self.table.names, self.table.matrix(self.quantity()), strict=True):
            places = zip(self.table.x, self.table.steps, row, strict=True)
            writer.writerows([name, x, step, value] for x, step, value in places if value == value)
        return text.getvalue()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_under"):
            self.colour()
            self.write_header()

    def _look_at(self, position: QPointF | None) -> None:
        self._under = None if position is None else self.view.point(position)
        self.write_header()

    def _save_values(self, path: Path) -> None:
        write_atomically(path, self.values_as_csv())
