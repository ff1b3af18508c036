"""What can come behind a node: every layer kind and block tried on the shape that would feed it."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from workbench.core.graph.blocks import add_block
from workbench.core.graph.network import INPUT, BlockUse, Network, Node
from workbench.core.layers.blocks.catalog import BlockCatalog
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import Shape, describe_shape
from workbench.core.modelling.shapes import analyse, node_facts
from workbench.errors import WorkbenchError

Fit = Shape | str
"""The shape of the output, or why the input cannot be taken."""
PICTURE = 3
"""The axes of a picture: channels, height, width. Blocks are made for pictures."""


def fits(shape: Shape, blocks: BlockCatalog) -> dict[str, Fit]:
    """For every kind that takes an input, and every block, what it makes of an input of this shape by its defaults.

    A layer that joins several inputs is tried with as many of this shape as it needs.
    """
    kinds = [kind.name() for kind in CATALOG if kind.most_inputs != 0]
    found: dict[str, Fit] = {name: kind_fit(name, shape) for name in kinds}
    return found | {block.name(): block_fit(block.name(), shape, blocks) for block in blocks}


def kind_fit(name: str, shape: Shape) -> Fit:
    """What a layer kind with its default arguments makes of an input of this shape."""
    kind = CATALOG[name]
    try:
        arguments = msgspec.json.encode(msgspec.to_builtins(kind()))
    except TypeError:  # an argument without a default: only the network tells whether it fits
        return shape
    facts = node_facts(name, arguments, (shape,) * max(1, kind.fewest_inputs))
    return facts.output_shape or facts.problem or "nothing would be left"


def block_fit(name: str, shape: Shape, blocks: BlockCatalog) -> Fit:
    """What a block, fitted to an input of this shape, makes of it."""
    if len(shape) != PICTURE:
        return f"it needs channels × height × width, but its input is {describe_shape(shape)}"
    return _block_fit(name, shape, blocks)


@lru_cache(maxsize=4096)
def _block_fit(name: str, shape: Shape, blocks: BlockCatalog) -> Fit:
    source = Node("x", INPUT, {"shape": list(shape)})
    try:
        use = blocks.fitted(BlockUse(name), [shape])
        needed = max(1, blocks.input_limits(name)[0])
        made = add_block(Network.of(name, [source]), use, prefix="block", blocks=blocks, inputs=("x",) * needed)
        output = f"block.{blocks.make(use, needed).output}"
    except WorkbenchError as error:
        return str(error)
    analysis = analyse(made)
    problem = next((found for found in analysis.errors if found.where), None)
    if problem is not None:
        return problem.reason or problem.title
    return analysis.nodes[output].output_shape or "nothing would be left"
