"""The gallery of ready networks: what each is about, how large it is, and opening it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core.graph.network import INPUT, Network
from workbench.core.layers.kind import describe_shape
from workbench.core.modelling.opening import torchvision_input
from workbench.core.modelling.zoo import READY
from workbench.gui import theme
from workbench.gui.background import Background
from workbench.gui.builder.landmarks import LANDMARKS
from workbench.gui.errors import show_error
from workbench.gui.widgets.muted import MutedLabel

NAME = Qt.ItemDataRole.UserRole
SIZE = (860, 600)
ROW_HEIGHT = 24
NAME_COLUMN, IDEA_COLUMN, INPUT_COLUMN, PARAMETER_COLUMN = range(4)


@dataclass(frozen=True)
class Figures:
    """What is known of a network without opening it."""

    parameters: int
    accuracy: float | None = None


class Rows(QStyledItemDelegate):
    """Rows with some air."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index).expandedTo(QSize(0, ROW_HEIGHT))


class ReadyNetworks(QDialog):
    """A dialog that hands over the chosen network; torchvision's are made on a lane."""

    opened = Signal(object)
    """The `Network` that was chosen."""

    def __init__(self, jobs: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.setObjectName("ready-networks")
        self.setWindowTitle("Ready networks")
        self.resize(*SIZE)
        self._arrange()
        self._fill()
        self.search.textChanged.connect(self._show_matches)
        self.list.currentItemChanged.connect(lambda _now, _before: self._show_state())
        self.list.itemActivated.connect(lambda _item: self.open_chosen())
        self._show_state()
        jobs.submit(tutorial_figures, owner=self, lane="shapes", key="tutorial", done=self._show_figures)
        jobs.submit(landmark_figures, owner=self, lane="model", key="landmarks", done=self._show_figures)

    @property
    def chosen(self) -> str:
        """The name of the chosen network, or nothing."""
        item = self.list.currentItem()
        return str(item.data(0, NAME) or "") if item is not None and not item.isHidden() else ""

    def choose(self, name: str) -> None:
        """Make a network the chosen one."""
        self.list.setCurrentItem(self._items[name])

    def open_chosen(self) -> None:
        """Make the chosen network and hand it over."""
        name = self.chosen
        if name in READY:
            self._hand_over(READY[name].build())
        elif name:
            self._show_busy(name)
            self._jobs.submit(
                lambda: _open(name), owner=self, lane="model", key="open", done=self._hand_over, failed=self._fail
            )

    def _hand_over(self, network: Network) -> None:
        self._show_busy("")
        self.accept()  # first: a question about unsaved changes belongs to the window, not to a dialog that goes
        self.opened.emit(network)

    def _fail(self, error: Exception) -> None:
        self._show_busy("")
        show_error(self, error)

    def _show_busy(self, name: str) -> None:
        self.busy.setVisible(bool(name))
        self.state.setText(f"Opening {name}…" if name else "")
        self.open_button.setEnabled(not name and bool(self.chosen))

    def _show_state(self) -> None:
        self.open_button.setEnabled(bool(self.chosen))

    def _show_figures(self, figures: Mapping[str, Figures]) -> None:
        for name, known in figures.items():
            item = self._items.get(name)
            if item is not None:
                item.setText(PARAMETER_COLUMN, f"{known.parameters:,}")
                if known.accuracy is not None:
                    item.setToolTip(PARAMETER_COLUMN, f"{known.accuracy:.1f} % on ImageNet with torchvision's weights")

    def _show_matches(self, text: str) -> None:
        words = text.lower().split()
        first: QTreeWidgetItem | None = None
        for item in self._items.values():
            everything = f"{item.text(NAME_COLUMN)} {item.text(IDEA_COLUMN)}".lower()
            item.setHidden(not all(word in everything for word in words))
            first = first or (None if item.isHidden() else item)
        for group in self._groups:
            group.setHidden(all(item.isHidden() for item in self._items.values() if item.parent() is group))
        if first is not None and words:
            self.list.setCurrentItem(first)
        self._show_state()

    def _fill(self) -> None:
        self._items: dict[str, QTreeWidgetItem] = {}
        self._groups: list[QTreeWidgetItem] = []
        tutorials = self._group("Tutorial networks")
        for ready in READY.values():
            shape = next(iter(ready.build().of_kind(INPUT))).arguments["shape"]
            self._add(tutorials, ready.name, ready.idea, describe_shape(tuple(shape)))
        landmarks = self._group("Landmarks (torchvision, ImageNet)")
        for mark in LANDMARKS:
            self._add(landmarks, mark.name, f"{mark.year}. {mark.idea}", describe_shape(torchvision_input(mark.name)))
        self.list.expandAll()
        self.choose(next(iter(READY)))

    def _group(self, title: str) -> QTreeWidgetItem:
        group = QTreeWidgetItem([title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setFont(0, theme.font("strong"))
        self.list.addTopLevelItem(group)
        group.setFirstColumnSpanned(True)
        self._groups.append(group)
        return group

    def _add(self, group: QTreeWidgetItem, name: str, idea: str, shape: str) -> None:
        item = QTreeWidgetItem([name, idea, shape, "…"])
        item.setData(0, NAME, name)
        item.setToolTip(IDEA_COLUMN, idea)
        item.setTextAlignment(PARAMETER_COLUMN, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        group.addChild(item)
        self._items[name] = item

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        column.setSpacing(theme.S)
        headline = QLabel("Start from a ready network")
        headline.setFont(theme.font("title"))
        column.addWidget(headline)
        column.addWidget(MutedLabel("Every one can be edited, trained and exported. They open without weights."))
        self.search = QLineEdit()
        self.search.setObjectName("ready-search")
        self.search.setAccessibleName("Search ready networks")
        self.search.setPlaceholderText("Search by name or idea")
        self.search.setClearButtonEnabled(True)
        column.addWidget(self.search)
        self.list = self._make_list()
        column.addWidget(self.list, 1)
        self.state, self.busy = MutedLabel(), QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setMaximumHeight(6)
        self.busy.hide()
        column.addWidget(self.state)
        column.addWidget(self.busy)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.open_button: QPushButton = buttons.addButton("Open", QDialogButtonBox.ButtonRole.AcceptRole)
        self.open_button.setObjectName("ready-open")
        self.open_button.setDefault(True)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        buttons.accepted.connect(self.open_chosen)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _make_list(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setObjectName("ready-list")
        tree.setAccessibleName("Ready networks")
        tree.setHeaderLabels(["Network", "Idea", "Input", "Parameters"])
        tree.headerItem().setTextAlignment(PARAMETER_COLUMN, Qt.AlignmentFlag.AlignRight)
        tree.setItemDelegate(Rows(tree))
        tree.setIndentation(14)
        tree.setRootIsDecorated(False)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(IDEA_COLUMN, QHeaderView.ResizeMode.Stretch)
        return tree


def tutorial_figures() -> dict[str, Figures]:
    """The parameters of our own networks; loads torch."""
    from workbench.core.modelling.shapes import analyse

    return {name: Figures(analyse(ready.build()).parameters) for name, ready in READY.items()}


def landmark_figures() -> dict[str, Figures]:
    """Parameters and accuracy that torchvision publishes with its weights; loads torchvision."""
    import torchvision

    figures = {}
    for mark in LANDMARKS:
        facts = torchvision.models.get_model_weights(mark.name).DEFAULT.meta
        figures[mark.name] = Figures(facts["num_params"], facts["_metrics"]["ImageNet-1K"]["acc@1"])
    return figures


def _open(name: str) -> Network:
    from workbench.core.modelling.opening import torchvision_network

    return torchvision_network(name)
