"""Pooling: makes the picture smaller without learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from workbench.core.layers.convolution import Natural, NaturalPair, Positive, PositivePair
from workbench.core.layers.kind import ModuleKind, Shape, ShapeError, Window, check_window, image_shape, layer, pair
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

CATEGORY = "Pooling"
KernelSize = Annotated[Positive | PositivePair, Meta(description="Height and width of the window in pixels.")]
Stride = Annotated[Positive | PositivePair, Meta(description="Step of the window; usually its size.")]
Padding = Annotated[Natural | NaturalPair, Meta(description="Pixels added on every side, at most half the window.")]
CeilMode = Annotated[bool, Meta(description="Keep a window that hangs over the edge.")]
OutputSize = Annotated[
    Positive | PositivePair, Meta(description="Height and width of the output; 1 is global pooling.")
]


def _check_padding(kernel_size: int | list[int], padding: int | list[int]) -> None:
    if any(2 * pad > size for pad, size in zip(pair(padding), pair(kernel_size), strict=True)):
        raise ShapeError("the padding may be at most half the window")


@layer(CATEGORY, torch_class="torch.nn.MaxPool2d", functions=("torch.nn.functional.max_pool2d",))
class MaxPool2d(ModuleKind, frozen=True):
    """Keeps the largest value of each window."""

    kernel_size: KernelSize = 2
    stride: Stride = 2
    padding: Padding = 0
    dilation: Annotated[Positive | PositivePair, Meta(description="Distance between the taps of a window.")] = 1
    ceil_mode: CeilMode = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `MaxPool2d`."""
        check_window(shapes[0], self.window())
        _check_padding(self.kernel_size, self.padding)
        return torch.nn.MaxPool2d(
            pair(self.kernel_size),
            pair(self.stride),
            pair(self.padding),
            dilation=pair(self.dilation),
            ceil_mode=self.ceil_mode,
        )

    def window(self) -> Window:
        """The pooling window."""
        return Window(pair(self.kernel_size), pair(self.stride), pair(self.padding), pair(self.dilation))


@layer(CATEGORY, torch_class="torch.nn.AvgPool2d", functions=("torch.nn.functional.avg_pool2d",))
class AvgPool2d(ModuleKind, frozen=True):
    """Takes the mean of each window."""

    kernel_size: KernelSize = 2
    stride: Stride = 2
    padding: Padding = 0
    ceil_mode: CeilMode = False
    count_include_pad: Annotated[bool, Meta(description="Count the added zeros in the mean.")] = True

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `AvgPool2d`."""
        check_window(shapes[0], self.window())
        _check_padding(self.kernel_size, self.padding)
        return torch.nn.AvgPool2d(
            pair(self.kernel_size),
            pair(self.stride),
            pair(self.padding),
            ceil_mode=self.ceil_mode,
            count_include_pad=self.count_include_pad,
        )

    def window(self) -> Window:
        """The pooling window."""
        return Window(pair(self.kernel_size), pair(self.stride), pair(self.padding))


@layer(CATEGORY, torch_class="torch.nn.AdaptiveAvgPool2d", functions=("torch.nn.functional.adaptive_avg_pool2d",))
class AdaptiveAvgPool2d(ModuleKind, frozen=True):
    """Takes means over as many windows as the output has pixels; with output 1 the mean of each channel."""

    output_size: OutputSize = 1

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `AdaptiveAvgPool2d`."""
        image_shape(shapes[0])
        return torch.nn.AdaptiveAvgPool2d(pair(self.output_size))

    def window(self) -> None:
        """None: the window depends on the input."""


@layer(CATEGORY, torch_class="torch.nn.AdaptiveMaxPool2d", functions=("torch.nn.functional.adaptive_max_pool2d",))
class AdaptiveMaxPool2d(ModuleKind, frozen=True):
    """Takes maxima over as many windows as the output has pixels; with output 1 the largest value of each channel."""

    output_size: OutputSize = 1

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `AdaptiveMaxPool2d`."""
        image_shape(shapes[0])
        return torch.nn.AdaptiveMaxPool2d(pair(self.output_size))

    def window(self) -> None:
        """None: the window depends on the input."""
