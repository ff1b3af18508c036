"""Residual blocks: each learns only what to add to its input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta

from workbench.core.graph.network import Node
from workbench.core.layers.blocks.block import Block, block
from workbench.core.layers.blocks.draft import Draft
from workbench.core.layers.blocks.fields import (
    Bias,
    Dilation,
    Groups,
    InChannels,
    Inplace,
    OutChannels,
    Shortcut,
    Stride,
    same,
)

CATEGORY = "Residual blocks"


@block(CATEGORY)
class ResidualConv(Block, frozen=True):
    """One 3×3 convolution with a shortcut: its input is added before the activation."""

    in_channels: InChannels = 64

    def draw(self, to: Draft) -> str:
        """`conv`, `bn`, `add`, `relu`; as many channels as the input."""
        to.add("conv", "Conv2d", out_channels=self.in_channels, padding=1, bias=False)
        to.add("bn", "BatchNorm2d")
        to.add("add", "Add", to.last, to.input)
        return to.add("relu", "ReLU")


def projects(choice: str, *, stride: int, channels: tuple[int, int]) -> bool:
    """Whether the input needs a 1×1 convolution before it can be added; `channels` are those of input and output."""
    return choice == "projection" or (choice == "auto" and (stride != 1 or channels[0] != channels[1]))


def choice_of(nodes: Mapping[str, Node], *, stride: int, channels: tuple[int, int]) -> str:
    """The choice that made the shortcut of these nodes."""
    if "add" not in nodes:
        return "none"
    needed = projects("auto", stride=stride, channels=channels)
    return "projection" if "downsample.0" in nodes and not needed else "auto"


def projection(to: Draft, *, width: int, stride: int, bias: bool = False) -> str:
    """The input through a 1×1 convolution and its normalization, `downsample.0` and `downsample.1`."""
    to.add("downsample.0", "Conv2d", to.input, out_channels=width, kernel_size=1, stride=stride, bias=bias)
    return to.add("downsample.1", "BatchNorm2d")


@block(CATEGORY)
class BasicBlock(Block, frozen=True):
    """Two 3×3 convolutions and a shortcut: the block of ResNet-18 and ResNet-34 (arXiv 1512.03385)."""

    out_channels: OutChannels = 64
    stride: Stride = 1
    shortcut: Shortcut = "auto"
    bias: Bias = False
    inplace: Inplace = True
    in_channels: InChannels = 64

    def draw(self, to: Draft) -> str:
        """The names of torchvision's `BasicBlock`."""
        to.add("conv1", "Conv2d", out_channels=self.out_channels, padding=1, stride=self.stride, bias=self.bias)
        to.add("bn1", "BatchNorm2d")
        to.activation("relu", "ReLU", inplace=self.inplace)
        to.add("conv2", "Conv2d", out_channels=self.out_channels, padding=1, bias=self.bias)
        body = to.add("bn2", "BatchNorm2d")
        if self.shortcut != "none":
            projected = self._projects()
            way = projection(to, width=self.out_channels, stride=self.stride, bias=self.bias) if projected else to.input
            to.add("add", "Add", body, way)
        return to.activation("relu_1", "ReLU", inplace=self.inplace)

    def _projects(self) -> bool:
        return projects(self.shortcut, stride=self.stride, channels=(self.in_channels, self.out_channels))

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a block of torchvision's ResNets."""
        conv = nodes["conv1"].arguments
        stride, width = conv.get("stride", 1), nodes["conv2"].arguments.get("out_channels", 32)
        return {
            "out_channels": width,
            "stride": stride,
            "shortcut": choice_of(nodes, stride=stride, channels=(in_channels, width)),
            "bias": conv.get("bias", True),
            "inplace": nodes["relu_1"].arguments.get("inplace", False),
        }


@block(CATEGORY)
class Bottleneck(Block, frozen=True):
    """1×1 to fewer channels, 3×3, 1×1 to many, and a shortcut: the block of ResNet-50 and deeper (arXiv 1512.03385)."""

    out_channels: OutChannels = 256
    width: Annotated[int, Meta(ge=1, le=65536, description="Channels of the 3×3 convolution; usually a quarter.")] = 64
    stride: Stride = 1
    shortcut: Shortcut = "auto"
    groups: Groups = 1
    dilation: Dilation = 1
    inplace: Inplace = True
    in_channels: InChannels = 256

    def draw(self, to: Draft) -> str:
        """The names of torchvision's `Bottleneck`, the stride at the 3×3 convolution (ResNet V1.5)."""
        to.add("conv1", "Conv2d", out_channels=self.width, kernel_size=1, bias=False)
        to.add("bn1", "BatchNorm2d")
        to.activation("relu", "ReLU", inplace=self.inplace)
        self._middle(to)
        to.add("bn2", "BatchNorm2d")
        to.activation("relu_1", "ReLU", inplace=self.inplace)
        to.add("conv3", "Conv2d", out_channels=self.out_channels, kernel_size=1, bias=False)
        body = to.add("bn3", "BatchNorm2d")
        if self.shortcut != "none":
            way = projection(to, width=self.out_channels, stride=self.stride) if self._projects() else to.input
            to.add("add", "Add", body, way)
        return to.activation("relu_2", "ReLU", inplace=self.inplace)

    def _projects(self) -> bool:
        return projects(self.shortcut, stride=self.stride, channels=(self.in_channels, self.out_channels))

    def _middle(self, to: Draft) -> None:
        to.add(
            "conv2",
            "Conv2d",
            out_channels=self.width,
            stride=self.stride,
            padding=same(3, self.dilation),
            dilation=self.dilation,
            groups=self.groups,
            bias=False,
        )

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a block of torchvision's ResNets, ResNeXts and wide ResNets."""
        conv = nodes["conv2"].arguments
        stride, width = conv.get("stride", 1), nodes["conv3"].arguments.get("out_channels", 32)
        return {
            "out_channels": width,
            "width": conv.get("out_channels", 32),
            "stride": stride,
            "shortcut": choice_of(nodes, stride=stride, channels=(in_channels, width)),
            "groups": conv.get("groups", 1),
            "dilation": conv.get("dilation", 1),
            "inplace": nodes["relu_2"].arguments.get("inplace", False),
        }


@block(CATEGORY)
class PreActivationBlock(Block, frozen=True):
    """Normalization and activation before each of two convolutions; nothing disturbs the shortcut (1603.05027)."""

    out_channels: OutChannels = 64
    stride: Stride = 1
    shortcut: Shortcut = "auto"
    inplace: Inplace = False
    in_channels: InChannels = 64

    def draw(self, to: Draft) -> str:
        """`bn1, relu, conv1, bn2, relu_1, conv2`; a projection takes the first activation, as in the paper's code."""
        to.add("bn1", "BatchNorm2d")
        first = to.activation("relu", "ReLU", inplace=self.inplace)
        to.add("conv1", "Conv2d", out_channels=self.out_channels, padding=1, stride=self.stride, bias=False)
        to.add("bn2", "BatchNorm2d")
        to.activation("relu_1", "ReLU", inplace=self.inplace)
        body = to.add("conv2", "Conv2d", out_channels=self.out_channels, padding=1, bias=False)
        if self.shortcut == "none":
            return body
        shortcut = to.input
        if self._projects():
            conv = {"out_channels": self.out_channels, "kernel_size": 1, "stride": self.stride, "bias": False}
            shortcut = to.add("downsample", "Conv2d", first, **conv)
        return to.add("add", "Add", body, shortcut)

    def _projects(self) -> bool:
        return projects(self.shortcut, stride=self.stride, channels=(self.in_channels, self.out_channels))
