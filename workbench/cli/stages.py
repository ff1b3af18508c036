"""What `workbench describe` tells of a network by stage."""

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
            f"{stage.share:.0%}" if stage.activation_bytes else "",
        ]
        for stage in description.stages
    ]
    if rows:
        print()
        print_table(("stage", ">layers", ">parameters", ">MACs", ">activations", ">share"), rows)
