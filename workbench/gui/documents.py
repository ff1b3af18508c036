"""The File and Edit actions: new, open, save, undo, redo, and the question about unsaved changes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMetaMethod, QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from workbench.core.graph.network import Network
from workbench.core.graph.storage import SUFFIX, load_network, save_network
from workbench.core.modelling.zoo import empty_network
from workbench.errors import WorkbenchError
from workbench.gui.errors import show_error
from workbench.gui.foreign_files import ForeignFiles, is_foreign
from workbench.gui.icons import set_icon
from workbench.gui.workspace import Workspace

FILTER = "Networks (*.network.json *.json)"
OPEN_FILTER = f"All that can be opened (*.network.json *.json *.py *.onnx);;{FILTER};;PyTorch (*.py);;ONNX (*.onnx)"

CODE_FILTER = "PyTorch (*.py)"


class DocumentActions(QObject):
    """Actions on the document of a window; the window puts them into its menus."""

    saved = Signal(Path)
    """A network file was opened or saved: it is a recent one now."""
    start_wanted = Signal()
    """A new network is wanted: whoever listens shows what one can start from."""
    state_changed = Signal()
    """Name, path or whether it is modified."""

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self._workspace, self._window = workspace, window
        self._document = workspace.document
        self._foreign = ForeignFiles(workspace, window)
        self._foreign.opened.connect(self.take)
        keys = QKeySequence.StandardKey
        self.new = self._action("file-new", "New", keys.New, self.ask_new, icon="new")
        self.open = self._action("file-open", "Open…", keys.Open, self.ask_open, icon="open")
        self.save = self._action("file-save", "Save", keys.Save, self.save_now, icon="save")
        self.save_as = self._action("file-save-as", "Save As…", QKeySequence("Ctrl+Shift+S"), self.ask_save)
        self.undo = self._action("edit-undo", "Undo", keys.Undo, self._document.undo, icon="undo")
        self.redo = self._action("edit-redo", "Redo", QKeySequence("Ctrl+Shift+Z"), self._document.redo, icon="redo")
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        workspace.network_changed.connect(self._show_state)
        self._show_state()

    @property
    def name(self) -> str:
        """What the window calls the document: its file, or the network's own name."""
        path = self._document.path
        return path.name.removesuffix(SUFFIX) if path else self._document.network.name

    def ask_new(self) -> None:
        """Let the user choose what to start from in the Build room; without one an empty network."""
        self._workspace.room_requested.emit("build")
        if self.isSignalConnected(QMetaMethod.fromSignal(self.start_wanted)):
            self.start_wanted.emit()
        else:
            self.start_new()

    def start_new(self) -> None:
        """An empty network, after the question about the old one."""
        if self.may_discard():
            self._document.open(empty_network())

    def ask_code(self) -> None:
        """Let the user choose a file of Python; whether its code may run is asked later."""
        self._ask_file("Open a module of PyTorch", CODE_FILTER)

    def ask_open(self) -> None:
        """Let the user choose a network file and open it."""
        self._ask_file("Open a network", OPEN_FILTER)

    def _ask_file(self, title: str, filters: str) -> None:
        folder = str(self._document.path.parent) if self._document.path else ""
        chosen, _ = QFileDialog.getOpenFileName(self._window, title, folder, filters)
        if chosen:
            self.open_file(Path(chosen))

    def open_file(self, path: Path) -> bool:
        """Open a network file, after the question about unsaved changes; what is wrong with it is shown.

        A file of Python or ONNX is asked about and opened in the background.
        """
        if is_foreign(path):
            self._foreign.open_file(path)
            return False
        try:
            network = load_network(path)
        except WorkbenchError as error:
            show_error(self._window, error)
            return False
        if not self.may_discard():
            return False
        self._document.open(network, path)
        self.saved.emit(path)
        return True

    def take(self, network: Network) -> None:
        """Show a network that comes from no network file, after the question about unsaved changes."""
        if self.may_discard():
            self._document.open(network)

    def save_now(self) -> bool:
        """Save where the document came from, or ask where."""
        return self.save_file(self._document.path) if self._document.path else self.ask_save()

    def ask_save(self) -> bool:
        """Let the user choose where to save."""
        suggestion = self._document.path or Path(self._document.network.name + SUFFIX)
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save the network", str(suggestion), FILTER)
        return bool(chosen) and self.save_file(Path(chosen))

    def save_file(self, path: Path) -> bool:
        """Write the network file; whether that succeeded."""
        try:
            written = save_network(self._document.network, path)
        except WorkbenchError as error:
            show_error(self._window, error)
            return False
        self._document.mark_saved(written)
        self.saved.emit(written)
        self._workspace.message.emit(f"Saved {written.name}")
        self._show_state()
        return True

    def may_discard(self) -> bool:
        """Ask what to do with unsaved changes; False if the user would rather stay."""
        if not self._document.is_modified:
            return True
        buttons = QMessageBox.StandardButton
        answer = self._ask()
        if answer == buttons.Save:
            return self.save_now()
        return answer == buttons.Discard

    def _ask(self) -> QMessageBox.StandardButton:
        buttons = QMessageBox.StandardButton
        box = QMessageBox(self._window)
        box.setObjectName("unsaved-dialog")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("CNN Workbench")
        box.setText(f"Save the changes to {self.name}?")
        box.setInformativeText("They are lost if you discard them.")
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = buttons(box.exec())
        box.deleteLater()
        return answer

    def _show_state(self) -> None:
        for action, verb, label in (
            (self.undo, "Undo", self._document.undo_label),
            (self.redo, "Redo", self._document.redo_label),
        ):
            action.setEnabled(label is not None)
            action.setText(f"{verb} {label}" if label else verb)
        self.state_changed.emit()

    def _action(
        self, name: str, text: str, keys: QKeySequence | QKeySequence.StandardKey, run: object, *, icon: str = ""
    ) -> QAction:
        action = QAction(text, self._window)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: run())  # type: ignore[operator]
        if icon:
            set_icon(action, icon)
        return action
