"""One plot of curves over epochs, drawn the cheap way: raster, one-pixel opaque lines, as many points as pixels."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QContextMenuEvent, QPainter
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from workbench.files import write_atomically
from workbench.gui import theme
from workbench.gui.errors import show_error
from workbench.gui.training.history import Series

pg.setConfigOptions(antialias=False, useOpenGL=False, imageAxisOrder="row-major")


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
        self, title: str, styles: Mapping[str, CurveStyle], *, unit: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.title, self._unit = title, unit
        self._epochs = 1
        self._at: float | None = None
        self._header = QLabel(self)
        self._header.setTextFormat(Qt.TextFormat.RichText)
        self.view = _PlotView(self)
        self.view.setAccessibleName(f"{title} over epochs")
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
            self.show_everything()
        self._write_header()

    def show_everything(self) -> None:
        """Undo zooming: the whole run, the y axis following the curves."""
        self.view.setXRange(0, max(1, self._epochs), padding=0.01)
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
        self.grab().save(str(path))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_cursor"):
            self._colour()

    def _colour(self) -> None:
        colours = theme.current()
        self.view.setBackground(colours.canvas)
        self.view.grid.colour(colours.grid)
        self._cursor.setPen(pg.mkPen(colours.muted, width=1))
        for name in ("left", "bottom"):
            axis = self.view.getAxis(name)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setTickFont(theme.font("small"))
        for curve in self._curves.values():
            curve.colour(colours)
        self._write_header()

    def _write_header(self) -> None:
        colours = theme.current()
        parts = [f"<b>{escape(self.title)}</b>"]
        for curve in self._curves.values():
            name = escape(curve.style.name)
            parts.append(
                f"<span style='color:{colours.series[curve.style.colour].name()}'>━</span> {name}{self._value(curve)}"
            )
        if self._at is not None:
            parts.append(f"<span style='color:{colours.muted.name()}'>at epoch {self._at:.2f}</span>")
        self._header.setText("&nbsp;&nbsp;&nbsp; ".join(parts))

    def _value(self, curve: _Curve) -> str:
        """The value under the cursor, or the latest one."""
        value = curve.value_at(float("inf") if self._at is None else self._at)
        if value is None:
            return ""
        number = f"{value:.1f} {self._unit}" if self._unit else f"{value:.4g}"
        return f" <b>{number}</b>"


class _Grid(pg.GraphicsObject):
    """Horizontal lines at the ticks of the left axis; pyqtgraph's own grid is see-through and ten times slower."""

    def __init__(self, axis: pg.AxisItem) -> None:
        super().__init__()
        self._axis, self._pen = axis, pg.mkPen(None)
        self.setZValue(-100)

    def colour(self, colour: QColor) -> None:
        """Draw the lines in a colour."""
        self._pen = pg.mkPen(colour, width=1)
        self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect()

    def viewRangeChanged(self) -> None:
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_unused: object) -> None:
        area = self.viewRect()
        low, high = self._axis.range
        painter.setPen(self._pen)
        levels = self._axis.tickValues(low, high, self._axis.size().height())
        for value in levels[0][1] if levels else ():
            painter.drawLine(QPointF(area.left(), value), QPointF(area.right(), value))


class _PlotView(pg.PlotWidget):
    """The plot itself, with our menu instead of pyqtgraph's and no buttons over the curves."""

    def __init__(self, owner: CurvePlot) -> None:
        super().__init__(owner)
        self._owner = owner
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setDownsampling(auto=True, mode="peak")  # of the plot: it overrules its curves when they are added
        plot.setClipToView(True)
        self.grid = _Grid(plot.getAxis("left"))
        plot.addItem(self.grid, ignoreBounds=True)
        plot.getViewBox().setLimits(
            xMin=-0.5, yMin=-0.05 if not owner._unit else -2, yMax=None if not owner._unit else 104
        )
        plot.getAxis("left").setWidth(44)
        plot.layout.setContentsMargins(0, theme.S, 0, 0)  # half of a number that stands at the upper end
        self.setMinimumHeight(90)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self.scene().sigMouseMoved.connect(self._moved)

    def menu(self) -> QMenu:
        """What can be done with the plot."""
        menu = QMenu(self)
        owner = self._owner
        for text, call in (
            ("Copy picture", lambda: QApplication.clipboard().setPixmap(owner.grab())),
            ("Save picture…", lambda: self._save("picture", "PNG picture (*.png)", owner.save_picture)),
            ("Copy values", lambda: QApplication.clipboard().setText(owner.values_as_csv())),
            ("Save values…", lambda: self._save("values", "CSV table (*.csv)", self._save_values)),
            ("Show everything", owner.show_everything),
        ):
            action = QAction(text, menu)
            action.triggered.connect(lambda _checked=False, call=call: call())
            menu.addAction(action)
        menu.insertSeparator(menu.actions()[-1])
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._owner.hovered.emit(None)

    def _moved(self, position: QPointF) -> None:
        box = self.getPlotItem().getViewBox()
        inside = box.sceneBoundingRect().contains(position)
        self._owner.hovered.emit(max(0.0, box.mapSceneToView(position).x()) if inside else None)

    def _save(self, what: str, kinds: str, write: Callable[[Path], None]) -> None:
        name = f"{self._owner.title.lower()}.{'png' if what == 'picture' else 'csv'}"
        chosen, _ = QFileDialog.getSaveFileName(self, f"Save {what}", name, kinds)
        if chosen:
            try:
                write(Path(chosen))
            except Exception as error:
                show_error(self.window(), error)

    def _save_values(self, path: Path) -> None:
        write_atomically(path, self._owner.values_as_csv())
