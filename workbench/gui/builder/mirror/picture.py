"""What the canvas shows of a network when some groups are open, as a value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workbench.core.graph.housing import housed
from workbench.core.graph.nesting import Arrangement, arranged, cards
from workbench.core.graph.network import Network, Position
from workbench.core.graph.outline import Outline, network_of
from workbench.gui.builder.items import style

SMALL = 30
"""Networks with at most this many nodes are first shown with all groups open."""


@dataclass(frozen=True)
class Picture:
    """The tree of the network, what is seen of it as a network, and where that is."""

    tree: Outline
    seen: Network
    arrangement: Arrangement
    closed: Mapping[str, Position]
    """Where everything is when all groups are closed."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """For each node that is seen the card that shows it."""

    def place_in(self, group: str, shown: Position) -> Position:
        """The place, with all groups closed, of what is put down in an open group where `shown` is seen.

        Groups that are open move what lies below and beside them; the card nearest to the place tells how far.
        """
        inner = [key for key in self.tree.children.get(group, ()) if key in self.arrangement.cards]
        if not inner:
            return shown

        def away(key: str) -> float:
            x, y = self.arrangement.cards[key]
            return abs(x - shown[0]) + 2 * abs(y - shown[1])

        nearest = min(inner, key=away)
        (x, y), (at_x, at_y) = self.arrangement.cards[nearest], self.closed[nearest]
        return (shown[0] - x + at_x, shown[1] - y + at_y)


def picture(tree: Outline, places: Mapping[str, Position], opened: Collection[str], root: str) -> Picture:
    """What is seen of a network with these places when these groups are open and only the root is looked at."""
    arrangement, owners = arranged(tree, places, opened, sizes=style.SIZES, root=root), tree.owners(opened, root)
    return Picture(tree, network_of(tree, owners), arrangement, cards(tree, places) if places else {}, owners)


def places_of(tree: Outline, found: Mapping[str, Position]) -> dict[str, Position]:
    """A place for every node: where it says, where it was found before, or where the layout puts it."""
    known = {node.name: node.position or found.get(node.name) for node in tree.network}
    return housed(tree, {name: place for name, place in known.items() if place}, style.SIZES)


def first_open(tree: Outline) -> frozenset[str]:
    """The groups that are open when a network is first shown."""
    return frozenset(tree.groups if len(tree.network) <= SMALL else ())


def stacks_in_sight(before: Outline, after: Outline, opened: Collection[str]) -> set[str]:
    """The stacks that an edit has made or changed and whose copies were seen before it: they are open."""

    def was_seen(member: str) -> bool:
        around = before.parents.get(member)
        return around is not None and (around not in before.stacks or around in opened)

    fresh = (key for key in after.stacks if key not in before.stacks)
    return {key for key in fresh if all(map(was_seen, after.stacks[key].members))}


def heir(before: Outline, after: Outline, key: str) -> str:
    """What a key is called after an edit: a stack that has got other copies still begins with the same one."""
    if key in after or key not in before.stacks:
        return key
    first = before.stacks[key].members[0]
    return after.parents[first] if first in after and after.parents[first] in after.stacks else first
