"""Convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta

from workbench.core.layers.kind import (
    ModuleKind,
    Shape,
    ShapeError,
    Spread,
    Window,
    channels,
    check_window,
    layer,
    pair,
    plain,
)
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

Positive = Annotated[int, Meta(ge=1, le=65536)]
Natural = Annotated[int, Meta(ge=0, le=65536)]
PositivePair = Annotated[list[Positive], Meta(min_length=2, max_length=2)]
NaturalPair = Annotated[list[Natural], Meta(min_length=2, max_length=2)]


@layer("Convolution", torch_class="torch.nn.Conv2d")
class Conv2d(ModuleKind, frozen=True):
    """Slides learnable kernels over the picture; each kernel makes one channel of the output."""

    fresh_output: ClassVar[bool] = True
    out_channels: Annotated[int, Meta(ge=1, le=65536, description="Number of kernels, and so of output channels.")] = 32
    kernel_size: Annotated[Positive | PositivePair, Meta(description="Height and width of a kernel in pixels.")] = 3
    stride: Annotated[Positive | PositivePair, Meta(description="Step of the kernel; 2 halves the picture.")] = 1
    padding: Annotated[
        Natural | NaturalPair | Literal["same", "valid"],
        Meta(description="Pixels added on every side; half the kernel (or “same”) keeps the size."),
    ] = 0
    dilation: Annotated[Positive | PositivePair, Meta(description="Distance between the taps of a kernel.")] = 1
    groups: Annotated[Positive, Meta(description="Independent groups of channels; as many as channels: depthwise.")] = 1
    bias: Annotated[bool, Meta(description="Adds a learnable constant to each channel; useless before BatchNorm.")] = (
        True
    )
    padding_mode: Annotated[
        Literal["zeros", "reflect", "replicate", "circular"], Meta(description="What the added pixels hold.")
    ] = "zeros"

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing convolution."""
        fields = {name: plain(getattr(module, name)) for name in cls.__struct_fields__ if name != "bias"}
        return {**fields, "bias": module.bias is not None}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Conv2d` with the channels of its input."""
        in_channels = channels(shapes[0])
        if self.padding != "same":
            check_window(shapes[0], self.window())
        if in_channels % self.groups or self.out_channels % self.groups:
            raise ShapeError(
                f"{self.groups} groups do not divide {in_channels} input and {self.out_channels} output channels"
            )
        if self.padding == "same" and pair(self.stride) != (1, 1):
            raise ShapeError("padding “same” needs stride 1; give the padding as a number")
        return torch.nn.Conv2d(
            in_channels,
            self.out_channels,
            pair(self.kernel_size),
            stride=pair(self.stride),
            padding=self.padding if isinstance(self.padding, str) else pair(self.padding),
            dilation=pair(self.dilation),
            groups=self.groups,
            bias=self.bias,
            padding_mode=self.padding_mode,
        )

    def window(self) -> Window:
        """Its kernel; “same” pads by half the dilated kernel, rounded down on the upper left side."""
        kernel, dilation = pair(self.kernel_size), pair(self.dilation)
        same = (dilation[0] * (kernel[0] - 1) // 2, dilation[1] * (kernel[1] - 1) // 2)
        named = {"same": same, "valid": (0, 0)}
        padding = named[self.padding] if isinstance(self.padding, str) else pair(self.padding)
        return Window(kernel, pair(self.stride), padding, dilation)


@layer("Convolution", torch_class="torch.nn.ConvTranspose2d")
class ConvTranspose2d(ModuleKind, frozen=True):
    """A convolution the other way round: every pixel is spread over a kernel; stride 2 doubles the picture."""

    sign: ClassVar[str] = "spread"

    out_channels: Annotated[int, Meta(ge=1, le=65536, description="Number of output channels.")] = 32
    kernel_size: Annotated[Positive | PositivePair, Meta(description="Height and width of a kernel in pixels.")] = 2
    stride: Annotated[Positive | PositivePair, Meta(description="Distance of the spread pixels; 2 doubles.")] = 2
    padding: Annotated[Natural | NaturalPair, Meta(description="Pixels cut from every side of the output.")] = 0
    output_padding: Annotated[Natural | NaturalPair, Meta(description="Pixels added at the lower right side.")] = 0
    groups: Annotated[Positive, Meta(description="Independent groups of channels.")] = 1
    bias: Annotated[bool, Meta(description="Adds a learnable constant to each channel.")] = True
    dilation: Annotated[Positive | PositivePair, Meta(description="Distance between the taps of a kernel.")] = 1

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing transposed convolution."""
        fields = {name: plain(getattr(module, name)) for name in cls.__struct_fields__ if name != "bias"}
        return {**fields, "bias": module.bias is not None}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ConvTranspose2d` with the channels of its input."""
        in_channels = channels(shapes[0])
        if in_channels % self.groups or self.out_channels % self.groups:
            raise ShapeError(
                f"{self.groups} groups do not divide {in_channels} input and {self.out_channels} output channels"
            )
        return torch.nn.ConvTranspose2d(
            in_channels,
            self.out_channels,
            pair(self.kernel_size),
            stride=pair(self.stride),
            padding=pair(self.padding),
            output_padding=pair(self.output_padding),
            groups=self.groups,
            bias=self.bias,
            dilation=pair(self.dilation),
        )

    def window(self) -> Spread:
        """Its kernel, over which every pixel is spread."""
        return Spread(pair(self.kernel_size), pair(self.stride), pair(self.padding), pair(self.dilation))
