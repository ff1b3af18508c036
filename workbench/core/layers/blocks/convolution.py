"""Convolutions with what usually surrounds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from workbench.core.graph.network import Node
from workbench.core.layers.blocks.block import Block, block
from workbench.core.layers.blocks.draft import Draft
from workbench.core.layers.blocks.fields import (
    Bias,
    Dilation,
    Eps,
    Groups,
    InChannels,
    Inplace,
    KernelSize,
    Norm,
    OptionalActivation,
    OutChannels,
    Stride,
    same,
)

CATEGORY = "Convolution blocks"


@block(CATEGORY)
class ConvNormAct(Block, frozen=True):
    """Convolution, normalization and activation, in this order or with the convolution last."""

    out_channels: OutChannels = 64
    kernel_size: KernelSize = 3
    stride: Stride = 1
    order: Annotated[
        Literal["conv-norm-act", "norm-act-conv"],
        Meta(description="What comes first; pre-activation begins with norm."),
    ] = "conv-norm-act"
    norm: Norm = "BatchNorm2d"
    activation: OptionalActivation = "ReLU"
    dilation: Dilation = 1
    groups: Groups = 1
    bias: Bias = False
    eps: Eps = 1e-5
    inplace: Inplace = False

    def draw(self, to: Draft) -> str:
        """`conv`, `bn`, and the activation under its own name, as `relu`."""
        steps = (self._conv, self._norm, self._act)
        for step in steps if self.order == "conv-norm-act" else (*steps[1:], steps[0]):
            step(to)
        return to.last

    def _conv(self, to: Draft) -> None:
        to.add(
            "conv",
            "Conv2d",
            out_channels=self.out_channels,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=same(self.kernel_size, self.dilation),
            dilation=self.dilation,
            groups=self.groups,
            bias=self.bias,
        )

    def _norm(self, to: Draft) -> None:
        if self.norm != "none":
            to.add("bn" if self.norm == "BatchNorm2d" else "norm", self.norm, eps=self.eps)

    def _act(self, to: Draft) -> None:
        if self.activation != "none":
            to.activation(self.activation.lower(), self.activation, inplace=self.inplace)

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a convolution with batch normalization and ReLU."""
        conv = dict(nodes["conv"].arguments)
        conv.pop("padding", None)
        return {
            "out_channels": 32,
            "bias": True,
            **conv,
            "eps": nodes["bn"].arguments.get("eps", 1e-5),
            "inplace": nodes["relu"].arguments.get("inplace", False),
        }


@block(CATEGORY)
class DepthwiseConv(Block, frozen=True):
    """Each channel has a kernel of its own: sees space, mixes no channels, costs little."""

    kernel_size: KernelSize = 3
    stride: Stride = 1
    multiplier: Annotated[int, Meta(ge=1, le=64, description="Kernels for each channel of the input.")] = 1
    norm: Norm = "BatchNorm2d"
    activation: OptionalActivation = "ReLU"
    dilation: Dilation = 1
    bias: Bias = False
    in_channels: InChannels = 64

    def draw(self, to: Draft) -> str:
        """`conv`, `bn`, `relu`, like the ordinary convolution."""
        return ConvNormAct(
            out_channels=self.in_channels * self.multiplier,
            kernel_size=self.kernel_size,
            stride=self.stride,
            norm=self.norm,
            activation=self.activation,
            dilation=self.dilation,
            groups=self.in_channels,
            bias=self.bias,
        ).draw(to)


@block(CATEGORY)
class DepthwiseSeparable(Block, frozen=True):
    """A depthwise convolution sees space, a 1×1 convolution mixes the channels (MobileNet, arXiv 1704.04861)."""

    out_channels: OutChannels = 64
    kernel_size: KernelSize = 3
    stride: Stride = 1
    norm: Norm = "BatchNorm2d"
    activation: OptionalActivation = "ReLU"
    dilation: Dilation = 1
    bias: Bias = False
    in_channels: InChannels = 64

    def draw(self, to: Draft) -> str:
        """Two groups, `depthwise` and `pointwise`, each with its normalization and activation."""
        to.block(
            "depthwise",
            DepthwiseConv(
                kernel_size=self.kernel_size,
                stride=self.stride,
                norm=self.norm,
                activation=self.activation,
                dilation=self.dilation,
                bias=self.bias,
                in_channels=self.in_channels,
            ),
        )
        pointwise = ConvNormAct(
            out_channels=self.out_channels, kernel_size=1, norm=self.norm, activation=self.activation, bias=self.bias
        )
        return to.block("pointwise", pointwise)


@block(CATEGORY)
class Transition(Block, frozen=True):
    """Between two dense blocks: fewer channels by a 1×1 convolution, half the size by pooling."""

    sign: ClassVar[str] = "Pooling"

    compression: Annotated[float, Meta(gt=0, le=1, description="Share of the channels that is kept.")] = 0.5
    inplace: Inplace = True
    in_channels: InChannels = 64

    def draw(self, to: Draft) -> str:
        """The names of torchvision's `_Transition`."""
        to.add("norm", "BatchNorm2d")
        to.activation("relu", "ReLU", inplace=self.inplace)
        width = max(1, int(self.in_channels * self.compression))
        to.add("conv", "Conv2d", out_channels=width, kernel_size=1, bias=False)
        return to.add("pool", "AvgPool2d")

    @classmethod
    def read(cls, nodes: Mapping[str, Node], in_channels: int) -> dict[str, Any]:
        """The arguments behind a transition of torchvision's, which keep half the channels."""
        return {"inplace": nodes["relu"].arguments.get("inplace", False)} if nodes["pool"] and nodes["norm"] else {}
