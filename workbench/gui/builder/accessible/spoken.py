"""What a screen reader is told of what the canvas shows: sentences made of what the cards themselves show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGraphicsItem

from workbench.errors import Problem
from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.edge_item import EdgeItem
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.ghost_item import GhostItem
from workbench.gui.builder.items.group_facts import GroupReport, GroupText, size_text
from workbench.gui.builder.items.group_item import GroupItem
from workbench.gui.builder.items.labels import summary
from workbench.gui.builder.items.notes_item import RemarkItem

if TYPE_CHECKING:
    from workbench.gui.builder.mirror.scene import NetworkScene

MOST = 5
"""So many of a long list are named; of the others it is said how many there are."""


def name_of(scene: NetworkScene, item: QGraphicsItem) -> str:
    """What something on the canvas is, in one line: `conv1, Conv2d, 32 · 3×3, output 32 × 32 × 32, 1 problem`."""
    if isinstance(item, GroupItem):
        return _group_name(item.name, "closed group", item.text, item.report)
    if isinstance(item, Card):
        return _joined(item.name, item.node.kind, summary(item.node), _output(item.shape_text), _faults(item.problems))
    if isinstance(item, FrameItem):
        return _group_name(item.name, "open group", item.text, item.report)
    if isinstance(item, EdgeItem):
        source = scene.nodes.get(item.key.source)
        shape = source.shape_text if source is not None else ""
        return _joined(f"Connection from {item.key.source} to {item.key.target}", shape)
    if isinstance(item, GhostItem):
        does = "takes from it" if item.takes else "feeds it"
        return _joined(f"Outside this group, {does}: {item.ghost.name}", item.about, item.shape_text)
    if isinstance(item, RemarkItem):
        return f"{'Note' if item.remark.form == 'note' else 'Frame'}: {item.remark.text or 'empty'}"
    return ""


def more_of(scene: NetworkScene, item: QGraphicsItem) -> str:
    """What else is to be known of it: its problems, what feeds it and what it feeds, in sentences."""
    if isinstance(item, Card):
        fed, feeds = links(scene, item.name)
        lines = [_problems((*item.problems, *item.hints)), _listed("Fed by", fed), _listed("Feeds", feeds)]
        frozen = "Frozen: training leaves it as it is." if item.frozen else ""
        return " ".join(line for line in (*lines, frozen) if line)
    if isinstance(item, FrameItem):
        return _problems(item.report.problems)
    if isinstance(item, GhostItem):
        return f"{item.ghost.story}. Press to go there."
    return item.toolTip() if isinstance(item, RemarkItem) else ""


def links(scene: NetworkScene, name: str) -> tuple[list[str], list[str]]:
    """The cards that feed a card, and those that it feeds."""
    seen = scene.picture.seen
    if name not in seen:
        return [], []
    fed = [source for source in dict.fromkeys(seen[name].inputs) if source in scene.nodes]
    return fed, [taker for taker in dict.fromkeys(seen.consumers[name]) if taker in scene.nodes]


def selection_of(scene: NetworkScene, items: Sequence[QGraphicsItem]) -> str:
    """What is selected, in one line; nothing where nothing is."""
    if not items:
        return ""
    names = "; ".join(name_of(scene, item) for item in items[:MOST])
    if len(items) == 1:
        return f"Selected: {names}"
    rest = f"; and {len(items) - MOST} more" if len(items) > MOST else ""
    return f"{len(items)} selected: {names}{rest}"


def _group_name(key: str, what: str, text: GroupText, report: GroupReport) -> str:
    what = f"{what} of {text.copies} copies" if text.copies else what
    layers = "" if text.about.endswith((" layer", " layers")) else f"{text.layers} layers"
    goes_in = f"input {report.shape_in}" if report.shape_in else ""
    facts = (text.about, layers, size_text(report.parameters), goes_in, _output(report.shape_out))
    faults = tuple(problem for problem in report.problems if problem.level != "info")
    return _joined(key, what, *facts, _faults(faults))


def _output(shape: str) -> str:
    return f"output {shape}" if shape else ""


def _faults(problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    return "1 problem" if len(problems) == 1 else f"{len(problems)} problems"


def _problems(problems: Sequence[Problem]) -> str:
    """Each problem with its reason, the first few of many."""
    told = [f"{problem.title}: {problem.reason}" if problem.reason else problem.title for problem in problems[:MOST]]
    rest = [f"And {len(problems) - MOST} more problems"] if len(problems) > MOST else []
    return " ".join(f"{line.rstrip('.')}." for line in (*told, *rest))


def _listed(what: str, names: Sequence[str]) -> str:
    rest = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"{what} {', '.join(names[:MOST])}{rest}." if names else ""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
