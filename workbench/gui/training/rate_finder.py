"""The dialog that looks for a learning rate: a curve with a band over the seeds, and the rate or why there is none.

It keeps the rest of the window waiting: a training at the same time would share its random numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QProgressBar, QPushButton, QVBoxLayout, QWidget

from workbench.core.graph.network import Network
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.rate_curve import RateCurve
from workbench.errors import Problem, WorkbenchError
from workbench.gui import theme
from workbench.gui.bridge import Inbox
from workbench.gui.errors import show_error
from workbench.gui.training.check import NotWantedError
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.widgets.primary import PrimaryButton
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace


class RateFinder(QDialog):
    """Searches for the rate of a plan as soon as it is made; `chosen` says the rate that the user takes."""

    chosen = Signal(float)

    def __init__(self, workspace: Workspace, plan: TrainingPlan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train-rate-finder")
        self.setWindowTitle("Find a learning rate")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.curve: RateCurve | None = None
        self.searching, self._wanted = True, True
        self._jobs, self._network, self._plan = workspace.jobs, workspace.document.network, plan
        self.plot, self.progress = RatePlot(self), QProgressBar(self)
        self.told, self.problem = ToneLabel("muted", self), ProblemLabel(self)
        self._buttons = QDialogButtonBox(self)
        self.use, self.close_button = PrimaryButton("Use this rate", self), QPushButton("Cancel", self)
        self._inbox = Inbox(self)
        self._inbox.arrived.connect(self._advance)
        self._arrange()
        self._search()

    def reject(self) -> None:
        """Close; a search that is going on is ended first, which takes no longer than a step."""
        if not self.searching:
            super().reject()
            return
        self._wanted = False
        self.close_button.setEnabled(False)
        self.told.setText("Stopping after this step…")

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
            failed=self._fail,
        )

    def _advance(self, told: list[tuple[int, int]]) -> None:
        done, total = told[-1]
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _show_curve(self, curve: RateCurve) -> None:
        self._end()
        if not self._wanted:
            super().reject()
            return
        self.curve = curve
        self.plot.show_curve(curve)
        self.problem.show_problem(curve.refusal)
        found = curve.suggestion is not None
        self.use.setEnabled(found)
        if found:
            self.use.setText(f"Use {curve.suggestion:g}")
            self.use.setFocus()
        text = f"{curve.suggestion:g}: the loss falls fast here, well below where it breaks out." if found else ""
        self.told.setText(text or "The curve says nothing: choose the rate yourself.")

    def _fail(self, error: Exception) -> None:
        self._end()
        if isinstance(error, NotWantedError) or not self._wanted:
            super().reject()
        elif isinstance(error, WorkbenchError):
            self.told.setText("")
            self.problem.show_problem(Problem("", error.title, " ".join(filter(None, (error.reason, error.hint)))))
        else:
            super().reject()
            show_error(self.parentWidget(), error)

    def _end(self) -> None:
        self.searching = False
        self.progress.hide()
        self.close_button.setEnabled(True)
        self.close_button.setText("Close")

    def _use(self) -> None:
        if self.curve is not None and self.curve.suggestion is not None:
            self.chosen.emit(self.curve.suggestion)
            self.accept()

    def _arrange(self) -> None:
        self.told.setObjectName("train-rate-finder-told")
        self.told.setWordWrap(True)
        self.progress.setObjectName("train-rate-finder-progress")
        self.progress.setAccessibleName("Progress of the search")
        self.progress.setRange(0, 0)
        for button, name, tip in (
            (self.use, "train-rate-finder-use", "Take this rate into the plan"),
            (self.close_button, "train-rate-finder-close", "Leave the plan as it is"),
        ):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
            button.setToolTip(tip)
        self.use.setEnabled(False)
        self._buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.addButton(self.use, QDialogButtonBox.ButtonRole.AcceptRole)
        self.use.clicked.connect(self._use)
        self._buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        column.setSpacing(theme.M)
        for widget in (self.told, self.problem, self.plot, self.progress, self._buttons):
            column.addWidget(widget, 1 if widget is self.plot else 0)
        self.resize(560, 420)


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
