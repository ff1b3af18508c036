"""Adding a layer where one is: behind the selection, on a connection, at the end of a drawn one, or at the mouse.

The chooser offers everything at once; as soon as it is known what fits, it offers that, with the shape it would make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Literal

from PySide6.QtCore import QObject, QPoint, QPointF

from workbench.core.graph import blocks as block_edits
from workbench.core.graph import edits, groups
from workbench.core.graph.network import OUTPUT, BlockUse, Network, Node
from workbench.core.graph.parts import members
from workbench.core.layers.blocks.library import known_blocks
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import Shape, describe_shape
from workbench.core.layers.naming import name_behind
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.editing.block_places import housed_block
from workbench.gui.builder.items import style
from workbench.gui.builder.items.edge_item import EdgeKey
from workbench.gui.builder.items.flow import Port
from workbench.gui.builder.search.chooser import Choice, Chooser
from workbench.gui.builder.search.palette import LOOKS_LIKE
from workbench.gui.workspace import Workspace

BESIDE = 16
"""Pixels between a node and the chooser beside it."""
Fits = Mapping[str, Shape | str]
Add = Callable[[str], object]
Role = Literal["loose", "behind", "between", "before"]
"""Where the new layer stands: alone, behind a node, on a connection, or before a node."""


class SearchAdd(QObject):
    """Opens the chooser with layers and blocks and adds the chosen one as one undo step."""

    def __init__(self, view: CanvasView, chooser: Chooser, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._chooser, self._workspace = view, chooser, workspace
        self._editor, self._scene = view.editor, view.network_scene

    def open_here(self) -> None:
        """Behind the last selected node, or on the selected connection; else at the mouse or in the middle."""
        last, edges = self._scene.chosen[-1:], self._scene.selected_edges
        if edges and not last:
            self._ask_between(edges[-1], self._scene.edges[edges[-1]].path.pointAtPercent(0.5))
        elif last:
            item = self._scene.item(last[0])
            at = self._view.mapFromScene(item.box().topRight() if item else self._view.middle()) + QPoint(BESIDE, 0)
            add = partial(self._editor.add_after, source=last[0])
            self._ask(f"Add behind {last[0]}", at, add=add, source=last[0], role="behind")
        else:
            mouse = self._view.viewport().mapFromGlobal(self._view.cursor().pos())
            over = self._view.viewport().rect().contains(mouse)
            self.open_at(self._view.mapToScene(mouse) if over else self._view.middle())

    def open_at(self, place: QPointF) -> None:
        """At a place of the scene: on the connection there if there is one, else loose."""
        edge = self._view.edge_near(place)
        if edge is not None:
            self._ask_between(edge.key, place)
        else:
            at = self._view.mapFromScene(place)
            self._ask("Add a layer or block here", at, add=partial(self._editor.add, centre=place))

    def open_fed(self, source: str, place: QPointF) -> None:
        """At the end of a connection that was drawn from a node into empty space."""
        at, add = self._view.mapFromScene(place), partial(self.add_fed, source=source, place=place)
        self._ask(f"Feed {source} into", at, add=add, source=source, role="behind")

    def open_feeding(self, target: str, place: QPointF) -> None:
        """At the end of a connection that was drawn backwards from a node into empty space."""
        add = partial(self.add_feeding, target=target, place=place)
        self._ask(f"Feed into {target}", self._view.mapFromScene(place), add=add, role="before")

    # what is chosen

    def add_fed(self, kind: str, source: str, place: QPointF) -> None:
        """Add a layer or block at a place, fed by a node and feeding nothing."""
        corner = self._corner(place, "input")
        name, edit = self._loose(kind, corner, (source,))
        if self._editor.attempt(edit, f"Add {kind} behind {source}"):
            self._select(name)

    def add_feeding(self, kind: str, target: str, place: QPointF) -> None:
        """Add a layer or block at a place, feeding a node."""
        corner = self._corner(place, "output")
        name, edit = self._loose(kind, corner, ())
        known = known_blocks()

        def connected(network: Network) -> Network:
            end = f"{name}.{known.make(BlockUse(kind)).output}" if kind in known else name
            return block_edits.connect(edit(network), end, target, catalog=CATALOG, blocks=known)

        if self._editor.attempt(connected, f"Add {kind} before {target}"):
            self._select(name)

    def _corner(self, place: QPointF, port: Port) -> tuple[float, float]:
        """Where a card lies whose port is at a place."""
        corner = place - self._view.network_scene.flow.port(port, style.HEIGHT)
        return (float(round(corner.x())), float(round(corner.y())))

    def _insert(self, key: EdgeKey, place: QPointF, kind: str) -> None:
        self._editor.add_between(kind, key, place)

    def _loose(
        self, kind: str, corner: tuple[float, float], inputs: tuple[str, ...]
    ) -> tuple[str, Callable[[Network], Network]]:
        """The name of a new node or group, and the edit that adds it."""
        known, network = known_blocks(), self._editor.network
        group = self._scene.frame_at(QPointF(*corner))
        home, corner = self._scene.tree.prefix(group), self._scene.picture.place_in(group, corner)
        inside = f"{home}." if home else ""
        if kind not in known:
            name = name_behind(network, kind, *inputs[:1], group=home)
            node = Node(name, kind, inputs=inputs, position=corner)
            return name, lambda network: edits.add_node(network, node)
        prefix = groups.free_group(network, inside + known[kind].stem())
        use = known.fitted(BlockUse(kind), [self._shape_of(source) for source in inputs])

        def added(network: Network) -> Network:
            made = block_edits.add_block(network, use, prefix=prefix, blocks=known, inputs=inputs)
            return housed_block(made, prefix, corner)

        return prefix, added

    def _select(self, name: str) -> None:
        network = self._editor.network
        made = [name] if name in network else [node.name for node in members(network, name)]
        self._scene.select(made)
        self._view.reveal(made[0])

    # what is offered

    def _ask_between(self, key: EdgeKey, place: QPointF) -> None:
        prompt, at = f"Insert between {key.source} and {key.target}", self._view.mapFromScene(place)
        self._ask(prompt, at, add=partial(self._insert, key, place), source=key.source, role="between")

    def _ask(self, prompt: str, at: QPoint, *, add: Add, source: str = "", role: Role = "loose") -> None:
        names = [*_offered(role)]
        self._chooser.ask(prompt, [*_choices(names, {}, add)], at)
        shape = self._shape_of(source) if source else None
        if shape is None:
            return
        known = known_blocks()

        def work() -> Fits:
            from workbench.core.modelling.fitting import fits

            return fits(shape, known)

        def show(found: Fits) -> None:
            if self._chooser.isVisible() and self._chooser.search.placeholderText() == prompt:
                choices = [*_choices(names, found, add)]
                count = sum(choice.enabled for choice in choices)
                note = f"{count} of {len(choices)} can take {describe_shape(shape)}; type to see why others cannot"
                self._chooser.renew(choices, note)

        self._workspace.jobs.submit(work, owner=self, lane="fits", key="fits", done=show)

    def _shape_of(self, name: str) -> Shape | None:
        """The shape of a node's output as far as it has been analysed; of what feeds it for the network's output."""
        node, analysis = self._editor.network[self._editor.source_of(name)], self._workspace.current_analysis
        known = node.inputs[0] if node.kind == OUTPUT and node.inputs else node.name
        return analysis.nodes[known].output_shape if analysis and known in analysis.nodes else None


def _offered(role: Role) -> Iterator[tuple[str, str, str]]:
    """Name, help and colour of everything that makes sense there."""
    for kind in (kind for kinds in CATALOG.by_category().values() for kind in kinds):
        takes_none, gives_none = kind.most_inputs == 0, kind.name() == OUTPUT
        unfit = {"behind": takes_none, "between": takes_none or gives_none, "before": gives_none}
        if not unfit.get(role):
            yield kind.name(), kind.help(), kind.category
    for block in known_blocks():
        yield block.name(), block.help(), LOOKS_LIKE.get(block.category, block.category)


def _choices(offered: list[tuple[str, str, str]], found: Fits, add: Add) -> Iterator[Choice]:
    for name, about, category in offered:
        fit = found.get(name)
        shape = describe_shape(fit) if isinstance(fit, tuple) else ""
        misfit = fit if isinstance(fit, str) else ""
        if found and fit is None:
            misfit = "it takes no input"
        run = partial(add, name)
        words = f"{about} {category}"
        yield Choice(name, misfit or about, shape, run, not misfit, category=category, kind=name, words=words)
