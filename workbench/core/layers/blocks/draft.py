"""Drawing the inside of a block from its inputs to its output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.core.graph.network import BlockUse, Node
from workbench.core.graph.parts import Part, entry, placed, uses
from workbench.core.layers.catalog import CATALOG

if TYPE_CHECKING:
    from workbench.core.layers.blocks.block import Block


class Draft:
    """Collects nodes; each takes the output of the one before (the first: the input) unless it is told otherwise."""

    def __init__(self, inputs: int = 1) -> None:
        self.inputs = tuple(map(entry, range(inputs)))
        self.last = self.inputs[0]
        self._nodes: list[Node] = []
        self._blocks: dict[str, BlockUse] = {}

    @property
    def input(self) -> str:
        """The first input."""
        return self.inputs[0]

    def add(self, name: str, kind: str, *inputs: str, **arguments: Any) -> str:
        """Add a node after the last one, or after the given ones, and return its name."""
        self._nodes.append(Node(name, kind, CATALOG[kind].differing(arguments), inputs or (self.last,)))
        self.last = name
        return name

    def block(self, name: str, block: Block, *inputs: str) -> str:
        """Add a block of its own as a group, and return the name of its output."""
        taken = inputs or (self.last,)
        part = block.part(len(taken))
        self._nodes += placed(part, name, taken)
        self._blocks |= {name: block.use(), **uses(part, name)}
        self.last = f"{name}.{part.output}"
        return self.last

    def activation(self, name: str, kind: str, *inputs: str, inplace: bool = False) -> str:
        """Add an activation; one that cannot overwrite its input does not."""
        able = "inplace" in CATALOG[kind].__struct_fields__
        return self.add(name, kind, *inputs, **({"inplace": inplace} if able else {}))

    def finish(self, output: str) -> Part:
        """The part, with this node's output as its own."""
        return Part(tuple(self._nodes), output, self._blocks)
