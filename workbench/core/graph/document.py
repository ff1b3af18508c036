"""The document: the current network, its history and those who want to know when it changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.core.graph.history import History, Step
from workbench.core.graph.network import Network

Edit = Callable[[Network], Network]
Listener = Callable[[Network, Network], None]


class Document:
    """Holds one network and lets edits replace it.

    Listeners are called with `(before, after)` after every change, undo and redo included.
    """

    def __init__(self, network: Network, path: Path | None = None) -> None:
        self.network = network
        self.path = path
        self.history = History()
        self._saved = network
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called after every change; call what is returned to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def apply(self, edit: Edit, label: str, *, merge_key: str | None = None) -> Network:
        """Replace the network by `edit(network)` as one undo step; what the edit raises leaves everything as it was."""
        before, after = self.network, edit(self.network)
        if after != before:
            self.history.record(Step(label, before, after, merge_key))
            self._show(before, after)
        return self.network

    def open(self, network: Network, path: Path | None = None) -> None:
        """Start over with another network: no history, nothing to save."""
        before = self.network
        self.history, self.path, self._saved = History(), path, network
        self._show(before, network)

    def undo(self) -> str | None:
        """Take back the last step and return its label, or None when there is none."""
        step = self.history.undo()
        if step is not None:
            self._show(step.after, step.before)
        return step.label if step else None

    def redo(self) -> str | None:
        """Do the last undone step again and return its label, or None when there is none."""
        step = self.history.redo()
        if step is not None:
            self._show(step.before, step.after)
        return step.label if step else None

    def travel(self, steps: int) -> None:
        """Undo or redo until this many steps are done; listeners hear of it once."""
        before = after = self.network
        while len(self.history.done) > steps and (undone := self.history.undo()):
            after = undone.before
        while len(self.history.done) < steps and (redone := self.history.redo()):
            after = redone.after
        if after is not before:
            self._show(before, after)

    @property
    def undo_label(self) -> str | None:
        """What undo would take back."""
        return self.history.done[-1].label if self.history.done else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again."""
        return self.history.undone[-1].label if self.history.undone else None

    @property
    def is_modified(self) -> bool:
        """Whether there is something to save."""
        return self.network != self._saved

    @property
    def saved(self) -> Network:
        """The network as it was last saved, or else opened."""
        return self._saved

    def mark_saved(self, path: Path) -> None:
        """Remember that the current network is what the file at `path` holds."""
        self.path, self._saved = path, self.network

    def _show(self, before: Network, after: Network) -> None:
        self.network = after
        for listener in tuple(self._listeners):
            listener(before, after)
