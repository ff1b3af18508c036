"""Autosave: what is not saved yet is written two seconds after a change, and comes back after a crash."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer

from workbench.core.graph.document import Document
from workbench.core.graph.network import Network
from workbench.core.graph.storage import load_network, save_network
from workbench.errors import WorkbenchError
from workbench.gui.workspace import Workspace
from workbench.paths import config_folder

DELAY_MS = 2000
RESTORE_LABEL = "Restore unsaved changes"


class Autosave(QObject):
    """Keeps a copy of the unsaved network of one window.

    Every open window holds a slot of its own, locked while it lives. A slot that is free but not empty belongs to a
    session that did not end by itself.
    """

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document: Document = workspace.document
        self._lock, self.path = _free_slot()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self.save)
        workspace.network_changed.connect(self._timer.start)

    def restore(self) -> bool:
        """Bring back what a crashed session left, as a change that can be undone; whether there was anything."""
        network = self._left_over()
        if network is None or network == self._document.network:
            return False
        self._document.apply(lambda _current: network, RESTORE_LABEL)
        return True

    def save(self) -> None:
        """Write the unsaved network now; with nothing unsaved there is nothing to bring back."""
        try:
            if self._document.is_modified:
                save_network(self._document.network, self.path)
            else:
                self.path.unlink(missing_ok=True)
        except (WorkbenchError, OSError):
            self._timer.start()  # a full disk may have room again in a moment

    def close(self) -> None:
        """The session ends by itself: leave nothing to bring back."""
        self._timer.stop()
        self.path.unlink(missing_ok=True)
        self._lock.unlock()

    def _left_over(self) -> Network | None:
        if not self.path.exists():
            return None
        try:
            return load_network(self.path)
        except WorkbenchError:
            self.path.replace(self.path.with_name("autosave.broken.json"))
            return None


def _free_slot() -> tuple[QLockFile, Path]:
    """The first autosave file that no living window uses, and its lock."""
    number = 1
    while True:
        name = "autosave" if number == 1 else f"autosave-{number}"
        lock = QLockFile(str(config_folder() / f"{name}.lock"))
        lock.setStaleLockTime(0)  # only a dead process makes a lock stale, not its age
        if lock.tryLock(0) or lock.error() != QLockFile.LockError.LockFailedError:
            return lock, config_folder() / f"{name}.network.json"
        number += 1
