"""The short texts about a node that the canvas and the panels show, made from the catalog alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.core.graph.canvas import Remark
from workbench.core.graph.network import Node
from workbench.core.layers.arguments import Argument, arguments
from workbench.core.layers.catalog import CATALOG


def summary(node: Node) -> str:
    """The arguments worth seeing: what sizes the output and what differs from the default, as `32 · 3×3 · stride 2`.

    Padding is left to the output shape and flags to the inspector: a card has room for a few words.
    """
    if node.kind not in CATALOG:
        return ""
    parts = []
    for argument in arguments(CATALOG[node.kind]):
        value = node.arguments.get(argument.name, argument.default)
        if argument.name.startswith("out_") or argument.name.endswith("_size") or argument.form == "shape":
            parts.append(value_text(argument, value))
        elif argument.name == "p" or (value != argument.default and argument.name != "padding"):
            parts += [named(argument, value)] if argument.form != "flag" else []
    return " · ".join(parts)


def value_text(argument: Argument, value: Any) -> str:
    """`3×3` for a pair, `3 × 32 × 32` for a shape, the value itself otherwise."""
    if argument.form == "pair" and (isinstance(value, int) or (isinstance(value, (list, tuple)) and value)):
        height, width = (value, value) if isinstance(value, int) else (value[0], value[-1])
        return f"{height}×{width}"
    if isinstance(value, (list, tuple)):
        return " × ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def named(argument: Argument, value: Any) -> str:
    """`stride 2`, `kernel size 3×3`."""
    name = argument.name.replace("_", " ")
    if isinstance(value, (list, tuple)):
        return f"{name} {value_text(argument, value)}"
    return f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"


def category(kind: str) -> str:
    """The category of a kind; unknown kinds have none."""
    return CATALOG[kind].category if kind in CATALOG else ""


def counted(names: list[str] | tuple[str, ...], *, noun: str = "node") -> str:
    """The name if there is one, else how many there are: `conv1`, `3 nodes`."""
    return names[0] if len(names) == 1 else f"{len(names)} {noun}s"


def remarks_text(remarks: Sequence[Remark]) -> str:
    """`the note`, `the frame "Stem"`, `3 notes and frames`."""
    if len(remarks) != 1:
        return f"{len(remarks)} notes and frames"
    return "the note" if remarks[0].form == "note" else f"the frame “{remarks[0].text}”"


def large(number: int) -> str:
    """`102,602`, `41.6 M`, `4.09 G`: as exact as a glance needs."""
    for limit, unit in ((1e9, "G"), (1e6, "M")):
        if number >= limit:
            return f"{number / limit:.3g} {unit}"
    return f"{number:,}"
