"""What to compare the network with: itself as it was last saved, a file, a ready network, or the network of a run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from workbench.core.graph.storage import load_network
from workbench.errors import WorkbenchError
from workbench.gui.builder.gallery.ready_networks import ReadyNetworks
from workbench.gui.errors import show_error
from workbench.gui.workspace import Workspace

FILTER = "Networks (*.network.json *.json)"


class CompareChoice(QObject):
    """A menu of the four, and what it takes to get each."""

    chosen = Signal(object, str)
    """A `Network`, and what to call it."""

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self._workspace, self._window = workspace, window
        self.menu = QMenu(window)
        self.menu.setObjectName("compare-with-menu")
        self._saved = self._add("As it was last saved", "compare-with-saved", self.take_saved)
        self._add("A network file…", "compare-with-file", self.ask_file)
        self._add("A ready network…", "compare-with-ready", self.ask_ready)
        self._add("The network of a run…", "compare-with-run", self.ask_run)
        self.menu.aboutToShow.connect(lambda: self._saved.setEnabled(workspace.document.is_modified))

    def take_saved(self) -> None:
        """The document as it was last saved, or opened."""
        document = self._workspace.document
        self.chosen.emit(document.saved, "last saved" if document.path else "as it was opened")

    def ask_file(self) -> None:
        """Let the user choose a network file."""
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Compare with a network file", "", FILTER)
        if chosen:
            self.take_file(Path(chosen))

    def take_file(self, path: Path) -> None:
        """A network file; what is wrong with it is shown."""
        try:
            network = load_network(path)
        except WorkbenchError as error:
            show_error(self._window, error)
            return
        self.chosen.emit(network, path.name)

    def ask_ready(self) -> ReadyNetworks:
        """Show the gallery."""
        gallery = ReadyNetworks(self._workspace.jobs, self._window)
        gallery.opened.connect(lambda network: self.chosen.emit(network, network.name))
        gallery.finished.connect(lambda _result: gallery.deleteLater())
        gallery.open()
        return gallery

    def ask_run(self) -> None:
        """Let the user choose the folder of a run."""
        folder = str(self._workspace.runs_folder)
        chosen = QFileDialog.getExistingDirectory(self._window, "Compare with the network of a run", folder)
        if chosen:
            self.take_run(Path(chosen))

    def take_run(self, path: Path) -> None:
        """The network as a run trained it; a folder that is no run is told."""
        from workbench.core.runs.folder import Run

        try:
            network = Run(path).network
        except WorkbenchError as error:
            show_error(self._window, error)
            return
        self.chosen.emit(network, f"run {path.name}")

    def _add(self, text: str, name: str, run: object):  # type: ignore[no-untyped-def]
        action = self.menu.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(lambda: run())  # type: ignore[operator]
        return action
