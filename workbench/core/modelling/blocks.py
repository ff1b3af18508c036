"""Blocks and shapes: finding the blocks in an opened network, and fitting blocks to what their inputs have become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workbench.core.graph.blocks import is_made, set_block_arguments
from workbench.core.graph.network import BlockUse, Network, Node, prefixes
from workbench.core.graph.parts import sources
from workbench.core.layers.blocks.block import DERIVED, Block
from workbench.core.layers.blocks.catalog import BLOCKS, BlockCatalog
from workbench.core.layers.kind import Shape
from workbench.core.modelling.shapes import Analysis, analyse
from workbench.errors import WorkbenchError


def recognize_blocks(network: Network, *, blocks: BlockCatalog = BLOCKS) -> Network:
    """The network with every group remembered as a block that some block with some arguments makes exactly.

    So the arguments of a ResNet that was opened from a module can be edited. Groups that are known stay as they are.
    """
    shapes = output_shapes(analyse(network))
    found: dict[str, BlockUse] = {}
    for prefix, nodes in network.members.items():
        if prefix not in network.blocks:
            use = _recognized(prefix, nodes, shapes=shapes, blocks=blocks)
            found |= {} if use is None else {prefix: use}
    return network.with_(blocks={**network.blocks, **found}) if found else network


def _recognized(
    prefix: str, nodes: Sequence[Node], *, shapes: Mapping[str, Shape | None], blocks: BlockCatalog
) -> BlockUse | None:
    """The first block of the catalog that makes the group, if there is one."""
    feeders = sources(nodes, prefix)
    shape = shapes.get(feeders[0]) if feeders else None
    if not shape:
        return None
    group = Network.of(prefix, nodes)
    inner = {node.name[len(prefix) + 1 :]: node for node in nodes}
    candidates = (_candidate(block, inner, shape) for block in blocks)
    return next((use for use in candidates if use is not None and is_made(group, prefix, use, blocks=blocks)), None)


def _candidate(block: type[Block], inner: Mapping[str, Node], shape: Shape) -> BlockUse | None:
    """The block with the arguments that could have made these nodes, or None if it never makes such."""
    try:
        arguments = block.read(inner, shape[0])
        return block(**arguments).fitted(shape).use()
    except (LookupError, TypeError, StopIteration):
        return None


def fit_blocks(network: Network, *, blocks: BlockCatalog = BLOCKS) -> Network:
    """Every block made anew for the shape that its input has, from the input of the network to its output."""
    for _ in range(len(network.blocks) + 1):
        misfit = next(misfits(analyse(network), blocks=blocks), None)
        if misfit is None:
            break
        prefix, use = misfit
        network = set_block_arguments(network, prefix, derived(use, blocks=blocks), blocks=blocks)
    return network


def misfits(analysis: Analysis, *, blocks: BlockCatalog = BLOCKS) -> Iterator[tuple[str, BlockUse]]:
    """The blocks that were made for another input than they have, each with the use that fits, the first one first."""
    network, shapes = analysis.network, output_shapes(analysis)
    places = {name: place for place, name in enumerate(network.execution_order)}
    inner = network.members
    known = {prefix: use for prefix, use in network.blocks.items() if prefix in inner}
    outer = [prefix for prefix in known if not any(around in known for around in prefixes(prefix))]
    for prefix in sorted(outer, key=lambda prefix: min(places.get(node.name, 0) for node in inner[prefix])):
        fitting = fitted(known[prefix], [shapes.get(name) for name in sources(inner[prefix], prefix)], blocks=blocks)
        if fitting != known[prefix] and is_made(network, prefix, known[prefix], blocks=blocks):
            yield prefix, fitting


def fitted(use: BlockUse, shapes: list[Shape | None], *, blocks: BlockCatalog = BLOCKS) -> BlockUse:
    """The use for inputs of these shapes; as it is where they are not known or the block is not."""
    try:
        return blocks.fitted(use, shapes)
    except WorkbenchError:
        return use


def derived(use: BlockUse, *, blocks: BlockCatalog = BLOCKS) -> dict[str, object]:
    """The arguments of a use that follow from its input, those with their default values too."""
    made = blocks.parse(use)
    return {name: getattr(made, name) for name in DERIVED if name in made.__struct_fields__}


def output_shapes(analysis: Analysis) -> dict[str, Shape | None]:
    """The output shape of each node, None where it is not known."""
    return {name: report.output_shape for name, report in analysis.nodes.items()}
