"""Where notes and frames are seen, and what a frame holds: read from the scene."""

from __future__ import annotations

from collections.abc import Collection

from workbench.core.graph.canvas import Box, Remark, carried, inside
from workbench.core.graph.outline import ROOT
from workbench.gui.builder.items import style
from workbench.gui.builder.mirror.scene import NetworkScene


def home(scene: NetworkScene, remark: Remark) -> str:
    """The key of the group in which a remark lies; one of a group that is gone lies in the next one around it."""
    group = remark.group
    while group and group not in scene.tree:
        group = group.rpartition(".")[0]
    return group or ROOT


def shown(scene: NetworkScene, remark: Remark) -> Box | None:
    """Where a remark is seen, or None where its group is closed or not looked at."""
    group = home(scene, remark)
    if group != scene.root and group not in scene.frames:
        return None
    return carried(remark, closed(scene, group), _opened(scene, group))


def closed(scene: NetworkScene, group: str) -> dict[str, Box]:
    """The cards directly in a group when all groups are closed."""
    corners = scene.picture.closed
    inner = scene.tree.children.get(group, ())
    return {key: (*corners[key], *_size(scene, key)) for key in inner if key in corners}


def _opened(scene: NetworkScene, group: str) -> dict[str, Box]:
    """What is directly in a group as it is seen: cards, and the frames of groups that are open."""
    arrangement = scene.picture.arrangement
    found: dict[str, Box] = {}
    for key in scene.tree.children.get(group, ()):
        if key in arrangement.frames:
            found[key] = arrangement.frames[key]
        elif key in arrangement.cards:
            found[key] = (*arrangement.cards[key], *_size(scene, key))
    return found


def held(scene: NetworkScene, keys: Collection[str]) -> tuple[list[str], list[str]]:
    """What these frames hold: nodes and groups, and the notes and frames in them with the given ones."""
    remarks = scene.network.canvas.remarks
    found: dict[str, None] = {}
    others = dict.fromkeys(key for key in keys if key in remarks)
    for key in list(others):
        if remarks[key].form == "frame":
            group = home(scene, remarks[key])
            boxes = {name: one.box for name, one in remarks.items() if home(scene, one) == group and name != key}
            found |= dict.fromkeys(inside(remarks[key].box, closed(scene, group)))
            others |= dict.fromkeys(inside(remarks[key].box, boxes))
    return [*found], [*others]


def _size(scene: NetworkScene, key: str) -> tuple[float, float]:
    return (style.WIDTH, style.GROUP_HEIGHT if scene.tree.is_group(key) else style.HEIGHT)
