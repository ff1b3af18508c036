"""What there is on the canvas for those who do not see it: by key, in the order and nesting in which it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsItem

from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.edge_item import EdgeItem, EdgeKey
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.ghost_item import GhostItem
from workbench.gui.builder.items.ghost_links import GhostKey
from workbench.gui.builder.items.notes_item import RemarkItem
from workbench.gui.builder.mirror.scene import NetworkScene

Sort = Literal["canvas", "card", "frame", "edge", "remark", "ghost"]


class PartKey(NamedTuple):
    """Which thing on the canvas: it names it whether or not it is there."""

    sort: Sort
    name: str | EdgeKey | GhostKey


CANVAS = PartKey("canvas", "")
Family = dict[PartKey, list[PartKey]]
"""What lies in what, each list in reading order; `CANVAS` holds what lies in nothing else."""


def family(scene: NetworkScene) -> Family:
    """All that is seen: cards in the order of the network within their frames, connections, notes, neighbours."""
    found: Family = {CANVAS: []}
    for name in scene.nodes:
        around = CANVAS
        for key in [*(PartKey("frame", key) for key in frames_around(scene, name)), PartKey("card", name)]:
            if key not in found:
                found[key] = []
                found[around].append(key)
            around = key
    found[CANVAS] += [PartKey("edge", key) for key in edges_in_order(scene)]
    found[CANVAS] += [PartKey("remark", key) for key in scene.remarks]
    found[CANVAS] += [PartKey("ghost", key) for key in scene.ghosts]
    return found


def frames_around(scene: NetworkScene, name: str) -> list[str]:
    """The open groups around a card, the outermost first."""
    around = scene.tree.around(name) if name in scene.tree else ()
    return [key for key in around if key in scene.frames][::-1]


def edges_in_order(scene: NetworkScene) -> list[EdgeKey]:
    """The connections that are seen, as the cards that they leave and reach come in the network."""
    place = {name: number for number, name in enumerate(scene.nodes)}
    return sorted(scene.edges, key=lambda key: (place[key.source], place[key.target], key.number))


def item_of(scene: NetworkScene, key: PartKey) -> QGraphicsItem | None:
    """What shows it; None where it is gone."""
    if isinstance(key.name, EdgeKey):
        return scene.edges.get(key.name)
    if isinstance(key.name, GhostKey):
        return scene.ghosts.get(key.name)
    shown: dict[str, Mapping[str, QGraphicsItem]]
    shown = {"card": scene.nodes, "frame": scene.frames, "remark": scene.remarks}
    return shown.get(key.sort, {}).get(key.name)


def key_of(item: QGraphicsItem | None) -> PartKey | None:
    """The key of what an item shows; None for what is no part of the network, as guides."""
    if isinstance(item, Card):
        return PartKey("card", item.name)
    if isinstance(item, FrameItem):
        return PartKey("frame", item.name)
    if isinstance(item, EdgeItem):
        return PartKey("edge", item.key)
    if isinstance(item, GhostItem):
        return PartKey("ghost", item.key)
    return PartKey("remark", item.key) if isinstance(item, RemarkItem) else None


def part_at(scene: NetworkScene, place: QPointF) -> PartKey | None:
    """What is at a place of the scene, the uppermost first."""
    return next((key for key in map(key_of, scene.items(place)) if key is not None), None)


def chosen_parts(scene: NetworkScene) -> list[PartKey]:
    """What is selected: nodes and groups as they were selected, connections, notes; or where the keyboard else is."""
    shown = (key_of(scene.nodes.get(name) or scene.frames.get(name)) for name in scene.chosen)
    edges = (PartKey("edge", key) for key in scene.selected_edges)
    remarks = (PartKey("remark", key) for key in scene.chosen_remarks)
    ghosts = (PartKey("ghost", key) for key, item in scene.ghosts.items() if item.current)
    return [*(key for key in shown if key is not None), *edges, *remarks, *ghosts]


def choose_part(scene: NetworkScene, key: PartKey) -> None:
    """Select it and nothing else."""
    item = item_of(scene, key)
    if isinstance(item, (Card, FrameItem)):
        scene.select([item.name])
    elif isinstance(item, GhostItem):
        scene.select([])
        item.show_current(True)
    elif item is not None:
        scene.select([])
        item.setSelected(True)


def box_of(item: QGraphicsItem) -> QRectF:
    """The rectangle of what an item shows, in scene coordinates."""
    return item.box() if isinstance(item, (Card, FrameItem, GhostItem, RemarkItem)) else item.sceneBoundingRect()
