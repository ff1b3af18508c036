"""The catalog: every layer kind by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from workbench.core.graph.network import Node
from workbench.core.layers import (
    activation,
    arithmetic,
    attention,
    competing,
    convolution,
    joining,
    linear,
    normalization,
    pooling,
    regularization,
    reshaping,
    resizing,
)
from workbench.core.layers.arguments import plain_reason
from workbench.core.layers.kind import REGISTERED, LayerKind
from workbench.errors import Problem

FILES = (
    convolution,
    normalization,
    activation,
    competing,
    arithmetic,
    pooling,
    linear,
    regularization,
    joining,
    reshaping,
    resizing,
    attention,
)
"""The modules whose import fills the catalog."""


class Catalog:
    """Layer kinds by name; answers what the rules of the graph ask."""

    def __init__(self, kinds: Mapping[str, type[LayerKind]]) -> None:
        self._kinds = kinds

    def __iter__(self) -> Iterator[type[LayerKind]]:
        return iter(self._kinds.values())

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __getitem__(self, name: str) -> type[LayerKind]:
        return self._kinds[name]

    def input_limits(self, kind: str) -> tuple[int, int | None]:
        """The fewest and the most inputs; an unknown kind takes whatever it has."""
        known = self._kinds.get(kind)
        return (known.fewest_inputs, known.most_inputs) if known else (0, None)

    def by_category(self) -> dict[str, list[type[LayerKind]]]:
        """The kinds grouped as the palette shows them, in the order of `FILES`."""
        order = {file.__name__: number for number, file in enumerate(FILES)}
        groups: dict[str, list[type[LayerKind]]] = {}
        for kind in sorted(self, key=lambda kind: order.get(kind.__module__, len(order))):
            groups.setdefault(kind.category, []).append(kind)
        return groups

    def parse(self, node: Node) -> LayerKind | Problem:
        """The node's kind with its arguments checked, or the problem with them."""
        if node.kind not in self:
            return Problem(
                node.name, f"Unknown layer kind {node.kind}", "this version of the workbench has no such kind"
            )
        try:
            return msgspec.convert(dict(node.arguments), self._kinds[node.kind])
        except msgspec.ValidationError as error:
            return Problem(node.name, "An argument is not possible", readable(str(error)))


def readable(message: str) -> str:
    """What msgspec says, with the name of the argument in front."""
    _, _, path = message.partition(" - at `$.")
    return f"{path.rstrip('`')}: {plain_reason(message)}" if path else message


CATALOG = Catalog(REGISTERED)
