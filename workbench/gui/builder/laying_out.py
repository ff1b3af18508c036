"""Laying out the network: at once where it is small, on a lane of its own where it is large, gliding to the result."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject

from workbench.core.graph.canvas_edits import unfix
from workbench.core.graph.network import Network, Position
from workbench.gui.builder.actions import CanvasActions, Entry
from workbench.gui.builder.animation import Glide
from workbench.gui.builder.editor import layout_of
from workbench.gui.builder.view import CanvasView
from workbench.gui.workspace import Workspace

AT_ONCE = 400
"""Networks with at most this many nodes are laid out while one waits: that takes a few hundredths of a second."""


class LayingOut(QObject):
    """Two actions: one leaves what was placed by hand where it is, the other lays out everything."""

    def __init__(self, view: CanvasView, actions: CanvasActions, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._editor, self._jobs = view, view.editor, workspace.jobs
        self._waits_for: Network | None = None
        self.glide = Glide(view)
        actions.add(
            Entry("build-layout", "Lay out", "Ctrl+L", self.lay_out, "layout"),
            Entry("build-layout-anew", "Lay out everything anew", "Ctrl+Alt+L", self.lay_out_anew, "layout"),
        )
        actions.all["build-layout"].setToolTip("Lay out; what you have placed stays (Ctrl+L)")
        view.cancelled.connect(self.cancel)
        workspace.network_changed.connect(lambda _before, _after: self.glide.finish())

    def lay_out(self) -> None:
        """Put the nodes where the layout wants them, without those that somebody has put where they are."""
        self._begin(self._editor.network, "Lay out the network")

    def lay_out_anew(self) -> None:
        """Put every node where the layout wants it."""
        self._begin(unfix(self._editor.network), "Lay out everything anew")

    @property
    def is_working(self) -> bool:
        """Whether a layout is being made."""
        return self._waits_for is not None

    def cancel(self) -> None:
        """Forget the layout that is being made."""
        if self._waits_for is not None:
            self._waits_for = None
            self._jobs.cancel(self, "layout")
            self._view.bubble.hide()

    def _begin(self, network: Network, label: str) -> None:
        self.cancel()
        if len(network) <= AT_ONCE:
            self._take(network, label, layout_of(network))
            return
        self._waits_for = self._editor.network
        middle = self._view.viewport().rect().center()
        self._view.bubble.say(f"Laying out {len(network):,} nodes… Escape cancels.", middle)
        done = partial(self._answer, self._editor.network, network, label)
        self._jobs.submit(lambda: layout_of(network), owner=self, lane="layout", key="layout", done=done)

    def _answer(self, wanted: Network, network: Network, label: str, places: Mapping[str, Position]) -> None:
        """A late answer is for a network that nobody looks at."""
        if self._waits_for is wanted and self._editor.network is wanted:
            self._waits_for = None
            self._view.bubble.hide()
            self._take(network, label, places)

    def _take(self, network: Network, label: str, places: Mapping[str, Position]) -> None:
        before = self.glide.places()
        self._editor.take_layout(network, places, label)
        self._view.fit()
        self.glide.play(before)
