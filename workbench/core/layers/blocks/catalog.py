"""The catalog of blocks: every block by its name, the built-in ones and those of the user's own library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from workbench.core.graph.network import BlockUse
from workbench.core.graph.parts import Part
from workbench.core.layers.arguments import Argument, arguments
from workbench.core.layers.blocks import branching, convolution, mobile, modern, residual
from workbench.core.layers.blocks.block import DERIVED, REGISTERED, Block
from workbench.core.layers.catalog import readable
from workbench.core.layers.kind import Shape
from workbench.errors import WorkbenchError

FILES = (convolution, residual, mobile, branching, modern)
"""The modules whose import fills the catalog."""


class BlockCatalog:
    """Blocks by name; answers what the edits ask."""

    def __init__(self, blocks: Mapping[str, type[Block]]) -> None:
        self._blocks = dict(blocks)

    def __iter__(self) -> Iterator[type[Block]]:
        return iter(self._blocks.values())

    def __contains__(self, name: object) -> bool:
        return name in self._blocks

    def __getitem__(self, name: str) -> type[Block]:
        return self._blocks[name]

    def by_category(self) -> dict[str, list[type[Block]]]:
        """The blocks grouped as the palette shows them."""
        groups: dict[str, list[type[Block]]] = {}
        for found in self:
            groups.setdefault(found.category, []).append(found)
        return groups

    def parse(self, use: BlockUse) -> Block:
        """The block with its arguments checked; raises `WorkbenchError` if it is unknown or they are impossible."""
        if use.block not in self:
            raise WorkbenchError(f"Unknown block {use.block}", "this version of the workbench has no such block")
        return _checked(self._blocks[use.block], use.arguments)

    def make(self, use: BlockUse, inputs: int = 1) -> Part:
        """What a block makes for this many inputs; raises `WorkbenchError` like `parse`."""
        if use.block not in self:
            return self.parse(use).part(inputs)
        return _made(self._blocks[use.block], msgspec.msgpack.encode(dict(use.arguments)), inputs)

    def changed(self, use: BlockUse, changes: Mapping[str, Any]) -> BlockUse:
        """The use with some arguments changed; raises `WorkbenchError` like `parse`."""
        return self.parse(BlockUse(use.block, {**use.arguments, **changes})).use()

    def input_limits(self, block: str) -> tuple[int, int | None]:
        """The fewest and the most inputs; an unknown block takes whatever it has."""
        known = self._blocks.get(block)
        return (known.fewest_inputs, known.most_inputs) if known else (0, None)

    def fitted(self, use: BlockUse, shapes: Sequence[Shape | None]) -> BlockUse:
        """The use with its derived arguments for inputs of these shapes; as it is where the first is not known."""
        first = next(iter(shapes), None)
        return use if first is None else self.parse(use).fitted(first).use()


def _checked(block: type[Block], given: Mapping[str, Any]) -> Block:
    try:
        return msgspec.convert(dict(given), block)
    except msgspec.ValidationError as error:
        raise WorkbenchError(f"An argument of {block.name()} is not possible", readable(str(error))) from error


@lru_cache(maxsize=4096)
def _made(block: type[Block], encoded: bytes, inputs: int) -> Part:
    """What a block makes: remembered, because every block of a network is made again whenever it is looked at."""
    return _checked(block, msgspec.msgpack.decode(encoded)).part(inputs)


BLOCKS = BlockCatalog(REGISTERED)
"""The built-in blocks."""


def block_arguments(definition: type[Block]) -> tuple[Argument, ...]:
    """The arguments that somebody chooses, as a form needs them: without those that follow from the input."""
    return tuple(argument for argument in arguments(definition) if argument.name not in DERIVED)
