"""What a drag or an arrow key moves together: nodes and groups, notes and frames, and what the frames hold."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF

from workbench.core.graph.canvas_edits import fix, move_remarks
from workbench.core.graph.edits import move
from workbench.core.graph.network import Network
from workbench.gui.builder.items.labels import counted, remarks_text
from workbench.gui.builder.mirror.notes_places import held
from workbench.gui.builder.mirror.scene import NetworkScene


class Handful:
    """Taken from a scene at one moment; shown on its way there, and an edit at the end of it."""

    def __init__(self, scene: NetworkScene, keys: Sequence[str], remarks: Sequence[str]) -> None:
        self._scene, self.remarks = scene, list(remarks)
        inner, self._along = held(scene, remarks)
        taken = [*keys, *inner]
        self._chosen = _nodes(scene, keys)
        self._names = _nodes(scene, taken)
        self.cards = scene.cards_of(taken)
        self.frames = [key for key in scene.frames if _is_within(scene, key, taken)]

    @property
    def label(self) -> str:
        """What moving it is called: by what is selected, not by what frames hold."""
        said = [counted(self._chosen)] if self._chosen else []
        known = self._scene.network.canvas.remarks
        said += [remarks_text([known[key] for key in self.remarks])] if self.remarks else []
        return f"Move {' and '.join(said)}"

    def show(self, way: QPointF) -> None:
        """Show it elsewhere; the network learns nothing of it."""
        for key in self._along:
            if key in self._scene.remarks:
                self._scene.remarks[key].setPos(way)
        self._scene.drag(self.cards, [key for key in self.frames if key in self._scene.frames], way)

    def moved(self, network: Network, way: QPointF) -> Network:
        """The network with all of it elsewhere; a layout leaves the nodes there."""
        places = self._scene.places
        there = {name: (places[name][0] + way.x(), places[name][1] + way.y()) for name in self._names}
        return move_remarks(fix(move(network, there), self._names), self._along, (way.x(), way.y()))


def _nodes(scene: NetworkScene, keys: Sequence[str]) -> list[str]:
    return [*dict.fromkeys(name for key in keys for name in scene.tree.nodes(key))]


def _is_within(scene: NetworkScene, key: str, keys: Sequence[str]) -> bool:
    """Whether a group is one of the given ones, or lies in one."""
    return key in keys or any(around in keys for around in scene.tree.around(key))
