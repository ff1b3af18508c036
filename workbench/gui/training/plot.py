"""One plot of curves over epochs, drawn the cheap way: raster, one-pixel opaque lines, as many points as pixels."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.files import write_atomically
from workbench.gui import theme
from workbench.gui.training.axis_range import usual_top
from workbench.gui.training.log_axis import LogAxis
from workbench.gui.training.plot_view import LOG_AXIS_WIDTH, PlotView
from workbench.gui.training.series import Series

NO_BREAK = "\N{NON-BREAKING HYPHEN}"
Scale = Literal["linear", "from zero", "log"]


@dataclass(frozen=True)
class CurveStyle:
    """How a series is drawn: its name in the legend, which colour of the theme, and whether its points are marked."""

    name: str
    colour: int
    marked: bool = False


class _Curve:
    """The lines of one series: what was measured, faint below its smoothed course where there are no marks."""

    def __init__(self, style: CurveStyle, plot: pg.PlotItem) -> None:
        self.style, self.series = style, Series()
        self._raw = pg.PlotDataItem()
        self._main = pg.PlotDataItem()
        for item in (self._raw, self._main):
            plot.addItem(item)

    def draw(self, series: Series) -> None:
        self.series = series
        x = np.array(series.x)
        values = np.array(series.y)
        if self.style.marked:
            self._main.setData(x, values)
        else:
            self._raw.setData(x, values)
            self._main.setData(x, np.array(series.smooth))

    def colour(self, colours: theme.Theme) -> None:
        line = colours.series[self.style.colour]
        self._main.setPen(pg.mkPen(line, width=1))
        self._raw.setPen(pg.mkPen(theme.mix(line, colours.canvas, share=0.7), width=1))
        if self.style.marked:
            self._main.setSymbol("o")
            self._main.setSymbolSize(5)
            self._main.setSymbolPen(None)
            self._main.setSymbolBrush(line)

    def value_at(self, x: float) -> float | None:
        return self.series.value_at(x) if self.style.marked else self.series.at(x)


class CurvePlot(QWidget):
    """A title with legend and readout above a plot; the values under the mouse stand in the readout."""

    hovered = Signal(object)
    """The epoch under the mouse, None when the mouse has left."""

    def __init__(
        self,
        title: str,
        styles: Mapping[str, CurveStyle],
        *,
        unit: str = "",
        scale: Scale = "linear",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.title, self._unit, self._scale = title, unit, scale
        self._clipped: float | None = None
        """Where the axis ends below the highest point, if it does."""
        self._highest = 0.0
        self._whole = False
        self._zoomed = False
        self._epochs = 1
        self._at: float | None = None
        self._header = QLabel(self)
        self._header.setTextFormat(Qt.TextFormat.RichText)
        self._header.setWordWrap(True)  # a legend of many curves is no reason for a wide window
        left = LogAxis("left") if scale == "log" else None
        self.view = PlotView(self, name=title, limits=_limits(unit, scale), left=left)
        self.view.setAccessibleName(f"{title} over epochs")
        self.view.moved.connect(self.hovered)
        self.view.getViewBox().sigRangeChangedManually.connect(lambda *_: self._zoom())
        if scale == "log":
            self.view.getPlotItem().setLogMode(y=True)
            self.view.getAxis("left").setWidth(LOG_AXIS_WIDTH)
        self.view.offer("Copy values", lambda: QApplication.clipboard().setText(self.values_as_csv()))
        self.view.offer("Save values…", lambda: self.view.save("values", "CSV table (*.csv)", self._save_values))
        self.view.offer("Show everything", self.show_everything)
        self.view.offer("Show the usual range", self.show_usual)
        self._curves = {key: _Curve(style, self.view.getPlotItem()) for key, style in styles.items()}
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        self.view.addItem(self._cursor, ignoreBounds=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.XS)
        header = QHBoxLayout()
        header.setContentsMargins(theme.S, 0, theme.S, 0)
        header.addWidget(self._header, 1)
        layout.addLayout(header)
        layout.addWidget(self.view, 1)
        self._colour()

    def draw(self, curves: Mapping[str, Series], epochs: int) -> None:
        """Show these series; the x axis reaches to the last planned epoch until the user zooms."""
        for key, series in curves.items():
            self._curves[key].draw(series)
        if epochs != self._epochs:
            self._epochs = epochs
            self._fit_run()
        if not self._zoomed:
            self._fit_values()
        self._write_header()

    def show_everything(self) -> None:
        """Undo zooming: the whole run, and every point of it."""
        self._whole = True
        self._fit_run()
        self._fit_values()
        self._write_header()

    def show_usual(self) -> None:
        """Undo zooming: the whole run, without the few points that lie far above all others."""
        self._whole = False
        self._fit_run()
        self._fit_values()
        self._write_header()

    def _zoom(self) -> None:
        self._zoomed, self._clipped = True, None
        self._write_header()

    def _fit_run(self) -> None:
        self._zoomed = False
        self.view.setXRange(0, max(1, self._epochs), padding=0.01)

    def _fit_values(self) -> None:
        """Let the y axis follow the curves, but not to a few points that lie far above all others."""
        drawn = [np.array(curve.series.y) for curve in self._curves.values() if curve.series.y]
        self._highest = max((float(values.max()) for values in drawn), default=0.0)
        self._clipped = None if self._whole or self._unit or self._scale == "log" else usual_top(drawn)
        if self._clipped is not None:
            lowest = min(float(values.min()) for values in drawn)
            self.view.setYRange(min(0.0, lowest), self._clipped, padding=0)
        elif self._scale == "from zero" and self._highest > 0:
            self.view.setYRange(0.0, self._highest, padding=0.05)
        elif not drawn and self._unit == "%":
            self.view.setYRange(0, 100, padding=0)
        else:
            self.view.enableAutoRange(axis="y")

    def show_cursor(self, epoch: float | None) -> None:
        """Mark an epoch and read the curves there; None takes the mark away."""
        self._at = epoch
        self._cursor.setVisible(epoch is not None)
        if epoch is not None:
            self._cursor.setPos(epoch)
        self._write_header()

    def values_as_csv(self) -> str:
        """All points as `curve,epoch,value` lines."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["curve", "epoch", "value"])
        for curve in self._curves.values():
            writer.writerows([curve.style.name, x, y] for x, y in zip(curve.series.x, curve.series.y, strict=True))
        return text.getvalue()

    def save_picture(self, path: Path) -> None:
        """Save what is seen, header included, as a picture."""
        self.view.save_picture(path)

    def _save_values(self, path: Path) -> None:
        write_atomically(path, self.values_as_csv())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_cursor"):
            self._colour()

    def _colour(self) -> None:
        colours = theme.current()
        self.view.colour()
        self._cursor.setPen(pg.mkPen(colours.muted, width=1))
        for curve in self._curves.values():
            curve.colour(colours)
        self._write_header()

    def _write_header(self) -> None:
        colours = theme.current()
        parts = [f"<b>{escape(self.title)}</b>"]
        for curve in self._curves.values():
            name = escape(curve.style.name).replace("-", NO_BREAK)
            parts.append(
                f"<nobr><span style='color:{colours.series[curve.style.colour].name()}'>━</span> "
                f"{name}{self._value(curve)}</nobr>"
            )
        notes = [] if self._at is None else [f"at epoch {self._at:.2f}"]
        if self._clipped is not None:
            notes.append(f"axis ends below the highest, {self._highest:.3g}")
        parts += [f"<span style='color:{colours.muted.name()}'>{note}</span>" for note in notes]
        self._header.setText("&nbsp;&nbsp;&nbsp; ".join(parts))

    def _value(self, curve: _Curve) -> str:
        """The value under the cursor, or the latest one."""
        value = curve.value_at(float("inf") if self._at is None else self._at)
        if value is None:
            return ""
        number = f"{value:.1f} {self._unit}" if self._unit else f"{value:.4g}"
        return f" <b>{number}</b>"


def _limits(unit: str, scale: Scale) -> dict[str, float | None]:
    """How far the axes can be moved: no curve lies before the beginning, and no share below nothing or above all."""
    if scale == "log":
        return {"xMin": -0.5}
    if unit == "%":
        return {"xMin": -0.5, "yMin": -2, "yMax": 104, "minYRange": 1}
    return {"xMin": -0.5, "yMin": -0.05}
