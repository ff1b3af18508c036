"""The hierarchy of a network as one tree: nodes in groups, copies in stacks; and what is seen when some are closed.

Everything in the tree has a key: the name of a node, the prefix of a group, and for a stack its first and last copy, as
`layer3.1…5`, which no node can be called.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

from workbench.core.graph.network import Network, Node, prefixes
from workbench.core.graph.orientation import Direction
from workbench.core.graph.stacks import Stack, stacks

ROOT = "…all…"
"""The key of the whole network; names in a stranger's file can be anything, empty too."""
GROUP = "Group"
"""What stands for the kind of a group where it is shown as one node; no layer is called so."""
MOST_KNOWN = 6
"""So many trees are kept: of the networks before and after an edit, and of those that undo goes back to."""


@dataclass(frozen=True)
class Outline:
    """The tree of a network: what each key lies in, and what lies in it, in the order of the network."""

    network: Network
    parents: Mapping[str, str]
    children: Mapping[str, tuple[str, ...]]
    stacks: Mapping[str, Stack] = field(default_factory=dict)

    def __contains__(self, key: object) -> bool:
        return key in self.parents

    @property
    def direction(self) -> Direction:
        """Which way the network runs on the canvas."""
        return self.network.canvas.direction

    def is_group(self, key: str) -> bool:
        """Whether a key is that of a group or a stack: of something that opens and closes."""
        return key in self.children and key != ROOT

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """All keys that open and close, outer ones first."""
        return tuple(key for key in self.children if key != ROOT)

    def around(self, key: str) -> Iterator[str]:
        """The groups that a key lies in, from the inside out, without the root."""
        while (key := self.parents[key]) != ROOT:
            yield key

    def nodes(self, key: str) -> tuple[str, ...]:
        """The names of the nodes within a group, or of the node itself."""
        return self._nodes.get(key, (key,) if key in self.network else ())

    def prefix(self, key: str) -> str:
        """The group of names that a new node within this key belongs to: for a stack, the group around it."""
        if key == ROOT:
            return ""
        return self.stacks[key].prefix if key in self.stacks else key

    @cached_property
    def _nodes(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in self.network.nodes:
            found[ROOT].append(name)
            for key in self.around(name):
                found[key].append(name)
        return {key: tuple(names) for key, names in found.items()}

    def owners(self, opened: Collection[str], root: str = ROOT) -> dict[str, str]:
        """For each node within the root, the key that shows it: itself, or the outermost closed group around it."""
        owners: dict[str, str] = {}
        for key in self._seen(opened, root):
            owners.update(dict.fromkeys(self.nodes(key), key))
        return owners

    def _seen(self, opened: Collection[str], root: str) -> Iterator[str]:
        """The nodes and closed groups that are seen."""
        for key in self.children.get(root, ()):
            if key in self.children and key in opened:
                yield from self._seen(opened, key)
            else:
                yield key

    def frames(self, opened: Collection[str], root: str = ROOT) -> tuple[str, ...]:
        """The open groups that are seen, outer ones first."""
        found: list[str] = []
        waiting = [root]
        while waiting:
            inner = [key for key in self.children.get(waiting.pop(0), ()) if key in self.children and key in opened]
            found += inner
            waiting += inner
        return tuple(found)

    @cached_property
    def worlds(self) -> dict[str, Network]:
        """For each group, and the root, what lies directly in it as a network: closed groups are nodes."""
        inputs: dict[str, dict[str, None]] = defaultdict(dict)
        paths = {name: [name, *self.around(name), ROOT] for name in self.network.nodes}
        places = {name: {key: place for place, key in enumerate(path)} for name, path in paths.items()}
        for node in self.network:
            for source in node.inputs:
                if source in paths and source != node.name:
                    meeting = next(place for place, key in enumerate(paths[source]) if key in places[node.name])
                    taker = paths[node.name][places[node.name][paths[source][meeting]] - 1]
                    inputs[taker][paths[source][meeting - 1]] = None
        return {
            group: Network.of(group, (Node(key, self._kind(key), {}, tuple(inputs[key])) for key in inner))
            for group, inner in self.children.items()
        }

    def _kind(self, key: str) -> str:
        return self.network[key].kind if key in self.network else GROUP


_known: deque[Outline] = deque(maxlen=MOST_KNOWN)


def outline(network: Network) -> Outline:
    """The tree of a network; an edit, the canvas and undo ask for that of the same few networks again and again."""
    known = next((tree for tree in tuple(_known) if tree.network is network), None)
    if known is None:
        alike = next((tree for tree in reversed(tuple(_known)) if _is_moved(tree.network, network)), None)
        known = _with_network(alike, network) if alike else _outline(network)
        _known.append(known)
    return known


def _is_moved(before: Network, after: Network) -> bool:
    """Whether networks differ at most in what an outline does not tell: where the nodes are, and what is written."""
    return len(before) == len(after) and all(
        one is other
        or (
            one.name == other.name
            and one.kind == other.kind
            and one.inputs is other.inputs
            and one.arguments is other.arguments
        )
        for one, other in zip(before, after, strict=True)
    )


def _with_network(tree: Outline, network: Network) -> Outline:
    """The same tree, with all that has been found out about it, for a network that differs in places alone."""
    moved = copy(tree)
    object.__setattr__(moved, "network", network)
    return moved


def _outline(network: Network) -> Outline:
    found = {_key(stack): stack for stack in stacks(network)}
    stack_of = {member: key for key, stack in found.items() for member in stack.members}
    parents: dict[str, str] = {}
    children: dict[str, list[str]] = {ROOT: []}
    for name in network.nodes:
        for key, parent in _links(network, name, stack_of):
            if key not in parents:
                parents[key] = parent
                children.setdefault(parent, []).append(key)
    return Outline(network, parents, {key: tuple(inner) for key, inner in children.items()}, found)


def _links(network: Network, name: str, stack_of: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each key on the way from the root to a node, with the one around it; a broken file may have nodes as groups."""
    around = ROOT
    groups = [prefix for prefix in prefixes(name) if prefix not in network]
    for key in [*reversed(groups), name]:
        if key in stack_of:
            yield stack_of[key], around
            around = stack_of[key]
        yield key, around
        around = key


def _key(stack: Stack) -> str:
    """The first copy, and the last one as far as it is called otherwise: `block1…4`, `block…2` up to `block_2`."""
    first, last = stack.members[0], stack.members[-1].rpartition(".")[2]
    number = re.search(r"\d*$", last)
    head = last[: number.start()] if number else last
    alike = first.rpartition(".")[2].startswith(head.rstrip("_"))
    return f"{first}…{last[len(head) :] if alike else last}"


def outermost(tree: Outline, keys: Iterable[str]) -> list[str]:
    """These keys without those that lie in others of them."""
    chosen = dict.fromkeys(keys)
    return [key for key in chosen if not any(around in chosen for around in tree.around(key))]


def seen_network(tree: Outline, opened: Collection[str], root: str = ROOT) -> Network:
    """What is seen as a network: closed groups are nodes, each fed once by whatever feeds a node in it.

    Nodes whose inputs are all seen are the very nodes of the network.
    """
    return network_of(tree, tree.owners(opened, root))


def network_of(tree: Outline, owners: Mapping[str, str]) -> Network:
    """`seen_network` where it is known what shows each node."""
    if len(owners) == len(tree.network) and all(name == key for name, key in owners.items()):
        return Network(tree.network.name, {name: tree.network[name] for name in owners})
    inside: dict[str, list[str]] = defaultdict(list)
    for name, key in owners.items():
        inside[key].append(name)
    return Network.of(tree.network.name, (_seen(tree, key, names, owners) for key, names in inside.items()))


def _seen(tree: Outline, key: str, names: Iterable[str], owners: Mapping[str, str]) -> Node:
    node = tree.network.nodes.get(key)
    if node is not None and all(owners.get(source) == source for source in node.inputs):
        return node
    if node is not None:
        wanted: list[str] = []
        for source in node.inputs:
            owner = owners.get(source) if source in tree.network else source
            if owner is not None and (owner == source or owner not in wanted):
                wanted.append(owner)
        return node if tuple(wanted) == node.inputs else node.with_(inputs=tuple(wanted))
    outside = (owners[source] for name in names for source in tree.network[name].inputs if source in owners)
    return Node(key, GROUP, {}, tuple(dict.fromkeys(source for source in outside if source != key)))
