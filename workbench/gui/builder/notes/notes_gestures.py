"""Dragging notes and frames, and the corners that change their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from workbench.core.graph.canvas import SMALLEST
from workbench.core.graph.canvas_edits import change_remark
from workbench.core.graph.outline import outermost
from workbench.gui.builder.canvas.gestures import Gesture, is_far
from workbench.gui.builder.editing.handful import Handful
from workbench.gui.builder.items.labels import remarks_text
from workbench.gui.builder.items.notes_item import RemarkItem

if TYPE_CHECKING:
    from workbench.gui.builder.canvas.view import CanvasView

ADDS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class MoveRemarks(Gesture):
    """Moves the selected notes and frames, with what the frames hold and with the nodes that are selected too."""

    def __init__(self, view: CanvasView, event: QMouseEvent, item: RemarkItem) -> None:
        super().__init__(view)
        scene = view.network_scene
        if event.modifiers() & ADDS:
            item.setSelected(not item.isSelected())
        elif not item.isSelected():
            scene.select([])
            scene.select_remarks([item.key])
        self._start, self._moved = event.position(), False
        self._hand = Handful(scene, outermost(scene.tree, scene.chosen), scene.chosen_remarks)

    def move(self, event: QMouseEvent) -> None:
        if self._moved or is_far(self._start.toPoint(), event):
            self._moved = True
            self._show(self._way(event))

    def release(self, event: QMouseEvent) -> None:
        if self._moved:
            way = self._way(event)
            self.cancel()
            self.view.editor.carry(self._hand, way)

    def cancel(self) -> None:
        self._show(QPointF())

    def _show(self, way: QPointF) -> None:
        self._hand.show(way)

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
