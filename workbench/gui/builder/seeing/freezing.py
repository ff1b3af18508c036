"""Freezing the beginning of a network: a line that is dragged across it, or moved with keys, for the next training."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from shiboken6 import isValid

from workbench.core.graph.cut import covered, cuts, named_together, with_sources
from workbench.core.graph.network import INPUT, OUTPUT
from workbench.core.graph.outline import ROOT
from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.gestures import Gesture
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items.flow import DOWN
from workbench.gui.builder.items.labels import large
from workbench.gui.builder.mirror.picture import Picture
from workbench.gui.builder.seeing.freeze_line import FreezeLine, Way, distance, way_of
from workbench.gui.workspace import Workspace


class Freezing(QObject):
    """Reads and sets what the workspace has frozen; the line lies where that is everything above it."""

    def __init__(self, view: CanvasView, actions: CanvasActions, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._scene, self._actions, self._workspace = view, view.network_scene, actions, workspace
        self.is_on = False
        self.line = FreezeLine()
        self._last: tuple[str, ...] = ()
        self._cuts: tuple[Picture, tuple[frozenset[str], ...]] | None = None
        actions.add(
            Entry("build-freeze", "Freeze line", "L", self.toggle, "snowflake"),
            Entry("build-freeze-more", "Move the freeze line down", "]", partial(self._step, 1)),
            Entry("build-freeze-less", "Move the freeze line up", "[", partial(self._step, -1)),
            Entry("build-freeze-here", "Freeze up to the selected node", "Shift+L", self._freeze_selected),
        )
        actions.all["build-freeze"].setCheckable(True)
        view.handles.append(self)
        workspace.frozen_changed.connect(self._follow)
        workspace.network_changed.connect(lambda _before, _after: self._show())
        workspace.analysed.connect(lambda _analysis: self._show())
        self._scene.unfolded.connect(self._show)
        self._scene.sceneRectChanged.connect(lambda _rect: self._show())
        self._follow()

    # what the user does

    def toggle(self) -> None:
        """Show the line where it was last, or take it away and let everything train."""
        self.switch(not self.is_on)

    def switch(self, wanted: bool) -> None:
        """Have the line, or not."""
        if wanted == self.is_on:
            return
        self.is_on = wanted
        if not wanted:
            self._last, self._workspace.frozen = self._workspace.frozen, ()
            self._workspace.message.emit("The freeze line is gone: everything trains.")
        elif self._last and not self._workspace.frozen:
            self._workspace.frozen = self._last
        self._actions.all["build-freeze"].setChecked(wanted)
        self._show()

    def freeze_through(self, place: int) -> None:
        """Let the line run behind that many layers of what is seen; 0 freezes nothing."""
        lines = self.lines()
        if lines:
            self.freeze(self.nodes_above(min(max(0, place), len(lines) - 1)))

    def freeze(self, nodes: Collection[str]) -> None:
        """Freeze these nodes and nothing else."""
        self._workspace.frozen = named_together(self._scene.network, nodes)
        self._workspace.message.emit(self.told(nodes)[1])

    def _step(self, by: int) -> None:
        self.switch(True)
        self.freeze_through(self.place() + by)

    def _freeze_selected(self) -> None:
        if not self._scene.selected:
            self._view.editor.refused.emit("Select the last node that should be frozen first.")
            return
        self.switch(True)
        self.freeze(with_sources(self._scene.network, self._scene.selected))

    # the line

    def lines(self) -> tuple[frozenset[str], ...]:
        """The cards above each place where the line can lie; above the first one nothing can be frozen."""
        picture = self._scene.picture
        if self._cuts is None or self._cuts[0] is not picture:
            found = cuts(picture.seen) if self._scene.root == ROOT else ()
            begin = [cut for cut in found[1:] if all(picture.seen[key].kind == INPUT for key in cut)]
            self._cuts = picture, (*begin[-1:], *found[1 + len(begin) :])
        return self._cuts[1]

    def nodes_above(self, place: int) -> frozenset[str]:
        """The nodes above the line at a place."""
        return frozenset(name for key in self.lines()[place] for name in self._scene.tree.nodes(key))

    def frozen(self) -> frozenset[str]:
        """The nodes that are frozen."""
        return covered(self._scene.network, self._workspace.frozen)

    def place(self) -> int:
        """Where the line lies: behind the last layer above which everything is frozen."""
        frozen, found = self.frozen(), 0
        for place in range(len(self.lines())):
            if not self._with_layers(self.nodes_above(place)) <= frozen:
                break
            found = place
        return found

    def way(self, place: int) -> Way:
        """Where the line runs at a place."""
        boxes = {name: card.box() for name, card in self._scene.nodes.items()}
        return way_of(self.lines()[place], self._scene.picture.seen, boxes, self._scene.flow)

    def told(self, frozen: Collection[str]) -> tuple[str, str]:
        """What is frozen, in two or three words and in a sentence."""
        layers = self._with_layers(frozen)
        if not layers:
            way, side = ("down", "above") if self._scene.flow is DOWN else ("to the right", "left of")
            hint = f"Drag this line {way}, or press ], to freeze what is {side} it."
            return "Nothing frozen", f"Nothing is frozen. {hint}"
        count = f"{len(layers):,} {'nodes' if len(layers) > 1 else 'node'}"
        analysis = self._workspace.current_analysis
        if analysis is None or not layers <= analysis.nodes.keys():  # the canvas may still show what was edited
            return f"{count} frozen", f"{count} keep their weights in the next training."
        kept = sum(analysis.nodes[name].parameters for name in layers)
        whole = f"{count} with {kept:,} of {analysis.parameters:,} parameters keep their weights in the next training."
        return f"{large(kept)} frozen", whole

    def _is_within(self, key: str, layers: frozenset[str]) -> bool:
        """Whether a card stands for some of these layers and for nothing else."""
        own = self._with_layers(self._scene.tree.nodes(key))
        return bool(own) and own <= layers

    def preview(self, place: int) -> None:
        """Show the line at a place, as if what is above it were frozen."""
        self._draw(place, self.nodes_above(place))

    def _with_layers(self, names: Collection[str]) -> frozenset[str]:
        """Without input and output, which hold nothing."""
        network = self._scene.network
        return frozenset(name for name in names if network[name].kind not in (INPUT, OUTPUT))

    def _follow(self) -> None:
        """The workspace has frozen something else."""
        if self._workspace.frozen and not self.is_on:
            self.is_on = True
            self._actions.all["build-freeze"].setChecked(True)
        self._show()

    def _show(self) -> None:
        if self._scene.network is not self._workspace.document.network:
            return
        self._draw(self.place() if self.is_on else 0, self.frozen())

    def _draw(self, place: int, frozen: Collection[str]) -> None:
        layers = self._with_layers(frozen)
        for key, card in self._scene.nodes.items():
            card.show_frozen(bool(layers) and self._is_within(key, layers))
        if not isValid(self.line):  # the scene has been emptied for another network
            self.line = FreezeLine()
        if self.line.scene() is None:
            self._scene.addItem(self.line)
        is_there = self.is_on and bool(self.lines())
        self.line.setVisible(is_there)
        self.line.run(self.way(place) if is_there else (), *self.told(layers))

    # being dragged

    def is_at(self, place: QPointF) -> bool:
        """Whether the line is at a place of the scene."""
        return self.is_on and isValid(self.line) and self.line.isVisible() and self.line.is_near(place, self._view.zoom)

    def cursor_at(self, _place: QPointF) -> Qt.CursorShape:
        """It goes along the network."""
        return self._scene.flow.cursor

    def double_click(self, _place: QPointF) -> None:
        """A second click does nothing more."""

    def grasp(self, _event: QMouseEvent) -> Gesture:
        """Take hold of the line."""
        return DragLine(self._view, self)


class DragLine(Gesture):
    """Moves the line from layer to layer; what is above it is frozen when it is let go."""

    def __init__(self, view: CanvasView, freezing: Freezing) -> None:
        super().__init__(view)
        self._freezing = freezing
        self._place = self._start = freezing.place()
        self._ways = [freezing.way(place) for place in range(len(freezing.lines()))]
        freezing.line.show_held(True)

    def move(self, event: QMouseEvent) -> None:
        mouse = self.view.mapToScene(event.position().toPoint())
        nearest = min(range(len(self._ways)), key=lambda place: distance(self._ways[place], mouse))
        if nearest != self._place:
            self._place = nearest
            self._freezing.preview(nearest)

    def release(self, event: QMouseEvent) -> None:
        self._freezing.line.show_held(False)
        if self._place != self._start:
            self._freezing.freeze_through(self._place)

    def cancel(self) -> None:
        self._freezing.line.show_held(False)
        self._freezing.preview(self._start)
