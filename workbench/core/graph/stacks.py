"""Stacks: identical groups, each fed by the one before. Known from the structure alone; nothing is stored.

Two groups are identical when their nodes have the same names inside, the same kinds and arguments, and are connected in
the same way. Editing one copy alone therefore splits the stack there; the edits below change all copies at once. The
layers of a dense block, each fed by all before it, are a stack too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.graph import edits
from workbench.core.graph.blocks import set_block_arguments
from workbench.core.graph.edits import taking_instead
from workbench.core.graph.groups import blocks_below, group_copies, group_name_problem, remove_group, with_group
from workbench.core.graph.network import Network, Node, prefixes
from workbench.core.graph.parts import Blocks, is_inside, leaving, members, outlets, sources, still_made
from workbench.errors import WorkbenchError

MOST = 1000
"""More copies than this are a slip of the keyboard."""
DEEPER = frozenset({("StochasticDepth", "p")})
"""Arguments (kind, name) that may differ between copies: how often a branch is left out grows with the depth."""


@dataclass(frozen=True)
class Stack:
    """Identical groups within one group (`prefix`, empty at the top), in the order in which they feed one another."""

    prefix: str
    members: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.members)

    def without(self, member: str) -> tuple[Stack, ...]:
        """The stacks that are left when one copy goes its own way."""
        place = self.members.index(member)
        parts = self.members[:place], self.members[place + 1 :]
        return tuple(Stack(self.prefix, part) for part in parts if len(part) > 1)


@dataclass(frozen=True)
class _Group:
    """A group as its siblings see it: its form, the nodes that feed it, the one node that leaves it."""

    name: str
    form: tuple[Any, ...]
    feeders: tuple[str, ...]
    outlet: str


def stacks(network: Network) -> tuple[Stack, ...]:
    """All stacks of the network, the outer ones first where stacks lie within stacks."""
    alike: dict[tuple[str, tuple[Any, ...]], list[_Group]] = defaultdict(list)
    ordered = _ordered_groups(network)
    for group in _groups(network, ordered):
        alike[group.name.rpartition(".")[0], group.form].append(group)
    found = [Stack(parent, chain) for (parent, _), groups in alike.items() for chain in _chains(network, groups)]
    places = {name: place for place, name in enumerate(ordered)}
    return tuple(sorted(found, key=lambda stack: places[stack.members[0]]))


def stack_of(network: Network, group: str) -> Stack | None:
    """The stack that a group is a copy in, if it is."""
    return next((stack for stack in stacks(network) if group in stack.members), None)


def stack_of_one(network: Network, group: str) -> Stack | None:
    """A group as a stack that copies can be added to, or None where more than one node feeds it or leaves it."""
    inner = members(network, group)
    lone = len(sources(inner, group)) == 1 and len(outlets(network, group)) == 1
    return Stack(group.rpartition(".")[0], (group,)) if lone else None


def set_stack_arguments(network: Network, stack: Stack, inner: str, changes: Mapping[str, Any]) -> Network:
    """Change some arguments of the same node in all copies; `inner` is its name inside, as `conv1`."""
    return in_all(network, stack, lambda now, member: edits.set_arguments(now, f"{member}.{inner}", changes))


def set_stack_block_arguments(
    network: Network, stack: Stack, changes: Mapping[str, Any], *, blocks: Blocks, inner: str = ""
) -> Network:
    """Change some arguments of the block that every copy is, or that it holds under the name `inner`."""

    def changed(now: Network, member: str) -> Network:
        return set_block_arguments(now, f"{member}.{inner}" if inner else member, changes, blocks=blocks)

    return in_all(network, stack, changed)


def in_all(network: Network, stack: Stack, edit: Callable[[Network, str], Network]) -> Network:
    """Do the same edit in every copy: `edit` takes the network of the moment and the name of a copy."""
    for member in stack.members:
        network = edit(network, member)
    return network


def resize_stack(network: Network, stack: Stack, count: int) -> Network:
    """Add copies at the end of a stack, or remove some there; what follows takes the output of the last one."""
    if not 1 <= count <= MOST:
        raise WorkbenchError(f"{stack.prefix} cannot have {count} copies", f"1 to {MOST} are possible")
    for member in reversed(stack.members[count:]):
        network = remove_group(network, member)
    last = stack.members[-1]
    for _ in range(count - len(stack)):
        network, last = _grown(network, stack, last), next_name(network, last)
    return network


def next_name(network: Network, member: str) -> str:
    """What the copy behind this one is called: the next number, or the first free one after it."""
    head, number = re.fullmatch(r"(.*?)(\d*)", member, re.DOTALL).groups()  # type: ignore[union-attr]
    start = int(number[:9]) + 1 if number else 1
    head = head if number else f"{head}_"
    names = (f"{head}{extra}" for extra in range(start, start + len(network) + 1))
    return next(name for name in names if group_name_problem(network, name) is None)


def _grown(network: Network, stack: Stack, last: str) -> Network:
    """The network with a copy of its last group behind a stack."""
    name, inner = next_name(network, last), members(network, last)
    (outlet,) = outlets(network, last)
    copied, feeders = name + outlet[len(last) :], sources(inner, last)
    if _is_dense(network, stack):
        rewired = _taking_too(network, last, (outlet, copied))
        fresh = _denser(network, last, name, outlet)
    else:
        rewired = taking_instead(network, {outlet: copied}, keeping={node.name for node in inner})
        fresh = [*group_copies(network, last, name, instead=dict.fromkeys(feeders, outlet))]
    grown = with_group(rewired, name, [node.with_(position=None) for node in fresh], {}, behind=inner[-1].name)
    kept = still_made(network, grown.with_(blocks=network.blocks))
    return grown.with_(blocks={**kept, **blocks_below(network, last, name)})


def _is_dense(network: Network, stack: Stack) -> bool:
    """Whether every copy takes the outputs of all before it, as the layers of DenseNet do."""
    return len(sources(members(network, stack.members[-1]), stack.members[-1])) > 1


def _taking_too(network: Network, last: str, pair: tuple[str, str]) -> Network:
    """Whatever outside a group takes its old outlet takes the new one right behind it too."""

    def widened(node: Node) -> Node:
        if pair[0] not in node.inputs or is_inside(node.name, last):
            return node
        rows = (pair if source == pair[0] else (source,) for source in node.inputs)
        return node.with_(inputs=tuple(name for row in rows for name in row))

    return network.with_nodes(map(widened, network))


def _denser(network: Network, last: str, name: str, outlet: str) -> list[Node]:
    """A copy of the last group that takes its output too, behind what it takes from outside."""
    feeders = sources(members(network, last), last)
    copies = group_copies(network, last, name, instead={source: source for source in feeders})
    return [
        node.with_(
            inputs=tuple(new for old in node.inputs for new in ((old, outlet) if old == feeders[-1] else (old,)))
        )
        for node in copies
    ]


def _groups(network: Network, found: Mapping[str, list[Node]]) -> Iterator[_Group]:
    """The groups that something feeds and that one node leaves, of those that look like a sibling at first sight."""
    sights = {name: _sight(nodes, name) for name, nodes in found.items()}
    alike = Counter(sights.values())
    for name, nodes in found.items():
        if alike[sights[name]] > 1:
            feeders, ends = sources(nodes, name), leaving(network, nodes, name)
            if feeders and len(ends) == 1:
                yield _Group(name, _form(nodes, name, ends[0]), feeders, ends[0])


def _sight(nodes: list[Node], prefix: str) -> tuple[str, int, str]:
    """What is quickly seen of a group and the same in all copies: where it is, its size, one of the names inside."""
    first = min(node.name for node in nodes)
    return prefix.rpartition(".")[0], len(nodes), first[len(prefix) :]


def _ordered_groups(network: Network) -> dict[str, list[Node]]:
    """The nodes of each group, outer groups first, in the order of the network; a node is no group."""
    found: dict[str, list[Node]] = {}
    for node in network:
        for prefix in reversed([*prefixes(node.name)]):
            if prefix in found:
                found[prefix].append(node)
            elif prefix not in network.nodes:
                found[prefix] = [node]
    return found


def _form(nodes: list[Node], prefix: str, outlet: str) -> tuple[Any, ...]:
    """What identical groups share: everything but their names, what feeds them, and what `DEEPER` lets grow."""
    cut = len(prefix) + 1
    inner = (
        (
            node.name[cut:],
            node.kind,
            repr(sorted((key, value) for key, value in node.arguments.items() if (node.kind, key) not in DEEPER)),
            tuple(_inner_inputs(node, prefix)),
        )
        for node in nodes
    )
    return (outlet[cut:], *sorted(inner))


def _inner_inputs(node: Node, prefix: str) -> Iterator[str]:
    """The inputs of a node as named inside its group; different outside nodes in a row count as one."""
    row: set[str] = set()
    for source in node.inputs:
        if is_inside(source, prefix):
            yield source[len(prefix) + 1 :]
            row = set()
        else:
            if not row or source in row:
                yield ""
            row.add(source)


def _chains(network: Network, groups: list[_Group]) -> Iterator[tuple[str, ...]]:
    """The longest rows of alike groups in which each feeds the next."""
    if len(groups) < 2:
        return
    by_feeders = {group.feeders: group for group in groups}
    following: dict[str, _Group] = {}
    for group in groups:
        after = by_feeders.get((group.outlet,)) if len(group.feeders) == 1 else None
        denser = by_feeders.get((*group.feeders, group.outlet))
        if after is not None and _feeds_only(network, group, after):
            following[group.name] = after
        elif denser is not None:
            following[group.name] = denser
    begun = {group.name for group in following.values()}
    for group in groups:
        if group.name not in begun and group.name in following:
            yield tuple(_follow(group.name, following))


def _feeds_only(network: Network, group: _Group, after: _Group) -> bool:
    """Whether nothing but the next group takes the output of a group."""
    takers = network.consumers[group.outlet]
    return all(is_inside(taker, after.name) or is_inside(taker, group.name) for taker in takers)


def _follow(name: str, following: Mapping[str, _Group]) -> Iterator[str]:
    yield name
    while name in following:
        name = following[name].name
        yield name
