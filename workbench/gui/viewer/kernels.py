"""The Filters tab: the kernels of a convolution as tiles."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.inspection.feature_maps import TileSheet
from workbench.core.inspection.filters import filter_meaning, filter_sheet
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.viewer.sheet import SheetView
from workbench.gui.widgets.empty_state import EmptyState
from workbench.gui.widgets.muted import MutedLabel

Values = npt.NDArray[np.float32]


class KernelsPanel(QWidget):
    """Kernels `(out, in, height, width)`: all outputs at once, or the inputs of one of them."""

    node_wanted = Signal(str)
    """The user wants to see this convolution instead."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._weights: Values | None = None
        self._title, self._offered = "", ""
        self.sheet_view = SheetView("inspect-filters", "filter")
        self.meaning = MutedLabel()
        self.notice = EmptyState("image", "No filters here", sentence="")
        self.notice.button.setObjectName("inspect-first-filters")
        self.notice.pressed.connect(lambda: self.node_wanted.emit(self._offered))
        self.output = QComboBox()
        self.output.setObjectName("inspect-filter-output")
        self.output.setAccessibleName("Output channel")
        self.output.currentIndexChanged.connect(self._draw)
        self._choices = QWidget()
        self._relayout = QTimer(self, singleShot=True, interval=120)
        self._relayout.timeout.connect(self._resized)
        self.sheet_view.tiles.resized.connect(self._relayout.start)
        self._pages = QStackedWidget()
        self._arrange()

    @property
    def sheet(self) -> TileSheet | None:
        """The sheet that is shown, if kernels are shown."""
        return self.sheet_view.sheet if self._pages.currentIndex() == 0 else None

    def say(self, headline: str, sentence: str = "", *, offer: str = "") -> None:
        """Show a sentence instead of kernels, and offer another node if there is one."""
        self._weights, self._offered = None, offer
        self._jobs.cancel(self, "sheet")
        self.meaning.setText("")
        self.notice.say(headline, sentence, button=f"Show {offer}" if offer else "")
        self._pages.setCurrentIndex(1)
        self._choices.setEnabled(False)

    def show_kernels(self, weights: Values, *, title: str) -> None:
        """Show the kernels of another convolution."""
        self._weights, self._title = weights, title
        self.output.blockSignals(True)
        self.output.clear()
        self.output.addItem("All", None)
        for index in range(len(weights)):
            self.output.addItem(f"Output {index}", index)
        self.output.blockSignals(False)
        self._draw()

    def _draw(self) -> None:
        if self._weights is None:
            return
        weights, output = self._weights, self.output.currentData()
        count = len(weights) if output is None else weights.shape[1]
        work = partial(filter_sheet, weights, output=output, **self.sheet_view.layout_for(count, weights.shape[2:]))
        self._jobs.submit(work, owner=self, lane="sheets", key="sheet", done=self._show_sheet)

    def _show_sheet(self, sheet: TileSheet) -> None:
        assert self._weights is not None
        output = self.output.currentData()
        self.sheet_view.noun = "filter" if output is None else "input"
        self._pages.setCurrentIndex(0)
        self._choices.setEnabled(True)
        self.sheet_view.show_sheet(sheet, title=f"{self._title}-filters")
        self.meaning.setText(filter_meaning(self._weights.shape[1], output))

    def _resized(self) -> None:
        """Lay the tiles out anew if they fill the room better that way."""
        if self.sheet is not None and self.sheet_view.has_better_layout(self.sheet):
            self._draw()

    def _arrange(self) -> None:
        row = QHBoxLayout(self._choices)
        row.setContentsMargins(theme.S, theme.S, theme.S, 0)
        row.setSpacing(theme.S)
        label = QLabel("Show")
        label.setBuddy(self.output)
        row.addWidget(label)
        row.addWidget(self.output)
        row.addWidget(self.meaning, 1)
        for button in (self.sheet_view.fit, self.sheet_view.copy, self.sheet_view.save):
            row.addWidget(button)
        self._pages.addWidget(self.sheet_view)
        self._pages.addWidget(self.notice)
        self._pages.setCurrentIndex(1)
        self._choices.setEnabled(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self._choices)
        column.addWidget(self._pages, 1)
