"""The dialog that looks for a learning rate: a curve with a band over the seeds, and the rate or why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from workbench.core.graph.network import Network
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.rate_curve import RateCurve
from workbench.gui import theme
from workbench.gui.training.check import NotWantedError
from workbench.gui.training.search_dialog import SearchDialog
from workbench.gui.workspace import Workspace


class RateFinder(SearchDialog):
    """Searches for the rate of a plan as soon as it is made."""

    def __init__(self, workspace: Workspace, plan: TrainingPlan, parent: QWidget | None = None) -> None:
        super().__init__("train-rate-finder", "Find a learning rate", "rate", parent)
        self.curve: RateCurve | None = None
        self._jobs, self._network, self._plan = workspace.jobs, workspace.document.network, plan
        self.plot = RatePlot(self)
        self._column.insertWidget(2, self.plot, 1)
        self.resize(560, 420)
        self._search()

    def _search(self) -> None:
        network, plan, jobs = self._network, self._plan, self._jobs

        def progress(done: int, total: int) -> None:
            if not self._wanted or not jobs.wanted():
                raise NotWantedError
            self._inbox.put((done, total))

        self.told.setText(f"Short trainings of {network.name} in which every step is larger than the one before…")
        jobs.submit(
            lambda: searched(plan, network, progress),
            owner=self,
            lane="rate",
            key="rate",
            done=self._show_curve,
            failed=self.fail,
        )

    def _show_curve(self, curve: RateCurve) -> None:
        self.curve, found = curve, curve.suggestion is not None
        self.plot.show_curve(curve)
        self.problem.show_problem(curve.refusal)
        text = f"{curve.suggestion:g}: the loss falls fast here, well below where it breaks out." if found else ""
        self.told.setText(text or "The curve says nothing: choose the rate yourself.")
        self.take_answer(curve.suggestion, f"Use {curve.suggestion:g}" if found else "")


class RatePlot(pg.PlotWidget):
    """The loss over the rate: the median of the seeds in the band they lie in, and the rate that is suggested."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        colours, plot = theme.current(), self.getPlotItem()
        self.setObjectName("train-rate-finder-plot")
        self.setAccessibleName("Loss over the learning rate")
        self.setBackground(colours.canvas)
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(x=False, y=False)
        plot.setLogMode(x=True)
        for name, text in (("left", "loss"), ("bottom", "learning rate")):
            axis = plot.getAxis(name)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setTickFont(theme.font("small"))
            axis.enableAutoSIPrefix(False)
            axis.setLabel(text)
        plot.setXRange(-6, 1)

    def show_curve(self, curve: RateCurve) -> None:
        """Draw a curve."""
        colours, count = theme.current(), len(curve.middle)
        line, rates = colours.series[0], np.array(curve.rates[:count])
        edges = [self._line(rates, values, theme.mix(line, colours.canvas, share=0.6)) for values in _band(curve)]
        band = pg.FillBetweenItem(*edges, brush=theme.mix(line, colours.canvas, share=0.8))
        band.setZValue(-10)
        self.addItem(band)
        self._line(rates, curve.middle, line)
        self.getPlotItem().autoRange()
        if curve.suggestion is not None:
            pen = pg.mkPen(colours.good, width=1)
            self.addItem(pg.InfiniteLine(math.log10(curve.suggestion), angle=90, pen=pen, movable=False))

    def _line(self, rates: np.ndarray, values: tuple[float, ...], colour: object) -> pg.PlotDataItem:
        return self.plot(rates, np.array(values), pen=pg.mkPen(colour, width=1))


def _band(curve: RateCurve) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return curve.low, curve.high


def searched(plan: TrainingPlan, network: Network, progress: Callable[[int, int], None]) -> RateCurve:
    """Open the data and search; called on a lane."""
    from workbench.core.data.sources import open_data
    from workbench.core.training.compatibility import framing_of
    from workbench.core.training.lr_finder import find_rate

    framing = plan.preprocessing.framing if plan.preprocessing else framing_of(network)
    return find_rate(plan, network, open_data(plan.data, framing=framing), progress=progress)
