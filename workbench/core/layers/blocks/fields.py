"""The arguments that several blocks share, with their limits and their help."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

OutChannels = Annotated[int, Meta(ge=1, le=65536, description="Channels of the output.")]
InChannels = Annotated[int, Meta(ge=1, le=65536, description="Channels of the input; follows from the network.")]
Side = Annotated[int, Meta(ge=1, le=65536)]
InSize = Annotated[
    list[Side], Meta(min_length=2, max_length=2, description="Height and width of the input; follows from the network.")
]
KernelSize = Annotated[int, Meta(ge=1, le=255, description="Height and width of the kernels; odd keeps the size.")]
Stride = Annotated[int, Meta(ge=1, le=64, description="Step of the convolution; 2 halves the picture.")]
Dilation = Annotated[int, Meta(ge=1, le=1024, description="Distance between the taps of a kernel.")]
Groups = Annotated[int, Meta(ge=1, le=65536, description="Independent groups of channels.")]
Bias = Annotated[bool, Meta(description="Constants in the convolutions; useless before a normalization.")]
Inplace = Annotated[bool, Meta(description="Activations overwrite their input, which saves memory.")]
Eps = Annotated[float, Meta(gt=0, le=1, description="Added to the variance in the normalizations.")]
Momentum = Annotated[float, Meta(ge=0, le=1, description="Share of each new batch in the running statistics.")]
ExpandRatio = Annotated[float, Meta(ge=1, le=64, description="Channels inside by channels of the input.")]
DropPath = Annotated[float, Meta(ge=0, le=1, description="How often training leaves the branch out.")]
Shortcut = Annotated[
    Literal["auto", "projection", "none"],
    Meta(description="What is added to the output: the input, through a 1×1 convolution where its shape differs."),
]
ActivationKind = Literal[
    "ReLU", "ReLU6", "LeakyReLU", "ELU", "GELU", "SiLU", "Mish", "Hardswish", "Tanh", "Sigmoid", "Hardsigmoid"
]
Activation = Annotated[ActivationKind, Meta(description="The non-linearity.")]
OptionalActivation = Annotated[ActivationKind | Literal["none"], Meta(description="The non-linearity, or none.")]
Norm = Annotated[Literal["BatchNorm2d", "InstanceNorm2d", "none"], Meta(description="The normalization, or none.")]


def same(kernel_size: int, dilation: int = 1) -> int:
    """The padding with which an odd kernel of stride 1 keeps the size of the picture."""
    return dilation * (kernel_size - 1) // 2


def divisible(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of the divisor that is not more than a tenth below (MobileNet's `_make_divisible`)."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded
