"""Lining up what is selected: edges, middles and even gaps, each as one undo step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workbench.core.graph.canvas import Box
from workbench.core.graph.network import Position
from workbench.core.graph.outline import outermost
from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items.labels import counted
from workbench.gui.builder.mirror.notes_places import closed

Ways = dict[str, Position]
"""How far each thing goes."""
Boxes = Mapping[str, Box]


def lined_up(boxes: Boxes, side: str) -> Ways:
    """How far boxes go so that they share a side (left, right, top, bottom) or a middle (centre, middle)."""
    left, top = min(box[0] for box in boxes.values()), min(box[1] for box in boxes.values())
    right = max(box[0] + box[2] for box in boxes.values())
    bottom = max(box[1] + box[3] for box in boxes.values())
    way: dict[str, Callable[[Box], Position]] = {
        "left": lambda box: (left - box[0], 0.0),
        "centre": lambda box: ((left + right) / 2 - box[0] - box[2] / 2, 0.0),
        "right": lambda box: (right - box[0] - box[2], 0.0),
        "top": lambda box: (0.0, top - box[1]),
        "middle": lambda box: (0.0, (top + bottom) / 2 - box[1] - box[3] / 2),
        "bottom": lambda box: (0.0, bottom - box[1] - box[3]),
    }
    return {key: way[side](box) for key, box in boxes.items()}


def spread(boxes: Boxes, axis: int) -> Ways:
    """How far boxes go so that the gaps between them are alike, across (0) or down (1); the outer ones stay."""
    order = sorted(boxes, key=lambda key: boxes[key][axis])
    first, last = boxes[order[0]], boxes[order[-1]]
    room = last[axis] + last[axis + 2] - first[axis] - sum(boxes[key][axis + 2] for key in order)
    gap, place, ways = room / (len(order) - 1), first[axis], {}
    for key in order:
        away = place - boxes[key][axis]
        ways[key] = (away, 0.0) if axis == 0 else (0.0, away)
        place += boxes[key][axis + 2] + gap
    return ways


ORDERS: dict[str, tuple[str, str, int, Callable[[Boxes], Ways]]] = {
    "left": ("Align left edges", "Alt+Shift+Left", 2, partial(lined_up, side="left")),
    "centre": ("Align centres", "Alt+Shift+C", 2, partial(lined_up, side="centre")),
    "right": ("Align right edges", "Alt+Shift+Right", 2, partial(lined_up, side="right")),
    "top": ("Align tops", "Alt+Shift+Up", 2, partial(lined_up, side="top")),
    "middle": ("Align middles", "Alt+Shift+M", 2, partial(lined_up, side="middle")),
    "bottom": ("Align bottoms", "Alt+Shift+Down", 2, partial(lined_up, side="bottom")),
    "across": ("Distribute across", "Alt+Shift+H", 3, partial(spread, axis=0)),
    "down": ("Distribute down", "Alt+Shift+V", 3, partial(spread, axis=1)),
}
"""Text, keys, how many things it takes at least, and what it does."""


class Aligning(QObject):
    """The actions that line up the selected nodes and groups; what is in different groups is not lined up."""

    def __init__(self, view: CanvasView, actions: CanvasActions) -> None:
        super().__init__(view)
        self._view, self._scene, self._editor = view, view.network_scene, view.editor
        self._actions = {name: self._action(actions, name) for name in ORDERS}
        view.addAction(self._in_menu())
        self._scene.picked.connect(self._show_state)
        self._show_state()

    def align(self, name: str) -> None:
        """Do one of the `ORDERS`."""
        text, _, least, order = ORDERS[name]
        boxes = self._boxes()
        if len(boxes) < least:
            self._editor.refused.emit(f"{text}: select at least {least} nodes or groups that lie in the same group.")
            return
        known, tree = self._scene.places, self._scene.tree
        places = {
            node: (known[node][0] + right, known[node][1] + down)
            for key, (right, down) in order(boxes).items()
            for node in tree.nodes(key)
        }
        self._editor.place(places, f"{text} of {counted([*boxes])}")

    def _boxes(self) -> dict[str, Box]:
        """The selected nodes and groups where they are when all groups are closed, if one group holds them all."""
        tree = self._scene.tree
        keys = outermost(tree, self._scene.chosen)
        homes = {tree.parents[key] for key in keys}
        cards = closed(self._scene, homes.pop()) if len(homes) == 1 else {}
        return {key: cards[key] for key in keys if key in cards}

    def _action(self, actions: CanvasActions, name: str) -> QAction:
        text, keys, _, _ = ORDERS[name]
        actions.add(Entry(f"build-align-{name}", text, keys, partial(self.align, name)))
        action = actions.all[f"build-align-{name}"]
        self._view.removeAction(action)  # it is in the submenu, with its keys
        return action

    def _in_menu(self) -> QAction:
        menu = QMenu("Align", self._view)
        menu.addActions([*self._actions.values()])
        menu.menuAction().setObjectName("build-align")
        self._menu = menu
        return menu.menuAction()

    def _show_state(self) -> None:
        count = len(self._boxes())
        for name, action in self._actions.items():
            action.setEnabled(count >= ORDERS[name][2])
        self._menu.menuAction().setEnabled(count >= 2)
