"""Walking over the canvas with keys: from connection to connection, and taking nodes along."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from workbench.gui.builder.canvas.actions import CanvasActions, Entry
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.items.edge_item import EdgeKey


class Walking(QObject):
    """What the mouse does with a click on a connection and with Shift + click, for those who use keys."""

    def __init__(self, view: CanvasView, actions: CanvasActions) -> None:
        super().__init__(view)
        self._view, self._scene = view, view.network_scene
        actions.add(
            Entry("build-next-too", "Select the next node too", "J", partial(self.take_along, 1)),
            Entry("build-previous-too", "Select the node before too", "Shift+J", partial(self.take_along, -1)),
            Entry("build-next-connection", "Select the next connection", "E", partial(self.step, 1)),
            Entry("build-previous-connection", "Select the connection before", "Shift+E", partial(self.step, -1)),
        )

    def take_along(self, way: int) -> None:
        """Select the card after (1) or before (-1) the last selected one as well; without one the first or last."""
        cards, chosen = [*self._scene.nodes][::way], self._scene.chosen
        last = next((cards.index(name) for name in reversed(chosen) if name in cards), -1)
        for name in cards[last + 1 : last + 2]:
            self._scene.select([*(key for key in chosen if key != name), name])
            self._view.reveal(name)

    def step(self, way: int) -> None:
        """Select the connection after (1) or before (-1) the selected one, or one out of or into the selected node."""
        keys = self._in_order()
        if not keys:
            return
        near = self._scene.selected_edges[-1:] or self._beside(keys, way)
        at = (keys.index(near[0]) + way) % len(keys) if self._scene.selected_edges else keys.index(near[0])
        self._scene.select([])
        self._scene.edges[keys[at]].setSelected(True)
        self._view.ensureVisible(self._scene.edges[keys[at]].sceneBoundingRect(), 60, 60)

    def _in_order(self) -> list[EdgeKey]:
        """The connections that are seen, as the cards that they leave and reach come in the network."""
        place = {name: number for number, name in enumerate(self._scene.nodes)}
        return sorted(self._scene.edges, key=lambda key: (place[key.source], place[key.target], key.number))

    def _beside(self, keys: list[EdgeKey], way: int) -> list[EdgeKey]:
        """The first connection out of (1), or the last into (-1), the card selected last; else the first or last."""
        last = next(iter(self._scene.chosen[-1:]), "")
        near = [key for key in keys if (key.source if way > 0 else key.target) == last] or keys
        return near[:1] if way > 0 else near[-1:]
