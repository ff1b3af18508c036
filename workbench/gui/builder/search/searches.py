"""What a few letters find on the canvas, wired to keys, double clicks and connections drawn into empty space."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF

from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.canvas.walking import Walking
from workbench.gui.builder.search.chooser import Chooser
from workbench.gui.builder.search.finder import Finder
from workbench.gui.builder.search.search_add import SearchAdd
from workbench.gui.workspace import Workspace


class Searches(QObject):
    """One chooser on the canvas for adding, finding and connecting."""

    def __init__(self, view: CanvasView, actions: CanvasActions, workspace: Workspace) -> None:
        super().__init__(view)
        self._view = view
        self.chooser = Chooser(view)
        self.add = SearchAdd(view, self.chooser, workspace)
        self.finder = Finder(view, self.chooser, workspace)
        self.walking = Walking(view, actions)
        actions.add(
            Entry("build-add", "Add a layer…", "Tab", self.add.open_here, "plus"),
            Entry("build-find", "Find a node…", "Ctrl+F", self.finder.find, "search"),
            Entry("build-connect-to", "Connect the selected node to…", "Shift+C", self.finder.connect_to, "link"),
        )
        view.add_requested.connect(self.add.open_at)
        view.end_dropped.connect(self._end_dropped)

    def _end_dropped(self, key: str, port: str, place: QPointF) -> None:
        """Offer what can be at the other end; of a closed group the node that gives its output, or takes its input."""
        scene = self._view.network_scene
        inside = scene.tree.nodes(key)
        if port == "output":
            leaving = [name for name in inside if set(scene.network.consumers[name]).difference(inside)]
            self.add.open_fed((leaving or [*inside])[-1], place)
        else:
            taking = [name for name in inside if set(scene.network[name].inputs).difference(inside)]
            self.add.open_feeding((taking or [*inside])[0], place)
