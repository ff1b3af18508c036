"""What the layers give over a run, as a picture: a row for each layer, a column for each measured step."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.training.measured import Matrix, Quantity
from workbench.gui.training.measures.layer_plot import LayerPage
from workbench.gui.training.wording import percent

ROW_HEIGHT = 15
"""Pixels for a name beside the picture; where rows are thinner, not every one is named."""
NAMES_WIDTH = 132


@dataclass(frozen=True)
class Shown:
    """A quantity that can be looked at, how its scale lies, and what is a bad sign."""

    text: str
    quantity: Quantity
    scale: Literal["around zero", "from zero", "share"]
    hint: str


SHOWN = (
    Shown("Mean", "mean", "around zero", "far from zero: what follows has a hard time"),
    Shown("Deviation", "deviation", "from zero", "fading or growing with depth: the signal dies or explodes"),
    Shown("Zeros", "zeros", "share", "nearly all zeros: little gets through"),
    Shown("Dead channels", "dead", "share", "channels that are nowhere above zero"),
)


class ActivationsPage(LayerPage):
    """A heat map of a quantity that one chooses."""

    title = "Activations"
    tip = "Mean, deviation and zeros of what each layer gives, over the run."

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(prefix, parent)
        self.choice = QComboBox(self)
        self.choice.setObjectName(f"{prefix}-activations-choice")
        self.choice.setAccessibleName("What is shown of the activations")
        self.choice.setToolTip("What is shown of the activations")
        self.choice.addItems([shown.text for shown in SHOWN])
        self._image = pg.ImageItem()
        self._top = 1.0
        self._values: Matrix = np.zeros((0, 0))
        plot = self.view.getPlotItem()
        plot.addItem(self._image)
        plot.getViewBox().invertY(True)
        plot.getAxis("left").setWidth(NAMES_WIDTH)
        self.view.grid.hide()
        head = QHBoxLayout()
        head.addWidget(self.header, 1)
        head.addWidget(self.choice)
        self.column.addLayout(head)
        self.column.addWidget(self.view, 1)
        self.choice.currentIndexChanged.connect(lambda _index: self._choose())
        for changed in (self.view.getViewBox().sigYRangeChanged, self.view.getViewBox().sigResized):
            changed.connect(lambda *_: self._name_rows())
        self.colour()

    @property
    def shown(self) -> Shown:
        """What is looked at."""
        return SHOWN[self.choice.currentIndex()]

    def quantity(self) -> Quantity:
        """What is looked at."""
        return self.shown.quantity

    def draw_table(self) -> None:
        """A pixel for each figure; the columns lie evenly between the first and the last measured step."""
        self._values = self.table.matrix(self.quantity())
        if not self._values.size:
            return
        self._top = _top(self._values, self.shown)
        self._image.setImage(_pixels(self._values, self._top, self.shown), levels=None)
        first, last = self.table.x[0], self.table.x[-1]
        width = (last - first) / max(1, len(self.table) - 1) or 0.5
        self._image.setRect(QRectF(first - width / 2, 0, width * len(self.table), len(self.table.names)))
        self._name_rows()

    def show_everything(self) -> None:
        """All layers, the whole run."""
        self.view.setXRange(0, self._epochs, padding=0.01)
        self.view.setYRange(0, max(1, len(self.table.names)), padding=0)

    def colour(self) -> None:
        """The picture takes the colours of the theme, too."""
        super().colour()
        self.draw_table()

    def told(self) -> str:
        """What the colours mean."""
        low, high = f"{-self._top:.3g}" if self.shown.scale == "around zero" else "0", f"{self._top:.3g}"
        if self.shown.scale == "share":
            high = f"{100 * self._top:.0f} %"
        places = np.linspace(_lowest(self.shown), 1, 9)
        ramp = "".join(f"<span style='color:{_shade(at, self.shown).name()}'>█</span>" for at in places)
        muted = theme.current().muted.name()
        return (
            f"<b>{self.shown.text}</b>&nbsp;&nbsp; {low} {ramp} {high}&nbsp;&nbsp; "
            f"<span style='color:{muted}'>{self.shown.hint}</span>"
        )

    def read(self, point: QPointF) -> str:
        """The layer and its figure."""
        row = int(point.y())
        if not 0 <= point.y() < len(self.table.names):
            return ""
        column = self.table.nearest(point.x())
        figure = _figure(float(self._values[row, column]), self.shown)
        name = escape(self.table.names[row])
        return f"<b>{name}</b>&nbsp; <b>{figure}</b>&nbsp; at epoch {self.table.x[column]:.2f}"

    def _choose(self) -> None:
        self.draw_table()
        self.write_header()

    def _name_rows(self) -> None:
        """Names beside as many rows as there is room for."""
        low, high = self.view.getViewBox().viewRange()[1]
        room = max(1.0, self.view.getViewBox().height() / ROW_HEIGHT)
        every = max(1, int(np.ceil((high - low) / room)))
        metrics = self.fontMetrics()
        rows = range(0, len(self.table.names), every)
        names = [(row + 0.5, _short(self.table.names[row], metrics.averageCharWidth())) for row in rows]
        self.view.getAxis("left").setTicks([names])


def _figure(value: float, shown: Shown) -> str:
    if np.isnan(value):
        return "not measured"
    return percent(value) if shown.scale == "share" else f"{value:.4g}"


def _short(name: str, width: int) -> str:
    """The end of a long name: the beginning is that of its neighbours, too."""
    most = max(6, (NAMES_WIDTH - 16) // max(1, width))
    return name if len(name) <= most else "…" + name[1 - most :]


def _top(values: Matrix, shown: Shown) -> float:
    """The value of the strongest colour; single figures far above all others do not make the rest pale."""
    known = np.abs(values[~np.isnan(values)])
    if shown.scale == "share" or not known.size:
        return 1.0
    return float(np.quantile(known, 0.98)) or float(known.max()) or 1.0


def _lowest(shown: Shown) -> float:
    return -1.0 if shown.scale == "around zero" else 0.0


def _shade(at: float, shown: Shown) -> QColor:
    """The colour of a value between -1 and 1."""
    colours = theme.current()
    ground = theme.mix(colours.canvas, colours.muted, share=0.12)
    return theme.mix(ground, colours.series[0 if at >= 0 else 1], share=min(1.0, abs(at)))


def _pixels(values: Matrix, top: float, shown: Shown) -> npt.NDArray[np.uint8]:
    """Colours `(layers, steps, 4)`; what was not measured is see-through."""
    places = np.linspace(-1, 1, 256)
    table = np.array([_shade(at, shown).getRgb() for at in places], np.uint8)
    known = ~np.isnan(values)
    index = np.clip(np.where(known, values, 0.0) / top * 127.5 + 127.5, 0, 255).round().astype(np.uint8)
    pixels = table[index]
    pixels[..., 3] = np.where(known, 255, 0)
    return pixels
