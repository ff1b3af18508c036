"""Drawing a network from top to bottom in a few lines of Python."""

from __future__ import annotations

from typing import Any

from workbench.core.graph.network import BlockUse, Network, Node
from workbench.core.graph.parts import placed, uses
from workbench.core.layers.blocks.block import Block
from workbench.core.layers.blocks.fields import Shortcut
from workbench.core.layers.blocks.residual import BasicBlock
from workbench.core.layers.kind import Shape


class Sketch:
    """Collects nodes; each takes the output of the one before unless it is told otherwise."""

    def __init__(self, name: str, input_shape: Shape) -> None:
        self._name = name
        self._nodes = [Node("input", "Input", {"shape": list(input_shape)})]
        self._blocks: dict[str, BlockUse] = {}
        self.last = "input"
        """The name of the node that the next one takes."""

    def add(self, name: str, kind: str, *inputs: str, **arguments: Any) -> str:
        """Add a node after the last one, or after the given ones, and return its name."""
        self._nodes.append(Node(name, kind, arguments, inputs or (self.last,)))
        self.last = name
        return name

    def finish(self) -> Network:
        """The network, with its output after the last node."""
        self.add("output", "Output")
        return Network(self._name, {node.name: node for node in self._nodes}, self._blocks)

    def conv_bn_relu(self, suffix: str, width: int) -> str:
        """3x3 convolution that keeps the size, BatchNorm, ReLU: `conv1, bn1, relu1` for the suffix 1."""
        self.add(f"conv{suffix}", "Conv2d", out_channels=width, padding=1)
        self.add(f"bn{suffix}", "BatchNorm2d")
        return self.add(f"relu{suffix}", "ReLU")

    def block(self, prefix: str, block: Block) -> str:
        """A block of the catalog as a group after the last node; its arguments stay editable."""
        part = block.part()
        self._nodes += placed(part, prefix, (self.last,))
        self._blocks |= {prefix: block.use(), **uses(part, prefix)}
        self.last = f"{prefix}.{part.output}"
        return self.last

    def residual(self, prefix: str, width: int, *, stride: int = 1, project: bool = False) -> str:
        """Basic residual block; `project` puts 1x1-BatchNorm on the shortcut, else the input must have its shape."""
        shortcut: Shortcut = "projection" if project else "auto"
        return self.block(prefix, BasicBlock(width, stride=stride, shortcut=shortcut, inplace=False, in_channels=width))

    def global_pool(self) -> str:
        """The mean of each channel as a vector."""
        self.add("gap", "AdaptiveAvgPool2d")
        return self.add("flatten", "Flatten")

    def hidden(self, suffix: str, width: int, *, dropout: float) -> str:
        """Fully connected layer, ReLU, dropout."""
        self.add(f"fc{suffix}", "Linear", out_features=width)
        self.add(f"relu_fc{suffix}", "ReLU")
        return self.add(f"dropout{suffix}", "Dropout", p=dropout)
