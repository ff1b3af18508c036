"""Pooling: makes the picture smaller without learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta, field

from workbench.core.layers.convolution import Natural, NaturalPair, Positive, PositivePair
from workbench.core.layers.kind import (
    FunctionKind,
    ModuleKind,
    Shape,
    ShapeError,
    Window,
    check_window,
    image_shape,
    layer,
    pair,
    plain,
)
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


class _Pooling(ModuleKind, frozen=True):
    """What opening a pooling layer or a call of its function shares."""

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing module; raises `ShapeError` for the two that the catalog leaves out."""
        if getattr(module, "return_indices", False) or getattr(module, "divisor_override", None):
            raise ShapeError("return_indices and divisor_override have no place in a network")
        return super().arguments_of(module)

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The arguments of a call, where a stride that is not given is the window's size."""
        found = super().arguments_of_call(*constants, **named)
        return {**found, "stride": found.get("stride", found["kernel_size"])}


@layer(CATEGORY, torch_class="torch.nn.MaxPool2d", functions=("torch.nn.functional.max_pool2d",))
class MaxPool2d(_Pooling, frozen=True):
    """Keeps the largest value of each window."""

    sign: ClassVar[str] = "maximum"

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
class AvgPool2d(_Pooling, frozen=True):
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


@layer(CATEGORY, torch_class="torch.nn.LPPool2d", functions=("torch.nn.functional.lp_pool2d",))
class LPPool2d(_Pooling, frozen=True):
    """Takes the root of the summed powers of each window: between their sum (1) and nearly their largest (high)."""

    norm_type: Annotated[
        float, Meta(ge=1, le=100, description="The power; 2 is the length of the window as a vector.")
    ] = 2.0
    kernel_size: KernelSize = 2
    stride: Stride = 2
    ceil_mode: CeilMode = False

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing pooling; without a stride its windows lie side by side."""
        return {**super().arguments_of(module), "stride": plain(module.stride or module.kernel_size)}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `LPPool2d`."""
        check_window(shapes[0], self.window())
        return torch.nn.LPPool2d(self.norm_type, pair(self.kernel_size), pair(self.stride), ceil_mode=self.ceil_mode)

    def window(self) -> Window:
        """The pooling window."""
        return Window(pair(self.kernel_size), pair(self.stride))


@layer(CATEGORY, torch_class="torch.nn.AdaptiveAvgPool2d", functions=("torch.nn.functional.adaptive_avg_pool2d",))
class AdaptiveAvgPool2d(ModuleKind, frozen=True):
    """Takes means over as many windows as the output has pixels; with output 1 the mean of each channel."""

    sign: ClassVar[str] = "global"

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

    sign: ClassVar[str] = "global"

    output_size: OutputSize = 1

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `AdaptiveMaxPool2d`."""
        image_shape(shapes[0])
        return torch.nn.AdaptiveMaxPool2d(pair(self.output_size))

    def window(self) -> None:
        """None: the window depends on the input."""


@layer(CATEGORY, functions=("torch.mean", "Tensor.mean"))
class Mean(FunctionKind, frozen=True):
    """Takes the mean along axes: over height and width it is global average pooling to a vector."""

    sign: ClassVar[str] = "global"

    dim: Annotated[
        list[Annotated[int, Meta(ge=-4, le=4)]],
        Meta(min_length=1, max_length=4, description="The axes that go (2 and 3: height and width; 0 is the batch)."),
    ] = field(default_factory=lambda: [2, 3])
    keepdim: Annotated[bool, Meta(description="Keep the axes, with size 1.")] = False

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The arguments of a mean along axes; raises `ShapeError` for one over everything."""
        given = {**dict(zip(("dim", "keepdim"), constants, strict=False)), **named}
        if given.get("dim") is None or given.get("dtype") is not None:
            raise ShapeError("a mean over the whole batch is no layer")
        axes = given["dim"]
        return {"dim": [axes] if isinstance(axes, int) else list(axes), "keepdim": bool(given.get("keepdim", False))}

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The mean."""
        return torch.mean(inputs[0], self.dim, self.keepdim)

    def check(self, *shapes: Shape) -> None:
        """The axes must exist and not be the batch."""
        axes = len(shapes[0]) + 1
        if any(dim % axes == 0 or not -axes <= dim < axes for dim in self.dim):
            raise ShapeError(f"the axes must be among 1 to {axes - 1} (0 is the batch)")

    def window(self) -> None:
        """None: the window depends on the input."""
