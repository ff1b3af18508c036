"""The canvas itself for assistive technology: what lies on it are its children, and can be selected."""

from __future__ import annotations

from functools import cache
from typing import Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleSelectionInterface
from PySide6.QtWidgets import QAccessibleWidget

from workbench.gui.builder.accessible import canvas_parts
from workbench.gui.builder.accessible.canvas_accessible import NOTHING, Maybe, PartInterface, Parts
from workbench.gui.builder.accessible.canvas_parts import CANVAS, item_of
from workbench.gui.builder.canvas.view import CanvasView


class CanvasInterface(QAccessibleWidget):
    """The view: what lies on the canvas are its first children, the widgets on it the others."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view, QAccessible.Role.Canvas)
        self._parts: Parts = view.parts
        self._selection = PartSelection(view.parts)

    def childCount(self) -> int:
        return len(self._parts.within(CANVAS)) + super().childCount()

    def child(self, index: int) -> Maybe:
        keys = self._parts.within(CANVAS)
        return self._parts.interface(keys[index]) if index < len(keys) else super().child(index - len(keys))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        keys = self._parts.within(CANVAS)
        if isinstance(child, PartInterface):
            return keys.index(child.key) if child.key in keys else -1
        index = super().indexOfChild(child)
        return index + len(keys) if index >= 0 else -1

    def childAt(self, x: int, y: int) -> Maybe:
        view = self._parts.view
        over = view.childAt(view.mapFromGlobal(QPoint(x, y)))
        if over is not None and over is not view.viewport():
            return QAccessible.queryAccessibleInterface(over)
        place = view.mapToScene(view.viewport().mapFromGlobal(QPoint(x, y)))
        key = canvas_parts.part_at(self._parts.scene, place)
        return self._parts.interface(key) if key is not None else super().childAt(x, y)

    def focusChild(self) -> Maybe:
        view = self._parts.view
        if not view.hasFocus():
            return super().focusChild()
        return self._parts.interface(next(iter(canvas_parts.chosen_parts(view.network_scene)[-1:]), CANVAS))

    def interface_cast(self, wanted: QAccessible.InterfaceType) -> Any:
        if wanted == QAccessible.InterfaceType.SelectionInterface:
            return self._selection
        found = super().interface_cast(wanted)
        return NOTHING if found is None else found


class PartSelection(QAccessibleSelectionInterface):
    """What is selected on the canvas, to read and to change."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts

    def selectedItemCount(self) -> int:
        return len(canvas_parts.chosen_parts(self._parts.scene))

    def selectedItems(self) -> list[QAccessibleInterface]:
        shown = map(self._parts.interface, canvas_parts.chosen_parts(self._parts.scene))
        return [interface for interface in shown if interface is not None]

    def selectedItem(self, index: int) -> Maybe:
        return next(iter(self.selectedItems()[index : index + 1]), None)

    def isSelected(self, child: QAccessibleInterface) -> bool:
        return isinstance(child, PartInterface) and child.key in canvas_parts.chosen_parts(self._parts.scene)

    def select(self, child: QAccessibleInterface) -> bool:
        return self._set(child, selected=True)

    def unselect(self, child: QAccessibleInterface) -> bool:
        return self._set(child, selected=False)

    def selectAll(self) -> bool:
        self._parts.scene.select([*self._parts.scene.nodes])
        return True

    def clear(self) -> bool:
        self._parts.scene.select([])
        return True

    def _set(self, child: QAccessibleInterface, *, selected: bool) -> bool:
        item = item_of(self._parts.scene, child.key) if isinstance(child, PartInterface) else None
        if item is not None:
            item.setSelected(selected)
        return item is not None


@cache
def install() -> None:
    """Have Qt ask here for the interfaces of canvases; once in a program, as Qt forgets no factory."""
    QAccessible.installFactory(_made)


def _made(_class_name: str, thing: QObject | None) -> Maybe:
    return CanvasInterface(thing) if isinstance(thing, CanvasView) else None
