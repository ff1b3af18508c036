"""The neighbours of the group that is looked at alone: shown around its frame, and a click or Return goes to one."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from workbench.core.graph.outline import ROOT
from workbench.core.layers.kind import describe_shape
from workbench.core.modelling.shapes import Analysis
from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.gestures import Gesture, is_far
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.flow import Port
from workbench.gui.builder.items.ghost_item import GhostItem, ghost_at, row
from workbench.gui.builder.items.ghost_links import Ghost, ghosts_of
from workbench.gui.builder.items.group_facts import about
from workbench.gui.workspace import Workspace

AWAY = 46.0
"""The distance of ghosts from the frame: room for a shape and a piece of the line."""


class Ghosts(QObject):
    """Keeps the ghosts of the scene as the group that is looked at has them."""

    def __init__(self, view: CanvasView, actions: CanvasActions, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._scene, self._workspace = view, view.network_scene, workspace
        view.handles.append(self)
        actions.add(Entry("build-neighbour", "Go to the neighbours of the group", "G", self.step))
        self._action = actions.all["build-neighbour"]
        self._scene.unfolded.connect(self.follow)
        self._scene.carried.connect(self._lead)
        self._scene.picked.connect(self._leave)
        view.cancelled.connect(self._leave)
        workspace.analysed.connect(self._show_shapes)
        self.follow()

    @property
    def current(self) -> GhostItem | None:
        """The ghost that the keyboard is at."""
        return next((item for item in self._scene.ghosts.values() if item.current), None)

    def follow(self) -> None:
        """Show the neighbours of what is looked at, where it is."""
        scene = self._scene
        wanted = {ghost.key: ghost for ghost in ghosts_of(scene.tree, scene.root)}
        gone = [key for key in scene.ghosts if key not in wanted]
        for key in gone:
            scene.removeItem(scene.ghosts.pop(key))
        for key, ghost in wanted.items():
            if key not in scene.ghosts:
                scene.ghosts[key] = GhostItem(ghost)
                scene.addItem(scene.ghosts[key])
            scene.ghosts[key].show_ghost(ghost, self._about(ghost), scene.flow)
        self._place("input")
        self._place("output")
        self._lead()
        if wanted or gone:
            scene.make_room()
        self._action.setEnabled(bool(wanted))
        if self._workspace.current_analysis is not None:
            self._show_shapes(self._workspace.current_analysis)

    def step(self) -> None:
        """Take the keyboard to the next neighbour."""
        items = [*self._scene.ghosts.values()]
        if items:
            present = self.current
            place = items.index(present) + 1 if present is not None else 0
            self._scene.select([])
            target = items[place % len(items)]
            target.show_current(True)
            self._view.ensureVisible(target.box(), 40, 40)

    def go(self) -> bool:
        """Go to the neighbour that the keyboard is at; whether there is one."""
        item = self.current
        if item is not None:
            go_to(self._view, item.ghost)
        return item is not None

    def _about(self, ghost: Ghost) -> str:
        """What the neighbour is."""
        tree, name = self._scene.tree, ghost.key.name
        if tree.is_group(name):
            return about(tree, name)
        return tree.network[name].kind if name in tree.network else ""

    def _place(self, side: Port) -> None:
        """Put the ghosts of one side in a row before or behind the frame, each near what it is connected to."""
        scene, flow = self._scene, self._scene.flow
        frame = scene.frames.get(scene.root)
        items = {key: item for key, item in scene.ghosts.items() if key.side == side}
        if frame is None or not items:
            return
        size = flow.rect(items[next(iter(items))].card())
        wanted = {key: self._middle(item) - size.width() / 2 for key, item in items.items()}
        order = sorted(items, key=lambda key: wanted[key])
        room = flow.rect(frame.box())
        along = room.top() - AWAY - size.height() if side == "input" else room.bottom() + AWAY
        for key, across in zip(order, row([wanted[key] for key in order], size.width(), style.GAP[0]), strict=True):
            items[key].setPos(flow.point(QPointF(across, along)))

    def _middle(self, item: GhostItem) -> float:
        """Where, across, its middle is best: in line with the first card that it feeds, or the last that feeds it."""
        cards, flow = self._linked(item.ghost), self._scene.flow
        if not cards:
            return 0.0
        place = cards[-1].port("output") if item.takes else cards[0].port("input")
        return flow.point(place).x()

    def _lead(self) -> None:
        """Draw the lines of the ghosts to where the cards are shown."""
        boxes = [card.box() for card in self._scene.nodes.values()] if self._scene.ghosts else []
        for item in self._scene.ghosts.values():
            item.lead(self._linked(item.ghost), boxes)

    def _linked(self, ghost: Ghost) -> list[Card]:
        """The cards that show what a ghost feeds or takes from."""
        return [self._scene.nodes[name] for name in self._scene.cards_of(ghost.inside)]

    def _show_shapes(self, analysis: Analysis) -> None:
        if analysis.network is not self._scene.network:
            return
        for item in self._scene.ghosts.values():
            reports = (analysis.nodes.get(name) for name in item.ghost.sources)
            shapes = dict.fromkeys(
                describe_shape(report.output_shape) for report in reports if report and report.output_shape
            )
            item.show_shape(next(iter(shapes)) if len(shapes) == 1 else f"{len(shapes)} shapes" if shapes else "")

    def _leave(self) -> None:
        for item in self._scene.ghosts.values():
            item.show_current(False)

    # the mouse

    def is_at(self, place: QPointF) -> bool:
        """Whether a ghost is at a place of the scene."""
        return ghost_at(self._scene.items(place), place) is not None

    def cursor_at(self, _place: QPointF) -> Qt.CursorShape:
        """A click goes there."""
        return Qt.CursorShape.PointingHandCursor

    def double_click(self, place: QPointF) -> None:
        """The first click has gone there."""

    def grasp(self, event: QMouseEvent) -> Gesture:
        """A click goes there; a drag does nothing."""
        place = self._view.mapToScene(event.position().toPoint())
        item = ghost_at(self._scene.items(place), place)
        return Gesture(self._view) if item is None else Visit(self._view, event, item.ghost)


class Visit(Gesture):
    """A click on a ghost."""

    def __init__(self, view: CanvasView, event: QMouseEvent, ghost: Ghost) -> None:
        super().__init__(view)
        self._ghost, self._start = ghost, event.position().toPoint()

    def release(self, event: QMouseEvent) -> None:
        if not is_far(self._start, event):
            go_to(self.view, self._ghost)


def go_to(view: CanvasView, ghost: Ghost) -> None:
    """Look at the group that holds both, and select the neighbour there."""
    scene = view.network_scene
    inner, key = scene.root, ghost.key.name or scene.root
    if inner == ROOT:
        return
    view.dive(ghost.home)
    scene.select([key])
    view.reveal(key)
