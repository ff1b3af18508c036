"""What lies outside a group and feeds it or takes from it, as a value."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from workbench.core.graph.outline import ROOT, Outline
from workbench.gui.builder.items.flow import Port

MOST = 6
"""So many neighbours on one side; of more, all but the first are shown as one."""


class GhostKey(NamedTuple):
    """Which neighbour: it feeds the "input" of the group or takes its "output". No name is all the others."""

    side: Port
    name: str


@dataclass(frozen=True)
class Ghost:
    """A neighbour of a group: a node, or the group that it lies in as far as the two lie apart."""

    key: GhostKey
    home: str
    """The group that holds both."""
    links: tuple[tuple[str, str], ...]
    """The connections across the boundary: source and target, one of them inside."""
    others: int = 0
    """How many neighbours it stands for, when it stands for several."""

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.others} others" if self.others else self.key.name

    @property
    def inside(self) -> tuple[str, ...]:
        """The nodes in the group that it feeds or takes from."""
        place = 1 if self.key.side == "input" else 0
        return tuple(dict.fromkeys(link[place] for link in self.links))

    @property
    def sources(self) -> tuple[str, ...]:
        """The nodes whose outputs cross the boundary."""
        return tuple(dict.fromkeys(source for source, _ in self.links))

    @property
    def story(self) -> str:
        """The connections as a sentence."""
        told = [f"{source} feeds {target}" for source, target in self.links[:3]]
        more = f" and {len(self.links) - 3} more" if len(self.links) > 3 else ""
        return ", ".join(told) + more


def ghosts_of(tree: Outline, root: str) -> tuple[Ghost, ...]:
    """The neighbours of a group in the order of the network, those that feed it first; everything has none."""
    if root == ROOT or root not in tree:
        return ()
    inside, network = {*tree.nodes(root)}, tree.network
    found: dict[GhostKey, list[tuple[str, str]]] = defaultdict(list)
    for name in tree.nodes(root):
        for source in dict.fromkeys(network[name].inputs):
            if source in network and source not in inside:
                found[GhostKey("input", _beside(tree, root, source))].append((source, name))
    for name in tree.nodes(root):
        for taker in dict.fromkeys(network.consumers[name]):
            if taker not in inside:
                found[GhostKey("output", _beside(tree, root, taker))].append((name, taker))
    ghosts = [Ghost(key, tree.parents[key.name], tuple(links)) for key, links in found.items()]
    return (*_few(tree, root, ghosts, "input"), *_few(tree, root, ghosts, "output"))


def _beside(tree: Outline, root: str, name: str) -> str:
    """The outermost key around a node that does not hold the group too."""
    around = {*tree.around(root), ROOT}
    while tree.parents[name] not in around:
        name = tree.parents[name]
    return name


def _few(tree: Outline, root: str, ghosts: list[Ghost], side: Port) -> list[Ghost]:
    found = [ghost for ghost in ghosts if ghost.key.side == side]
    if len(found) <= MOST:
        return found
    rest = found[MOST - 1 :]
    links = tuple(link for ghost in rest for link in ghost.links)
    return [*found[: MOST - 1], Ghost(GhostKey(side, ""), tree.parents[root], links, len(rest))]
