"""What can be laid over the canvas: the heat map and the minimap."""

from __future__ import annotations

from PySide6.QtCore import QObject

from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.minimap import Minimap
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.seeing.heat import HeatMap, Legend
from workbench.gui.workspace import Workspace


class Seeing(QObject):
    """Makes the overlays and the actions that show them."""

    def __init__(self, view: CanvasView, actions: CanvasActions, workspace: Workspace) -> None:
        super().__init__(view)
        self._view, self._actions = view, actions
        self.legend = Legend(view)
        self.heat = HeatMap(view.network_scene, workspace, self.legend)
        self.minimap = Minimap(view)
        workspace.network_changed.connect(lambda _before, _after: self.minimap.renew_soon())
        actions.add(Entry("build-heat", "Heat map of costs", "H", self._toggle_heat, "flame"))
        actions.add(Entry("build-map", "Minimap", "M", self._toggle_map))
        for name in ("build-heat", "build-map"):
            actions.all[name].setCheckable(True)
        actions.all["build-map"].setChecked(True)
        self.legend.closed.connect(self._toggle_heat)
        self.legend.node_wanted.connect(self._show)

    def _toggle_heat(self) -> None:
        self.heat.show_heat(not self.heat.is_on)
        self._actions.all["build-heat"].setChecked(self.heat.is_on)

    def _toggle_map(self) -> None:
        self.minimap.show_map(not self.minimap.is_on)
        self._actions.all["build-map"].setChecked(self.minimap.is_on)

    def _show(self, name: str) -> None:
        self._view.network_scene.select([name])
        self._view.reveal(name)
