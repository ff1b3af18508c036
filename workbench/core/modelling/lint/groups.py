"""Groups that a file calls blocks and that are none, and blocks whose input has changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from workbench.core.graph.blocks import forget_block, is_made
from workbench.core.graph.network import BlockUse, Network
from workbench.core.graph.parts import members
from workbench.core.layers.blocks.block import DERIVED
from workbench.core.layers.blocks.catalog import BlockCatalog
from workbench.core.layers.blocks.library import known_blocks
from workbench.core.modelling.blocks import fit_blocks, misfits
from workbench.core.modelling.lint.rule import RULES, Subject
from workbench.errors import Problem, Remedy, WorkbenchError


@RULES.register("block for another input")
def block_for_another_input(subject: Subject) -> Iterator[Problem]:
    """A block that was made for another number of channels, or another size, than its input has."""
    blocks = known_blocks()
    for prefix, fitting in misfits(subject.analysis, blocks=blocks):
        use = subject.network.blocks[prefix]
        yield Problem(
            _first(subject.network, prefix),
            f"{prefix} was made for another input",
            f"{use.block} depends on the shape of its input, and that has changed: {_change(use, fitting, blocks)}",
            "warning",
            Remedy("Fit all blocks to their inputs", partial(fit_blocks, blocks=blocks)),
        )


@RULES.register("block that is none")
def block_that_is_none(subject: Subject) -> Iterator[Problem]:
    """A group that is remembered as a block which does not exist, or which makes other nodes."""
    blocks = known_blocks()
    for prefix, use in subject.network.blocks.items():
        try:
            blocks.parse(use)
            reason = "" if is_made(subject.network, prefix, use, blocks=blocks) else "its nodes are others"
        except WorkbenchError as error:
            reason = str(error)
        if reason:
            remedy = Remedy(f"Forget that {prefix} is a block", partial(forget_block, prefix=prefix))
            yield Problem(
                _first(subject.network, prefix), f"{prefix} cannot be edited as {use.block}", reason, "info", remedy
            )


def _first(network: Network, prefix: str) -> str:
    return next((node.name for node in members(network, prefix)), "")


def _change(use: BlockUse, fitting: BlockUse, blocks: BlockCatalog) -> str:
    """What is different, as `in_channels 64 → 128`."""
    before, after = blocks.parse(use), blocks.parse(fitting)
    pairs = ((name, getattr(before, name, None), getattr(after, name, None)) for name in DERIVED)
    return ", ".join(f"{name} {old} → {new}" for name, old, new in pairs if old != new)
