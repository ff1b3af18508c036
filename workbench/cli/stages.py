"""What `workbench describe` tells of a network by stage and by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.report import compact, print_table

if TYPE_CHECKING:
    from workbench.core.modelling.describe import Description


def print_stages(description: Description) -> None:
    """The stages by the size of their outputs, and what share of the activations' memory each takes."""
    rows = [
        [
            stage.name,
            str(stage.nodes),
            f"{stage.parameters:,}" if stage.parameters else "",
            compact(stage.macs) if stage.macs else "",
            compact(stage.activation_bytes, "B") if stage.activation_bytes else "",
            f"{100 * stage.share:.0f} %" if stage.activation_bytes else "",
        ]
        for stage in description.stages
    ]
    if rows:
        print()
        print_table(("stage", ">layers", ">parameters", ">MACs", ">activations", ">share"), rows)


def print_kinds(description: Description) -> None:
    """The layers by their kinds, the most parameters first: how many there are and what they hold."""
    kinds = sorted(description.totals.by_kind.items(), key=lambda item: (-item[1]["parameters"], -item[1]["count"]))
    rows = [
        [kind, str(counts["count"]), f"{counts['parameters']:,}" if counts["parameters"] else ""]
        for kind, counts in kinds
        if kind not in ("Input", "Output")
    ]
    if rows:
        print()
        print_table(("kind", ">layers", ">parameters"), rows)
