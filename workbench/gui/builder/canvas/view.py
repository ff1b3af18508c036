"""The canvas: hands the mouse to gestures and what is dropped on it to the editor."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QWidget

from workbench.core.graph.network import OUTPUT
from workbench.core.graph.outline import ROOT
from workbench.core.layers.catalog import CATALOG
from workbench.gui.builder.accessible.canvas_accessible import Parts
from workbench.gui.builder.canvas.bubble import Bubble
from workbench.gui.builder.canvas.camera import Camera
from workbench.gui.builder.canvas.gestures import Gesture, begin
from workbench.gui.builder.editing.editor import Editor
from workbench.gui.builder.items import style
from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.edge_item import EdgeItem
from workbench.gui.builder.items.flow import Port
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.group_item import GroupItem
from workbench.gui.builder.mirror.scene import NetworkScene
from workbench.gui.foreign_files import is_foreign


class Handle(Protocol):
    """Something on the canvas that the mouse takes hold of before it takes cards."""

    def is_at(self, place: QPointF) -> bool: ...
    def grasp(self, event: QMouseEvent) -> Gesture: ...
    def cursor_at(self, place: QPointF) -> Qt.CursorShape: ...
    def double_click(self, place: QPointF) -> None: ...


KIND_MIME = "application/x-cnn-workbench-kind"
"""What the palette's drags carry: the name of a layer kind."""
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
NUDGE, SMALL_NUDGE = 10, 1


class CanvasView(Camera):
    """Shows a `NetworkScene` and edits it through an `Editor`."""

    draws_focus = True

    file_dropped = Signal(object)
    """The path of a network file."""
    add_requested = Signal(QPointF)
    """Something should be added at this place of the scene."""
    end_dropped = Signal(str, str, QPointF)
    """A connection from this port ("input" or "output") of this node was drawn to an empty place of the scene."""
    cancelled = Signal()
    """Escape: what is being made for the canvas is not wanted."""
    menu_wanted = Signal(object)
    """A menu is asked for, by the event that does."""
    edit_requested = Signal()
    """The selected node should be edited."""

    def __init__(self, scene: NetworkScene, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.editor = editor
        self.bubble = Bubble(self.viewport())
        self.gesture: Gesture | None = None
        self.space_held = False
        self._mouse = QPoint()
        self._drop_edge: EdgeItem | None = None
        self.handles: list[Handle] = []
        """What lies over the cards and can be dragged."""
        self.setObjectName("build-canvas")
        self.setAccessibleName("Network canvas")
        self.parts = Parts(self)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        editor.refused.connect(lambda text: self.bubble.say(text, self._mouse))

    # what is where

    def node_at(self, place: QPointF) -> Card | None:
        """The node whose card is at a place of the scene."""
        return next((item for item in self.network_scene.items(place) if isinstance(item, Card)), None)

    def headline_at(self, place: QPointF) -> FrameItem | None:
        """The open group whose headline is at a place of the scene."""
        return next((item for item in self.network_scene.items(place) if isinstance(item, FrameItem)), None)

    def toggle(self, key: str) -> None:
        """Open or close a group; its corner stays where it is seen."""
        scene, before = self.network_scene, self.network_scene.item(key)
        corner = self.mapFromScene(before.box().topLeft()) if before is not None else None
        scene.toggle(key)
        after = scene.item(key)
        if corner is not None and after is not None:
            self.pan(QPointF(corner - self.mapFromScene(after.box().topLeft())))

    def dive(self, key: str) -> None:
        """Look at one group alone, or at the whole network."""
        self.network_scene.dive(key)
        self.first_look()

    def go_up(self) -> None:
        """Look at the group around the one that is looked at."""
        scene, inner = self.network_scene, self.network_scene.root
        if inner != ROOT:
            self.dive(scene.tree.parents[inner])
            scene.select([inner])
            self.reveal(inner)

    def mouse_place(self) -> QPointF:
        """Where the mouse is in the scene, or the middle of the view when it is elsewhere."""
        inside = self.viewport().rect().contains(self._mouse) and not self._mouse.isNull()
        return self.mapToScene(self._mouse) if inside else self.middle()

    def node_near(self, place: QPointF) -> Card | None:
        """The node at a place, or one whose port is near."""
        ported = self.port_near(place)
        return ported[0] if ported else self.node_at(place)

    def port_near(self, place: QPointF) -> tuple[Card, Port] | None:
        """The port that is near enough to be meant; in the overview none is."""
        if self.zoom < style.OVERVIEW:
            return None
        for item in self.network_scene.items(_around(place, style.REACH)):
            port = item.port_at(place) if isinstance(item, Card) else None
            if isinstance(item, Card) and port is not None:
                return item, port
        return None

    def edge_near(self, place: QPointF) -> EdgeItem | None:
        """The connection that is near enough to be meant."""
        found = self.network_scene.items(_around(place, max(6.0, 5.0 / self.zoom)))
        return next((item for item in found if isinstance(item, EdgeItem)), None)

    def visible_nodes(self) -> list[Card]:
        """The nodes that can be seen."""
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        return [item for item in self.network_scene.items(seen) if isinstance(item, Card)]

    # the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position().toPoint()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.gesture is None:
            handle = self._handle_at(event.position().toPoint())
            left = event.button() == Qt.MouseButton.LeftButton
            self.gesture = handle.grasp(event) if handle is not None and left else begin(self, event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position().toPoint()
        if self.gesture is not None:
            self.gesture.move(event)
        else:
            self._show_cursor()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.release(event)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.mapToScene(event.position().toPoint())
        left = event.button() == Qt.MouseButton.LeftButton and not self.space_held
        handle = self._handle_at(event.position().toPoint()) if left else None
        if handle is not None:
            handle.double_click(place)
            event.accept()
            return
        group = self._group_at(place) if left and not self.port_near(place) else None
        if group is not None:
            alone = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.dive if alone else self.toggle)(group.name)
            event.accept()
            return
        if left and self.node_at(place) and not self.port_near(place):
            self.edit_requested.emit()
        elif left and not self.port_near(place):
            self.add_requested.emit(place)
        else:
            self.mousePressEvent(event)
        event.accept()

    def _group_at(self, place: QPointF) -> GroupItem | FrameItem | None:
        """The closed group, or the headline of the open one, at a place of the scene."""
        item = self.node_at(place)
        if item is not None:
            return item if isinstance(item, GroupItem) and not item.is_chevron(place) else None
        frame = self.headline_at(place)
        return frame if frame is not None and not frame.is_chevron(place) else None

    def _handle_at(self, mouse: QPoint) -> Handle | None:
        place = self.mapToScene(mouse)
        return next((handle for handle in self.handles if not self.space_held and handle.is_at(place)), None)

    def _show_cursor(self) -> None:
        if self.space_held:
            shape = Qt.CursorShape.OpenHandCursor
        elif (handle := self._handle_at(self._mouse)) is not None:
            shape = handle.cursor_at(self.mapToScene(self._mouse))
        elif self.port_near(self.mapToScene(self._mouse)):
            shape = Qt.CursorShape.CrossCursor
        else:
            shape = Qt.CursorShape.ArrowCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    # the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self._cancel()
        elif key == Qt.Key.Key_Space:
            self.space_held = True
            self._show_cursor()
        elif key in ARROWS and (self.network_scene.selected or self.network_scene.chosen_remarks):
            step = SMALL_NUDGE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else NUDGE
            self.editor.nudge(ARROWS[key][0] * step, ARROWS[key][1] * step)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self._show_cursor()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.space_held = False
        super().focusOutEvent(event)

    def abandon(self) -> bool:
        """End the gesture without doing anything; whether there was one."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.cancel()
        return gesture is not None

    def _cancel(self) -> None:
        """End the gesture, or select nothing."""
        self.bubble.hide()
        self.cancelled.emit()
        if not self.abandon():
            self.network_scene.select([])

    # drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _kind(event.mimeData()) or _file(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        kind = _kind(event.mimeData())
        self._mark_edge(self.edge_near(self._drop_place(event)) if kind else None)
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark_edge(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark_edge(None)
        kind, path = _kind(event.mimeData()), _file(event.mimeData())
        event.acceptProposedAction()
        if kind:
            self.drop(kind, self._drop_place(event))
        elif path:
            self.file_dropped.emit(path)

    def drop(self, kind: str, place: QPointF) -> None:
        """Add a node of a kind at a place: on a connection if there is one that it can be part of."""
        edge = self.edge_near(place)
        if edge is not None and _fits_between(kind):
            self.editor.add_between(kind, edge.key, place)
        else:
            self.editor.add(kind, place)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop_place(self, event: QDropEvent) -> QPointF:
        return self.mapToScene(event.position().toPoint())

    def _mark_edge(self, edge: EdgeItem | None) -> None:
        if self._drop_edge is not None and self._drop_edge is not edge and self._drop_edge.scene() is not None:
            self._drop_edge.show_near(near=False)
        if edge is not None:
            edge.show_near(near=True, drop_target=True)
        self._drop_edge = edge


def _fits_between(kind: str) -> bool:
    return CATALOG.input_limits(kind)[1] != 0 and kind != OUTPUT


def _around(place: QPointF, reach: float) -> QRectF:
    return QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)


def _kind(mime: QMimeData) -> str:
    return bytes(mime.data(KIND_MIME).data()).decode()


def _file(mime: QMimeData) -> Path | None:
    """The first local file that is dragged and can be opened."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix == ".json" or is_foreign(path)), None)
