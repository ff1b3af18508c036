"""What is selected on the canvas, and in which order it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.edge_item import EdgeItem, EdgeKey
from workbench.gui.builder.items.frame_item import FrameItem

if TYPE_CHECKING:
    from workbench.gui.builder.mirror.scene import NetworkScene


class Selection(QObject):
    """Reads and sets what is selected; the connections of what is selected stand out."""

    changed = Signal()
    """The selection is another one."""

    def __init__(self, scene: NetworkScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._order: list[str] = []
        self.is_silent = False
        """While the canvas is redrawn nobody hears of the selection: what is left then makes an edit of its own."""

    @property
    def keys(self) -> list[str]:
        """The selected nodes and groups in the order in which they were selected."""
        return list(self._order)

    @property
    def nodes(self) -> list[str]:
        """The selected nodes, and those within selected groups, in the order in which they were selected."""
        return list(dict.fromkeys(name for key in self._order for name in self._scene.tree.nodes(key)))

    @property
    def remarks(self) -> list[str]:
        """The keys of the selected notes and frames."""
        return [key for key, item in self._scene.remarks.items() if item.isSelected()]

    @property
    def edges(self) -> list[EdgeKey]:
        """The selected connections."""
        return sorted(item.key for item in self._scene.selectedItems() if isinstance(item, EdgeItem))

    @property
    def is_shown(self) -> bool:
        """Whether everything that is selected is seen, and seen to be selected."""
        return all(map(self._is_marked, self._order))

    def forget(self) -> None:
        """Nothing is selected any more, of another network."""
        self._order = []

    def add_remarks(self, keys: Iterable[str]) -> None:
        """Select these notes and frames too."""
        for key in keys:
            if key in self._scene.remarks:
                self._scene.remarks[key].setSelected(True)

    def choose(self, names: Collection[str]) -> None:
        """Select these nodes and groups and nothing else; a closed group of which only a part is wanted opens."""
        scene = self._scene
        known = {name for name in names if name in scene.tree}
        for name in known:
            if self._is_covered(name, known):
                scene.uncover(name)
        keys = dict.fromkeys(self._shown_by(name) for name in names if name in scene.tree)
        beside = any(ghost.current for ghost in scene.ghosts.values())
        if [*keys] == self._order and self.is_shown and len(scene.selectedItems()) == len(keys) and not beside:
            return
        scene.blockSignals(True)
        scene.clearSelection()
        for item in map(scene.item, keys):
            if item is not None:
                item.setSelected(True)
        scene.blockSignals(False)
        self._order = [key for key in keys if scene.item(key) is not None]
        scene.selectionChanged.emit()

    def _is_marked(self, key: str) -> bool:
        item = self._scene.nodes.get(key) or self._scene.frames.get(key)
        return item is not None and item.isSelected()

    def _shown_by(self, name: str) -> str:
        item = self._scene.item(name)
        return item.name if item is not None else name

    def _is_covered(self, name: str, wanted: set[str]) -> bool:
        """Whether a node lies in a closed group, or outside what is looked at, and other nodes there are not wanted."""
        item = self._scene.item(name)
        return item is None or (item.name != name and not wanted >= set(self._scene.tree.nodes(item.name)))

    def follow(self) -> None:
        """Qt has selected something else."""
        if self.is_silent:
            return
        chosen = [item.name for item in self._scene.selectedItems() if isinstance(item, (Card, FrameItem))]
        known = set(chosen)
        kept = [name for name in self._order if name in known]
        fresh = known.difference(kept)
        self._order = kept + [name for name in chosen if name in fresh]
        self.show_near()
        self.changed.emit()

    def show_near(self) -> None:
        """Let the connections of what is selected stand out: an edit may have given it others."""
        self._scene.connections.show_near(self._near())

    def _near(self) -> set[EdgeKey]:
        """The connections of what is selected: of open groups those across their frames."""
        scene = self._scene
        near = scene.connections.at(self._order)
        for frame in (name for name in self._order if name in scene.frames):
            inside = {*scene.cards_of([frame])}
            near |= {key for key in scene.connections.at(inside) if not inside.issuperset((key.source, key.target))}
        return near
