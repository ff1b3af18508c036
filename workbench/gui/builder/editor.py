"""What can be done to the network from the Build room: every call is one labelled undo step, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QGuiApplication

from workbench.core.graph import blocks as block_edits
from workbench.core.graph import edits, groups
from workbench.core.graph.document import Edit
from workbench.core.graph.layout import push_down
from workbench.core.graph.nesting import nested_layout
from workbench.core.graph.network import OUTPUT, BlockUse, Network, Node, Position, prefixes
from workbench.core.graph.outline import outline
from workbench.core.graph.parts import members
from workbench.core.graph.storage import from_json, to_json
from workbench.core.layers.blocks.library import known_blocks
from workbench.core.layers.catalog import CATALOG
from workbench.errors import Remedy, WorkbenchError
from workbench.gui.builder import style
from workbench.gui.builder.block_places import housed_block
from workbench.gui.builder.edge_item import EdgeKey
from workbench.gui.builder.labels import counted, stem
from workbench.gui.builder.scene import NetworkScene
from workbench.gui.workspace import Workspace

SHIFT = (32.0, 32.0)
"""How far copies lie from what they were copied from."""


class Editor(QObject):
    """Applies edits to the document and selects what they made."""

    refused = Signal(str)
    """Why something was not done, in a sentence."""

    def __init__(self, workspace: Workspace, scene: NetworkScene) -> None:
        super().__init__(scene)
        self._workspace, self._document = workspace, workspace.document
        self._scene = scene

    @property
    def network(self) -> Network:
        """The network of the moment."""
        return self._document.network

    def apply(self, edit: Edit, label: str, *, merge_key: str | None = None) -> bool:
        """Apply an edit to the network with the places as they are shown; False if it was refused."""
        if edit(self.network) == self.network:
            return True
        self._document.apply(lambda network: edit(self._scene.pinned(network)), label, merge_key=merge_key)
        return True

    def attempt(self, edit: Edit, label: str, *, merge_key: str | None = None) -> bool:
        """`apply`, but a refusal becomes a sentence for the user and False."""
        try:
            return self.apply(edit, label, merge_key=merge_key)
        except WorkbenchError as error:
            self.refused.emit(str(error))
            return False

    # making

    def add(self, kind: str, centre: QPointF) -> str:
        """Add a node of a kind, or a block, around a place, unconnected; returns its name or that of its first node."""
        if kind in known_blocks():
            return self._add_block(kind, _corner(centre))
        name = edits.free_name(self.network, stem(self.network, CATALOG[kind]))
        place = self._free_place(_corner(centre))
        self.attempt(lambda network: edits.add_node(network, Node(name, kind, position=place)), f"Add {kind}")
        self._scene.select([name])
        return name

    def add_after(self, kind: str, source: str) -> str:
        """Add a node of a kind, or a block, behind a node, between it and what it feeds; returns its (first) name."""
        if kind in known_blocks():
            return self._add_block(kind, self._below(source), source=source)
        name = edits.free_name(self.network, stem(self.network, CATALOG[kind]))
        x, y = self._scene.place(source)
        before_output = self.network[source].kind == "Output"
        node = Node(name, kind, position=(x, y if before_output else y + style.ROW))
        self._insert(lambda network: edits.insert_after(network, node, source, catalog=CATALOG), node, f"Add {kind}")
        return name

    def add_between(self, kind: str, edge: EdgeKey, centre: QPointF) -> str:
        """Add a node of a kind, or a block, on a connection; returns its name or that of its first node."""
        if kind in known_blocks():
            return self._add_block(kind, self._below(edge.source), source=edge.source, target=edge.target)
        name = edits.free_name(self.network, stem(self.network, CATALOG[kind]))
        above, below = self._scene.place(edge.source), self._scene.place(edge.target)
        side_by_side = abs(above[0] - below[0]) < style.WIDTH and below[1] - above[1] < 2 * style.ROW
        place = (above[0], above[1] + style.ROW) if side_by_side else _corner(centre)
        node = Node(name, kind, position=place)
        self._insert(
            lambda network: edits.insert_between(network, node, edge.source, edge.target), node, f"Insert {kind}"
        )
        return name

    def connect_nodes(self, source: str, target: str) -> bool:
        """Feed one node into another."""
        label = f"Connect {source} to {target}"
        known = known_blocks()
        return self.attempt(
            lambda network: block_edits.connect(network, source, target, catalog=CATALOG, blocks=known), label
        )

    def duplicate(self) -> None:
        """Copy the selected nodes beside themselves."""
        self._paste(groups.selection(self._scene.pinned(self.network), self._in_order()), "Duplicate")

    def set_block_argument(self, prefix: str, argument: str, value: Any, *, session: int = 0) -> bool:
        """Change one argument of the block that a group is; what is typed in one `session` of a field is one step."""
        known = known_blocks()
        return self.attempt(
            lambda network: block_edits.set_block_arguments(network, prefix, {argument: value}, blocks=known),
            f"Set {argument} of {prefix}",
            merge_key=f"set {prefix} {argument} {session}",
        )

    def _add_block(self, name: str, corner: Position, *, source: str = "", target: str = "") -> str:
        """Add a block open, behind a node or on a connection, and select its nodes; returns the first one."""
        known, use = known_blocks(), BlockUse(name)
        if source:
            use = known.fitted(use, [self._shape_of(source)])
        prefix = self._group_name(name, source)

        def edit(network: Network) -> Network:
            if target:
                added = block_edits.insert_block_between(
                    network, use, prefix=prefix, source=source, target=target, blocks=known
                )
            elif source:
                added = block_edits.insert_block_after(network, use, prefix=prefix, source=source, blocks=known)
            else:
                added = block_edits.add_block(network, use, prefix=prefix, blocks=known)
            return housed_block(added, prefix, corner)

        if not self.attempt(edit, f"Add {name}"):
            return source
        made = [node.name for node in members(self.network, prefix)]
        self._scene.select(made)
        return made[0]

    def _group_name(self, block: str, source: str) -> str:
        """What a new block's group is called: the next number behind a block of its kind, else after the block."""
        around = (prefix for prefix in prefixes(source) if prefix in self.network.blocks)
        alike = (prefix for prefix in around if self.network.blocks[prefix].block == block)
        return groups.free_group(self.network, next(alike, known_blocks()[block].stem()))

    def _below(self, source: str) -> Position:
        """The place below a node; that of the node itself if nothing can come behind it."""
        x, y = self._scene.place(source)
        return (x, y if self.network[source].kind == OUTPUT else y + style.ROW)

    def _shape_of(self, name: str) -> tuple[int, ...] | None:
        """The shape of a node's output, or of what feeds the network's output, as far as it has been analysed."""
        node, analysis = self.network[name], self._workspace.analysis
        known = node.inputs[0] if node.kind == OUTPUT and node.inputs else name
        return analysis.nodes[known].output_shape if analysis and known in analysis.nodes else None

    # changing

    def move(self, places: Mapping[str, Position], *, merge_key: str | None = None) -> None:
        """Put nodes at other places."""
        label = f"Move {counted(list(places))}"
        self.attempt(lambda network: edits.move(network, places), label, merge_key=merge_key)

    def nudge(self, right: float, down: float) -> None:
        """Move the selected nodes a little; a run of nudges is one step."""
        names = self._in_order()
        places = {name: self._scene.place(name) for name in names}
        moved = {name: (x + right, y + down) for name, (x, y) in places.items()}
        if moved:
            self.move(moved, merge_key="nudge " + " ".join(names))

    def set_argument(self, name: str, argument: str, value: Any, *, session: int = 0) -> bool:
        """Change one argument of a node; what is typed in one `session` of a field is one step."""
        return self.attempt(
            lambda network: edits.set_arguments(network, name, {argument: value}),
            f"Set {argument} of {name}",
            merge_key=f"set {name} {argument} {session}",
        )

    def rename(self, name: str, new_name: str) -> bool:
        """Give a node another name."""
        done = self.attempt(lambda network: edits.rename(network, name, new_name), f"Rename {name} to {new_name}")
        if done:
            self._scene.select([new_name])
        return done

    def mend(self, remedy: Remedy) -> None:
        """Do what a problem offers, and have the nodes below what it adds make way."""
        known = set(self.network.nodes)

        def with_room(network: Network) -> Network:
            return _housed(remedy.edit(network))

        if self.attempt(with_room, remedy.label):
            added = [name for name in self.network.nodes if name not in known]
            self._scene.select(added or [name for name in self._scene.selected if name in self.network])

    def lay_out(self) -> None:
        """Put all nodes where the layout wants them."""
        places = nested_layout(outline(self.network), style.SIZES)
        self.attempt(lambda network: edits.move(network, places), "Lay out the network")

    # taking away

    def delete(self) -> None:
        """Remove what is selected; what a removed node fed takes its input instead."""
        names, edges = self._in_order(), self._scene.selected_edges
        if names or edges:
            self.attempt(lambda network: _without(network, names, edges), _delete_label(names, edges))

    # the clipboard

    def copy(self) -> None:
        """Put the selected nodes on the clipboard, as the text of a network file."""
        names = self._in_order()
        if names:
            copied = groups.selection(self._scene.pinned(self.network), names)
            QGuiApplication.clipboard().setText(to_json(copied).decode())

    def cut(self) -> None:
        """Copy the selected nodes, then remove them."""
        names = self._in_order()
        if names:
            self.copy()
            self.attempt(lambda network: edits.remove_nodes(network, names), f"Cut {counted(names)}")

    def paste(self) -> None:
        """Add the nodes that are on the clipboard."""
        try:
            copied = from_json(QGuiApplication.clipboard().text().encode(), source="The clipboard")
        except WorkbenchError:
            self.refused.emit("There are no nodes on the clipboard. Copy some with Ctrl+C first.")
            return
        self._paste(copied, "Paste")

    def _paste(self, copied: Network, verb: str) -> None:
        if not len(copied):
            return
        fresh = groups.pasted_names(self.network, copied)
        offset = self._free_offset([*copied])
        label = f"{verb} {counted([*copied.nodes])}"
        if self.attempt(lambda network: groups.paste_network(network, copied, offset=offset), label):
            self._scene.select(list(fresh.values()))

    def _insert(self, edit: Edit, node: Node, label: str) -> None:
        """Apply an edit that adds a node and have the nodes below it make way."""

        def with_room(network: Network) -> Network:
            added = edit(network)
            places = {other.name: other.position for other in added if other.position}
            return edits.move(added, push_down(places, node.name, size=style.SIZES.node, gap=style.GAP[1]))

        if self.attempt(with_room, label):
            self._scene.select([node.name])

    def _in_order(self) -> list[str]:
        """The selected nodes in the order of the network."""
        selected = set(self._scene.selected)
        return [name for name in self.network.nodes if name in selected]

    def _free_place(self, wanted: Position) -> Position:
        """The wanted place, or one a little beside it if another node lies exactly there."""
        taken = set(self._scene.places.values())
        while wanted in taken:
            wanted = (wanted[0] + SHIFT[0], wanted[1] + SHIFT[1])
        return wanted

    def _free_offset(self, nodes: Sequence[Node]) -> Position:
        places = [node.position for node in nodes if node.position]
        taken, steps = set(self._scene.places.values()), 0
        while any((x + steps * SHIFT[0], y + steps * SHIFT[1]) in taken for x, y in places):
            steps += 1
        return (steps * SHIFT[0], steps * SHIFT[1])


def _housed(network: Network) -> Network:
    """The network with places for nodes that have none: below what feeds them, or beside where that feeds others."""
    for name in network.execution_order:
        node = network[name]
        above = next((network[source].position for source in node.inputs if network[source].position), None)
        if node.position or above is None:
            continue
        alone = len(network.consumers[node.inputs[0]]) == 1
        place = (above[0] + (0.0 if alone else style.WIDTH + style.GAP[0]), above[1] + style.ROW)
        placed = edits.move(network, {name: place})
        places = {other.name: other.position for other in placed if other.position}
        network = edits.move(placed, push_down(places, name, size=style.SIZES.node, gap=style.GAP[1]))
    return network


def _corner(centre: QPointF) -> Position:
    return (float(round(centre.x() - style.WIDTH / 2)), float(round(centre.y() - style.HEIGHT / 2)))


def _without(network: Network, names: Sequence[str], edges: Sequence[EdgeKey]) -> Network:
    for edge in edges:
        network = edits.disconnect(network, edge.source, edge.target)
    return edits.remove_nodes(network, names)


def _delete_label(names: Sequence[str], edges: Sequence[EdgeKey]) -> str:
    if not names and len(edges) == 1:
        return f"Disconnect {edges[0].source} from {edges[0].target}"
    if names:
        return f"Delete {counted(list(names))}"
    return f"Delete {len(edges)} connections"
