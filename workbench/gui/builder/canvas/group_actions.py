"""The actions on groups: make and take apart, open and close, look at one alone and back."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from workbench.core.graph.outline import ROOT
from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.view import CanvasView

NEEDS_GROUP = ("build-ungroup", "build-toggle", "build-dive")


class GroupActions(QObject):
    """Adds the actions on groups to those of the canvas and enables what the selection allows."""

    def __init__(self, view: CanvasView, actions: CanvasActions) -> None:
        super().__init__(view)
        self._view, self._scene, self._editor = view, view.network_scene, view.editor
        self._all = actions.all
        actions.add(*self._entries())
        self._all["build-up"].setShortcuts([QKeySequence("Alt+Up"), QKeySequence("Backspace")])
        self._scene.picked.connect(self._show_state)
        self._scene.unfolded.connect(self._show_state)
        self._show_state()

    def toggle(self) -> None:
        """Open or close the selected groups."""
        for key in self._editor.chosen_groups():
            self._view.toggle(key)

    def _entries(self) -> tuple[Entry, ...]:
        return (
            Entry("build-group", "Group", "Ctrl+G", self._editor.group),
            Entry("build-ungroup", "Ungroup", "Ctrl+Shift+G", self._editor.ungroup),
            Entry("build-toggle", "Open or close the group", "O", self.toggle),
            Entry("build-dive", "Look at the group alone", "Alt+Down", self._dive),
            Entry("build-up", "Look at the group around", "Alt+Up", self._view.go_up),
            Entry("build-open-all", "Open all groups", "Shift+O", self._open_all),
            Entry("build-close-all", "Close all groups", "Alt+O", self._close_all),
        )

    def _dive(self) -> None:
        for key in self._editor.chosen_groups()[:1]:
            self._view.dive(key)

    def _open_all(self) -> None:
        self._scene.unfold(self._scene.tree.groups)
        self._view.fit()

    def _close_all(self) -> None:
        self._scene.unfold(())
        self._view.fit()

    def _show_state(self) -> None:
        groups, tree = self._editor.chosen_groups(), self._scene.tree
        for name in NEEDS_GROUP:
            self._all[name].setEnabled(bool(groups))
        self._all["build-group"].setEnabled(bool(self._scene.chosen))
        self._all["build-up"].setEnabled(self._scene.root != ROOT)
        self._all["build-open-all"].setEnabled(not self._scene.opened.issuperset(tree.groups))
        self._all["build-close-all"].setEnabled(not self._scene.opened.isdisjoint(tree.groups))
