"""Dragging notes and frames, and the corners that change their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from workbench.core.graph.canvas import SMALLEST
from workbench.core.graph.canvas_edits import change_remark
from workbench.gui.builder.gestures import Gesture, is_far, is_within
from workbench.gui.builder.labels import remarks_text
from workbench.gui.builder.notes_item import RemarkItem
from workbench.gui.builder.notes_places import held, taken_along

if TYPE_CHECKING:
    from workbench.gui.builder.view import CanvasView

ADDS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class MoveRemarks(Gesture):
    """Moves the selected notes and frames, with what the frames hold."""

    def __init__(self, view: CanvasView, event: QMouseEvent, item: RemarkItem) -> None:
        super().__init__(view)
        self._scene = scene = view.network_scene
        if event.modifiers() & ADDS:
            item.setSelected(not item.isSelected())
        elif not item.isSelected():
            scene.select([])
            scene.select_remarks([item.key])
        self._start, self._moved = event.position(), False
        self._keys = scene.chosen_remarks
        inner, remarks = held(scene, self._keys)
        self._items = [scene.remarks[key] for key in remarks if key in scene.remarks]
        self._cards = scene.cards_of(inner)
        self._frames = [key for key in scene.frames if is_within(scene, key, inner)]

    def move(self, event: QMouseEvent) -> None:
        if self._moved or is_far(self._start.toPoint(), event):
            self._moved = True
            self._show(self._way(event))

    def release(self, event: QMouseEvent) -> None:
        if self._moved:
            keys, way, scene = self._keys, self._way(event), self._scene
            self.cancel()
            remarks = [scene.network.canvas.remarks[key] for key in keys]
            self.view.editor.attempt(
                lambda network: taken_along(scene, network, keys, way), f"Move {remarks_text(remarks)}"
            )

    def cancel(self) -> None:
        self._show(QPointF())

    def _show(self, way: QPointF) -> None:
        for item in self._items:
            item.setPos(way)
        self._scene.drag(self._cards, self._frames, way)

    def _way(self, event: QMouseEvent) -> QPointF:
        way = (event.position() - self._start) / self.view.zoom
        return QPointF(round(way.x()), round(way.y()))


class ResizeRemark(Gesture):
    """Moves the lower right corner of a note or frame."""

    def __init__(self, view: CanvasView, event: QMouseEvent, item: RemarkItem) -> None:
        super().__init__(view)
        view.network_scene.select([])
        view.network_scene.select_remarks([item.key])
        self._item, self._start, self._before = item, event.position(), item.box()
        self._moved = False

    def move(self, event: QMouseEvent) -> None:
        self._moved = True
        box = self._item.box()
        way = self._way(event)
        box.setSize(self._before.size())
        box.setWidth(max(SMALLEST[0], self._before.width() + way.x()))
        box.setHeight(max(SMALLEST[1], self._before.height() + way.y()))
        self._item.show_remark(self._item.remark, box)

    def release(self, event: QMouseEvent) -> None:
        key, remark, way = self._item.key, self._item.remark, self._way(event)
        self.cancel()
        size = (remark.size[0] + way.x(), remark.size[1] + way.y())
        if self._moved and not way.isNull():
            self.view.editor.attempt(
                lambda network: change_remark(network, key, size=size), f"Resize {remarks_text([remark])}"
            )

    def cancel(self) -> None:
        self._item.show_remark(self._item.remark, self._before)

    def _way(self, event: QMouseEvent) -> QPointF:
        way = (event.position() - self._start) / self.view.zoom
        return QPointF(round(way.x()), round(way.y()))
