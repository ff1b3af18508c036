"""The actions on the canvas, with their shortcuts. The window lists them; the canvas runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.icons import set_icon

ZOOM_STEP = 1.25


class Entry(NamedTuple):
    """One action: object name, text, shortcut, what it does, and its icon if it has one."""

    name: str
    text: str
    keys: str
    run: Callable[[], object]
    icon: str = ""


class CanvasActions(QObject):
    """All actions on what the canvas shows. Their shortcuts work while the canvas has the keyboard."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._scene, self._editor = view, view.network_scene, view.editor
        self.all: dict[str, QAction] = {}
        self.add(*self._editing())
        line = QAction(view)
        line.setSeparator(True)
        view.addAction(line)
        self.add(*self._looking())
        self._scene.picked.connect(self._show_state)
        self._show_state()

    def _editing(self) -> tuple[Entry, ...]:
        editor = self._editor
        return (
            Entry("build-cut", "Cut", "Ctrl+X", editor.cut),
            Entry("build-copy", "Copy", "Ctrl+C", editor.copy, "copy"),
            Entry("build-paste", "Paste", "Ctrl+V", self._seen(editor.paste)),
            Entry("build-duplicate", "Duplicate", "Ctrl+D", self._seen(editor.duplicate)),
            Entry("build-delete", "Delete", "Del", editor.delete, "trash"),
            Entry("build-connect", "Connect the two selected nodes", "C", self._connect_selected, "link"),
            Entry("build-edit", "Edit what is selected", "Return", self._view.edit_requested.emit),
        )

    def _seen(self, edit: Callable[[], object]) -> Callable[[], None]:
        """An edit that brings into view what it has added and selected."""

        def done() -> None:
            edit()
            for name in self._scene.chosen[:1]:
                self._view.reveal(name)

        return done

    def _looking(self) -> tuple[Entry, ...]:
        view = self._view
        return (
            Entry("build-select-all", "Select all", "Ctrl+A", self._select_all),
            Entry("build-next", "Select the next node", "N", lambda: self._step(1)),
            Entry("build-previous", "Select the node before", "Shift+N", lambda: self._step(-1)),
            Entry("build-fit", "Fit", "F", view.fit, "fit"),
            Entry("build-real-size", "Zoom to 100 %", "1", view.real_size),
            Entry("build-zoom-in", "Zoom in", "+", lambda: view.zoom_by(ZOOM_STEP), "zoom-in"),
            Entry("build-zoom-out", "Zoom out", "-", lambda: view.zoom_by(1 / ZOOM_STEP), "zoom-out"),
        )

    def add(self, *entries: Entry) -> None:
        """Have more actions on the canvas, in its menu too."""
        self.all |= {entry.name: self._action(entry) for entry in entries}

    def _action(self, entry: Entry) -> QAction:
        action = QAction(entry.text, self._view)
        action.setObjectName(entry.name)
        action.setShortcut(QKeySequence(entry.keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setToolTip(f"{entry.text} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")
        action.triggered.connect(lambda: entry.run())
        if entry.icon:
            set_icon(action, entry.icon)
        self._view.addAction(action)
        return action

    def _show_state(self) -> None:
        remarks = len(self._scene.chosen_remarks)
        nodes, edges = len(self._scene.selected), len(self._scene.selected_edges)
        for name in ("build-cut", "build-copy", "build-duplicate"):
            self.all[name].setEnabled(nodes + remarks > 0)
        self.all["build-delete"].setEnabled(nodes + edges + remarks > 0)
        self.all["build-connect"].setEnabled(nodes == 2)

    def _connect_selected(self) -> None:
        source, target = self._scene.selected
        self._editor.connect_nodes(source, target)

    def _select_all(self) -> None:
        self._scene.select(list(self._scene.nodes))

    def _step(self, way: int) -> None:
        """Select the node after (1) or before (-1) the selected one in the order of computation."""
        order = self._editor.network.execution_order or tuple(self._editor.network.nodes)
        if not order:
            return
        present = order.index(self._scene.selected[-1]) if set(self._scene.selected[-1:]) & set(order) else -way
        name = order[(present + way) % len(order)] if self._scene.selected else order[0 if way > 0 else -1]
        self._scene.select([name])
        self._view.reveal(name)
