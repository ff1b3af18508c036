"""What a block is, and how one is defined.

A block is a decorated record whose fields are its arguments, like a layer kind; `draw` adds its nodes to a `Draft`:

    @block("Convolution")
    class ConvNorm(Block, frozen=True):
        '''A convolution and the normalization that follows it.'''

        out_channels: OutChannels = 64

        def draw(self, to: Draft) -> str:
            to.add("conv", "Conv2d", out_channels=self.out_channels, bias=False)
            return to.add("bn", "BatchNorm2d")

What depends on the input (does the shortcut need a projection? how many groups has a depthwise convolution?) follows
from a *derived* argument: `in_channels`, or `in_size`. Nobody types these: `fitted` reads them from the shape of the
input when a block is inserted, edited or fitted again. They are stored with the others, so that the same arguments
always make the same nodes, without torch and without an analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypeVar

import msgspec

from workbench.core.graph.network import BlockUse, Node
from workbench.core.graph.parts import Part
from workbench.core.layers.blocks.draft import Draft
from workbench.core.layers.kind import Shape

DERIVED = ("in_channels", "in_size")
"""The arguments that follow from the shape of the input."""


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all blocks; an instance is one validated set of arguments."""

    category: ClassVar[str] = ""
    sign: ClassVar[str] = ""
    """The icon that it has on cards and in lists, where that is not the one of its category."""
    fewest_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 1

    @classmethod
    def name(cls) -> str:
        """The block's name in files and in the palette."""
        return cls.__name__

    @classmethod
    def help(cls) -> str:
        """One sentence on what the block is for."""
        return (cls.__doc__ or "").strip().split("\n")[0]

    @classmethod
    def stem(cls) -> str:
        """What a new group of this block is called when nothing better is known."""
        return cls.__name__.lower()

    def draw(self, to: Draft) -> str:
        """Add the nodes and return the name of the one that gives the output."""
        raise TypeError(f"{self.name()} does not define draw")

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments that could have made these nodes, named as inside their group.

        `in_channels` are the channels of the input. Raises `LookupError` where a node is missing that the block always
        has. Whether the arguments really make the nodes is for the caller to see; the derived ones are left out.
        """
        raise LookupError(cls.name())

    def fitted(self, shape: Shape) -> Self:
        """The block for an input of this shape."""
        changes: dict[str, Any] = {}
        if "in_channels" in self.__struct_fields__ and shape:
            changes["in_channels"] = shape[0]
        if "in_size" in self.__struct_fields__ and len(shape) == 3:
            changes["in_size"] = list(shape[1:])
        return msgspec.structs.replace(self, **changes)

    def part(self, inputs: int = 1) -> Part:
        """What the block makes for this many inputs."""
        draft = Draft(inputs)
        output = self.draw(draft)
        return draft.finish(output)

    def use(self) -> BlockUse:
        """How a network remembers the block: the arguments that differ from the defaults."""
        defaults = type(self)()
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        return BlockUse(self.name(), {name: value for name, value in given.items() if value != getattr(defaults, name)})


Definition = TypeVar("Definition", bound=type[Block])
REGISTERED: dict[str, type[Block]] = {}


def block(category: str, *, inputs: tuple[int, int | None] = (1, 1)) -> Callable[[Definition], Definition]:
    """Put a block into the catalog; `inputs` gives the fewest and the most inputs (None: any number)."""

    def register(definition: Definition) -> Definition:
        definition.category = category
        definition.fewest_inputs, definition.most_inputs = inputs
        REGISTERED[definition.name()] = definition
        return definition

    return register
