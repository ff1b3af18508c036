"""Everything that a run measures, on pages behind tabs: of a run in training, or of one that is over."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from workbench.gui import theme
from workbench.gui.training.curves import Curves
from workbench.gui.training.history import RunHistory
from workbench.gui.training.measures.activations import ActivationsPage
from workbench.gui.training.measures.calibration import CalibrationPage
from workbench.gui.training.measures.classes import ClassesPage
from workbench.gui.training.measures.machine import MachinePage
from workbench.gui.training.measures.page import Page
from workbench.gui.training.measures.rates import RatesPage
from workbench.gui.training.measures.updates import UpdatesPage
from workbench.gui.widgets.empty_state import EmptyState

PAGES: tuple[type[Page], ...] = (RatesPage, UpdatesPage, ActivationsPage, ClassesPage, CalibrationPage, MachinePage)
NOTHING = RunHistory()
NOTHING_YET = "Nothing is measured yet"


class Measures(QWidget):
    """Loss and accuracy first, the other pages when they are asked for; only the page that is seen is drawn."""

    def __init__(self, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prefix = prefix
        self._history = NOTHING
        self._folder: Path | None = None
        self.curves = Curves(prefix, self)
        self.tabs, self._stack = QTabBar(self), QStackedWidget(self)
        self._empty = EmptyState("train", NOTHING_YET, sentence="", parent=self)
        self._pages: dict[int, Page] = {}
        self._prepare_tabs()
        self._stack.addWidget(self.curves)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        self.tabs.currentChanged.connect(lambda _index: self._draw())

    def draw(self, history: RunHistory, folder: Path | None = None) -> None:
        """Show a run as far as it has come."""
        self._history, self._folder = history, folder
        self._draw()

    def page(self, kind: type[Page]) -> Page:
        """A page, made if need be."""
        place = PAGES.index(kind)
        if place not in self._pages:
            self._pages[place] = kind(self._prefix, self)
            self._stack.addWidget(self._pages[place])
        return self._pages[place]

    def show_page(self, kind: type[Page]) -> None:
        """Go to a page."""
        self.tabs.setCurrentIndex(1 + PAGES.index(kind))

    def _draw(self) -> None:
        place = self.tabs.currentIndex() - 1
        if place < 0:
            self.curves.draw(self._history)
            self._stack.setCurrentWidget(self.curves)
            return
        kind = PAGES[place]
        missing = kind.missing(self._history)
        if missing:
            self._empty.say(NOTHING_YET, missing)
            self._stack.setCurrentWidget(self._empty)
            return
        page = self.page(kind)
        page.draw(self._history, self._folder)
        self._stack.setCurrentWidget(page)

    def _prepare_tabs(self) -> None:
        self.tabs.setObjectName(f"{self._prefix}-measures")
        self.tabs.setAccessibleName("What is shown of the run")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab("Curves")
        self.tabs.setTabToolTip(0, "Loss and accuracy over the run.")
        for kind in PAGES:
            self.tabs.setTabToolTip(self.tabs.addTab(kind.title), kind.tip)
