"""How much each step changes the weights of each layer, in proportion to them."""

from __future__ import annotations

import math
from html import escape

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from workbench.gui import theme
from workbench.gui.training.history import RunHistory
from workbench.gui.training.log_axis import LogAxis
from workbench.gui.training.measured import Quantity
from workbench.gui.training.measures.layer_plot import LayerPage
from workbench.gui.training.plot_view import LOG_AXIS_WIDTH

USUAL = 1e-3
"""About so much of a weight a good step changes (A. Karpathy, "Building makemore, part 3")."""
BAND = math.sqrt(10)
"""The band reaches so many times below and above."""
SHADES = 16
"""Lines of layers that lie beside each other in the network share a shade, and a drawn item."""
LEAST = 1e-12


class UpdatesPage(LayerPage):
    """A line for each layer with weights, from the first to the last; the good range as a band."""

    title = "Updates"
    tip = "How much a step changes the weights of each layer: about a thousandth is healthy."

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(prefix, parent)
        plot = self.view.getPlotItem()
        plot.getAxis("left").setWidth(LOG_AXIS_WIDTH)
        self._band = _Band()
        plot.addItem(self._band, ignoreBounds=True)
        self._lines = [pg.PlotCurveItem(connect="finite", skipFiniteCheck=True) for _ in range(SHADES)]
        self._chosen = pg.PlotCurveItem(connect="finite")
        for line in (*self._lines, self._chosen):
            plot.addItem(line)
        self._heights: npt.NDArray[np.float64] = np.zeros((0, 0))
        self._rows: npt.NDArray[np.intp] = np.zeros(0, np.intp)
        self.column.addWidget(self.header)
        self.column.addWidget(self.view, 1)
        self.colour()

    @staticmethod
    def missing(history: RunHistory) -> str:
        """Nothing before weights were seen to move."""
        missing = LayerPage.missing(history)
        layers = history.measured.layers
        nothing_moves = not missing and bool(np.isnan(layers.matrix("ratio")).all())
        return "No layer with weights was measured yet." if nothing_moves else missing

    def left_axis(self) -> pg.AxisItem:
        """Powers of ten: the lines are drawn at logarithms."""
        return LogAxis("left")

    def quantity(self) -> Quantity:
        """The length of the change over the length of the weights."""
        return "ratio"

    def draw_table(self) -> None:
        """One item for each shade: its layers in one line with gaps."""
        ratios = self.table.matrix("ratio")
        self._rows = np.flatnonzero(~np.isnan(ratios).all(axis=1)) if len(self.table) else np.zeros(0, np.intp)
        self._heights = np.log10(np.maximum(ratios[self._rows], LEAST))
        x = np.append(np.array(self.table.x), np.nan)
        for number, line in enumerate(self._lines):
            rows = [row for row in range(len(self._rows)) if self._shade(row) == number]
            gaps = np.pad(self._heights[rows], ((0, 0), (0, 1)), constant_values=np.nan)
            line.setData(np.tile(x, len(rows)), gaps.ravel())

    def colour(self) -> None:
        """Shades from the first to the last layer."""
        super().colour()
        colours = theme.current()
        for number, line in enumerate(self._lines):
            line.setPen(pg.mkPen(_between(number / (SHADES - 1)), width=1))
        self._chosen.setPen(pg.mkPen(colours.text, width=1))
        self._band.colour(theme.mix(colours.canvas, colours.good, share=0.16))

    def told(self) -> str:
        """What the lines and the band are."""
        ends = (("first layer", 0.0), ("last", 1.0))
        legend = "&nbsp; ".join(f"<span style='color:{_between(at).name()}'>━</span> {name}" for name, at in ends)
        muted = theme.current().muted.name()
        return (
            f"<b>Update to weight</b>&nbsp;&nbsp;&nbsp; {legend}&nbsp;&nbsp;&nbsp; "
            f"<span style='color:{muted}'>in the band about a thousandth: healthy</span>"
        )

    def read(self, point: QPointF) -> str:
        """The layer whose line is nearest, marked."""
        if not len(self._rows):
            return ""
        column = self.table.nearest(point.x())
        heights = self._heights[:, column]
        if np.isnan(heights).all():
            return ""
        row = int(np.nanargmin(np.abs(heights - point.y())))
        self._chosen.setData(np.array(self.table.x), self._heights[row])
        name, ratio = escape(self.table.names[self._rows[row]]), 10 ** heights[row]
        return f"<b>{name}</b>&nbsp; <b>{ratio:.2g}</b>&nbsp; at epoch {self.table.x[column]:.2f}"

    def write_header(self) -> None:
        """Take the mark away with the mouse."""
        if self._under is None:
            self._chosen.setData([], [])
        super().write_header()

    def _shade(self, row: int) -> int:
        return round(row / max(1, len(self._rows) - 1) * (SHADES - 1))


class _Band(pg.GraphicsObject):
    """The healthy range behind the lines."""

    def __init__(self) -> None:
        super().__init__()
        self._colour = QColor()
        self.setZValue(-200)

    def colour(self, colour: QColor) -> None:
        """Take a colour."""
        self._colour = colour
        self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect()

    def viewRangeChanged(self) -> None:
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_unused: object) -> None:
        area = self.viewRect()
        low, high = math.log10(USUAL / BAND), math.log10(USUAL * BAND)
        painter.fillRect(QRectF(area.left(), low, area.width(), high - low), self._colour)


def _between(share: float) -> QColor:
    """A shade between the colours of the first and of the last layer."""
    first, last = theme.current().series[0], theme.current().series[1]
    return theme.mix(first, last, share=share)
