"""Mean, deviation and colour histogram of the pictures that are shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from workbench.core.data.colours import Colours
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.bridge import Inbox
from workbench.gui.training.wording import percent
from workbench.gui.widgets.busy import wanted_report
from workbench.gui.widgets.muted import MutedLabel

CHANNELS = {1: ("Grey",), 3: ("Red", "Green", "Blue")}
TICKS = (0, 64, 128, 192, 255)
TALL = 2.0
"""Peaks at black and white that are so many times as high as all others go beyond the plot, or nothing else is seen."""
LINES = {"Red": 5, "Green": 6, "Blue": 0, "Grey": 7}
"""Which colour of the theme's series stands for a channel."""


class FiguresPanel(QWidget):
    """A histogram with a line for each channel, and a small table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours: Colours | None = None
        pg.setConfigOptions(antialias=False, imageAxisOrder="row-major")
        self.plot = pg.PlotWidget(self)
        self.plot.setObjectName("data-histogram")
        self.plot.setAccessibleName("How often each value occurs")
        self.plot.setMinimumHeight(170)
        self.plot.setMaximumHeight(240)
        item = self.plot.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(x=False, y=False)
        item.setLabel("bottom", "Value of a pixel: 0 dark, 255 bright")
        item.setLabel("left", "% of the pixels")
        left, bottom = item.getAxis("left"), item.getAxis("bottom")
        left.setScale(100)
        left.enableAutoSIPrefix(False)
        left.setWidth(44)
        bottom.setTicks([[(value, str(value)) for value in TICKS], []])
        bottom.setStyle(hideOverlappingLabels=False)
        self._curves = {name: self.plot.plot() for name in LINES}
        self.table = QLabel(self)
        self.table.setObjectName("data-moments")
        self.table.setTextFormat(Qt.TextFormat.RichText)
        self.table.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note = MutedLabel(parent=self)
        self.busy = QProgressBar(self)
        self.busy.setFixedHeight(3)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName("Counting colours")
        self.busy.hide()
        self._inbox = Inbox(self)
        self._inbox.arrived.connect(lambda items: self.show_progress(*items[-1]))
        self._arrange()
        self._draw()

    def reporter(self, jobs: Background) -> Callable[[int, int], None]:
        """A progress callback for work on a lane; it ends the work when the answer is no longer wanted."""
        return wanted_report(self._inbox, jobs)

    def show_colours(self, colours: Colours | None) -> None:
        """Show the colours of some pictures, or none."""
        self._colours = colours
        self.busy.hide()
        self._draw()

    def show_progress(self, done: int, total: int) -> None:
        """Show how many were counted."""
        self.busy.setRange(0, total)
        self.busy.setValue(done)
        self.busy.setVisible(done < total)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "note"):
            self._draw()

    def _draw(self) -> None:
        colours = theme.current()
        self.plot.setBackground(colours.canvas)
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setTickFont(theme.font("small"))
            axis.label.setFont(theme.font("small"))
            axis.label.setDefaultTextColor(colours.muted)
        shown = CHANNELS[len(self._colours.counts)] if self._colours else ()
        for name, curve in self._curves.items():
            curve.setPen(pg.mkPen(colours.series[LINES[name]], width=1))
            counts = self._colours.counts[shown.index(name)] if self._colours and name in shown else np.zeros(0)
            curve.setData(np.arange(len(counts), dtype=float), counts / max(1, counts.sum()) if len(counts) else counts)
        self.plot.setXRange(0, 255, padding=0.05)
        self.plot.setYRange(0, _height(self._colours) if self._colours else 1, padding=0.02)
        self._write(shown)

    def _write(self, shown: tuple[str, ...]) -> None:
        found = self._colours
        if found is None:
            self.table.setText("")
            self.note.setText("No pictures to count.")
            return
        rows = "".join(
            f"<tr><td style='color:{theme.current().series[LINES[name]].name()}'>━ {name}&nbsp;&nbsp;</td>"
            f"<td align='right'>{mean:.4f}&nbsp;&nbsp;&nbsp;</td><td align='right'>{std:.4f}</td></tr>"
            for name, mean, std in zip(shown, *found.moments, strict=True)
        )
        head = "<tr><td></td><td align='right'>mean&nbsp;&nbsp;&nbsp;</td><td align='right'>std</td></tr>"
        self.table.setText(f"<table>{head}{rows}</table>")
        self.note.setText(_note(found))

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.S, theme.S, theme.S, theme.S)
        column.setSpacing(theme.S)
        for widget in (self.busy, self.plot, self.table, self.note):
            column.addWidget(widget)
        column.addStretch(1)


def _shares(found: Colours) -> npt.NDArray[np.float64]:
    """How often each value occurs in each channel, as shares."""
    return found.counts / np.maximum(found.counts.sum(axis=1, keepdims=True), 1)


def _height(found: Colours) -> float:
    """How high the plot reaches."""
    shares = _shares(found)
    inner = float(shares[:, 1:-1].max())
    return inner if inner > 0 and shares.max() > TALL * inner else float(shares.max())


def _note(found: Colours) -> str:
    sampled = found.used + found.unreadable < found.of
    counted = f"{found.used:,} of {found.of:,} pictures" if sampled else f"{found.used:,} pictures"
    words = f"Of the pictures shown in the grid: counted on small copies of {counted}; mean and std as shares of 255."
    shares = _shares(found)
    if shares.max() > _height(found):
        black, white = shares[:, (0, -1)].mean(axis=0)
        words += f" The plot is cut: {percent(black)} of the values are 0, {percent(white)} are 255."
    return f"{words} {found.unreadable:,} could not be read." if found.unreadable else words
