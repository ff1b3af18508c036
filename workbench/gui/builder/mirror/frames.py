"""The frames that are seen: one around each open group."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from workbench.core.graph.orientation import Rectangle
from workbench.core.graph.outline import Outline
from workbench.gui.builder.items.flow import Flow
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.group_facts import group_text


class Frames:
    """Makes the frames, has them reach around what they hold and takes them away."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._scene = scene
        self.items: dict[str, FrameItem] = {}

    def match(self, wanted: Mapping[str, Rectangle], tree: Outline, flow: Flow) -> None:
        """Show exactly these open groups."""
        for key in [key for key in self.items if key not in wanted]:
            item = self.items.pop(key)
            item.setSelected(False)
            self._scene.removeItem(item)
        for key, rectangle in wanted.items():
            if key not in self.items:
                self.items[key] = FrameItem(key)
                self._scene.addItem(self.items[key])
            self.items[key].show_group(group_text(tree, key), len([*tree.around(key)]), flow)
            self.items[key].reach(QRectF(*rectangle))

    def boxes(self) -> list[QRectF]:
        """Where they are."""
        return [item.box() for item in self.items.values()]

    def at(self, place: QPointF, leaving_out: Collection[str] = ()) -> str | None:
        """The innermost open group at a place."""
        found = [key for key, item in self.items.items() if key not in leaving_out and item.box().contains(place)]
        return max(found, key=lambda key: self.items[key].depth, default=None)
