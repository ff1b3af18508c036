"""The scene: a mirror of the network. It is told what changed and redraws that; it never changes the network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsScene

from workbench.core.graph.layout import layered_layout
from workbench.core.graph.network import Network, Node, Position
from workbench.core.modelling.shapes import Analysis
from workbench.gui.builder import style
from workbench.gui.builder.boxes import Boxes
from workbench.gui.builder.edge_item import EdgeItem, EdgeKey
from workbench.gui.builder.node_item import NodeItem
from workbench.gui.builder.routing import STEP, corners

SIZE = (style.WIDTH, style.HEIGHT)
MARGIN = 3000.0
"""How far one can pan beyond the network."""


class NetworkScene(QGraphicsScene):
    """One item for each node and each connection, by name."""

    picked = Signal()
    """The selection is another one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.network = Network("")
        self.nodes: dict[str, NodeItem] = {}
        self.edges: dict[EdgeKey, EdgeItem] = {}
        self._edges_of: dict[str, set[EdgeKey]] = {}
        self._boxes = Boxes(*SIZE)
        self._places: dict[str, Position] = {}
        self._found: dict[str, Position] = {}
        """Where the layout has put the nodes that do not say where they are; undo brings them back there."""
        self._order: list[str] = []
        self.selectionChanged.connect(self._selection_changed)

    # following the network

    def open(self, network: Network) -> None:
        """Show another network from the beginning."""
        self.blockSignals(True)
        self.clear()
        self.blockSignals(False)
        self.nodes, self.edges, self._edges_of, self._order = {}, {}, {}, []
        self._boxes = Boxes(*SIZE)
        self._places, self._found = {}, {}
        self.network = Network("")
        self.follow(self.network, network)
        self.picked.emit()

    def follow(self, before: Network, after: Network) -> None:
        """Show the difference between what is shown and `after`."""
        del before  # what is shown counts: several changes may have come together
        shown, self.network = self.network, after
        gone = [name for name in shown.nodes if name not in after]
        changed = [node for node in after if shown.nodes.get(node.name) is not node]
        self._remember(changed)
        touched = {EdgeKey(*key) for name in gone for key in self._edges_of.get(name, ())}
        for name in gone:
            self._remove_node(name)
        moved = [node.name for node in changed if self._show_node(node)]
        touched |= self._match_edges(changed, gone)
        self._reroute(touched | {key for name in moved for key in self._edges_of.get(name, ())}, moved)
        self.setSceneRect(self.content().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))

    def pinned(self, network: Network) -> Network:
        """The network with the places that are shown written into it where it has none."""
        if all(node.position for node in network):
            return network
        places = self._places
        return network.with_nodes(
            node if node.position or node.name not in places else node.with_(position=places[node.name])
            for node in network
        )

    def place(self, name: str) -> Position:
        """Where a node is shown."""
        return self._places[name]

    @property
    def places(self) -> dict[str, Position]:
        """Where all nodes are shown."""
        return {name: self._places[name] for name in self.nodes}

    def content(self) -> QRectF:
        """The rectangle that holds all nodes."""
        return self.rectangle(self.nodes)

    def rectangle(self, names: Iterable[str]) -> QRectF:
        """The rectangle that holds these nodes."""
        bounds = QRectF()
        for name in names:
            bounds = bounds.united(self.nodes[name].box())
        return bounds

    def nodes_in(self, area: QRectF) -> list[str]:
        """The nodes that an area touches, in the order of the network."""
        touched = {item.name for item in self.items(area) if isinstance(item, NodeItem)}
        return [name for name in self.nodes if name in touched]

    def _remember(self, changed: Collection[Node]) -> None:
        """Decide where these nodes are: where they say, or where the layout puts them."""
        if len(changed) == len(self.network):
            self._found = {}  # another network altogether: old places under the same names mean nothing
        homeless = [node.name for node in changed if not node.position and node.name not in self._found]
        if homeless:
            layout = layered_layout(self.network, size=SIZE, gap=style.GAP)
            self._found.update({name: layout[name] for name in homeless})
        self._places.update({node.name: node.position or self._found[node.name] for node in changed})

    def _show_node(self, node: Node) -> bool:
        """Show one node; whether it is at another place now."""
        item, place = self.nodes.get(node.name), QPointF(*self._places[node.name])
        self._boxes.put(node.name, place)
        if item is None:
            item = self.nodes[node.name] = NodeItem(node)
            item.setPos(place)
            self.addItem(item)
            return True
        item.show_node(node)
        if item.pos() == place:
            return False
        item.setPos(place)
        return True

    def _remove_node(self, name: str) -> None:
        item = self.nodes.pop(name)
        self._boxes.remove(name)
        if item.isSelected():
            item.setSelected(False)
        self.removeItem(item)

    def _match_edges(self, changed: Collection[Node], gone: Collection[str]) -> set[EdgeKey]:
        """Make the connections into changed nodes those of the network; returns the new ones."""
        new: set[EdgeKey] = set()
        for name in [*gone, *(node.name for node in changed)]:
            wanted = self._keys(self.network.nodes.get(name))
            had = {key for key in self._edges_of.get(name, ()) if key.target == name}
            for key in had - wanted:
                self._remove_edge(key)
            for key in sorted(wanted - had):
                self._add_edge(key)
                new.add(key)
        return new

    def _keys(self, node: Node | None) -> set[EdgeKey]:
        """The connections into a node; inputs that do not exist have none."""
        counts = Counter(source for source in (node.inputs if node else ()) if source in self.network)
        target = node.name if node else ""
        return {EdgeKey(source, target, number) for source, count in counts.items() for number in range(count)}

    def _add_edge(self, key: EdgeKey) -> None:
        item = self.edges[key] = EdgeItem(key)
        for name in (key.source, key.target):
            self._edges_of.setdefault(name, set()).add(key)
        self.addItem(item)

    def _remove_edge(self, key: EdgeKey) -> None:
        self.removeItem(self.edges.pop(key))
        for name in (key.source, key.target):
            self._edges_of[name].discard(key)

    # ways

    def drag(self, offsets: dict[str, QPointF]) -> None:
        """Show nodes at other places while they are dragged; the network learns of it when the gesture ends."""
        for name, place in offsets.items():
            self.nodes[name].setPos(place)
            self._boxes.put(name, place)
        self._reroute({key for name in offsets for key in self._edges_of.get(name, ())}, ())

    def settle(self, names: Iterable[str]) -> None:
        """Show nodes where they belong again."""
        self.drag({name: QPointF(*self._places[name]) for name in names if name in self.nodes})

    def _reroute(self, keys: Collection[EdgeKey], moved: Collection[str]) -> None:
        """New ways for these connections, and for those whose way a moved node now stands in."""
        crossed: set[EdgeKey] = set()
        if len(moved) < len(self.nodes) / 4:
            for name in moved:
                crossed |= {item.key for item in self.items(self.nodes[name].box()) if isinstance(item, EdgeItem)}
        ways = {key: self._way(key) for key in {*keys, *crossed} if key in self.edges}
        for key, way in ways.items():  # only now: every change of an item makes Qt index the scene again
            self.edges[key].follow(way)

    def _way(self, key: EdgeKey) -> list[QPointF]:
        start, end = self.nodes[key.source].port("output"), self.nodes[key.target].port("input")
        if STEP <= end.y() - start.y() <= 2 * STEP:
            return corners(start, end, ())
        area = QRectF(start, end).normalized().adjusted(-2 * style.WIDTH, -5, 2 * style.WIDTH, 5)
        return corners(start, end, self._boxes.near(area))

    # the analysis

    def show_analysis(self, analysis: Analysis) -> None:
        """Show the shapes and problems of the network that is shown."""
        for name, item in self.nodes.items():
            report = analysis.nodes.get(name)
            if report is not None:
                item.show_report(report.output_shape, report.problems + _others(analysis, name, report.problems))

    def show_stale(self) -> None:
        """The analysis that is shown is of an older network."""
        for item in self.nodes.values():
            item.show_stale()

    def restyle(self) -> None:
        """Draw everything in the colours of a new theme."""
        for item in self.nodes.values():
            item.restyle()
        self.update()

    # selection

    @property
    def selected(self) -> list[str]:
        """The selected nodes in the order in which they were selected."""
        return list(self._order)

    @property
    def selected_edges(self) -> list[EdgeKey]:
        """The selected connections."""
        return sorted(item.key for item in self.selectedItems() if isinstance(item, EdgeItem))

    def select(self, names: Collection[str]) -> None:
        """Select these nodes and nothing else."""
        self.blockSignals(True)
        self.clearSelection()
        for name in names:
            if name in self.nodes:
                self.nodes[name].setSelected(True)
        self.blockSignals(False)
        self._order = [name for name in names if name in self.nodes]
        self.selectionChanged.emit()

    def _selection_changed(self) -> None:
        chosen = [item.name for item in self.selectedItems() if isinstance(item, NodeItem)]
        known = set(chosen)
        kept = [name for name in self._order if name in known]
        fresh = set(known).difference(kept)
        self._order = kept + [name for name in chosen if name in fresh]
        near = {key for name in self._order for key in self._edges_of.get(name, ())}
        for key, edge in self.edges.items():
            edge.show_near(near=key in near)
        self.picked.emit()


def _others(analysis: Analysis, name: str, known: Collection[object]) -> tuple:
    """Problems of the whole network that are about this node."""
    return tuple(problem for problem in analysis.problems if problem.where == name and problem not in known)
