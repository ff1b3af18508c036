"""The short texts about a group that the canvas and the inspector show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from workbench.core.graph.outline import Outline
from workbench.core.layers.blocks.catalog import block_arguments
from workbench.core.layers.blocks.library import known_blocks
from workbench.core.layers.kind import describe_shape
from workbench.core.modelling.shapes import Analysis, NodeReport
from workbench.errors import Problem
from workbench.gui.builder.items.kind_icons import GROUP, sign_of
from workbench.gui.builder.items.labels import category, large, named, value_text


@dataclass(frozen=True)
class GroupText:
    """What a closed group says: its name, what it is, how many copies it stands for and layers it holds; its looks."""

    title: str
    about: str
    copies: int
    layers: int
    category: str
    sign: str = GROUP


@dataclass(frozen=True)
class GroupReport:
    """What the analysis says of a group: the shapes that it takes and gives, its size and cost, the problems inside."""

    shape_in: str = ""
    shape_out: str = ""
    parameters: int = 0
    macs: int = 0
    problems: tuple[Problem, ...] = ()


def group_text(tree: Outline, key: str) -> GroupText:
    """The texts about a group."""
    names = tree.nodes(key)
    stack = tree.stacks.get(key)
    categories: Counter[str] = Counter()
    for kind, count in Counter(tree.network[name].kind for name in names).items():
        categories[category(kind)] += count
    (common, _), *_ = categories.most_common(1) or [("", 0)]
    return GroupText(title(key), about(tree, key), len(stack) if stack else 0, len(names), common, sign(tree, key))


def sign(tree: Outline, key: str) -> str:
    """The icon of the block that a group is, or of the only block in it; else that of groups."""
    stack = tree.stacks.get(key)
    own = _block_of(tree, stack.members[0] if stack else key)
    found = {own} if own else {_block_of(tree, child) for child in _groups_in(tree, key)}
    block = found.pop() if len(found) == 1 else ""
    return sign_of(block) if block else GROUP


def title(key: str) -> str:
    """What a group is called within the group around it: `layer1`, `0`, `1…5`."""
    head, dots, copies = key.partition("…")
    return head.rpartition(".")[2] + dots + copies


def about(tree: Outline, key: str) -> str:
    """The block that a group is, with its arguments; else the blocks in it; else how many layers there are."""
    stack = tree.stacks.get(key)
    use = tree.network.blocks.get(stack.members[0] if stack else key)
    if use is not None:
        return " · ".join([use.block, *_arguments(tree, stack.members[0] if stack else key)])
    inner = Counter(_block_of(tree, child) for child in _groups_in(tree, key))
    if len(inner) == 1 and "" not in inner:
        ((block, count),) = inner.items()
        return f"{count} × {block}" if count > 1 else block
    count = len(tree.nodes(key))
    return f"{count} layers" if count > 1 else f"{count} layer"


def _groups_in(tree: Outline, key: str) -> list[str]:
    """The groups directly in a group, each copy of a stack for itself."""
    found: list[str] = []
    for child in tree.children[key]:
        if tree.is_group(child):
            found += tree.stacks[child].members if child in tree.stacks else [child]
    return found


def _block_of(tree: Outline, key: str) -> str:
    use = tree.network.blocks.get(key)
    return use.block if use else ""


def _arguments(tree: Outline, prefix: str) -> list[str]:
    """The arguments of a block worth seeing: how wide it is, and what differs from the default."""
    use, blocks = tree.network.blocks[prefix], known_blocks()
    if use.block not in blocks:
        return []
    parts = []
    for argument in block_arguments(blocks[use.block]):
        value = use.arguments.get(argument.name, argument.default)
        if argument.name in ("out_channels", "channels"):
            parts.append(value_text(argument, value))
        elif value != argument.default and argument.form != "flag":
            parts.append(named(argument, value))
    return parts


def group_ends(tree: Outline, key: str) -> tuple[str, str]:
    """The first node of a group that something outside feeds, and the last one that feeds something outside."""
    names, network = tree.nodes(key), tree.network
    inside = set(names)
    first = next((name for name in names if any(source not in inside for source in network[name].inputs)), "")
    ends = [name for name in names if any(taker not in inside for taker in network.consumers[name])]
    return first, ends[-1] if ends else ""


def group_report(tree: Outline, analysis: Analysis, key: str) -> GroupReport:
    """What the analysis of the same network says of a group."""
    names = tree.nodes(key)
    inside = set(names)
    reports = [analysis.nodes[name] for name in names if name in analysis.nodes]
    nodes = [tree.network[name] for name in names]
    feeders = (source for node in nodes for source in node.inputs if source not in inside)
    _, end = group_ends(tree, key)
    return GroupReport(
        _shape(analysis.nodes.get(next(feeders, ""))),
        _shape(analysis.nodes.get(end)),
        sum(report.parameters for report in reports),
        sum(report.macs for report in reports),
        tuple(problem for problem in analysis.problems if problem.where in inside),
    )


def _shape(report: NodeReport | None) -> str:
    return describe_shape(report.output_shape) if report and report.output_shape else ""


def size_text(parameters: int) -> str:
    """How many parameters, in as many figures as a glance needs; nothing where there are none."""
    return f"{large(parameters)} parameters" if parameters else ""
