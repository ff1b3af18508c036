"""What the mouse does on the canvas: one object for each gesture, from its press to its release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QGraphicsPathItem, QRubberBand

from workbench.core.graph.rules import connection_problem
from workbench.core.layers.catalog import CATALOG
from workbench.errors import Problem
from workbench.gui.builder import style
from workbench.gui.builder.card import Card, Port
from workbench.gui.builder.routing import smooth

if TYPE_CHECKING:
    from workbench.gui.builder.view import CanvasView


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
        self._before = view.network_scene.selected if adds else []
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, view.viewport())

    def move(self, event: QMouseEvent) -> None:
        self._band.setGeometry(QRect(self._start, event.position().toPoint()).normalized())
        self._band.show()

    def release(self, event: QMouseEvent) -> None:
        band = QRect(self._start, event.position().toPoint()).normalized()
        area = self.view.mapToScene(band).boundingRect() if _is_far(self._start, event) else QRectF()
        touched = [] if area.isEmpty() else self.view.network_scene.nodes_in(area)
        self.cancel()
        self.view.network_scene.select([*self._before, *(name for name in touched if name not in self._before)])

    def cancel(self) -> None:
        self._band.hide()
        self._band.deleteLater()


class Move(Gesture):
    """Moves the selected nodes; the network learns of it at the end."""

    def __init__(self, view: CanvasView, event: QMouseEvent, item: Card) -> None:
        super().__init__(view)
        scene = view.network_scene
        adds = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
        self._click_selects = item.name if not adds and item.isSelected() and len(scene.selected) > 1 else ""
        if adds:
            kept = [name for name in scene.selected if name != item.name]
            scene.select(kept if item.isSelected() else [*kept, item.name])
        elif not item.isSelected():
            scene.select([item.name])
        self._start = event.position()
        self._places = {name: QPointF(*scene.place(name)) for name in scene.selected}
        self._moved = False

    def move(self, event: QMouseEvent) -> None:
        if self._moved or _is_far(self._start.toPoint(), event):
            self._moved = True
            self.view.network_scene.drag(self._shifted(event))

    def release(self, event: QMouseEvent) -> None:
        if self._moved:
            places = {name: (place.x(), place.y()) for name, place in self._shifted(event).items()}
            self.view.editor.move(places)
            self.view.network_scene.settle(places)
        elif self._click_selects:
            self.view.network_scene.select([self._click_selects])

    def cancel(self) -> None:
        self.view.network_scene.settle(self._places)

    def _shifted(self, event: QMouseEvent) -> dict[str, QPointF]:
        way = (event.position() - self._start) / self.view.zoom
        whole = QPointF(round(way.x()), round(way.y()))
        return {name: place + whole for name, place in self._places.items()}


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
            if _is_far(self._start, event):
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
        return connection_problem(self.view.editor.network, *self._ends(other), CATALOG)

    def _draw(self, place: QPointF, problem: Problem | None) -> None:
        look = style.current()
        fixed = self._item.port(self._port)
        if self._target is not None and problem is None:
            place = self._target.port("input" if self._port == "output" else "output")
        ends = [fixed, place] if self._port == "output" else [place, fixed]
        pen = look.wire_bad if problem else look.wire_good if self._target else look.wire_near
        self._line.setPen(pen)
        self._line.setPath(smooth(ends))


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
    if item is not None:
        return Move(view, event, item)
    edge = view.edge_near(place)
    if edge is not None:
        view.network_scene.select([])
        edge.setSelected(True)
        return None
    return Select(view, event)


def _select_for_menu(view: CanvasView, event: QMouseEvent) -> None:
    """The menu of the right button is about what is below the mouse."""
    item = view.node_at(view.mapToScene(event.position().toPoint()))
    if item is not None and not item.isSelected():
        view.network_scene.select([item.name])


def _is_far(start: QPoint, event: QMouseEvent) -> bool:
    return (event.position().toPoint() - start).manhattanLength() >= max(3, QApplication.startDragDistance() // 3)
