"""The gallery of starting points: ready networks with a drawing and the idea of each, a file, code, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.graph.network import Network
from workbench.core.modelling.zoo import READY
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.builder.gallery.gallery_fit import FITS, free_for_training, told_fit
from workbench.gui.builder.gallery.gallery_list import GalleryList
from workbench.gui.builder.gallery.gallery_offers import FILTERS, ORDERS, offers
from workbench.gui.builder.gallery.gallery_store import GalleryStore
from workbench.gui.errors import show_error
from workbench.gui.widgets.muted import MutedLabel

SIZE = (1060, 720)
FIRST = "lenet5"


class ReadyNetworks(QDialog):
    """A dialog that hands over what was chosen; torchvision's networks are made on a lane."""

    opened = Signal(object)
    """The `Network` that was chosen."""
    wanted = Signal(str, str)
    """Something else to start from: "empty", "file", "code", or "recent" with a path."""

    def __init__(self, jobs: Background, parent: QWidget | None = None, *, recent: Sequence[str] = ()) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.setObjectName("ready-networks")
        self.setWindowTitle("Start a network")
        self.resize(*SIZE)
        self.list = GalleryList(offers(recent), self)
        self.store = GalleryStore(jobs, self)
        self._arrange()
        self._show_matches()
        self.choose(FIRST)
        self.list.scrollToTop()
        self._connect()
        self.search.setFocus()
        self.store.fetch()

    @property
    def chosen(self) -> str:
        """The name of the chosen network, or nothing."""
        offer = self.list.chosen
        return offer.key if offer is not None and offer.sort == "ready" else ""

    def choose(self, name: str) -> None:
        """Make a network the chosen one."""
        self.list.choose(name)
        self._show_state()

    def open_chosen(self) -> None:
        """Make the chosen network and hand it over, or say what else is wanted."""
        offer = self.list.chosen
        if offer is None:
            return
        if offer.sort != "ready":
            self.accept()
            self.wanted.emit(offer.sort, offer.key)
        elif offer.key in READY:
            self._hand_over(READY[offer.key].build())
        else:
            self._show_busy(offer.key)
            name = offer.key
            self._jobs.submit(
                lambda: _open(name), owner=self, lane="model", key="open", done=self._hand_over, failed=self._fail
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search field the arrow keys move among the cards."""
        if watched is self.search and isinstance(event, QKeyEvent) and self.list.wants(event):
            return True
        return super().eventFilter(watched, event)

    def _hand_over(self, network: Network) -> None:
        self._show_busy("")
        self.accept()  # first: a question about unsaved changes belongs to the window, not to a dialog that goes
        self.opened.emit(network)

    def _fail(self, error: Exception) -> None:
        self._show_busy("")
        show_error(self, error)

    def _show_busy(self, name: str) -> None:
        self.busy.setVisible(bool(name))
        self.open_button.setEnabled(not name and self.list.chosen is not None)
        if name:
            self.story.setText(f"Opening {name}…")
        else:
            self._show_state()

    def _show_matches(self) -> None:
        before = self.list.chosen
        self.list.offers.show_matches(
            self.search.text(), order=self.order.currentText(), chosen=self.filter.currentText()
        )
        if self.search.text().strip():
            self.list.choose_first()
        elif before is not None:
            self.list.choose(before.key or before.title)
        self.nothing.setVisible(not self.list.offers.shown)
        self.list.setVisible(bool(self.list.offers.shown))
        self._show_state()

    def _show_state(self) -> None:
        offer = self.list.chosen
        fit = told_fit(offer.portrait, free_for_training()) if offer is not None else ""
        self.story.setText(" ".join(filter(None, (offer.story if offer is not None else "", fit))))
        self.open_button.setEnabled(offer is not None)

    def _take(self, portraits: list[object]) -> None:
        self.list.offers.take(portraits)  # type: ignore[arg-type]
        if self.order.currentText() != "Year" or self.filter.currentText() == FITS:
            self._show_matches()
        self._show_state()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._show_matches)
        self.search.installEventFilter(self)
        self.order.currentTextChanged.connect(self._show_matches)
        self.filter.currentTextChanged.connect(self._show_matches)
        self.list.picked.connect(self._show_state)
        self.list.activated.connect(lambda _index: self.open_chosen())
        self.store.arrived.connect(self._take)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        column.setSpacing(theme.S)
        headline = QLabel("What do you want to start from?")
        headline.setFont(theme.font("title"))
        column.addWidget(headline)
        column.addLayout(self._make_bar())
        self.nothing = MutedLabel("Nothing has these words. Search for a name, a year or an idea.")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.nothing, 1)
        column.addWidget(self.list, 1)
        self.story, self.busy = MutedLabel(), QProgressBar()
        self.story.setObjectName("ready-story")
        self.story.setAccessibleName("About the chosen network")
        self.story.setMinimumHeight(2 * self.story.fontMetrics().lineSpacing() + theme.XS)
        self.story.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setMaximumHeight(6)
        self.busy.hide()
        column.addWidget(self.story)
        column.addWidget(self.busy)
        column.addWidget(self._make_buttons())

    def _make_bar(self) -> QHBoxLayout:
        self.search, self.filter, self.order = QLineEdit(), QComboBox(), QComboBox()
        self.search.setPlaceholderText("Search by name, year or idea")
        self.search.setClearButtonEnabled(True)
        self.filter.addItems([*FILTERS])
        self.order.addItems([*ORDERS])
        row = QHBoxLayout()
        row.setSpacing(theme.S)
        row.addWidget(self.search, 1)
        for widget, name, label, tip in (
            (self.search, "ready-search", "Search starting points", "Words of a name, a year, a paper or an idea"),
            (self.filter, "ready-filter", "Which networks", f"{FITS}: a step in the memory that is free"),
            (self.order, "ready-order", "Sort by", "In the order of years it is a course in itself"),
        ):
            widget.setObjectName(name)
            widget.setAccessibleName(label)
            widget.setToolTip(tip)
        row.addWidget(self.filter)
        by = QLabel("Sort by")
        by.setBuddy(self.order)
        row.addWidget(by)
        row.addWidget(self.order)
        return row

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.open_button: QPushButton = buttons.addButton("Open", QDialogButtonBox.ButtonRole.AcceptRole)
        self.open_button.setObjectName("ready-open")
        self.open_button.setDefault(True)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        buttons.accepted.connect(self.open_chosen)
        buttons.rejected.connect(self.reject)
        return buttons


def _open(name: str) -> Network:
    from workbench.core.modelling.opening import torchvision_network

    return torchvision_network(name)
