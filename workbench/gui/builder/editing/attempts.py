"""How edits reach the document: as labelled undo steps, or as a sentence on why not."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from workbench.core.graph.canvas import Remark
from workbench.core.graph.document import Edit
from workbench.core.graph.network import Network
from workbench.errors import WorkbenchError
from workbench.gui.builder.mirror.scene import NetworkScene
from workbench.gui.workspace import Workspace


class Attempts(QObject):
    """Applies edits to the document with the places as they are shown."""

    refused = Signal(str)
    """Why something was not done, in a sentence."""

    def __init__(self, workspace: Workspace, scene: NetworkScene) -> None:
        super().__init__(scene)
        self._workspace, self._document = workspace, workspace.document
        self._scene = scene

    @property
    def network(self) -> Network:
        """The network of the moment."""
        return self._document.network

    def apply(self, edit: Edit, label: str, *, merge_key: str | None = None) -> bool:
        """Apply an edit to the network with the places as they are shown; False if it was refused."""
        pinned = self._scene.pinned(self.network)
        after = edit(pinned)
        if after != pinned or edit(self.network) != self.network:
            self._document.apply(lambda _network: after, label, merge_key=merge_key)
        return True

    def attempt(self, edit: Edit, label: str, *, merge_key: str | None = None) -> bool:
        """`apply`, but a refusal becomes a sentence for the user and False."""
        try:
            return self.apply(edit, label, merge_key=merge_key)
        except WorkbenchError as error:
            self.refused.emit(str(error))
            return False

    def remarks(self, keys: Iterable[str]) -> list[Remark]:
        """The notes and frames under these keys."""
        known = self.network.canvas.remarks
        return [known[key] for key in keys if key in known]

    def in_order(self) -> list[str]:
        """The selected nodes, those in selected groups too, in the order of the network."""
        selected = set(self._scene.selected)
        return [name for name in self.network.nodes if name in selected]
