"""What `workbench compare NET NET` tells of two networks."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.opening import opened
from workbench.cli.report import compact, print_facts, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.core.modelling.changes import Comparison


def are_networks(names: Sequence[str]) -> bool:
    """Whether two things to compare are networks: runs are folders."""
    return len(names) == 2 and not any(Path(name).is_dir() for name in names)


def print_differences(names: Sequence[str], *, as_json: bool) -> None:
    """The layers that differ with what each costs, as a table or as JSON; raises `WorkbenchError` for no network."""
    from workbench.core.modelling.changes import compare_networks

    wishes = {"yes": False, "arguments": None, "json": as_json}
    before, after = (opened(Namespace(network=name, **wishes)) for name in names)
    comparison = compare_networks(before, after)
    if as_json:
        print_json(comparison)
        return
    _print(comparison)


def _print(comparison: Comparison) -> None:
    rows = [
        [layer.name, layer.kind, layer.change, _signed(layer.parameters), _signed_macs(layer.macs), layer.what]
        for layer in comparison.layers
    ]
    if rows:
        print_table(("name", "kind", "change", ">parameters", ">MACs", "what"), rows)
        print()
    parameters, macs = comparison.parameters, comparison.macs
    print_facts(
        [
            ("from", f"{comparison.before} to {comparison.after}: {len(rows)} layers differ"),
            (
                "parameters",
                f"{parameters[0]:,} → {parameters[1]:,} ({_signed(parameters[1] - parameters[0]) or 'same'})",
            ),
            ("multiply-adds", f"{compact(macs[0])} → {compact(macs[1])} ({_signed_macs(macs[1] - macs[0]) or 'same'})"),
        ]
    )


def _signed(number: int) -> str:
    return f"{number:+,}" if number else ""


def _signed_macs(number: int) -> str:
    return f"{'+' if number > 0 else ''}{compact(number)}" if number else ""
