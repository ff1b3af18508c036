"""How fast a run trains, what it waits for and how much memory it takes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from workbench.gui.training.history import RunHistory
from workbench.gui.training.measures.page import Page
from workbench.gui.training.plot import CurvePlot, CurveStyle

SPEED = {"speed": CurveStyle("images/s", 0)}
SHARES = {
    "waiting": CurveStyle("time spent waiting for data", 1, marked=True),
    "load": CurveStyle("device busy", 2, marked=True),
}
MEMORY = {"memory": CurveStyle("GB, highest so far", 3, marked=True)}


class MachinePage(Page):
    """Speed, waiting for data, load and memory of the device."""

    title = "Machine"
    tip = "Images per second, time spent waiting for data, and memory of the device."

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(prefix, parent)
        self.speed = CurvePlot("Speed", SPEED, scale="from zero", parent=self)
        self.shares = CurvePlot("Shares", SHARES, unit="%", parent=self)
        self.memory = CurvePlot("Memory", MEMORY, scale="from zero", parent=self)
        self._plots = {"speed": self.speed, "shares": self.shares, "memory": self.memory}
        for name, plot in self._plots.items():
            plot.view.setObjectName(f"{prefix}-{name}-plot")
            plot.view.setXLink(None if plot is self.speed else self.speed.view)
            plot.view.setMinimumHeight(60)
            plot.hovered.connect(self._show_cursor)
            self.column.addWidget(plot, 1)
        self.memory.view.getAxis("bottom").setLabel("epoch")

    def draw(self, history: RunHistory, folder: Path | None) -> None:
        """Draw all curves."""
        measured = history.measured
        self.speed.draw({"speed": measured.speed}, history.epochs)
        self.shares.draw({"waiting": measured.waiting, "load": measured.load}, history.epochs)
        self.memory.draw({"memory": measured.memory}, history.epochs)

    def _show_cursor(self, epoch: float | None) -> None:
        for plot in self._plots.values():
            plot.show_cursor(epoch)
