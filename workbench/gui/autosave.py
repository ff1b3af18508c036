"""Autosave: what is not saved yet is written within two seconds of a change, and comes back after a crash."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer

from workbench.core.graph.network import Network
from workbench.core.graph.storage import SUFFIX, load_network, save_network
from workbench.errors import WorkbenchError
from workbench.gui.workspace import Workspace
from workbench.paths import config_folder

DELAY_MS = 2000
MOST_SLOTS = 100
"""So many windows at once leave something that is found again."""

RESTORE_LABEL = "Restore unsaved changes"
BACK = "Your unsaved changes of last time are back; undo takes them away"
BROKEN = "Unsaved changes of last time cannot be read; what is left of them is in {}"
UNSAFE = "Unsaved changes cannot be kept for the case of a crash: save the network elsewhere. {}"


class Autosave(QObject):
    """Keeps a copy of the unsaved network of one window.

    Every open window holds a slot of its own, locked while it lives. A slot that is free but not empty belongs to a
    session that did not end by itself; a window takes such a one first.
    """

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._document = workspace, workspace.document
        self._is_unsafe = False
        self._lock, self.path = _free_slot()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self.save)
        workspace.network_changed.connect(self._save_soon)

    def restore(self) -> bool:
        """Bring back what a crashed session left, as a change that can be undone; whether there was anything."""
        network = self._left_over()
        if network is None or network == self._document.network:
            return False
        self._document.apply(lambda _current: network, RESTORE_LABEL)
        self._workspace.message.emit(BACK)
        return True

    def leave(self) -> None:
        """Leave what a crashed session left to a later window: this one was opened for something else."""
        if self.path.exists():
            lock, empty = _locked(number for number in count(1) if not _path(number).exists())
            self.path.replace(empty)
            lock.unlock()

    def save(self) -> None:
        """Write the unsaved network now; with nothing unsaved there is nothing to bring back."""
        try:
            if self._document.is_modified:
                save_network(self._document.network, self.path)
            else:
                self.path.unlink(missing_ok=True)
            self._is_unsafe = False
        except (WorkbenchError, OSError) as error:
            self._timer.start()  # a full disk may have room again in a moment
            self._warn(error)

    def close(self) -> None:
        """The session ends by itself: leave nothing to bring back."""
        self._timer.stop()
        self.path.unlink(missing_ok=True)
        self._lock.unlock()

    def _save_soon(self) -> None:
        """Save a moment after the first of a burst of changes, however long the burst is."""
        if not self._timer.isActive():
            self._timer.start()

    def _warn(self, error: Exception) -> None:
        """Say that nothing can be kept, once for as long as it lasts."""
        if not self._is_unsafe:
            self._workspace.message.emit(UNSAFE.format(error))
        self._is_unsafe = True

    def _left_over(self) -> Network | None:
        if not self.path.exists():
            return None
        try:
            return load_network(self.path)
        except WorkbenchError:
            broken = self.path.with_name("autosave.broken.json")
            self.path.replace(broken)
            self._workspace.message.emit(BROKEN.format(broken))
            return None


def _free_slot() -> tuple[QLockFile, Path]:
    """A slot that no living window uses: the first that something was left in, else the first."""
    filled = (number for number in range(1, MOST_SLOTS) if _path(number).exists())
    return _locked(chain(filled, count(1)))


def _locked(numbers: Iterable[int]) -> tuple[QLockFile, Path]:
    """The lock and the file of the first of some slots that no living window uses."""
    for number in numbers:
        lock = QLockFile(str(_path(number)).removesuffix(SUFFIX) + ".lock")
        lock.setStaleLockTime(0)  # only a dead process makes a lock stale, not its age
        if lock.tryLock(0) or lock.error() != QLockFile.LockError.LockFailedError:
            return lock, _path(number)
    raise AssertionError("there are slots without end")


def _path(number: int) -> Path:
    return config_folder() / f"{'autosave' if number == 1 else f'autosave-{number}'}{SUFFIX}"
