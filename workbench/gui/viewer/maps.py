"""The Maps tab: what a node makes of the picture, as tiles or, for a vector, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.inspection.colours import COLOUR_MAPS, SIGNED
from workbench.core.inspection.feature_maps import TileSheet, strongest, tile_sheet
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.viewer.bars import Bar, BarList
from workbench.gui.viewer.sheet import SheetView
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.muted import MutedLabel

Values = npt.NDArray[np.float32]
MOST_BARS = 64


class MapsPanel(QWidget):
    """Shows `(channels, height, width)` or `(values,)`, scaled, ordered and coloured as the user chooses."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._values: Values | None = None
        self._title = ""
        self.sheet_view = SheetView("inspect-tiles", "channel")
        self.bars = BarList()
        self.bars.setObjectName("inspect-vector")
        self.bars.setAccessibleName("Values of a vector")
        self.bars_title = MutedLabel()
        self.notice = EmptyState("image", "Choose a picture", sentence="Its feature maps appear here.")
        self.scaling = _choice("inspect-scaling", "Scale", {"each": "Each tile", "shared": "All tiles alike"})
        self.order = _choice("inspect-order", "Order", {"channel": "By channel", "strength": "Strongest first"})
        self.colours = _choice("inspect-colours", "Colours", {name: name.capitalize() for name in COLOUR_MAPS})
        self._choices = QWidget()
        self._pages = QStackedWidget()
        self._relayout = QTimer(self, singleShot=True, interval=120)
        self._arrange()
        self._connect()

    @property
    def sheet(self) -> TileSheet | None:
        """The sheet that is shown, if maps are shown."""
        return self.sheet_view.sheet if self._pages.currentIndex() == 0 else None

    def say(self, headline: str, sentence: str = "") -> None:
        """Show a sentence instead of maps."""
        self._forget()
        self.notice.say(headline, sentence)
        self._pages.setCurrentIndex(2)
        self._choices.setEnabled(False)

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
        self._pages.setCurrentIndex(1)
        self._choices.setEnabled(False)

    def _forget(self) -> None:
        self._values = None
        self._jobs.cancel(self, "sheet")

    def _draw(self) -> None:
        """Have the sheet made with the choices of the moment."""
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
        self._jobs.submit(work, owner=self, lane="sheets", key="sheet", done=self._show_sheet)

    def _show_sheet(self, sheet: TileSheet) -> None:
        self._pages.setCurrentIndex(0)
        self._choices.setEnabled(True)
        self.sheet_view.show_sheet(sheet, title=self._title)

    def _resized(self) -> None:
        """Lay the tiles out anew if they fill the room better that way."""
        if self.sheet is not None and self.sheet_view.has_better_layout(self.sheet):
            self._draw()

    def _connect(self) -> None:
        for choice in (self.scaling, self.order, self.colours):
            choice.currentIndexChanged.connect(self._draw)
        self._relayout.timeout.connect(self._resized)
        self.sheet_view.tiles.resized.connect(self._relayout.start)

    def _arrange(self) -> None:
        row = QHBoxLayout(self._choices)
        row.setContentsMargins(theme.S, theme.S, theme.S, 0)
        row.setSpacing(theme.S)
        for choice in (self.scaling, self.order, self.colours):
            label = QLabel(choice.accessibleName())
            label.setBuddy(choice)
            row.addWidget(label)
            row.addWidget(choice)
        row.addStretch()
        for button in (self.sheet_view.fit, self.sheet_view.copy, self.sheet_view.save):
            row.addWidget(button)
        self._pages.addWidget(self.sheet_view)
        self._pages.addWidget(self._vector_page())
        self._pages.addWidget(self.notice)
        self._pages.setCurrentIndex(2)
        self._choices.setEnabled(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self._choices)
        column.addWidget(self._pages, 1)

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
