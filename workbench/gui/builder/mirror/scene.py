"""The scene: a mirror of the network. It is told what changed and redraws that; it never changes the network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal
from PySide6.QtWidgets import QGraphicsScene

from workbench.core.graph.network import Network, Node, Position
from workbench.core.graph.outline import GROUP, ROOT, Outline, outline
from workbench.core.modelling.shapes import Analysis
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.edge_item import EdgeItem, EdgeKey
from workbench.gui.builder.items.flow import FLOWS, Flow
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.ghost_item import GhostItem
from workbench.gui.builder.items.ghost_links import GhostKey
from workbench.gui.builder.items.notes_item import RemarkItem
from workbench.gui.builder.mirror.cards import Cards, is_same_sort
from workbench.gui.builder.mirror.connections import Connections
from workbench.gui.builder.mirror.frames import Frames
from workbench.gui.builder.mirror.picture import first_open, heir, picture, places_of, stacks_in_sight
from workbench.gui.builder.mirror.selection import Selection
from workbench.gui.builder.mirror.told_shapes import show_reports, show_shapes

MARGIN = 3000.0
"""How far one can pan beyond the network."""
STALE_MS = 200
"""Shapes that are out of date fade after so long: mostly they are known anew before that."""
EMPTY = Network("")


class NetworkScene(QGraphicsScene):
    """One item for each node, closed group, open group and connection that is seen, by name.

    Which groups are open, and which one is looked at alone, is the scene's own: it is no part of the network.
    """

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
        self.remarks: dict[str, RemarkItem] = {}
        """The notes and frames that are seen; `Notes` keeps them."""
        self.ghosts: dict[GhostKey, GhostItem] = {}
        """The neighbours of the group that is looked at alone; `Ghosts` keeps them."""
        self._make_parts()
        self.selection = Selection(self)
        self.picked = self.selection.changed
        self.selectionChanged.connect(self._selection_changed)
        self.picture = picture(self.tree, {}, (), ROOT)
        self._places: dict[str, Position] = {}
        self._found: dict[str, Position] = {}
        """Where the layout has put the nodes that do not say where they are; undo brings them back there."""
        self._awaited: frozenset[str] = frozenset()
        self._heir = ""
        self._dragged: set[str] = set()
        self._analysis: Analysis | None = None
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.setInterval(STALE_MS)
        self._fading.timeout.connect(self._fade)

    def _make_parts(self) -> None:
        self._cards, self._frames = Cards(self), Frames(self)
        self.connections = Connections(self, self._cards.boxes)

    @property
    def nodes(self) -> dict[str, Card]:
        """The cards: nodes, and groups that are closed."""
        return self._cards.items

    @property
    def frames(self) -> dict[str, FrameItem]:
        """What shows each open group."""
        return self._frames.items

    @property
    def edges(self) -> dict[EdgeKey, EdgeItem]:
        """What shows each connection that is seen."""
        return self.connections.items

    # following the network

    def open(self, network: Network, opened: Collection[str] | None = None) -> None:
        """Show another network from the beginning, with these groups open or those that suit its size."""
        self.blockSignals(True)
        self.clear()
        self.blockSignals(False)
        self._make_parts()
        self._fading.stop()
        self.remarks, self.ghosts, self._analysis = {}, {}, None
        self.selection.forget()
        self._places, self._found, self.root = {}, {}, ROOT
        self.network, self.tree = network, outline(network)
        self.opened = first_open(self.tree) if opened is None else frozenset(opened)
        self._places = places_of(self.tree, {})
        self._found = dict(self._places)
        self._show(EMPTY)
        self.unfolded.emit()
        self.picked.emit()

    def follow(self, _before: Network, after: Network) -> None:
        """Show the difference between what is shown and `after`: several changes may have come together."""
        shown, before = self.picture.seen, self.tree
        if not any(_is_kept(self.network.nodes.get(node.name), node) for node in after):
            self._found = {}  # another network altogether: old places under the same names mean nothing
        self.network, self.tree = after, outline(after)
        awaited, self._awaited = self._awaited, frozenset()
        chosen, self._heir = [self._heir] if self._heir in self.tree else None, ""
        self.opened |= stacks_in_sight(before, self.tree, self.opened).union(filter(self.tree.is_group, awaited))
        self._places = places_of(self.tree, self._found)
        self._found |= {node.name: self._places[node.name] for node in after if node.position is None}
        self.root = self.root if self.root in self.tree else ROOT
        chosen = chosen or [heir(before, self.tree, key) for key in self.chosen]
        self._show(shown)
        if not self.selection.is_shown:
            self.select([key for key in chosen if self.item(key) is not None])
        else:
            self.selection.show_near()
        if before.groups != self.tree.groups:
            self.unfolded.emit()

    def _show(self, shown: Network) -> None:
        """Show the difference between what was seen and what is to be seen now.

        Nobody hears of the selection meanwhile: a field that is left then makes an edit, which is shown in turn.
        """
        self.selection.is_silent = True
        try:
            self._redraw(shown)
        finally:
            self.selection.is_silent = False

    def _redraw(self, shown: Network) -> None:
        self.picture = picture(self.tree, self._places, self.opened, self.root)
        seen, arrangement = self.picture.seen, self.picture.arrangement
        gone = [node.name for node in shown if not is_same_sort(node, seen.nodes.get(node.name))]
        fresh = {node.name for node in seen if not is_same_sort(node, shown.nodes.get(node.name))}
        changed = [node for node in seen if self._is_changed(node, shown.nodes.get(node.name), fresh)]
        touched = self.connections.run(self.flow) | self.connections.at(gone)
        self._cards.run(self.flow)
        for name in gone:
            self._cards.remove(name)
        for node in changed:
            self._cards.show(node, self.tree)
        self._cards.order(seen.nodes)
        ways = self._cards.put(arrangement.cards)
        self._frames.match(arrangement.frames, self.tree, self.flow)
        touched |= self.connections.match(seen, changed, gone)
        self.connections.frames = self._frames.boxes()
        self.connections.follow(touched, ways, self.nodes)
        self._show_reports(fresh | set(self.frames) | {node.name for node in changed if node.kind == GROUP})
        show_shapes(self)
        self.make_room()

    def make_room(self) -> None:
        """Have one pan around everything that is seen; who puts something more there says so."""
        self.setSceneRect(self.content().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))

    def _is_changed(self, node: Node, before: Node | None, fresh: AbstractSet[str]) -> bool:
        """Whether a card must be shown anew: not for another place alone, which an edit gives to every node.

        In a broken file nodes name inputs that do not exist: something `fresh` that is called so feeds them.
        """
        if node.kind == GROUP or not _is_kept(before, node) or before is None or before.inputs is not node.inputs:
            return True
        if fresh and not fresh.isdisjoint(node.inputs):
            return True
        self._cards.keep(node)
        return before.kind != node.kind

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
            node if node.position or node.name not in places else node.at(places[node.name]) for node in network
        )

    def place(self, name: str) -> Position:
        """Where a node, or a closed group, is when all groups beside it are closed."""
        return self.picture.closed[name]

    @property
    def places(self) -> dict[str, Position]:
        """Where all nodes are when all groups beside them are closed."""
        return dict(self._places)

    def content(self) -> QRectF:
        """The rectangle that holds everything."""
        bounds = self._cards.content()
        for box in self._frames.boxes():
            bounds = bounds.united(box)
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
        return self._frames.at(place, leaving_out) or self.root

    def remark_at(self, place: QPointF) -> RemarkItem | None:
        """The note, or the title or corner of a frame, at a place where no card is in front of it."""
        found = (item for item in self.items(place) if isinstance(item, (RemarkItem, Card, FrameItem)))
        item = next(found, None)
        return item if isinstance(item, RemarkItem) else None

    def remarks_in(self, area: QRectF) -> list[str]:
        """The notes and frames that lie wholly in an area."""
        return [key for key, item in self.remarks.items() if area.contains(item.box())]

    # open and closed

    def expect(self, groups: Collection[str], chosen: str) -> None:
        """What an edit is about to make: groups that are seen open from the first moment, one of them selected."""
        self._awaited, self._heir = frozenset(groups), chosen

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

    # ways

    def drag(self, names: Iterable[str], frames: Iterable[str], way: QPointF) -> None:
        """Show cards and frames elsewhere while they are dragged; the network learns of it when the gesture ends."""
        cards, (right, down) = self.picture.arrangement.cards, way.toTuple()
        names = [name for name in names if name in self.nodes]
        self._cards.put({name: (cards[name][0] + right, cards[name][1] + down) for name in names})
        for key in frames:
            self.frames[key].shift(way)
        self._dragged = {*names} if not way.isNull() else set()
        self.connections.reroute(self.connections.at(names), self.nodes)
        self.carried.emit()

    def show_places(self, places: Mapping[str, QPointF]) -> None:
        """Show cards on their way from one place to another; the network knows nothing of it."""
        self._cards.put({name: place.toTuple() for name, place in places.items()})
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
        if analysis.network is self.network:
            self._fading.stop()
        self._show_reports({*self.nodes, *self.frames})

    def _show_reports(self, keys: Collection[str]) -> None:
        """Have these cards and frames say what is known of them, if it is known of this network."""
        if self._analysis is not None and self._analysis.network is self.network:
            show_reports(self, self._analysis, keys)

    def show_stale(self) -> None:
        """The analysis that is shown is of an older network; that is seen unless another one comes at once."""
        self._fading.start()

    def _fade(self) -> None:
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
        return self.selection.keys

    @property
    def selected(self) -> list[str]:
        """The selected nodes, and those within selected groups, in the order in which they were selected."""
        return self.selection.nodes

    @property
    def chosen_remarks(self) -> list[str]:
        """The keys of the selected notes and frames."""
        return self.selection.remarks

    @property
    def selected_edges(self) -> list[EdgeKey]:
        """The selected connections."""
        return self.selection.edges

    def _selection_changed(self) -> None:
        self.selection.follow()

    def select(self, names: Collection[str]) -> None:
        """Select these nodes and groups and nothing else; a closed group of which only a part is wanted opens."""
        self.selection.choose(names)

    def select_remarks(self, keys: Iterable[str]) -> None:
        """Select these notes and frames too."""
        self.selection.add_remarks(keys)


def _is_kept(before: Node | None, after: Node) -> bool:
    """Whether a node is the one it was, but perhaps for its place and what feeds it."""
    return before is not None and before.arguments is after.arguments


def _place(keys: list[str], key: str) -> int:
    return keys.index(key) if key in keys else len(keys)
