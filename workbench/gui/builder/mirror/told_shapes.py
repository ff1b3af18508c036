"""What the cards and frames of a scene say of the analysis: reports, and shapes where groups are entered and left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from workbench.core.graph.outline import Outline
from workbench.core.modelling.shapes import Analysis
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.group_facts import group_ends, group_report
from workbench.gui.builder.items.group_item import GroupItem
from workbench.gui.builder.items.node_item import NodeItem

if TYPE_CHECKING:
    from workbench.gui.builder.mirror.scene import NetworkScene


def show_reports(scene: NetworkScene, analysis: Analysis, keys: Iterable[str]) -> None:
    """Have these cards and frames say what is known of them."""
    for key in keys:
        item = scene.item(key)
        if isinstance(item, NodeItem) and (report := analysis.nodes.get(key)) is not None:
            item.show_report(report.output_shape, report.problems + _others(analysis, key, report.problems))
        elif isinstance(item, (GroupItem, FrameItem)):
            item.show_report(group_report(scene.tree, analysis, key))


def show_shapes(scene: NetworkScene) -> None:
    """Write the shapes where connections cross the boundaries of groups, each shape once."""
    seen, owners = scene.picture.seen, scene.picture.owners
    for key, item in scene.nodes.items():
        if isinstance(item, GroupItem):
            item.show_ends(bool(seen[key].inputs) and not _is_told(scene.tree, key, seen[key].inputs))
    for key, frame in scene.frames.items():
        _show_frame_shapes(scene, key, frame, owners)


def _show_frame_shapes(scene: NetworkScene, key: str, frame: FrameItem, owners: Mapping[str, str]) -> None:
    ends = [scene.nodes.get(owners.get(name, "")) for name in group_ends(scene.tree, key)]
    is_root = key == scene.root
    entry = ends[0].port("input").x() if ends[0] is not None else None
    outlet = ends[1].port("input").x() if isinstance(ends[1], NodeItem) else None
    inside = {*scene.tree.nodes(key)}
    feeders = (source for name in inside for source in scene.network[name].inputs if source not in inside)
    told = not is_root and any(source in owners for source in feeders)  # by the card or the group that it comes from
    crosses = ends[0] is not None and scene.flow.direction == "down"
    wire = ends[0].port("input").x() if ends[0] is not None and crosses else None
    frame.show_ends(None if told else entry, outlet, wire)


def _is_told(tree: Outline, key: str, feeders: Iterable[str]) -> bool:
    """Whether what feeds a group is a group itself, or leaves one, and so has its shape written there."""
    around = {*tree.around(key)}
    left = (outer for feeder in feeders for outer in (feeder, *tree.around(feeder)))
    return any(tree.is_group(outer) and outer not in around for outer in left)


def _others(analysis: Analysis, name: str, known: Collection[object]) -> tuple:
    """Problems of the whole network that are about this node."""
    return tuple(problem for problem in analysis.problems if problem.where == name and problem not in known)
