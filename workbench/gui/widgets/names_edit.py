"""Names of nodes and groups: typed with commas between them, or ticked in the tree of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.core.graph.network import Network
from workbench.gui import icons, theme

NAME = Qt.ItemDataRole.UserRole
SIZE = (280, 320)


class NamesEdit(QLineEdit):
    """A line of names; with a network to choose from, a button in it opens the tree (Alt+Down)."""

    def __init__(self, offer: Callable[[], Network] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer = offer
        self.tree: NamesTree | None = None
        self.setTextMargins(2, 0, 0, 0)
        self.setPlaceholderText("none")
        if offer is not None:
            self._choose = QAction("Choose from the network (Alt+Down)", self)
            icons.set_icon(self._choose, "chevron-down")
            self._choose.triggered.connect(self.choose)
            self.addAction(self._choose, QLineEdit.ActionPosition.TrailingPosition)

    def names(self) -> tuple[str, ...]:
        """What is typed."""
        return tuple(part.strip() for part in self.text().split(",") if part.strip())

    def show_names(self, names: tuple[str, ...]) -> None:
        """Show other names; a text that says the same stays as it is typed."""
        if self.names() != names:
            self.setText(", ".join(names))

    def choose(self) -> None:
        """Open the tree below the line; what is ticked there is written here at once."""
        if self._offer is None:
            return
        self.tree = NamesTree(self._offer(), self.names(), self)
        self.tree.setObjectName(f"{self.objectName()}-tree")
        self.tree.ticked.connect(self._tick)
        self.tree.destroyed.connect(self._forget_tree)
        self.tree.resize(max(self.width(), SIZE[0]), SIZE[1])
        self.tree.move(self.mapToGlobal(self.rect().bottomLeft()))
        self.tree.show()
        self.tree.list.setFocus()

    def _forget_tree(self) -> None:
        self.tree = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.choose()
        else:
            super().keyPressEvent(event)

    def _tick(self, name: str, is_wanted: bool) -> None:
        others = tuple(other for other in self.names() if other != name)
        self.setText(", ".join((*others, name) if is_wanted else others))


class NamesTree(QFrame):
    """The groups and nodes of a network with a box before each; a click elsewhere and Escape close it."""

    ticked = Signal(str, bool)

    def __init__(self, network: Network, names: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.search, self.list = QLineEdit(self), QTreeWidget(self)
        self.search.setPlaceholderText("Find a node or a group")
        self.search.setClearButtonEnabled(True)
        for widget, name, words in (
            (self.search, "search", "Find a node or a group"),
            (self.list, "names", "Nodes and groups of the network"),
        ):
            widget.setObjectName(f"{parent.objectName()}-{name}")
            widget.setAccessibleName(words)
            widget.setToolTip(words)
        self.list.setHeaderHidden(True)
        self.list.setUniformRowHeights(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XS, theme.XS, theme.XS, theme.XS)
        column.setSpacing(theme.XS)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self._items: dict[str, QTreeWidgetItem] = {}
        for name in _places(network):
            self._add(name, network, ticked=name in names)
        self.list.itemChanged.connect(self._tell)
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """The down key leads from the search into the tree."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down:
            self.list.setFocus()
            return True
        return False

    def item(self, name: str) -> QTreeWidgetItem:
        """The line of a node or a group."""
        return self._items[name]

    def _add(self, name: str, network: Network, *, ticked: bool) -> None:
        above, _, last = name.rpartition(".")
        parent = self._items.get(above)
        item = QTreeWidgetItem([last])
        item.setData(0, NAME, name)
        item.setToolTip(0, f"{name}: {network[name].kind}" if name in network else f"{name}: a group")
        item.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        if parent is None:
            self.list.addTopLevelItem(item)
        else:
            parent.addChild(item)
        self._items[name] = item
        while ticked and parent is not None:
            parent.setExpanded(True)
            parent = parent.parent()

    def _tell(self, item: QTreeWidgetItem) -> None:
        self.ticked.emit(item.data(0, NAME), item.checkState(0) == Qt.CheckState.Checked)

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        found = {name for name in self._items if wanted in name.lower()}
        shown = {name[: place if place >= 0 else None] for name in found for place in _ends(name)}
        for name, item in self._items.items():
            item.setHidden(name not in shown)
            item.setExpanded(bool(wanted) and name in shown)


def _ends(name: str) -> Iterator[int]:
    """Where a name and those of the groups around it end."""
    yield -1
    yield from (place for place, letter in enumerate(name) if letter == ".")


def _places(network: Network) -> Iterator[str]:
    """Groups and nodes in the order in which they compute, each group before what is in it."""
    seen = set()
    for node in network.execution_order:
        if network[node].kind in ("Input", "Output"):
            continue
        parts = node.split(".")
        for depth in range(1, len(parts) + 1):
            name = ".".join(parts[:depth])
            if name not in seen:
                seen.add(name)
                yield name
