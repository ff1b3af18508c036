"""The scene: a mirror of the network. It is told what changed and redraws that; it never changes the network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from workbench.core.graph.network import Network, Node, Position
from workbench.core.graph.outline import GROUP, ROOT, Outline, outline
from workbench.core.modelling.shapes import Analysis
from workbench.gui.builder import style
from workbench.gui.builder.card import Card
from workbench.gui.builder.connections import Connections
from workbench.gui.builder.edge_item import EdgeItem, EdgeKey
from workbench.gui.builder.flow import FLOWS, Flow
from workbench.gui.builder.frame_item import FrameItem
from workbench.gui.builder.ghost_item import GhostItem
from workbench.gui.builder.ghost_links import GhostKey
from workbench.gui.builder.group_facts import group_text
from workbench.gui.builder.group_item import GroupItem
from workbench.gui.builder.node_item import NodeItem
from workbench.gui.builder.notes_item import RemarkItem
from workbench.gui.builder.picture import first_open, heir, picture, places_of, stacks_in_sight
from workbench.gui.builder.told_shapes import show_reports, show_shapes

MARGIN = 3000.0
"""How far one can pan beyond the network."""
EMPTY = Network("")


class NetworkScene(QGraphicsScene):
    """One item for each node, closed group, open group and connection that is seen, by name.

    Which groups are open, and which one is looked at alone, is the scene's own: it is no part of the network.
    """

    picked = Signal()
    """The selection is another one."""
    unfolded = Signal()
    """Other groups are open, or another one is looked at."""
    carried = Signal()
    """Cards are shown elsewhere, as they are dragged or glide."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.network = EMPTY
        self.tree: Outline = outline(EMPTY)
        self.opened: frozenset[str] = frozenset()
        self.root = ROOT
        self.nodes: dict[str, Card] = {}
        """The cards: nodes, and groups that are closed."""
        self.frames: dict[str, FrameItem] = {}
        self.remarks: dict[str, RemarkItem] = {}
        """The notes and frames that are seen; `Notes` keeps them."""
        self.ghosts: dict[GhostKey, GhostItem] = {}
        """The neighbours of the group that is looked at alone; `Ghosts` keeps them."""
        self.connections = Connections(self)
        self.picture = picture(self.tree, {}, (), ROOT)
        self._places: dict[str, Position] = {}
        self._found: dict[str, Position] = {}
        """Where the layout has put the nodes that do not say where they are; undo brings them back there."""
        self._order: list[str] = []
        self._is_busy = False
        self._dragged: set[str] = set()
        self._analysis: Analysis | None = None
        self.selectionChanged.connect(self._selection_changed)

    # following the network

    def open(self, network: Network, opened: Collection[str] | None = None) -> None:
        """Show another network from the beginning, with these groups open or those that suit its size."""
        self.blockSignals(True)
        self.clear()
        self.blockSignals(False)
        self.nodes, self.frames, self.remarks, self.ghosts, self._order = {}, {}, {}, {}, []
        self.connections, self._analysis = Connections(self), None
        self._places, self._found, self.root = {}, {}, ROOT
        self.network, self.tree = network, outline(network)
        self.opened = first_open(self.tree) if opened is None else frozenset(opened)
        self._places = self._found = places_of(self.tree, {})
        self._show(EMPTY)
        self.unfolded.emit()
        self.picked.emit()

    def follow(self, _before: Network, after: Network) -> None:
        """Show the difference between what is shown and `after`: several changes may have come together."""
        shown, before = self.picture.seen, self.tree
        if not any(self.network.nodes.get(node.name) is node for node in after):
            self._found = {}  # another network altogether: old places under the same names mean nothing
        self.network, self.tree = after, outline(after)
        self.opened |= stacks_in_sight(before, self.tree, self.opened)
        self._found = {**self._found, **places_of(self.tree, self._found)}
        self._places = {node.name: node.position or self._found[node.name] for node in after}
        self.root = self.root if self.root in self.tree else ROOT
        chosen = [heir(before, self.tree, key) for key in self.chosen]
        self._show(shown)
        if any(not self._is_marked(key) for key in self._order):
            self.select([key for key in chosen if self.item(key) is not None])
        if before.groups != self.tree.groups:
            self.unfolded.emit()

    def _show(self, shown: Network) -> None:
        """Show the difference between what was seen and what is to be seen now.

        Nobody hears of the selection meanwhile: a field that is left then makes an edit, which is shown in turn.
        """
        self._is_busy = True
        try:
            self._redraw(shown)
        finally:
            self._is_busy = False

    def _redraw(self, shown: Network) -> None:
        self.picture = picture(self.tree, self._places, self.opened, self.root)
        seen = self.picture.seen
        gone = [node.name for node in shown if not _is_same_sort(node, seen.nodes.get(node.name))]
        changed = [node for node in seen if node.kind == GROUP or self._is_changed(node, shown.nodes.get(node.name))]
        touched = self._turned() | self.connections.at(gone)
        for name in gone:
            self._remove_node(name)
        fresh = {node.name for node in changed if node.name not in self.nodes}
        for node in changed:
            self._show_node(node)
        self.nodes = {name: self.nodes[name] for name in seen.nodes}
        moved = [name for name in self.nodes if self._show_place(name)]
        self._show_frames()
        touched |= self.connections.match(seen, changed, gone)
        self.connections.reroute(touched | self.connections.at(moved), self.nodes, moved)
        self._show_reports(fresh | set(self.frames) | {node.name for node in changed if node.kind == GROUP})
        show_shapes(self)
        self.setSceneRect(self.content().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))

    def _is_changed(self, node: Node, before: Node | None) -> bool:
        """Whether a card must be shown anew: not for another place alone, which an edit gives to every node."""
        if before is None or before.arguments is not node.arguments or before.inputs is not node.inputs:
            return True
        self.nodes[node.name].node = node
        return before.kind != node.kind

    def _turned(self) -> set[EdgeKey]:
        """Have everything run the way the network runs; the connections that this turns."""
        flow, self.connections.flow = self.connections.flow, self.flow
        if flow is self.flow:
            return set()
        for card in self.nodes.values():
            card.show_flow(self.flow)
        return {*self.connections.items}

    @property
    def flow(self) -> Flow:
        """Which way the network runs."""
        return FLOWS[self.network.canvas.direction]

    def pinned(self, network: Network) -> Network:
        """The network with the places that are shown written into it where it has none."""
        if all(node.position for node in network):
            return network
        places = self._places
        return network.with_nodes(
            node if node.position or node.name not in places else node.with_(position=places[node.name])
            for node in network
        )

    @property
    def edges(self) -> dict[EdgeKey, EdgeItem]:
        """What shows each connection that is seen."""
        return self.connections.items

    def place(self, name: str) -> Position:
        """Where a node, or a closed group, is when all groups beside it are closed."""
        return self.picture.closed[name]

    @property
    def places(self) -> dict[str, Position]:
        """Where all nodes are when all groups beside them are closed."""
        return dict(self._places)

    def content(self) -> QRectF:
        """The rectangle that holds everything."""
        bounds = self.rectangle(self.nodes)
        for frame in self.frames.values():
            bounds = bounds.united(frame.box())
        for remark in self.remarks.values():
            bounds = bounds.united(remark.box())
        for ghost in self.ghosts.values():
            bounds = bounds.united(ghost.box())
        return bounds

    def rectangle(self, names: Iterable[str]) -> QRectF:
        """The rectangle that holds these nodes and groups as far as they are seen."""
        bounds = QRectF()
        for item in map(self.item, names):
            if item is not None:
                bounds = bounds.united(item.box())
        return bounds

    def item(self, name: str) -> Card | FrameItem | None:
        """What shows a node or a group: its card, its frame, or the card of the closed group it is in."""
        found = self.nodes.get(name) or self.frames.get(name)
        if found is None and name in self.tree:
            return next((self.nodes[key] for key in self.tree.around(name) if key in self.nodes), None)
        return found

    def nodes_in(self, area: QRectF) -> list[str]:
        """The cards that an area touches, in the order of the network."""
        touched = {item.name for item in self.items(area) if isinstance(item, Card)}
        return [name for name in self.nodes if name in touched]

    def frame_at(self, place: QPointF, leaving_out: Collection[str] = ()) -> str:
        """The innermost open group at a place, or the group that is looked at."""
        found = [key for key, frame in self.frames.items() if key not in leaving_out and frame.box().contains(place)]
        return max(found, key=lambda key: self.frames[key].depth, default=self.root)

    def remark_at(self, place: QPointF) -> RemarkItem | None:
        """The note, or the title or corner of a frame, at a place where no card is in front of it."""
        found = (item for item in self.items(place) if isinstance(item, (RemarkItem, Card, FrameItem)))
        item = next(found, None)
        return item if isinstance(item, RemarkItem) else None

    def remarks_in(self, area: QRectF) -> list[str]:
        """The notes and frames that lie wholly in an area."""
        return [key for key, item in self.remarks.items() if area.contains(item.box())]

    # open and closed

    def unfold(self, opened: Collection[str], root: str | None = None) -> None:
        """Have exactly these groups open, and look at one of them alone or (`ROOT`) at everything."""
        chosen = self.chosen
        self.opened = frozenset(key for key in opened if self.tree.is_group(key))
        self.root = root if root is not None and (root in self.tree or root == ROOT) else self.root
        self._show(self.picture.seen)
        self.select([item.name for item in map(self.item, chosen) if item is not None])
        self.unfolded.emit()

    def toggle(self, key: str) -> None:
        """Open a closed group, or close an open one."""
        self.unfold(self.opened ^ {key})
        self.select([key])

    def dive(self, key: str) -> None:
        """Look at one group alone, or (`ROOT`) at everything."""
        self.unfold(self.opened, key)

    def uncover(self, name: str) -> None:
        """Open the groups around a node, and look at everything if it lies outside what is looked at."""
        around = [*self.tree.around(name)] if name in self.tree else []
        root = self.root if self.root in around else ROOT
        if root != self.root or any(key not in self.opened for key in around[: _place(around, root)]):
            self.unfold(self.opened | set(around), root)

    def _show_node(self, node: Node) -> None:
        item = self.nodes.get(node.name)
        if isinstance(item, GroupItem):
            item.show_group(node, group_text(self.tree, node.name))
        elif isinstance(item, NodeItem):
            item.show_node(node, self._frame_around(node.name))
        else:
            made = GroupItem(node, group_text(self.tree, node.name)) if node.kind == GROUP else NodeItem(node)
            if isinstance(made, NodeItem):
                made.show_node(node, self._frame_around(node.name))
            made.show_flow(self.flow)
            made.setPos(QPointF(1e9, 1e9))
            self.nodes[node.name] = made
            self.addItem(made)

    def _frame_around(self, name: str) -> str:
        """The group whose frame is seen around a node, as a prefix of names."""
        return next((self.tree.prefix(key) for key in self.tree.around(name) if key not in self.tree.stacks), "")

    def _show_place(self, name: str) -> bool:
        """Put a card where it belongs; whether it was elsewhere."""
        item, place = self.nodes[name], QPointF(*self.picture.arrangement.cards[name])
        if item.pos() == place:
            return False
        item.setPos(place)
        self.connections.put(name, item.box())
        return True

    def _remove_node(self, name: str) -> None:
        self.connections.take_away(name)
        self._remove(self.nodes.pop(name))

    def _remove(self, item: QGraphicsItem) -> None:
        if item.isSelected():
            item.setSelected(False)
        self.removeItem(item)

    def _show_frames(self) -> None:
        frames = self.picture.arrangement.frames
        for key in [key for key in self.frames if key not in frames]:
            self._remove(self.frames.pop(key))
        for key, rect in frames.items():
            item = self.frames.get(key)
            if item is None:
                item = self.frames[key] = FrameItem(key)
                self.addItem(item)
            item.show_group(group_text(self.tree, key), len([*self.tree.around(key)]), self.flow)
            item.reach(QRectF(*rect))
        self.connections.frames = [item.box() for item in self.frames.values()]

    # ways

    def drag(self, names: Iterable[str], frames: Iterable[str], way: QPointF) -> None:
        """Show cards and frames elsewhere while they are dragged; the network learns of it when the gesture ends."""
        cards = self.picture.arrangement.cards
        names = [name for name in names if name in self.nodes]
        for name in names:
            self.nodes[name].setPos(QPointF(*cards[name]) + way)
            self.connections.put(name, self.nodes[name].box())
        for key in frames:
            self.frames[key].shift(way)
        self._dragged = {*names} if not way.isNull() else set()
        self.connections.reroute(self.connections.at(names), self.nodes)
        self.carried.emit()

    def show_places(self, places: Mapping[str, QPointF]) -> None:
        """Show cards on their way from one place to another; the network knows nothing of it."""
        for name, place in places.items():
            self.nodes[name].setPos(place)
            self.connections.put(name, self.nodes[name].box())
        self.connections.reroute(self.connections.at(places), self.nodes)
        self.carried.emit()

    def settle(self) -> None:
        """Show what was dragged where it belongs again."""
        self.drag(self._dragged, [*self.frames], QPointF())

    def cards_of(self, keys: Iterable[str]) -> list[str]:
        """The cards that show these nodes and groups: of an open group those in it."""
        seen = {item.name for key in keys for item in map(self.item, self.tree.nodes(key)) if isinstance(item, Card)}
        return [name for name in self.nodes if name in seen]

    # the analysis

    def show_analysis(self, analysis: Analysis) -> None:
        """Show the shapes and problems of the network that is shown."""
        self._analysis = analysis
        self._show_reports({*self.nodes, *self.frames})

    def _show_reports(self, keys: Collection[str]) -> None:
        """Have these cards and frames say what is known of them, if it is known of this network."""
        if self._analysis is not None and self._analysis.network is self.network:
            show_reports(self, self._analysis, keys)

    def show_stale(self) -> None:
        """The analysis that is shown is of an older network."""
        for item in self.nodes.values():
            item.show_stale()

    def restyle(self) -> None:
        """Draw everything in the colours of a new theme, or with another font."""
        style.renew()
        for item in self.nodes.values():
            item.restyle()
        self.update()

    # selection

    @property
    def chosen(self) -> list[str]:
        """The selected nodes and groups in the order in which they were selected."""
        return list(self._order)

    @property
    def selected(self) -> list[str]:
        """The selected nodes, and those within selected groups, in the order in which they were selected."""
        return list(dict.fromkeys(name for key in self._order for name in self.tree.nodes(key)))

    @property
    def chosen_remarks(self) -> list[str]:
        """The keys of the selected notes and frames."""
        return [key for key, item in self.remarks.items() if item.isSelected()]

    def select_remarks(self, keys: Iterable[str]) -> None:
        """Select these notes and frames too."""
        for key in keys:
            if key in self.remarks:
                self.remarks[key].setSelected(True)

    @property
    def selected_edges(self) -> list[EdgeKey]:
        """The selected connections."""
        return sorted(item.key for item in self.selectedItems() if isinstance(item, EdgeItem))

    def select(self, names: Collection[str]) -> None:
        """Select these nodes and groups and nothing else; a closed group of which only a part is wanted opens."""
        known = {name for name in names if name in self.tree}
        for name in known:
            if self._is_covered(name, known):
                self.uncover(name)
        keys = dict.fromkeys(self._shown_by(name) for name in names if name in self.tree)
        self.blockSignals(True)
        self.clearSelection()
        for key in keys:
            item = self.item(key)
            if item is not None:
                item.setSelected(True)
        self.blockSignals(False)
        self._order = [key for key in keys if self.item(key) is not None]
        self.selectionChanged.emit()

    def _is_marked(self, key: str) -> bool:
        item = self.nodes.get(key) or self.frames.get(key)
        return item is not None and item.isSelected()

    def _shown_by(self, name: str) -> str:
        item = self.item(name)
        return item.name if item is not None else name

    def _is_covered(self, name: str, wanted: set[str]) -> bool:
        """Whether a node lies in a closed group, or outside what is looked at, and other nodes there are not wanted."""
        item = self.item(name)
        return item is None or (item.name != name and not wanted >= set(self.tree.nodes(item.name)))

    def _selection_changed(self) -> None:
        if self._is_busy:
            return
        chosen = [item.name for item in self.selectedItems() if isinstance(item, (Card, FrameItem))]
        known = set(chosen)
        kept = [name for name in self._order if name in known]
        fresh = set(known).difference(kept)
        self._order = kept + [name for name in chosen if name in fresh]
        near = self.connections.at(self._order)
        for frame in (name for name in self._order if name in self.frames):
            inside = {*self.cards_of([frame])}
            crossing = self.connections.at(inside)
            near |= {key for key in crossing if not inside.issuperset((key.source, key.target))}
        self.connections.show_near(near)
        self.picked.emit()


def _is_same_sort(before: Node, after: Node | None) -> bool:
    """Whether a node is still there and its card can show it: a closed group may give its name to a layer."""
    return after is not None and (before.kind == GROUP) == (after.kind == GROUP)


def _place(keys: list[str], key: str) -> int:
    return keys.index(key) if key in keys else len(keys)
