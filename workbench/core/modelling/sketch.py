"""Drawing a network from top to bottom in a few lines of Python."""

from __future__ import annotations

from typing import Any

from workbench.core.graph.network import Network, Node
from workbench.core.layers.kind import Shape


class Sketch:
    """Collects nodes; each takes the output of the one before unless it is told otherwise."""

    def __init__(self, name: str, input_shape: Shape) -> None:
        self._name = name
        self._nodes = [Node("input", "Input", {"shape": list(input_shape)})]

    @property
    def last(self) -> str:
        """The name of the newest node."""
        return self._nodes[-1].name

    def add(self, name: str, kind: str, *inputs: str, **arguments: Any) -> str:
        """Add a node after the last one, or after the given ones, and return its name."""
        self._nodes.append(Node(name, kind, arguments, inputs or (self.last,)))
        return name

    def finish(self) -> Network:
        """The network, with its output after the last node."""
        self.add("output", "Output")
        return Network.of(self._name, self._nodes)

    def conv_bn_relu(self, suffix: str, width: int) -> str:
        """3x3 convolution that keeps the size, BatchNorm, ReLU: `conv1, bn1, relu1` for the suffix 1."""
        self.add(f"conv{suffix}", "Conv2d", out_channels=width, padding=1)
        self.add(f"bn{suffix}", "BatchNorm2d")
        return self.add(f"relu{suffix}", "ReLU")

    def conv_block(self, prefix: str, width: int, *, stride: int = 1, shortcut: bool = False) -> str:
        """3x3 convolution without bias, BatchNorm, the block's input added if wanted, ReLU."""
        start = self.last
        self.add(f"{prefix}.conv", "Conv2d", out_channels=width, padding=1, stride=stride, bias=False)
        self.add(f"{prefix}.bn", "BatchNorm2d")
        if shortcut:
            self.add(f"{prefix}.add", "Add", self.last, start)
        return self.add(f"{prefix}.relu", "ReLU")

    def residual(self, prefix: str, width: int, *, stride: int = 1, project: bool = False, bias: bool = False) -> str:
        """Basic residual block of He et al. 2015 (arXiv 1512.03385); `project` puts 1x1-BatchNorm on the shortcut."""
        shortcut = start = self.last
        self.add(f"{prefix}.conv1", "Conv2d", out_channels=width, padding=1, stride=stride, bias=bias)
        self.add(f"{prefix}.bn1", "BatchNorm2d")
        self.add(f"{prefix}.relu1", "ReLU")
        self.add(f"{prefix}.conv2", "Conv2d", out_channels=width, padding=1, bias=bias)
        body = self.add(f"{prefix}.bn2", "BatchNorm2d")
        if project:
            down = f"{prefix}.downsample"
            self.add(f"{down}.0", "Conv2d", start, out_channels=width, kernel_size=1, stride=stride, bias=bias)
            shortcut = self.add(f"{down}.1", "BatchNorm2d")
        self.add(f"{prefix}.add", "Add", body, shortcut)
        return self.add(f"{prefix}.relu2", "ReLU")

    def global_pool(self) -> str:
        """The mean of each channel as a vector."""
        self.add("gap", "AdaptiveAvgPool2d")
        return self.add("flatten", "Flatten")

    def hidden(self, suffix: str, width: int, *, dropout: float) -> str:
        """Fully connected layer, ReLU, dropout."""
        self.add(f"fc{suffix}", "Linear", out_features=width)
        self.add(f"relu_fc{suffix}", "ReLU")
        return self.add(f"dropout{suffix}", "Dropout", p=dropout)
