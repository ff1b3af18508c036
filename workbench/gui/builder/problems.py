"""The strip below the canvas: everything that keeps the network from running, one line each."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from workbench.core.modelling.shapes import Analysis
from workbench.errors import Problem
from workbench.gui import icons, theme

ICON = 16
LINES = 4
"""At most so many are seen at once; the others are a scroll away."""


class ProblemsStrip(QListWidget):
    """Hidden while there is nothing to say. A click says which node is meant."""

    node_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("build-problems")
        self.setAccessibleName("Problems")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(ICON, ICON))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._problems: tuple[Problem, ...] = ()
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)
        self.hide()

    def show_analysis(self, analysis: Analysis) -> None:
        """List the problems of the network."""
        if analysis.problems != self._problems:
            self._problems = analysis.problems
            self._fill()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._problems:
            self._fill()

    def _fill(self) -> None:
        self.clear()
        colours = theme.current()
        for problem in self._problems:
            text = f"{problem}"
            item = QListWidgetItem(text)
            icon = "warning" if problem.level == "warning" else "error" if problem.level == "error" else "info"
            item.setIcon(icons.icon(icon, colours.level_colour(problem.level)))
            item.setToolTip(text)
            item.setData(Qt.ItemDataRole.UserRole, problem.where)
            self.addItem(item)
        height = self.sizeHintForRow(0) if self._problems else 0
        self.setFixedHeight(height * min(LINES, len(self._problems)) + 2 * theme.XS)
        self.setVisible(bool(self._problems))

    def _choose(self, item: QListWidgetItem) -> None:
        where = item.data(Qt.ItemDataRole.UserRole)
        if where:
            self.node_wanted.emit(where)
