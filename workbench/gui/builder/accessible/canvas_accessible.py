"""What lies on the canvas for assistive technology: each card, group, connection and note has a name and can be asked.

An interface knows its thing by key alone and looks it up at every call, so that nothing of it can outlive the item.
Qt keeps a plain pointer to each interface that it has given an id: `Parts` alone keeps and deletes them.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
)
from PySide6.QtWidgets import QGraphicsItem
from shiboken6 import VoidPtr, isValid

from workbench.gui.builder.accessible import canvas_parts
from workbench.gui.builder.accessible.canvas_parts import CANVAS, Family, PartKey, item_of
from workbench.gui.builder.accessible.spoken import links, more_of, name_of
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.group_item import GroupItem

if TYPE_CHECKING:
    from workbench.gui.builder.canvas.view import CanvasView
    from workbench.gui.builder.items.ghost_links import GhostKey
    from workbench.gui.builder.mirror.picture import Picture
    from workbench.gui.builder.mirror.scene import NetworkScene

Text, Role, Relation = QAccessible.Text, QAccessible.Role, QAccessible.RelationFlag
PRESS, SHOW = QAccessibleActionInterface.pressAction(), QAccessibleActionInterface.setFocusAction()
TOGGLE = QAccessibleActionInterface.toggleAction()
Maybe = Any
"""An object or None, which is a null pointer for Qt; PySide's stubs know of none."""
NOTHING = VoidPtr(0)
"""No such interface, as `interface_cast` says it: for None PySide would hand Qt a pointer to somewhere."""
ROLES = {"card": Role.ListItem, "frame": Role.Grouping, "edge": Role.ListItem, "remark": Role.Note, "ghost": Role.Link}


class Parts:
    """The interfaces that somebody has asked for. They go when what they stand for has gone, or the view has."""

    def __init__(self, view: CanvasView) -> None:
        self._view = weakref.ref(view)
        self._made: dict[PartKey, PartInterface] = {}
        self._known: tuple[Picture, tuple[str | GhostKey, ...]] | None = None
        self._family: Family = {}
        self._around: dict[PartKey, PartKey] = {}

    @property
    def view(self) -> CanvasView:
        """The view; it lives as long as anybody can ask for it."""
        view = self._view()
        if view is None:
            raise ReferenceError("the canvas is gone")
        return view

    @property
    def is_open(self) -> bool:
        """Whether the view is there."""
        view = self._view()
        return view is not None and isValid(view)

    @property
    def scene(self) -> NetworkScene:
        """What the view shows."""
        return self.view.network_scene

    def family(self) -> Family:
        """What lies in what; made once for each picture of the network."""
        picture = self.scene.picture
        remarks: tuple[str | GhostKey, ...] = (*self.scene.remarks, *self.scene.ghosts)
        if self._known is None or self._known[0] is not picture or self._known[1] != remarks:
            self._known = (picture, remarks)
            self._family = canvas_parts.family(self.scene)
            self._around = {key: around for around, keys in self._family.items() for key in keys}
        return self._family

    def within(self, key: PartKey) -> list[PartKey]:
        """What lies in it, in reading order."""
        return self.family().get(key, [])

    def around(self, key: PartKey) -> PartKey:
        """What it lies in."""
        self.family()
        return self._around.get(key, CANVAS)

    def interface(self, key: PartKey) -> QAccessibleInterface | None:
        """The interface of something on the canvas, or of the canvas; None where it is gone."""
        if key == CANVAS:
            return QAccessible.queryAccessibleInterface(self.view)
        if item_of(self.scene, key) is None:
            return None
        if key not in self._made:
            self._made[key] = PartInterface(self, key)
            QAccessible.registerAccessibleInterface(self._made[key])
        return self._made[key]

    def forget_gone(self) -> None:
        """Delete the interfaces of what is not on the canvas any more."""
        self._forget([key for key in self._made if item_of(self.scene, key) is None])

    def clear(self) -> None:
        """Delete all interfaces: the view goes."""
        self._forget([*self._made])
        self._family, self._around, self._known = {}, {}, None

    def _forget(self, keys: Iterable[PartKey]) -> None:
        for key in keys:
            gone = self._made.pop(key)  # kept until Qt has deleted it: Python would do it first, and Qt again
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(gone))


class PartInterface(QAccessibleInterface):
    """One card, group, connection or note."""

    def __init__(self, parts: Parts, key: PartKey) -> None:
        super().__init__()
        self.key = key
        self._parts = parts
        self._actions = PartActions(parts, key)

    @property
    def _item(self) -> QGraphicsItem | None:
        return item_of(self._parts.scene, self.key)

    def isValid(self) -> bool:
        return self._parts.is_open and self._item is not None

    def object(self) -> Maybe:
        return None

    def window(self) -> Maybe:
        return self._parts.view.window().windowHandle()

    def role(self) -> QAccessible.Role:
        return ROLES[self.key.sort]

    def text(self, kind: QAccessible.Text) -> str:
        item, scene = self._item, self._parts.scene
        if item is None:
            return ""
        told = {Text.Name: name_of, Text.Description: more_of}.get(kind)
        return told(scene, item) if told is not None else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing here is written by way of a screen reader: the inspector has the fields."""

    def rect(self) -> QRect:
        item, view = self._item, self._parts.view
        if item is None:
            return QRect()
        seen = view.mapFromScene(canvas_parts.box_of(item)).boundingRect()
        return seen.translated(view.viewport().mapToGlobal(QPoint()))

    def state(self) -> QAccessible.State:
        state, item, view = QAccessible.State(), self._item, self._parts.view
        if item is None:
            state.invalid = True
            return state
        last = canvas_parts.chosen_parts(view.network_scene)[-1:]
        state.selectable = state.multiSelectable = state.focusable = True
        state.selected = item.isSelected()
        state.focused = view.hasFocus() and last == [self.key]
        state.expandable = isinstance(item, (GroupItem, FrameItem))
        state.expanded, state.collapsed = isinstance(item, FrameItem), isinstance(item, GroupItem)
        state.offscreen = (
            not view.mapFromScene(canvas_parts.box_of(item)).boundingRect().intersects(view.viewport().rect())
        )
        return state

    def parent(self) -> Maybe:
        return self._parts.interface(self._parts.around(self.key))

    def childCount(self) -> int:
        return len(self._parts.within(self.key))

    def child(self, index: int) -> Maybe:
        keys = self._parts.within(self.key)
        return self._parts.interface(keys[index]) if 0 <= index < len(keys) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        keys = self._parts.within(self.key)
        return keys.index(child.key) if isinstance(child, PartInterface) and child.key in keys else -1

    def childAt(self, x: int, y: int) -> Maybe:
        view = self._parts.view
        key = canvas_parts.part_at(view.network_scene, view.mapToScene(view.viewport().mapFromGlobal(QPoint(x, y))))
        return self._parts.interface(key) if key is not None and self._parts.around(key) == self.key else None

    def relations(
        self, match: QAccessible.RelationFlag = Relation.AllRelations
    ) -> list[tuple[QAccessibleInterface, QAccessible.RelationFlag]]:
        """What feeds a card, and what it feeds."""
        if self.key.sort != "card":
            return []
        fed, feeds = links(self._parts.scene, str(self.key.name))
        found = [(name, Relation.FlowsFrom) for name in fed] + [(name, Relation.FlowsTo) for name in feeds]
        shown = ((self._parts.interface(PartKey("card", name)), flag) for name, flag in found if flag & match)
        return [(interface, flag) for interface, flag in shown if interface is not None]

    def interface_cast(self, wanted: QAccessible.InterfaceType) -> Any:
        return self._actions if wanted == QAccessible.InterfaceType.ActionInterface else NOTHING


class PartActions(QAccessibleActionInterface):
    """What can be done to one thing: select it and bring it into view, edit it, open or close it."""

    def __init__(self, parts: Parts, key: PartKey) -> None:
        super().__init__()
        self._parts, self._key = parts, key

    def actionNames(self) -> list[str]:
        item = item_of(self._parts.scene, self._key)
        if item is None:
            return []
        return [PRESS, SHOW, TOGGLE] if isinstance(item, (GroupItem, FrameItem)) else [PRESS, SHOW]

    def doAction(self, name: str) -> None:
        if name not in self.actionNames():
            return
        view = self._parts.view
        canvas_parts.choose_part(view.network_scene, self._key)
        view.setFocus()
        self._reveal()
        if name == TOGGLE or (name == PRESS and TOGGLE in self.actionNames()):
            view.toggle(str(self._key.name))
        elif name == PRESS and self._key.sort != "edge":
            view.edit_requested.emit()

    def keyBindingsForAction(self, name: str) -> list[str]:
        return {PRESS: ["Return"], TOGGLE: ["O"]}.get(name, [])

    def _reveal(self) -> None:
        item = item_of(self._parts.scene, self._key)
        if item is not None:
            self._parts.view.ensureVisible(canvas_parts.box_of(item), 60, 60)
