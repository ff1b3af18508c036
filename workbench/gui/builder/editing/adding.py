"""What the Build room adds to a network: layers, blocks, connections, remedies, and what is on the clipboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication

from workbench.core.graph import blocks as block_edits
from workbench.core.graph import copying, edits, groups, rules
from workbench.core.graph.canvas import Canvas, Remark
from workbench.core.graph.canvas_edits import add_remarks, move_remarks, remove_remarks
from workbench.core.graph.document import Edit
from workbench.core.graph.housing import housed, put_down
from workbench.core.graph.network import OUTPUT, BlockUse, Network, Node, Position, prefixes
from workbench.core.graph.outline import outline
from workbench.core.graph.parts import members, outlets
from workbench.core.graph.storage import to_json
from workbench.core.layers.blocks.library import known_blocks
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.naming import name_behind
from workbench.errors import Problem, Remedy, WorkbenchError
from workbench.gui.builder.editing.attempts import Attempts
from workbench.gui.builder.items import style
from workbench.gui.builder.items.edge_item import EdgeKey
from workbench.gui.builder.items.labels import counted, remarks_text

SHIFT = (32.0, 32.0)
"""How far copies lie from what they were copied from."""


class Adding(Attempts):
    """Adds to the network and selects what it has added."""

    def add(self, kind: str, centre: QPointF) -> str:
        """Add a node of a kind, or a block, around a place, unconnected; returns its name or that of its first node.

        Where an open group is, it comes into that group.
        """
        group = self._scene.frame_at(centre)
        corner = self._scene.picture.place_in(group, _corner(centre))
        home = self._scene.tree.prefix(group)
        if kind in known_blocks():
            return self._add_block(kind, corner, prefix=groups.free_group(self.network, _block_name(home, kind)))
        name = name_behind(self.network, kind, group=home)
        place = self._free_place(corner)
        self.attempt(lambda network: edits.add_node(network, Node(name, kind, position=place)), f"Add {kind}")
        self._scene.select([name])
        return name

    def add_after(self, kind: str, source: str) -> str:
        """Add a node of a kind, or a block, behind a node or a closed group, between it and what it feeds.

        Returns its (first) name.
        """
        key, source = source, self.source_of(source)
        if kind in known_blocks():
            prefix = self._group_name(kind, key)
            return self._add_block(kind, self._below(source, prefix), prefix=prefix, source=source)
        name = self._name_beside(kind, key)
        place = self._below(source, name)
        node = Node(name, kind, position=place)
        self._insert(lambda network: edits.insert_after(network, node, source, catalog=CATALOG), node, f"Add {kind}")
        return name

    def add_between(self, kind: str, edge: EdgeKey, centre: QPointF) -> str:
        """Add a node of a kind, or a block, on a connection; returns its name or that of its first node."""
        connection = self._connection(edge)
        if connection is None:
            return self.add(kind, centre)
        source, target = connection
        if kind in known_blocks():
            prefix = self._group_name(kind, edge.source)
            return self._add_block(kind, self._below(source, prefix), prefix=prefix, source=source, target=target)
        name = self._name_beside(kind, edge.source)
        node = Node(name, kind, position=self._place_between(edge, name, centre))
        self._insert(lambda network: edits.insert_between(network, node, source, target), node, f"Insert {kind}")
        return name

    def connect_nodes(self, source: str, target: str) -> bool:
        """Feed one node into another; a closed group gives the output that leaves it, and is fed as a block."""
        label, known = f"Connect {source} to {target}", known_blocks()
        feeder = self.source_of(source)
        if target not in self.network:
            return self.attempt(lambda network: block_edits.feed(network, target, feeder, blocks=known), label)
        return self.attempt(
            lambda network: block_edits.connect(network, feeder, target, catalog=CATALOG, blocks=known), label
        )

    def connection_problem(self, source: str, target: str) -> Problem | None:
        """Why a node or closed group cannot be fed into another one, or None if it can."""
        network, feeder = self.network, self.source_of(source)
        if target in network:
            return rules.connection_problem(network, feeder, target, CATALOG)
        inside = self._scene.tree.nodes(target)
        if not network.upstream(feeder).isdisjoint(inside):
            return Problem(target, "That would close a loop", f"{target} already feeds {source}")
        if target not in network.blocks:
            return Problem(target, "Open it to feed what is in it", "only a block is fed as a whole")
        return None

    def mend(self, remedy: Remedy) -> None:
        """Do what a problem offers, and have the nodes below what it adds make way."""
        known = set(self.network.nodes)

        def with_room(network: Network) -> Network:
            mended = remedy.edit(network)
            places = {node.name: node.position for node in mended if node.position}
            return edits.move(mended, housed(outline(mended), places, style.SIZES)) if places else mended

        if self.attempt(with_room, remedy.label):
            added = [name for name in self.network.nodes if name not in known]
            self._scene.select(added or [name for name in self._scene.chosen if name in self._scene.tree])

    def source_of(self, key: str) -> str:
        """The node whose output leaves a closed group; a node is its own."""
        if key in self.network:
            return key
        stack = self._scene.tree.stacks.get(key)
        ends = outlets(self.network, stack.members[-1] if stack else key)
        return ends[-1] if ends else self._scene.tree.nodes(key)[-1]

    # the clipboard

    def duplicate(self) -> None:
        """Copy the selected nodes beside themselves."""
        self._paste(self._copied(), "Duplicate")

    def copy(self) -> None:
        """Put the selected nodes on the clipboard, as the text of a network file."""
        copied = self._copied()
        if len(copied) or copied.canvas:
            QGuiApplication.clipboard().setText(to_json(copied).decode())

    def _copied(self) -> Network:
        """The selected nodes, notes and frames."""
        tree, chosen = self._scene.tree, self._scene.chosen_remarks
        stacked = [(key, tree.stacks.get(key)) for key in self._scene.chosen if tree.is_group(key)]
        whole = [name for key, stack in stacked for name in (stack.members if stack else (key,))]
        copied = copying.selection(self._scene.pinned(self.network), self.in_order(), whole=whole)
        return copied.with_(canvas=Canvas(dict(zip(chosen, self.remarks(chosen), strict=True))))

    def cut(self) -> None:
        """Copy the selected nodes, then remove them."""
        names, remarks = self.in_order(), self._scene.chosen_remarks
        if names or remarks:
            self.copy()
            what = counted(names) if names else remarks_text(self.remarks(remarks))
            self.attempt(lambda network: remove_remarks(edits.remove_nodes(network, names), remarks), f"Cut {what}")

    def paste(self) -> None:
        """Add the nodes that are on the clipboard."""
        try:
            copied = copying.read_copied(QGuiApplication.clipboard().text())
        except WorkbenchError as error:
            self.refused.emit(f"{error}")
            return
        self._paste(copied, "Paste")

    def _paste(self, copied: Network, verb: str) -> None:
        written = [*copied.canvas.remarks.values()]
        if not len(copied) and not written:
            return
        fresh = copying.pasted_names(self.network, copied)
        offset = self._free_offset([*copied], written)
        known = {*self.network.canvas.remarks}
        label = f"{verb} {counted([*copied.nodes]) if len(copied) else remarks_text(written)}"

        def edit(network: Network) -> Network:
            pasted = copying.paste_network(network, copied, offset=offset)
            added = add_remarks(pasted, written)
            return move_remarks(added, [key for key in added.canvas.remarks if key not in known], offset)

        if self.attempt(edit, label):
            self._scene.select(list(fresh.values()))
            self._scene.select_remarks(key for key in self.network.canvas.remarks if key not in known)

    # names and places

    def _add_block(self, name: str, corner: Position, *, prefix: str, source: str = "", target: str = "") -> str:
        """Add a block, behind a node or on a connection, and select it; returns its first node."""
        known, use = known_blocks(), BlockUse(name)
        if source:
            use = known.fitted(use, [self._shape_of(source)])

        def edit(network: Network) -> Network:
            if target:
                added = block_edits.insert_block_between(
                    network, use, prefix=prefix, source=source, target=target, blocks=known
                )
            elif source:
                added = block_edits.insert_block_after(network, use, prefix=prefix, source=source, blocks=known)
            else:
                added = block_edits.add_block(network, use, prefix=prefix, blocks=known)
            return put_down(added, prefix, corner, style.SIZES)

        if not self.attempt(edit, f"Add {name}"):
            return source
        made = [node.name for node in members(self.network, prefix)]
        self._scene.select(made)
        return made[0]

    def _insert(self, edit: Edit, node: Node, label: str) -> None:
        """Apply an edit that adds a node and have the nodes below it make way."""
        corner = node.position or (0.0, 0.0)
        if self.attempt(lambda network: put_down(edit(network), node.name, corner, style.SIZES), label):
            self._scene.select([node.name])

    def _group_name(self, block: str, source: str) -> str:
        """What a new block's group is called: the next number behind a block of its kind, else after the block."""
        around = [prefix for prefix in (source, *prefixes(source)) if prefix in self.network.blocks]
        alike = (prefix for prefix in around if self.network.blocks[prefix].block == block)
        beside = next(alike, "") or _block_name(self._home(source), block)
        return groups.free_group(self.network, beside)

    def _name_beside(self, kind: str, key: str) -> str:
        """What a new node of a kind is called behind something, in the group that this lies in."""
        return name_behind(self.network, kind, key, group=self._home(key))

    def _home(self, key: str) -> str:
        """The group that something lies in, as a prefix of names."""
        tree = self._scene.tree
        return tree.prefix(tree.parents[key])

    def _below(self, source: str, name: str) -> Position:
        """The place, in the group of a new name, below a node or the group that holds it; before the output its own."""
        tree = self._scene.tree
        home = name.rpartition(".")[0]
        beside = (key for key in (source, *tree.around(source)) if tree.prefix(tree.parents[key]) == home)
        place = self._scene.place(next(beside, source))
        return place if self.network[source].kind == OUTPUT else self._scene.flow.behind(place)

    def _place_between(self, edge: EdgeKey, name: str, centre: QPointF) -> Position:
        """The place of a node on a connection: below what feeds it where the ends are near, else where it was put."""
        above, below = self._scene.place(edge.source), self._scene.place(edge.target)
        if self._scene.flow.is_next(above, below):
            return self._below(self.source_of(edge.source), name)
        tree = self._scene.tree
        return self._scene.picture.place_in(tree.parents[edge.source], _corner(centre))

    def _connection(self, edge: EdgeKey) -> tuple[str, str] | None:
        """The nodes that a connection on the canvas joins, or None if it stands for several connections."""
        found = self.pairs(edge)
        return found[0] if len(found) == 1 else None

    def pairs(self, edge: EdgeKey) -> list[tuple[str, str]]:
        """The connections between nodes that one on the canvas stands for: several, where a closed group is an end."""
        if edge.source in self.network and edge.target in self.network:
            return [(edge.source, edge.target)]
        tree = self._scene.tree
        sources = set(tree.nodes(edge.source))
        inputs = ((source, name) for name in tree.nodes(edge.target) for source in self.network[name].inputs)
        return [pair for pair in dict.fromkeys(inputs) if pair[0] in sources]

    def _shape_of(self, name: str) -> tuple[int, ...] | None:
        """The shape of a node's output, or of what feeds the network's output, as far as it has been analysed."""
        node, analysis = self.network[name], self._workspace.analysis
        known = node.inputs[0] if node.kind == OUTPUT and node.inputs else name
        return analysis.nodes[known].output_shape if analysis and known in analysis.nodes else None

    def _free_place(self, wanted: Position) -> Position:
        """The wanted place, or one a little beside it if another node lies exactly there."""
        taken = set(self._scene.places.values())
        while wanted in taken:
            wanted = (wanted[0] + SHIFT[0], wanted[1] + SHIFT[1])
        return wanted

    def _free_offset(self, nodes: Sequence[Node], remarks: Sequence[Remark]) -> Position:
        places = [node.position for node in nodes if node.position] + [remark.position for remark in remarks]
        written = (remark.position for remark in self.network.canvas.remarks.values())
        taken, steps = {*self._scene.places.values(), *written}, 0
        while any((x + steps * SHIFT[0], y + steps * SHIFT[1]) in taken for x, y in places):
            steps += 1
        return (steps * SHIFT[0], steps * SHIFT[1])


def _corner(centre: QPointF) -> Position:
    return (float(round(centre.x() - style.WIDTH / 2)), float(round(centre.y() - style.HEIGHT / 2)))


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _block_name(home: str, block: str) -> str:
    return _dotted(home, known_blocks()[block].stem())
