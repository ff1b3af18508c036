"""The Filters tab: the kernels of a convolution as tiles."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from workbench.core.inspection.feature_maps import TileSheet
from workbench.core.inspection.filters import filter_meaning, filter_sheet
from workbench.gui.background import Background
from workbench.gui.viewer.sheet import SheetView
from workbench.gui.viewer.sheet_panel import SheetPanel
from workbench.gui.widgets.empty_state import EmptyState

Values = npt.NDArray[np.float32]


class KernelsPanel(SheetPanel):
    """Kernels `(out, in, height, width)`: all outputs at once, or the inputs of one of them."""

    node_wanted = Signal(str)
    """The user wants to see this convolution instead."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        notice = EmptyState("image", "No filters here", sentence="")
        notice.button.setObjectName("inspect-first-filters")
        self.output = QComboBox()
        self.output.setObjectName("inspect-filter-output")
        self.output.setAccessibleName("Output channel")
        view = SheetView("inspect-filters", "filter")
        super().__init__(jobs, view, notice=notice, choices={"Show": self.output}, parent=parent)
        self._weights: Values | None = None
        self._offered = ""
        notice.pressed.connect(lambda: self.node_wanted.emit(self._offered))

    def say(self, headline: str, sentence: str = "", *, offer: str = "") -> None:
        """Show a sentence instead of kernels, and offer another node if there is one."""
        self._weights, self._offered = None, offer
        self._make_none()
        self.meaning.setText("")
        self.notice.say(headline, sentence, button=f"Show {offer}" if offer else "")
        self._show_page(self.notice)

    def show_kernels(self, weights: Values, *, title: str) -> None:
        """Show the kernels of another convolution."""
        self._weights, self._title = weights, f"{title}-filters"
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
        self._make(work)

    def _show_sheet(self, sheet: TileSheet) -> None:
        assert self._weights is not None
        output = self.output.currentData()
        self.sheet_view.noun = "filter" if output is None else "input"
        super()._show_sheet(sheet)
        self.meaning.setText(filter_meaning(self._weights.shape[1], output))
