"""What the mouse does on the canvas: one object for each gesture, from its press to its release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QGraphicsPathItem, QRubberBand

from workbench.core.graph.network import Position
from workbench.core.graph.outline import outermost
from workbench.errors import Problem
from workbench.gui.builder.canvas.guides import Guides
from workbench.gui.builder.editing.handful import Handful
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.edge_item import EdgeItem
from workbench.gui.builder.items.flow import Port
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.group_item import GroupItem
from workbench.gui.builder.items.routing import smooth

if TYPE_CHECKING:
    from workbench.gui.builder.canvas.view import CanvasView


class Gesture:
    """One press, some moves, one release; or a cancellation, which leaves everything as it was."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view

    def move(self, event: QMouseEvent) -> None:
        """The mouse has moved."""

    def release(self, event: QMouseEvent) -> None:
        """The button was released: do it."""

    def cancel(self) -> None:
        """Forget it."""


class Pan(Gesture):
    """Moves the view over the canvas."""

    def __init__(self, view: CanvasView, event: QMouseEvent) -> None:
        super().__init__(view)
        self._last = event.position()
        self._cursor = view.viewport().cursor()
        view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, event: QMouseEvent) -> None:
        self.view.pan(event.position() - self._last)
        self._last = event.position()

    def release(self, event: QMouseEvent) -> None:
        self.cancel()

    def cancel(self) -> None:
        self.view.viewport().setCursor(self._cursor)


class Select(Gesture):
    """A rubber band: selects the nodes it touches, in addition with Shift or Ctrl."""

    def __init__(self, view: CanvasView, event: QMouseEvent) -> None:
        super().__init__(view)
        self._start = event.position().toPoint()
        adds = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
        self._before = view.network_scene.chosen if adds else []
        self._remarks = view.network_scene.chosen_remarks if adds else []
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, view.viewport())

    def move(self, event: QMouseEvent) -> None:
        self._band.setGeometry(QRect(self._start, event.position().toPoint()).normalized())
        self._band.show()

    def release(self, event: QMouseEvent) -> None:
        band = QRect(self._start, event.position().toPoint()).normalized()
        area = self.view.mapToScene(band).boundingRect() if is_far(self._start, event) else QRectF()
        touched = [] if area.isEmpty() else self.view.network_scene.nodes_in(area)
        self.cancel()
        scene = self.view.network_scene
        scene.select([*self._before, *(name for name in touched if name not in self._before)])
        scene.select_remarks([*self._remarks, *scene.remarks_in(area)])

    def cancel(self) -> None:
        self._band.hide()
        self._band.deleteLater()


class Move(Gesture):
    """Moves the selected nodes and groups; let go over another open group, they become part of it."""

    def __init__(self, view: CanvasView, event: QMouseEvent, item: Card | FrameItem) -> None:
        super().__init__(view)
        self._scene = scene = view.network_scene
        adds = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
        several = len(scene.chosen) + len(scene.chosen_remarks) > 1
        self._click_selects = item.name if not adds and item.isSelected() and several else ""
        if adds:
            kept, remarks = [name for name in scene.chosen if name != item.name], scene.chosen_remarks
            scene.select(kept if item.isSelected() else [*kept, item.name])
            scene.select_remarks(remarks)
        elif not item.isSelected():
            scene.select([item.name])
        self._start = event.position()
        self._keys = outermost(scene.tree, scene.chosen)
        self._hand = Handful(scene, self._keys, scene.chosen_remarks)
        self._target: FrameItem | None = None
        self._guides = Guides(view, self._hand.cards)
        self._moved = False

    def move(self, event: QMouseEvent) -> None:
        if self._moved or is_far(self._start.toPoint(), event):
            self._moved = True
            self._hand.show(self._way(event))
            self._mark(self._new_home(event))

    def release(self, event: QMouseEvent) -> None:
        home, way = self._new_home(event), self._way(event)
        self.cancel()  # the edit is seen as a way from where everything was
        if self._moved and home is not None:
            self.view.editor.regroup(self._keys, home, self._corners(home, way))
        elif self._moved:
            self.view.editor.carry(self._hand, way)
        elif self._click_selects:
            self._scene.select([self._click_selects])

    def cancel(self) -> None:
        self._guides.clear()
        self._mark(None)
        self._hand.show(QPointF())
        self._scene.settle()

    def _way(self, event: QMouseEvent) -> QPointF:
        way = (event.position() - self._start) / self.view.zoom
        return self._guides.snapped(QPointF(round(way.x()), round(way.y())), event.modifiers())

    def _new_home(self, event: QMouseEvent) -> str | None:
        """The open group under the mouse, if the names of what is moved say that it lies in another one.

        With notes in hand nothing changes its group: they would stay behind.
        """
        tree = self._scene.tree
        if self._hand.remarks:
            return None
        over = self._scene.frame_at(self.view.mapToScene(event.position().toPoint()), self._hand.frames)
        homes = {tree.prefix(tree.parents[key]) for key in self._keys}
        return over if homes and tree.prefix(over) not in homes else None

    def _corners(self, home: str, way: QPointF) -> dict[str, Position]:
        """Where the cards of what is moved come to lie in another group."""
        corners = {}
        for key in self._keys:
            item = self._scene.item(key)
            corner = item.home() if item is not None else QPointF()
            corners[key] = self._scene.picture.place_in(home, (corner.x() + way.x(), corner.y() + way.y()))
        return corners

    def _mark(self, home: str | None) -> None:
        target = self._scene.frames.get(home or "")
        if target is not self._target:
            for frame in filter(None, (self._target, target)):
                frame.show_drop(frame is target)
            self._target = target


class Connect(Gesture):
    """Draws a connection from a port to another node; the rules say beforehand where it may end."""

    def __init__(self, view: CanvasView, event: QMouseEvent, item: Card, port: Port) -> None:
        super().__init__(view)
        self._item, self._port, self._start = item, port, event.position().toPoint()
        self._target: Card | None = None
        self._line = QGraphicsPathItem()
        self._line.setZValue(2)
        view.network_scene.addItem(self._line)
        other_end: Port = "input" if port == "output" else "output"
        for other in view.visible_nodes():
            if other is not item:
                other.show_mark("bad" if self._problem(other) else other_end)
        self.move(event)

    def move(self, event: QMouseEvent) -> None:
        place = self.view.mapToScene(event.position().toPoint())
        self._target = self.view.node_near(place)
        if self._target is self._item:
            self._target = None
        problem = self._problem(self._target) if self._target else None
        self._draw(place, problem)
        if problem is not None:
            self.view.bubble.say(str(problem), event.position().toPoint())
        else:
            self.view.bubble.hide()

    def release(self, event: QMouseEvent) -> None:
        target = self._target
        problem = self._problem(target) if target else None
        self.cancel()
        if target is None:
            if is_far(self._start, event):
                self.view.end_dropped.emit(
                    self._item.name, self._port, self.view.mapToScene(event.position().toPoint())
                )
        elif problem is None:
            self.view.editor.connect_nodes(*self._ends(target))
        else:
            self.view.bubble.say(str(problem), event.position().toPoint())

    def cancel(self) -> None:
        self.view.bubble.hide()
        self.view.network_scene.removeItem(self._line)
        for item in self.view.network_scene.nodes.values():
            item.show_mark("")

    def _ends(self, other: Card) -> tuple[str, str]:
        """Source and target, whichever end the gesture began at."""
        return (self._item.name, other.name) if self._port == "output" else (other.name, self._item.name)

    def _problem(self, other: Card) -> Problem | None:
        return self.view.editor.connection_problem(*self._ends(other))

    def _draw(self, place: QPointF, problem: Problem | None) -> None:
        look = style.current()
        fixed = self._item.port(self._port)
        if self._target is not None and problem is None:
            place = self._target.port("input" if self._port == "output" else "output")
        ends = [fixed, place] if self._port == "output" else [place, fixed]
        pen = look.wire_bad if problem else look.wire_good if self._target else look.wire_near
        self._line.setPen(pen)
        self._line.setPath(smooth(ends, self.view.network_scene.flow))


def begin(view: CanvasView, event: QMouseEvent) -> Gesture | None:
    """The gesture that a press starts."""
    if event.button() == Qt.MouseButton.MiddleButton or view.space_held:
        return Pan(view, event)
    if event.button() != Qt.MouseButton.LeftButton:
        _select_for_menu(view, event)
        return None
    place = view.mapToScene(event.position().toPoint())
    ported = view.port_near(place)
    if ported is not None:
        return Connect(view, event, *ported)
    item = view.node_at(place)
    if isinstance(item, GroupItem) and item.is_chevron(place):
        view.toggle(item.name)
        return None
    if item is not None:
        return Move(view, event, item)
    edge = view.edge_near(place)
    if edge is not None:
        view.network_scene.select([])
        edge.setSelected(True)
        return None
    frame = view.headline_at(place)
    if frame is not None and frame.is_chevron(place):
        view.toggle(frame.name)
        return None
    return Move(view, event, frame) if frame is not None else Select(view, event)


def _select_for_menu(view: CanvasView, event: QMouseEvent) -> None:
    """The menu of the right button is about what is below the mouse."""
    place = view.mapToScene(event.position().toPoint())
    remark = view.network_scene.remark_at(place)
    if remark is not None:
        if not remark.isSelected():
            view.network_scene.select([])
            view.network_scene.select_remarks([remark.key])
        return
    item = view.node_at(place) or view.headline_at(place) or view.edge_near(place)
    if item is None or item.isSelected():
        return
    if isinstance(item, EdgeItem):
        view.network_scene.select([])
        item.setSelected(True)
    else:
        view.network_scene.select([item.name])


def is_far(start: QPoint, event: QMouseEvent) -> bool:
    """Whether the mouse has gone far enough for a drag."""
    return (event.position().toPoint() - start).manhattanLength() >= max(3, QApplication.startDragDistance() // 3)
