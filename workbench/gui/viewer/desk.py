"""The working surface of the Inspect room: every panel in its place, and what one panel does to another."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSplitter, QTabWidget, QVBoxLayout, QWidget

from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.viewer.evaluation_panel import EvaluationPanel
from workbench.gui.viewer.kernels import KernelsPanel
from workbench.gui.viewer.maps import MapsPanel
from workbench.gui.viewer.nodes import NodeList
from workbench.gui.viewer.picture import PicturePanel
from workbench.gui.viewer.run_choice import RunChoice
from workbench.gui.viewer.samples import SampleStrip
from workbench.gui.viewer.sheet import SheetView
from workbench.gui.viewer.subjects import Subject
from workbench.gui.widgets.muted import MutedLabel
from workbench.gui.widgets.problem import ProblemLabel


class Desk(QWidget):
    """Run and pictures on top, picture and nodes on the left, maps, filters and evaluation on the right."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = RunChoice()
        self.warning, self.facts = ProblemLabel(), MutedLabel()
        self.strip, self.picture, self.nodes = SampleStrip(), PicturePanel(), NodeList()
        self.maps, self.kernels, self.evaluation = MapsPanel(jobs), KernelsPanel(jobs), EvaluationPanel(jobs)
        self.busy = QProgressBar(minimum=0, maximum=0, textVisible=False)
        self.busy.setFixedHeight(3)
        self.busy.setAccessibleName("Working")
        self.busy.hide()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("inspect-tabs")
        self.tabs.setDocumentMode(True)
        for panel, title in ((self.maps, "Maps"), (self.kernels, "Filters"), (self.evaluation, "Evaluation")):
            self.tabs.addTab(panel, title)
        self._arrange()
        self._connect()
        self.show_note(None)

    @property
    def sheet_view(self) -> SheetView:
        """The tiles in view, or those of the maps."""
        return self.kernels.sheet_view if self.tabs.currentWidget() is self.kernels else self.maps.sheet_view

    def show_note(self, subject: Subject | None) -> None:
        """Say which weights are looked at; random ones are a warning."""
        untrained = subject is not None and not subject.trained
        self.warning.show_problem(Problem("", subject.note, level="warning") if subject and untrained else None)
        self.facts.setText(subject.note if subject is not None else "")
        self.facts.setVisible(not untrained)

    def _connect(self) -> None:
        self.strip.upright.connect(self.nodes.step)
        self.nodes.sideways.connect(self.strip.step)
        self.kernels.node_wanted.connect(self.nodes.choose)
        self.evaluation.sample_wanted.connect(self.strip.choose)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.M, theme.M, theme.M, theme.S)
        column.setSpacing(theme.S)
        column.addLayout(self._header())
        column.addWidget(self.strip)
        column.addWidget(self.busy)
        column.addWidget(self._middle(), 1)

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        label = QLabel("Run")
        label.setBuddy(self.runs)
        row.addWidget(label)
        row.addWidget(self.runs, 3)
        row.addWidget(self.warning, 2)
        row.addWidget(self.facts, 2)
        return row

    def _middle(self) -> QSplitter:
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self.picture)
        left.addWidget(self.nodes)
        left.setStretchFactor(1, 1)
        left.setChildrenCollapsible(False)
        middle = QSplitter()
        middle.addWidget(left)
        middle.addWidget(self.tabs)
        middle.setStretchFactor(1, 1)
        middle.setSizes([264, 800])
        middle.setChildrenCollapsible(False)
        return middle
