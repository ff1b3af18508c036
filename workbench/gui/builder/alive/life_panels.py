"""The panels of the living network, wired: the well with the sample, the large map under the mouse, the inspector."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDockWidget

from workbench.core.inspection.glimpses import Closeup, Look
from workbench.core.inspection.sample import SetSample
from workbench.core.inspection.sight import sight_of, told
from workbench.gui.builder.alive.alive import Alive, moved
from workbench.gui.builder.alive.node_look import NodeLook
from workbench.gui.builder.alive.peek import Peek
from workbench.gui.builder.alive.sample_well import SampleWell
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.inspector.inspector import Inspector
from workbench.gui.viewer.run_entries import RunEntry, run_entries
from workbench.gui.widgets.docks import Dock, DockArea
from workbench.gui.widgets.pixels import to_qimage
from workbench.gui.workspace import Workspace

WHO, DOCK_WIDTH = "look", 200


class LifePanels(QObject):
    """Made when the network first comes alive; hidden while it is not."""

    def __init__(self, view: CanvasView, docks: DockArea, workspace: Workspace, inspector: Inspector) -> None:
        super().__init__(view)
        self._view, self._scene, self._workspace, self._inspector = view, view.network_scene, workspace, inspector
        self.alive = Alive(view, workspace)
        self.well, self.peek, self.look = SampleWell(), Peek(view, self.alive), NodeLook()
        self.dock = Dock("Sample picture", "build-sample-dock", self.well)
        docks.add(self.dock, Qt.DockWidgetArea.LeftDockWidgetArea, DOCK_WIDTH)
        docks.restoreDockWidget(self.dock)
        inspector.add_below_facts(self.look)
        self._connect()

    def show_channels(self, look: str) -> None:
        """Show these channels on the cards."""
        self.well.look.setCurrentIndex(max(0, self.well.look.findData(look)))

    def switch(self, wanted: bool) -> None:
        """Show the panels, or hide them."""
        if wanted == self.alive.is_on:
            return
        self.dock.setVisible(wanted)
        if not wanted:
            self.peek.put_away()
            self.look.show_node("", None)
        self.alive.switch(wanted)
        self._show_path()
        if wanted:
            self.well.say("Running the network…")
            self._ask_runs()
            self._show_node()

    def look_closely(self) -> None:
        """Put the keyboard into the map of the selected node in the inspector."""
        dock = self._inspector.parentWidget()
        if isinstance(dock, QDockWidget):
            dock.show()
        if not self.look.node:
            self._view.editor.refused.emit("Select the node whose map you want to see first.")
            return
        self._inspector.ensureWidgetVisible(self.look)
        self.look.map.tiles.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # following

    def _connect(self) -> None:
        alive, well, look = self.alive, self.well, self.look
        alive.begun.connect(self._show_sample)
        alive.advanced.connect(self._advanced)
        alive.settled.connect(self._settled)
        alive.failed.connect(self._failed)
        alive.unit_changed.connect(self._show_field)
        self._scene.picked.connect(self._show_node)
        for show in (self._show_field, self._show_path):
            self._workspace.analysed.connect(show)
        self._scene.unfolded.connect(self._show_path)
        self._workspace.runs_changed.connect(self._ask_runs)
        well.sample_wanted.connect(lambda sample: alive.choose(sample=sample))
        well.set_wanted.connect(lambda: alive.choose(sample=SetSample(self._workspace.data)))
        well.stepped.connect(self._step)
        well.run_chosen.connect(lambda path: alive.choose(run=path))
        well.look_chosen.connect(lambda name: alive.choose(look=cast(Look, name)))
        look.unit_pointed.connect(alive.point)
        look.inspect_wanted.connect(self._inspect)
        self.peek.map.unit_pointed.connect(self._point_from_peek)

    def _step(self, by: int) -> None:
        sample = moved(self.alive.choice.sample, by)
        if sample is not None:
            self.alive.choose(sample=sample)

    def _show_sample(self) -> None:
        now = self.alive.now
        if now is not None:
            self.well.show_sample(now.picture.title, to_qimage(now.picture.pixels), self.alive.choice.sample)
            self._show_field()

    def _advanced(self, names: set[str]) -> None:
        if self._node() in names:
            self._show_node()

    def _settled(self, sentence: str) -> None:
        self.well.say(sentence or self._weights_told())
        if not self.look.node or self.alive.glimpse(self.look.node) is None:
            self._show_node()

    def _failed(self, sentence: str) -> None:
        self.well.show_sample("No picture", QImage(), self.alive.choice.sample)
        self.well.say(sentence)
        self._show_node()
        self._show_field()

    def _weights_told(self) -> str:
        """How many layers have the weights of the run; nothing for random ones."""
        if self.alive.choice.run is None:
            return ""
        from workbench.core.inspection.alive import matching

        given, layers = matching(self.alive.all_known())
        rest = " The others are random." if given < layers else ""
        return f"{given} of {layers} layers have weights of this run.{rest}"

    # the selected node

    def _node(self) -> str:
        """The node that is looked at: the selected one, or the one behind the selected group."""
        chosen = self._scene.chosen
        return self.alive.node_behind(chosen[0]) if len(chosen) == 1 else ""

    def _show_path(self, _analysis: object = None) -> None:
        """Let the way from the picture to the selected node stand out."""
        chosen, seen = self._scene.chosen, self._scene.picture.seen
        looked_at = chosen[0] if self.alive.is_on and len(chosen) == 1 and chosen[0] in seen else ""
        above = seen.upstream(looked_at) if looked_at else frozenset()
        self._scene.connections.show_path({key for key in self._scene.edges if key.target in above})

    def _show_node(self) -> None:
        node = self._node() if self.alive.is_on else ""
        self._show_path()
        self.look.show_node(node, self.alive.glimpse(node) if node else None)
        self._show_field()
        if node:
            self.alive.closeup(node, WHO, self._show_closeup)
            self.alive.kernels(node, self._show_kernels)

    def _show_closeup(self, closeup: Closeup | None) -> None:
        if closeup is not None and closeup.name == self.look.node:
            self.look.show_closeup(closeup)

    def _show_kernels(self, answer: object) -> None:
        self.look.show_kernels(answer)

    def _point_from_peek(self, unit: object) -> None:
        """A unit in the large map moves the field where it belongs to the selected node, or nothing is selected."""
        self.alive.point(cast("tuple[int, int] | None", unit))
        self._show_field()

    def _show_field(self, _analysis: object = None) -> None:
        """Draw what a unit of the node sees: of the one in the large map, else of the selected one."""
        analysis = self._workspace.current_analysis
        node = self.peek.node if self.peek.isVisible() else self._node()
        now = self.alive.now
        if not self.alive.is_on or analysis is None or now is None or node not in analysis.nodes:
            self.well.picture.show_sight(None)
            self.well.tell_field("")
            return
        report, shape = analysis.nodes[node], analysis.input_shape
        sight = sight_of(report, shape, self.alive.unit)
        self.well.picture.show_sight(sight)
        self.well.tell_field(f"{node}: {told(report, sight, shape or ())}." if report.output_shape else "")

    # runs

    def _ask_runs(self) -> None:
        if not self.alive.is_on:
            return
        folder = self._workspace.runs_folder
        self._workspace.jobs.submit(
            lambda: run_entries(folder), owner=self, lane="files", key="runs", done=self._show_runs
        )

    def _show_runs(self, entries: list[RunEntry]) -> None:
        self.well.show_runs(entries)

    def _inspect(self) -> None:
        self._workspace.node_inspect_requested.emit((self.alive.choice.run, self.look.node))
