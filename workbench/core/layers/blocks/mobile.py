"""Inverted residuals: many channels inside, few outside, one depthwise convolution in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from workbench.core.graph.network import Node
from workbench.core.layers.blocks.block import Block, block
from workbench.core.layers.blocks.draft import Draft
from workbench.core.layers.blocks.fields import (
    Activation,
    DropPath,
    Eps,
    ExpandRatio,
    InChannels,
    Inplace,
    KernelSize,
    Momentum,
    OutChannels,
    Stride,
    divisible,
    same,
)

CATEGORY = "Mobile blocks"


@block(CATEGORY)
class SqueezeExcitation(Block, frozen=True):
    """Weighs each channel by what the whole picture says about it (arXiv 1709.01507)."""

    sign: ClassVar[str] = "multiply"

    squeeze_channels: Annotated[int, Meta(ge=1, le=65536, description="Channels between the two 1×1 convolutions.")] = (
        16
    )
    activation: Activation = "ReLU"
    gate: Annotated[Literal["Sigmoid", "Hardsigmoid"], Meta(description="What makes a weight of a number.")] = "Sigmoid"
    inplace: Inplace = False
    in_channels: InChannels = 64

    def draw(self, to: Draft) -> str:
        """The names of torchvision's `SqueezeExcitation`."""
        to.add("avgpool", "AdaptiveAvgPool2d")
        to.add("fc1", "Conv2d", out_channels=self.squeeze_channels, kernel_size=1)
        to.activation("activation", self.activation, inplace=self.inplace)
        to.add("fc2", "Conv2d", out_channels=self.in_channels, kernel_size=1)
        gate = to.activation("scale_activation", self.gate)
        return to.add("multiply", "Multiply", gate, to.input)

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind torchvision's module."""
        return {
            "squeeze_channels": nodes["fc1"].arguments.get("out_channels", 32),
            "activation": nodes["activation"].kind,
            "gate": nodes["scale_activation"].kind,
            "inplace": nodes["activation"].arguments.get("inplace", False),
        }


@dataclass(frozen=True)
class Step:
    """Convolution, normalization and perhaps an activation, called `0`, `1`, `2` like torchvision's."""

    out_channels: int
    kernel_size: int = 1
    stride: int = 1
    groups: int = 1
    activation: str = ""
    norm: tuple[float, float] = (1e-5, 0.1)
    """`eps` and `momentum` of the normalization."""

    def onto(self, to: Draft, prefix: str) -> str:
        """Add the nodes below a prefix."""
        to.add(
            f"{prefix}.0",
            "Conv2d",
            out_channels=self.out_channels,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=same(self.kernel_size),
            groups=self.groups,
            bias=False,
        )
        to.add(f"{prefix}.1", "BatchNorm2d", eps=self.norm[0], momentum=self.norm[1])
        return to.activation(f"{prefix}.2", self.activation, inplace=True) if self.activation else to.last


@block(CATEGORY)
class InvertedResidual(Block, frozen=True):
    """1×1 to many channels, depthwise 3×3, 1×1 to few, a shortcut where the shape stays (MobileNetV2, 1801.04381)."""

    out_channels: OutChannels = 32
    stride: Stride = 1
    expand_ratio: ExpandRatio = 6.0
    in_channels: InChannels = 32

    def draw(self, to: Draft) -> str:
        """The names of torchvision's MobileNetV2."""
        hidden, count = round(self.in_channels * self.expand_ratio), 0
        if self.expand_ratio != 1:
            Step(hidden, activation="ReLU6").onto(to, "conv.0")
            count = 1
        Step(hidden, 3, self.stride, hidden, activation="ReLU6").onto(to, f"conv.{count}")
        to.add(f"conv.{count + 1}", "Conv2d", out_channels=self.out_channels, kernel_size=1, bias=False)
        body = to.add(f"conv.{count + 2}", "BatchNorm2d")
        stays = self.stride == 1 and self.in_channels == self.out_channels
        return to.add("add", "Add", to.input, body) if stays else body

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a block of MobileNetV2."""
        expands = "conv.3" in nodes
        spatial = nodes["conv.1.0" if expands else "conv.0.0"].arguments
        return {
            "out_channels": nodes["conv.2" if expands else "conv.1"].arguments.get("out_channels", 32),
            "stride": spatial.get("stride", 1),
            "expand_ratio": spatial.get("out_channels", 32) / in_channels if expands else 1.0,
        }


def ending(to: Draft, body: str, made: MBConv | FusedMBConv | MobileNetV3Block) -> str:
    """The input added, where the shape stays, to a branch that training may leave out."""
    if made.stride != 1 or made.in_channels != made.out_channels:
        return body
    if not isinstance(made, MobileNetV3Block):
        body = to.add("stochastic_depth", "StochasticDepth", body, p=made.drop_path)
    return to.add("add", "Add", body, to.input)


@block(CATEGORY)
class MBConv(Block, frozen=True):
    """Inverted residual with squeeze-excitation, the block of EfficientNet (arXiv 1905.11946)."""

    out_channels: OutChannels = 32
    kernel_size: KernelSize = 3
    stride: Stride = 1
    expand_ratio: ExpandRatio = 6.0
    squeeze_ratio: Annotated[
        float, Meta(gt=0, le=1, description="Channels of the squeeze by channels of the input.")
    ] = 0.25
    drop_path: DropPath = 0.0
    eps: Eps = 1e-5
    momentum: Momentum = 0.1
    in_channels: InChannels = 32

    def draw(self, to: Draft) -> str:
        """The names of torchvision's EfficientNet."""
        hidden, count = divisible(self.in_channels * self.expand_ratio), 0
        norm = (self.eps, self.momentum)
        if hidden != self.in_channels:
            Step(hidden, activation="SiLU", norm=norm).onto(to, "block.0")
            count = 1
        Step(hidden, self.kernel_size, self.stride, hidden, activation="SiLU", norm=norm).onto(to, f"block.{count}")
        squeeze = max(1, int(self.in_channels * self.squeeze_ratio))
        gate = SqueezeExcitation(squeeze, activation="SiLU", inplace=True, in_channels=hidden)
        to.block(f"block.{count + 1}", gate)
        body = Step(self.out_channels, norm=norm).onto(to, f"block.{count + 2}")
        return ending(to, body, self)

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a block of EfficientNet."""
        count = 1 if "block.3.0" in nodes else 0
        spatial, norm = nodes[f"block.{count}.0"].arguments, nodes[f"block.{count}.1"].arguments
        drop = nodes["stochastic_depth"].arguments if "stochastic_depth" in nodes else {"p": 0.0}
        return {
            "out_channels": nodes[f"block.{count + 2}.0"].arguments.get("out_channels", 32),
            "kernel_size": spatial.get("kernel_size", 3),
            "stride": spatial.get("stride", 1),
            "expand_ratio": spatial.get("out_channels", 32) / in_channels if count else 1.0,
            "drop_path": drop.get("p", 0.1),
            "eps": norm.get("eps", 1e-5),
            "momentum": norm.get("momentum", 0.1),
        }


@block(CATEGORY)
class FusedMBConv(Block, frozen=True):
    """MBConv with one full convolution instead of expansion and depthwise: faster in early layers (2104.00298)."""

    out_channels: OutChannels = 32
    kernel_size: KernelSize = 3
    stride: Stride = 1
    expand_ratio: ExpandRatio = 4.0
    drop_path: DropPath = 0.0
    eps: Eps = 1e-3
    momentum: Momentum = 0.1
    in_channels: InChannels = 32

    def draw(self, to: Draft) -> str:
        """The names of torchvision's EfficientNetV2."""
        hidden = divisible(self.in_channels * self.expand_ratio)
        norm = (self.eps, self.momentum)
        expands = hidden != self.in_channels
        width = hidden if expands else self.out_channels
        body = Step(width, self.kernel_size, self.stride, activation="SiLU", norm=norm).onto(to, "block.0")
        if expands:
            body = Step(self.out_channels, norm=norm).onto(to, "block.1")
        return ending(to, body, self)

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a block of EfficientNetV2."""
        expands = "block.1.0" in nodes
        spatial, norm = nodes["block.0.0"].arguments, nodes["block.0.1"].arguments
        drop = nodes["stochastic_depth"].arguments if "stochastic_depth" in nodes else {"p": 0.0}
        return {
            "out_channels": nodes["block.1.0" if expands else "block.0.0"].arguments.get("out_channels", 32),
            "kernel_size": spatial.get("kernel_size", 3),
            "stride": spatial.get("stride", 1),
            "expand_ratio": spatial.get("out_channels", 32) / in_channels if expands else 1.0,
            "drop_path": drop.get("p", 0.1),
            "eps": norm.get("eps", 1e-5),
            "momentum": norm.get("momentum", 0.1),
        }


@block(CATEGORY)
class MobileNetV3Block(Block, frozen=True):
    """Inverted residual whose channels inside, activation and squeeze are chosen freely (arXiv 1905.02244)."""

    out_channels: OutChannels = 32
    expanded_channels: Annotated[int, Meta(ge=1, le=65536, description="Channels of the depthwise convolution.")] = 96
    kernel_size: KernelSize = 3
    stride: Stride = 1
    squeeze: Annotated[Literal["quarter", "none"], Meta(description="Squeeze-excitation to a quarter, or none.")] = (
        "quarter"
    )
    activation: Annotated[Literal["ReLU", "Hardswish"], Meta(description="The non-linearity.")] = "Hardswish"
    eps: Eps = 1e-3
    momentum: Momentum = 0.01
    in_channels: InChannels = 32

    def draw(self, to: Draft) -> str:
        """The names of torchvision's MobileNetV3."""
        hidden, count = self.expanded_channels, 0
        norm = (self.eps, self.momentum)
        if hidden != self.in_channels:
            Step(hidden, activation=self.activation, norm=norm).onto(to, "block.0")
            count = 1
        Step(hidden, self.kernel_size, self.stride, hidden, activation=self.activation, norm=norm).onto(
            to, f"block.{count}"
        )
        if self.squeeze != "none":
            count += 1
            gate = SqueezeExcitation(divisible(hidden // 4), gate="Hardsigmoid", in_channels=hidden)
            to.block(f"block.{count}", gate)
        body = Step(self.out_channels, norm=norm).onto(to, f"block.{count + 1}")
        return ending(to, body, self)

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a block of MobileNetV3."""
        convs = [nodes[name] for name in nodes if name.endswith(".0") and nodes[name].kind == "Conv2d"]
        spatial, ending = next(conv for conv in convs if "groups" in conv.arguments), convs[-1]
        norm = nodes["block.0.1"].arguments
        return {
            "out_channels": ending.arguments.get("out_channels", 32),
            "expanded_channels": spatial.arguments.get("out_channels", 32),
            "kernel_size": spatial.arguments.get("kernel_size", 3),
            "stride": spatial.arguments.get("stride", 1),
            "squeeze": "quarter" if any(name.endswith("fc1") for name in nodes) else "none",
            "activation": nodes["block.0.2"].kind,
            "eps": norm.get("eps", 1e-5),
            "momentum": norm.get("momentum", 0.1),
        }
