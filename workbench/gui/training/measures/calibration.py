"""How right a network is where it is how sure: the reliability diagram of an epoch, and its error over the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from workbench.core.training.events import EpochJudged
from workbench.gui import theme
from workbench.gui.training.history import RunHistory
from workbench.gui.training.measures.page import NOT_JUDGED, Page
from workbench.gui.training.plot import CurvePlot, CurveStyle
from workbench.gui.training.plot_view import PlotView
from workbench.gui.training.wording import percent

ERROR = {"error": CurveStyle("calibration error", 1, marked=True)}


class CalibrationPage(Page):
    """Left the diagram of the latest epoch, right the error over all."""

    title = "Calibration"
    tip = "Whether the network is as often right as it is sure."

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(prefix, parent)
        self.diagram, self.error = ReliabilityDiagram(prefix, self), CurvePlot("Error", ERROR, unit="%", parent=self)
        self.error.view.setObjectName(f"{prefix}-calibration-plot")
        self.error.view.getAxis("bottom").setLabel("epoch")
        self.error.hovered.connect(self._look_at)
        self._judged: list[EpochJudged] = []
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.diagram)
        split.addWidget(self.error)
        split.setSizes([400, 400])
        split.setChildrenCollapsible(False)
        self.column.addWidget(split, 1)

    @staticmethod
    def missing(history: RunHistory) -> str:
        """Nothing before the first epoch is over."""
        return "" if history.measured.judged else NOT_JUDGED

    def draw(self, history: RunHistory, folder: Path | None) -> None:
        """Draw the latest epoch and the error of all."""
        self._judged = history.measured.judged
        self.diagram.show_epoch(self._judged[-1])
        self.error.draw({"error": history.measured.calibration}, history.epochs)

    def _look_at(self, epoch: float | None) -> None:
        """Show the diagram of the epoch under the mouse."""
        self.error.show_cursor(epoch)
        if self._judged:
            nearest = self._judged[-1] if epoch is None else min(self._judged, key=lambda one: abs(one.epoch - epoch))
            self.diagram.show_epoch(nearest)


class ReliabilityDiagram(QWidget):
    """Accuracy over confidence in bins (Guo et al. 2017); on the diagonal a network is as right as it is sure."""

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._epoch: EpochJudged | None = None
        self._header = QLabel(self)
        self._header.setTextFormat(Qt.TextFormat.RichText)
        self._header.setWordWrap(True)
        self._header.setContentsMargins(theme.S, 0, theme.S, 0)
        self.view = PlotView(self, name="Reliability", limits={"xMin": -2, "xMax": 102, "yMin": -2, "yMax": 102})
        self.view.setObjectName(f"{prefix}-reliability-plot")
        self.view.setAccessibleName("Accuracy over confidence")
        self.view.getAxis("bottom").setLabel("confidence, %")
        self._bars = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._sizes = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._diagonal = pg.PlotCurveItem([0, 100], [0, 100])
        for item in (self._bars, self._sizes, self._diagonal):
            self.view.addItem(item)
        self.view.setXRange(0, 100, padding=0.02)
        self.view.setYRange(0, 100, padding=0.02)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self._header)
        column.addWidget(self.view, 1)
        self._colour()

    def show_epoch(self, epoch: EpochJudged) -> None:
        """Show another epoch; drawn only if it is another one."""
        if epoch is not self._epoch:
            self._epoch = epoch
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_bars"):
            self._colour()

    def _draw(self) -> None:
        assert self._epoch is not None
        share, _sure, right = 100 * np.array(self._epoch.reliability or np.zeros((0, 3))).T
        edges = np.linspace(0, 100, len(share) + 1)
        widest = share.max(initial=0.0) or 1.0
        gap = 0.4
        self._bars.setOpts(x0=edges[:-1] + gap, x1=edges[1:] - gap, y0=0, height=right)
        self._sizes.setOpts(x0=edges[:-1] + gap, x1=edges[1:] - gap, y0=0, height=6 * share / widest)
        self._write_header()

    def _colour(self) -> None:
        self.view.colour()
        colours = theme.current()
        self._bars.setOpts(brush=theme.mix(colours.canvas, colours.series[0], share=0.75), pen=pg.mkPen(None))
        self._sizes.setOpts(brush=colours.series[1], pen=pg.mkPen(None))
        self._diagonal.setPen(pg.mkPen(colours.muted, width=1))
        self._write_header()

    def _write_header(self) -> None:
        if self._epoch is None:
            return
        colours = theme.current()
        marks = ((colours.series[0], "accuracy, %"), (colours.series[1], "how many pictures"), (colours.muted, "ideal"))
        legend = "&nbsp; ".join(
            f"<nobr><span style='color:{colour.name()}'>━</span> {text}</nobr>" for colour, text in marks
        )
        if not self._epoch.reliability:
            legend = f"<span style='color:{colours.muted.name()}'>the bins of this run were not kept</span>"
        error = percent(self._epoch.calibration_error)
        self._header.setText(
            f"<b>Reliability</b>&nbsp;&nbsp; epoch {self._epoch.epoch}, off by <b>{error}</b>&nbsp; {legend}"
        )
