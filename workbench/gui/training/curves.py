"""Loss above accuracy, of a run that trains or of one that is over."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.training.history import RunHistory
from workbench.gui.training.plot import CurvePlot, CurveStyle

STYLES = {"train": CurveStyle("training", 0), "validation": CurveStyle("validation", 1, marked=True)}


class Curves(QWidget):
    """Draws a `RunHistory`; both plots share their x axis, in epochs, and their cursor."""

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = CurvePlot("Loss", STYLES, parent=self)
        self.accuracy = CurvePlot("Accuracy", STYLES, unit="%", parent=self)
        self.loss.view.setObjectName(f"{prefix}-loss-plot")
        self.accuracy.view.setObjectName(f"{prefix}-accuracy-plot")
        self.accuracy.view.getAxis("bottom").setLabel("epoch")
        self.accuracy.view.setXLink(self.loss.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.S)
        for plot in (self.loss, self.accuracy):
            layout.addWidget(plot, 1)
            plot.hovered.connect(self._show_cursor)

    def draw(self, history: RunHistory) -> None:
        """Show the curves of a run as far as it has come."""
        self.loss.draw({"train": history.train_loss, "validation": history.validation_loss}, history.epochs)
        self.accuracy.draw({"train": history.train_accuracy, "validation": history.validation_accuracy}, history.epochs)

    def _show_cursor(self, epoch: float | None) -> None:
        self.loss.show_cursor(epoch)
        self.accuracy.show_cursor(epoch)
