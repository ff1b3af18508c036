"""The list of a network's nodes in the order in which they run, with a search field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import describe_shape
from workbench.core.modelling.shapes import Analysis, NodeReport
from workbench.gui import theme

NODE = Qt.ItemDataRole.UserRole


class _List(QTreeWidget):
    """The rows; the keys Left and Right belong to the samples."""

    sideways = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.sideways.emit(1 if event.key() == Qt.Key.Key_Right else -1)
            return
        super().keyPressEvent(event)


class NodeList(QWidget):
    """Choose a node; its kind shows as a coloured dot, its output shape on the right."""

    node_chosen = Signal(str)
    sideways = Signal(int)
    """Left (-1) or right (1) was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit(placeholderText="Find a node", clearButtonEnabled=True)
        self.search.setObjectName("inspect-node-search")
        self.search.setAccessibleName("Find a node")
        self.search.textChanged.connect(self._filter)
        self.rows = _List()
        self.rows.setObjectName("inspect-node")
        self.rows.setAccessibleName("Nodes of the network")
        self.rows.sideways.connect(self.sideways)
        self.rows.currentItemChanged.connect(self._tell)
        self._prepare_rows()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self.search)
        column.addWidget(self.rows, 1)

    @property
    def node(self) -> str | None:
        """The chosen node."""
        item = self.rows.currentItem()
        return None if item is None else str(item.data(0, NODE))

    def show_nodes(self, analysis: Analysis, *, choose: str | None = None) -> None:
        """Show the nodes of another network and choose one: the given one, or the first that computes something."""
        self.rows.blockSignals(True)
        self.rows.clear()
        for name in analysis.network.execution_order:
            self.rows.addTopLevelItem(_row(analysis.nodes[name]))
        names = list(analysis.network.execution_order)
        self.rows.blockSignals(False)
        self._filter(self.search.text())
        self.choose(choose if choose in names else names[min(1, len(names) - 1)])

    def clear(self) -> None:
        """Show no nodes."""
        self.rows.clear()

    def choose(self, node: str) -> None:
        """Choose a node by its name."""
        for row in range(self.rows.topLevelItemCount()):
            item = self.rows.topLevelItem(row)
            if item is not None and item.data(0, NODE) == node:
                self.rows.setCurrentItem(item)

    def step(self, by: int) -> None:
        """Choose a later or an earlier node among those that the search leaves."""
        item = self.rows.currentItem()
        if item is None:
            return
        following = self.rows.itemBelow(item) if by > 0 else self.rows.itemAbove(item)
        if following is not None:
            self.rows.setCurrentItem(following)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the dots in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for row in range(self.rows.topLevelItemCount()):
                item = self.rows.topLevelItem(row)
                if item is not None:
                    _colour(item)

    def _prepare_rows(self) -> None:
        self.rows.setColumnCount(2)
        self.rows.setHeaderLabels(["Node", "Output"])
        self.rows.setRootIsDecorated(False)
        self.rows.setUniformRowHeights(True)
        self.rows.setIconSize(QSize(10, 10))
        self.rows.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.rows.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        for row in range(self.rows.topLevelItemCount()):
            item = self.rows.topLevelItem(row)
            if item is not None:
                item.setHidden(wanted not in item.toolTip(0).lower())

    def _tell(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.node_chosen.emit(str(item.data(0, NODE)))


def _row(report: NodeReport) -> QTreeWidgetItem:
    shape = "unknown" if report.output_shape is None else describe_shape(report.output_shape)
    item = QTreeWidgetItem([report.name, shape])
    item.setData(0, NODE, report.name)
    item.setData(1, NODE, CATALOG[report.kind].category if report.kind in CATALOG else "")
    item.setToolTip(0, f"{report.name}: {report.kind}")
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    _colour(item)
    return item


def _colour(item: QTreeWidgetItem) -> None:
    """A dot in the colour of the kind's category, ringed where the row is chosen."""
    colours = theme.current()
    colour = colours.kind_colour(str(item.data(1, NODE)))
    icon = QIcon()
    icon.addPixmap(_dot(colour, colour), QIcon.Mode.Normal)
    icon.addPixmap(_dot(colour, colours.on_accent), QIcon.Mode.Selected)
    item.setIcon(0, icon)
    item.setForeground(1, colours.muted)


def _dot(colour: QColor, ring: QColor) -> QPixmap:
    picture = QPixmap(20, 20)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ring, 1.5))
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(1, 1, 8, 8))
    painter.end()
    return picture
