"""The working surface of the Data room: every panel in its place, none of them wired."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSplitter, QTabWidget, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.data.augmentation_page import AugmentationPage
from workbench.gui.data.decisions_panel import DecisionsPanel
from workbench.gui.data.figures_panel import FiguresPanel
from workbench.gui.data.grid import PictureGrid
from workbench.gui.data.health_panel import HealthPanel
from workbench.gui.data.picture_panel import PicturePanel
from workbench.gui.data.sheet import SIDES
from workbench.gui.widgets.labels import ToneLabel
from workbench.gui.workspace import Workspace


class Desk(QTabWidget):
    """The grid with the picture and the statistics beside it."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        jobs = workspace.jobs
        self.setObjectName("data-views")
        self.setAccessibleName("Views of the set")
        self.setDocumentMode(True)
        self.grid, self.picture, self.figures = PictureGrid(jobs), PicturePanel(), FiguresPanel()
        self.shown, self.zoom = ToneLabel("muted"), QSlider(Qt.Orientation.Horizontal)
        self.details = QTabWidget()
        self.details.setObjectName("data-details")
        self.details.setAccessibleName("About the pictures")
        self.details.setDocumentMode(True)
        self.details.setUsesScrollButtons(False)
        self.details.setElideMode(Qt.TextElideMode.ElideRight)
        self.details.tabBar().setFont(theme.font("small"))
        self.details.addTab(self.picture, "Picture")
        self.details.addTab(self.figures, "Statistics")
        self.decisions = DecisionsPanel()
        self.health = HealthPanel(jobs)
        self.details.addTab(self.health, "Health")
        self.details.addTab(self.decisions, "Decisions")
        self._prepare_zoom()
        self.augmentation = AugmentationPage(workspace)
        self.addTab(self._pictures(), "Pictures")
        self.addTab(self.augmentation, "Augmentation")

    def _prepare_zoom(self) -> None:
        zoom = self.zoom
        zoom.setObjectName("data-zoom")
        zoom.setAccessibleName("Size of the thumbnails")
        zoom.setToolTip("Size of the thumbnails (+ and −, or Ctrl and the wheel)")
        zoom.setRange(0, len(SIDES) - 1)
        zoom.setPageStep(1)
        zoom.setFixedWidth(90)
        zoom.setValue(SIDES.index(self.grid.side))
        zoom.valueChanged.connect(lambda place: self.grid.set_side(SIDES[place]))
        self.grid.side_changed.connect(lambda side: zoom.setValue(SIDES.index(side)))

    def _pictures(self) -> QWidget:
        head = QHBoxLayout()
        head.setContentsMargins(theme.S, theme.XS, theme.S, theme.XS)
        self.shown.setObjectName("data-shown")
        self.shown.setMinimumWidth(20)
        head.addWidget(self.shown, 1)
        label = QLabel("Size")
        label.setBuddy(self.zoom)
        head.addWidget(label)
        head.addSpacing(theme.XS)
        head.addWidget(self.zoom)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.grid, 1)
        split = QSplitter()
        split.setObjectName("data-split")
        split.addWidget(left)
        split.addWidget(self.details)
        split.setStretchFactor(0, 1)
        split.setSizes([700, 300])
        split.setChildrenCollapsible(False)
        self.details.setMinimumWidth(220)
        return split
