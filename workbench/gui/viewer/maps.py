"""The Maps tab: what a node makes of the picture, as tiles or, for a vector, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QComboBox, QScrollArea, QVBoxLayout, QWidget

from workbench.core.inspection.colours import COLOUR_MAPS, SIGNED
from workbench.core.inspection.feature_maps import strongest, tile_sheet
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.viewer.bars import Bar, BarList
from workbench.gui.viewer.sheet import SheetView
from workbench.gui.viewer.sheet_panel import SheetPanel
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.muted import MutedLabel

Values = npt.NDArray[np.float32]
MOST_BARS = 64


class MapsPanel(SheetPanel):
    """Shows `(channels, height, width)` or `(values,)`, scaled, ordered and coloured as the user chooses."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        self.scaling = _choice("inspect-scaling", "Scale", {"each": "Each tile", "shared": "All tiles alike"})
        self.order = _choice("inspect-order", "Order", {"channel": "By channel", "strength": "Strongest first"})
        self.colours = _choice("inspect-colours", "Colours", {name: name.capitalize() for name in COLOUR_MAPS})
        choices = {choice.accessibleName(): choice for choice in (self.scaling, self.order, self.colours)}
        notice = EmptyState("image", "Choose a picture", sentence="Its feature maps appear here.")
        view = SheetView("inspect-tiles", "channel")
        super().__init__(jobs, view, notice=notice, choices=choices, parent=parent)
        self._values: Values | None = None
        self.bars, self.bars_title = BarList(), MutedLabel()
        self.bars.setObjectName("inspect-vector")
        self.bars.setAccessibleName("Values of a vector")
        self._vector = self._vector_page()
        self._pages.addWidget(self._vector)

    def say(self, headline: str, sentence: str = "") -> None:
        """Show a sentence instead of maps."""
        self._forget()
        self.notice.say(headline, sentence)
        self._show_page(self.notice)

    def show_values(self, values: Values, *, title: str, names: Sequence[str] = ()) -> None:
        """Show the output of a node; `names` are those of its values if it gives the class scores."""
        if values.ndim != 3:
            self._show_vector(values.reshape(-1), title, names)
            return
        self._values, self._title = values, title
        self._draw()

    def _show_vector(self, values: Values, title: str, names: Sequence[str]) -> None:
        self._forget()
        chosen = strongest(values, MOST_BARS)
        if len(values) <= MOST_BARS:
            chosen = [(index, float(value)) for index, value in enumerate(values)]
        names = names if len(names) == len(values) else [str(index) for index in range(len(values))]
        self.bars.show_bars(tuple(Bar(names[index], value, f"{value:.4g}") for index, value in chosen))
        which = "All" if len(chosen) == len(values) else f"The {len(chosen)} largest of"
        self.bars_title.setText(
            f"{which} {len(values):,} values of {title}, from {values.min():.4g} to {values.max():.4g}."
        )
        self._show_page(self._vector)

    def _forget(self) -> None:
        self._values = None
        self._make_none()

    def _draw(self) -> None:
        if self._values is None:
            return
        work = partial(
            tile_sheet,
            self._values,
            **self.sheet_view.layout_for(len(self._values), self._values.shape[1:]),
            scaling=self.scaling.currentData(),
            order=self.order.currentData(),
            colours=self.colours.currentData(),
        )
        self._make(work)

    def _vector_page(self) -> QScrollArea:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.M, theme.M, theme.M, theme.M)
        column.setSpacing(theme.S)
        column.addWidget(self.bars_title)
        column.addWidget(self.bars)
        column.addStretch()
        area = QScrollArea()
        area.setAccessibleName("Values of the node")
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(inside)
        return area


def _choice(name: str, title: str, entries: dict[str, str]) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    for value, text in entries.items():
        box.addItem(text, value)
    if SIGNED in entries:
        box.setToolTip("Blue to red puts zero in the middle: blue is negative, red positive")
    return box
