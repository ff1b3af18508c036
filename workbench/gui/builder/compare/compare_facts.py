"""What is known of two networks side by side: which layers differ, how, and what that costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.core.graph.difference import Difference, NodeChange, difference
from workbench.core.graph.network import Arguments, Network
from workbench.core.graph.taking import take_away, take_back, take_version
from workbench.core.modelling.changes import Comparison, compare_networks, matters, short, told
from workbench.errors import WorkbenchError
from workbench.gui.builder.compare.compare_marks import Change

BATCH = 128


@dataclass(frozen=True)
class Row:
    """One layer that differs: what it is called on the left and on the right, where it is there."""

    change: Change
    left: str
    right: str
    kind: str
    what: str
    pair: NodeChange | None = None

    @property
    def name(self) -> str:
        """What the list calls it."""
        return self.right or self.left

    @property
    def taking(self) -> str:
        """What taking over the left version means, as a label."""
        return {"added": f"Take away {self.right}", "removed": f"Take back {self.left}"}.get(
            self.change, f"Take over {self.right}"
        )


@dataclass(frozen=True)
class Facts:
    """All rows in the order of the right network, the removed ones where they were, and the marks for both sides."""

    left: Network
    right: Network
    rows: tuple[Row, ...] = ()
    left_marks: dict[str, Change] = field(default_factory=dict)
    right_marks: dict[str, Change] = field(default_factory=dict)

    def obstacle(self, row: Row) -> str:
        """Why the left version of a layer cannot be had by itself, in a sentence; nothing if it can."""
        try:
            taken_over(self.right, row, self.left)
        except WorkbenchError as error:
            return str(error)
        return ""

    def row_of(self, *, left: str = "", right: str = "") -> int | None:
        """Which row is about a layer of one side."""
        found = (
            number
            for number, row in enumerate(self.rows)
            if (left and row.left == left) or (right and row.right == right)
        )
        return next(found, None)


def facts(left: Network, right: Network) -> Facts:
    """What differs; takes no torch."""
    found = difference(left, right)
    rows = sorted(_rows(found), key=_order(left, right))
    left_marks: dict[str, Change] = {row.left: row.change for row in rows if row.left}
    right_marks: dict[str, Change] = {row.right: row.change for row in rows if row.right}
    return Facts(left, right, tuple(rows), left_marks, right_marks)


def _rows(found: Difference) -> list[Row]:
    pairs = [change for change in found.changed if matters(change)]
    return [
        *(Row("changed", pair.before.name, pair.after.name, pair.after.kind, told(pair), pair) for pair in pairs),
        *(Row("added", "", node.name, node.kind, _arguments(node.arguments)) for node in found.added),
        *(Row("removed", node.name, "", node.kind, _arguments(node.arguments)) for node in found.removed),
    ]


def _order(left: Network, right: Network) -> Callable[[Row], float]:
    places = {name: place / max(1, len(left)) for place, name in enumerate(left.nodes)}
    there = {name: place / max(1, len(right)) for place, name in enumerate(right.nodes)}
    return lambda row: there[row.right] if row.right else places[row.left]


def taken_over(network: Network, row: Row, left: Network) -> Network:
    """The network with one layer as it is on the left: with its kind, arguments and inputs, there again, or gone.

    Raises `WorkbenchError` where that cannot be had by itself.
    """
    if row.pair is not None:
        return take_version(network, row.pair)
    return take_away(network, row.right) if row.right else take_back(network, left, row.left)


@dataclass(frozen=True)
class Totals:
    """What both networks cost: parameters, multiply-adds of a picture, bytes of a training step, left and right."""

    comparison: Comparison
    memory: tuple[int | None, int | None]

    def lines(self) -> list[tuple[str, str, str, str]]:
        """Each with its left and right value and the difference, as a table shows them."""
        counted = self.comparison
        known = self.memory[0] is not None and self.memory[1] is not None
        return [
            ("Parameters", *_compared(counted.parameters, "")),
            ("Multiply-adds", *_compared(counted.macs, "")),
            ("Training memory", *(_compared(self.memory, "B") if known else ("?", "?", ""))),  # type: ignore[arg-type]
        ]


def totals(left: Network, right: Network) -> Totals:
    """Count both; loads torch."""
    return Totals(compare_networks(left, right), (_memory(left), _memory(right)))


def _memory(network: Network) -> int | None:
    from workbench.core.modelling.memory import step_memory
    from workbench.core.modelling.shapes import analyse
    from workbench.errors import WorkbenchError

    if analyse(network).errors:
        return None
    try:
        return step_memory(network, batch=BATCH, optimizer="adamw", precision="fp32")[1].total
    except WorkbenchError:
        return None


def _compared(pair: tuple[int, int], unit: str) -> tuple[str, str, str]:
    before, after = pair
    if before == after:
        return compact(before, unit), compact(after, unit), "same"
    sign = "+" if after > before else "−"
    share = f" ({sign}{100 * abs(after - before) / before:.0f} %)" if before else ""
    return compact(before, unit), compact(after, unit), f"{sign}{compact(abs(after - before), unit)}{share}"


def compact(number: int, unit: str = "") -> str:
    """`102,602`, `41.6 M`, `4.09 GB`."""
    for limit, prefix in ((1e9, "G"), (1e6, "M")):
        if abs(number) >= limit:
            return f"{number / limit:.3g} {prefix}{unit}"
    return f"{number:,} {unit}".strip()


def _arguments(arguments: Arguments) -> str:
    return ", ".join(f"{name} {short(value)}" for name, value in arguments.items())
