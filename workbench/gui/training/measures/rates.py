"""The learning rate and the length of the gradient."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from workbench.gui.training.history import RunHistory
from workbench.gui.training.measures.page import Page
from workbench.gui.training.plot import CurvePlot, CurveStyle
from workbench.gui.training.plot_view import LOG_AXIS_WIDTH


class RatesPage(Page):
    """How long the steps are, and how long the gradients that they follow."""

    title = "Rates"
    tip = "The learning rate and the length of the gradient over the run."

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(prefix, parent)
        self.rate = CurvePlot("Learning rate", {"rate": CurveStyle("rate", 0)}, scale="from zero", parent=self)
        norm = {"norm": CurveStyle("norm of all weights' gradients", 1, marked=True)}
        self.gradient = CurvePlot("Gradient", norm, scale="log", parent=self)
        self.rate.view.setObjectName(f"{prefix}-rate-plot")
        self.gradient.view.setObjectName(f"{prefix}-gradient-plot")
        self.rate.view.getAxis("left").setWidth(LOG_AXIS_WIDTH)
        self.gradient.view.getAxis("bottom").setLabel("epoch")
        self.gradient.view.setXLink(self.rate.view)
        for plot in (self.rate, self.gradient):
            self.column.addWidget(plot, 1)
            plot.hovered.connect(self._show_cursor)

    def draw(self, history: RunHistory, folder: Path | None) -> None:
        """Draw both curves."""
        self.rate.draw({"rate": history.measured.rate}, history.epochs)
        self.gradient.draw({"norm": history.measured.gradient}, history.epochs)

    def _show_cursor(self, epoch: float | None) -> None:
        self.rate.show_cursor(epoch)
        self.gradient.show_cursor(epoch)
