"""Blocks of several branches whose channels are joined, and of layers that see all before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, field

from workbench.core.graph.network import Node
from workbench.core.layers.blocks.block import Block, block
from workbench.core.layers.blocks.convolution import ConvNormAct
from workbench.core.layers.blocks.draft import Draft
from workbench.core.layers.blocks.fields import Eps, Inplace, InSize, OutChannels

CATEGORY = "Branching blocks"
Width = Annotated[int, Meta(ge=1, le=65536)]


@block(CATEGORY)
class Inception(Block, frozen=True):
    """Four branches see details of different sizes at once; their channels are joined (GoogLeNet, 1409.4842)."""

    branch1: Annotated[Width, Meta(description="Channels of the 1×1 branch.")] = 64
    reduce3: Annotated[Width, Meta(description="Channels of the 1×1 convolution before the first 3×3.")] = 96
    branch3: Annotated[Width, Meta(description="Channels of the first 3×3 branch.")] = 128
    reduce5: Annotated[Width, Meta(description="Channels of the 1×1 convolution before the large kernel.")] = 16
    branch5: Annotated[Width, Meta(description="Channels of the branch with the large kernel.")] = 32
    pooled: Annotated[Width, Meta(description="Channels of the branch behind the pooling.")] = 32
    large_kernel: Annotated[
        int, Meta(ge=1, le=31, description="Kernel of the third branch: 5 in the paper, 3 in torchvision.")
    ] = 3
    eps: Eps = 1e-3
    inplace: Inplace = True

    def _conv(self, width: int, kernel_size: int) -> ConvNormAct:
        return ConvNormAct(width, kernel_size=kernel_size, eps=self.eps, inplace=self.inplace)

    def draw(self, to: Draft) -> str:
        """The names of torchvision's GoogLeNet."""
        first = to.block("branch1", self._conv(self.branch1, 1), to.input)
        to.block("branch2.0", self._conv(self.reduce3, 1), to.input)
        second = to.block("branch2.1", self._conv(self.branch3, 3))
        to.block("branch3.0", self._conv(self.reduce5, 1), to.input)
        third = to.block("branch3.1", self._conv(self.branch5, self.large_kernel))
        to.add("branch4.0", "MaxPool2d", to.input, kernel_size=3, stride=1, padding=1, ceil_mode=True)
        fourth = to.block("branch4.1", self._conv(self.pooled, 1))
        return to.add("concatenate", "Concatenate", first, second, third, fourth)

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a block of GoogLeNet."""
        paths = ("branch1", "branch2.0", "branch2.1", "branch3.0", "branch3.1", "branch4.1")
        widths = (nodes[f"{path}.conv"].arguments.get("out_channels", 32) for path in paths)
        names = ("branch1", "reduce3", "branch3", "reduce5", "branch5", "pooled")
        return {
            **dict(zip(names, widths, strict=True)),
            "large_kernel": nodes["branch3.1.conv"].arguments.get("kernel_size", 3),
            "eps": nodes["branch1.bn"].arguments.get("eps", 1e-5),
            "inplace": nodes["branch1.relu"].arguments.get("inplace", False),
        }


@block(CATEGORY)
class ASPP(Block, frozen=True):
    """Dilated convolutions side by side see near and far, with the mean of the picture (DeepLabv3, 1706.05587)."""

    out_channels: OutChannels = 256
    rates: Annotated[
        list[Annotated[int, Meta(ge=1, le=1024)]],
        Meta(min_length=1, max_length=16, description="Dilation of each branch."),
    ] = field(default_factory=lambda: [12, 24, 36])
    dropout: Annotated[float, Meta(ge=0, le=1, description="Share of values set to zero at the end.")] = 0.5
    in_size: InSize = field(default_factory=lambda: [32, 32])

    def draw(self, to: Draft) -> str:
        """The names of torchvision's `ASPP`."""
        branches = [self._conv(to, "convs.0", to.input, kernel_size=1)]
        for number, rate in enumerate(self.rates, start=1):
            branches.append(self._conv(to, f"convs.{number}", to.input, padding=rate, dilation=rate))
        branches.append(self._pooled(to, f"convs.{len(branches)}"))
        joined = to.add("concatenate", "Concatenate", *branches)
        self._conv(to, "project", joined, kernel_size=1)
        return to.add("project.3", "Dropout", p=self.dropout)

    def _conv(self, to: Draft, prefix: str, source: str, **arguments: int) -> str:
        to.add(f"{prefix}.0", "Conv2d", source, out_channels=self.out_channels, bias=False, **arguments)
        to.add(f"{prefix}.1", "BatchNorm2d")
        return to.add(f"{prefix}.2", "ReLU")

    def _pooled(self, to: Draft, prefix: str) -> str:
        """The mean of the picture, spread over it again."""
        to.add(f"{prefix}.0", "AdaptiveAvgPool2d", to.input)
        to.add(f"{prefix}.1", "Conv2d", out_channels=self.out_channels, kernel_size=1, bias=False)
        to.add(f"{prefix}.2", "BatchNorm2d")
        to.add(f"{prefix}.3", "ReLU")
        height, width = self.in_size
        size = height if height == width else [height, width]
        return to.add(f"{prefix}.upsample", "Upsample", size=size, mode="bilinear")


@block(CATEGORY, inputs=(1, None))
class DenseLayer(Block, frozen=True):
    """Takes all it is given side by side and makes a few channels more: one layer of DenseNet (arXiv 1608.06993)."""

    growth_rate: Annotated[Width, Meta(description="Channels that the layer adds.")] = 32
    bn_size: Annotated[int, Meta(ge=1, le=64, description="Channels inside by channels added.")] = 4
    inplace: Inplace = True

    def draw(self, to: Draft) -> str:
        """The names of torchvision's `_DenseLayer`."""
        to.add("concatenate", "Concatenate", *to.inputs)
        to.add("norm1", "BatchNorm2d")
        to.activation("relu1", "ReLU", inplace=self.inplace)
        to.add("conv1", "Conv2d", out_channels=self.growth_rate * self.bn_size, kernel_size=1, bias=False)
        to.add("norm2", "BatchNorm2d")
        to.activation("relu2", "ReLU", inplace=self.inplace)
        return to.add("conv2", "Conv2d", out_channels=self.growth_rate, padding=1, bias=False)

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a layer of DenseNet."""
        growth = nodes["conv2"].arguments.get("out_channels", 32)
        inner = nodes["conv1"].arguments.get("out_channels", 32)
        inplace = nodes["relu1"].arguments.get("inplace", False)
        return {"growth_rate": growth, "bn_size": max(1, inner // growth), "inplace": inplace}


@block(CATEGORY)
class DenseBlock(Block, frozen=True):
    """Layers that each see the outputs of all before them (DenseNet, arXiv 1608.06993)."""

    layers: Annotated[int, Meta(ge=1, le=256, description="Number of layers.")] = 6
    growth_rate: Annotated[Width, Meta(description="Channels that each layer adds.")] = 32
    bn_size: Annotated[int, Meta(ge=1, le=64, description="Channels inside a layer by channels added.")] = 4
    inplace: Inplace = True

    def draw(self, to: Draft) -> str:
        """The names of torchvision's `_DenseBlock`."""
        features = [to.input]
        layer = DenseLayer(self.growth_rate, self.bn_size, self.inplace)
        for number in range(1, self.layers + 1):
            features.append(to.block(f"denselayer{number}", layer, *features))
        return to.add("concatenate", "Concatenate", *features)

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a block of DenseNet."""
        first = {name.partition(".")[2]: node for name, node in nodes.items() if name.startswith("denselayer1.")}
        return {"layers": sum(name.endswith(".conv2") for name in nodes), **DenseLayer.read(first, in_channels)}
