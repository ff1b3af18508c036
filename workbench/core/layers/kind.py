"""What a layer kind is, and how one is defined.

A kind is a decorated record whose fields are the layer's arguments. Types and limits come from the annotations, help
from the docstring and the descriptions, so palette, form, validation and command line need nothing else:

    @layer("Convolution", torch_class="torch.nn.Conv2d")
    class Conv2d(ModuleKind):
        '''Slides learnable kernels over the picture.'''

        out_channels: Annotated[int, Meta(ge=1, description="number of kernels")] = 32

        def build(self, *shapes: Shape) -> torch.nn.Module:
            return torch.nn.Conv2d(channels(shapes[0]), self.out_channels, ...)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec

if TYPE_CHECKING:
    import torch

Shape = tuple[int, ...]
"""The shape of one sample without the batch: `(channels, height, width)` or `(features,)`."""


class ShapeError(Exception):
    """A layer cannot take these input shapes; the message says why in a sentence for the user."""


@dataclass(frozen=True)
class Window:
    """The sliding window of a layer, (vertical, horizontal) in units of its input's pixels."""

    kernel_size: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Spread:
    """A window the other way round, as in a transposed convolution: every pixel of the input is spread over a kernel.

    The kernels are `stride` pixels of the output apart, and `padding` is cut from the output.
    """

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Resampling:
    """Pixels computed from those around their places; without a factor the sizes of the pictures tell it."""

    mode: str
    align_corners: bool = False
    scale_factor: float | None = None


Geometry = Window | Spread | Resampling


class LayerKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all kinds; an instance is one validated set of arguments."""

    category: ClassVar[str] = ""
    sign: ClassVar[str] = ""
    """The icon that it has on cards and in lists, where that is not the one of its category."""
    fewest_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int | None] = 1
    torch_class: ClassVar[str] = ""
    functions: ClassVar[tuple[str, ...]] = ()
    call: ClassVar[str] = ""
    """How source code calls it where that is more than `module(x)`: `{0}` is the input, `{module}` the module,
    `{function}` the first of `functions`, any other name an argument. Without `{module}` no module is needed."""
    fresh_output: ClassVar[bool] = False
    """Whether the output is new memory that the backward pass does not need: an in-place layer may overwrite it."""

    @classmethod
    def name(cls) -> str:
        """The kind's name in files and in the palette."""
        return cls.__name__

    @classmethod
    def help(cls) -> str:
        """One sentence on what the layer does."""
        return (cls.__doc__ or "").strip().split("\n")[0]

    @classmethod
    def differing(cls, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Only the arguments that differ from the defaults."""
        defaults = cls()
        return {key: value for key, value in arguments.items() if getattr(defaults, key) != value}

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments that make this kind equal to an existing `torch.nn` module: attributes of the same names."""
        return {field: plain(getattr(module, field)) for field in cls.__struct_fields__}

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The arguments behind a call of one of `functions`, from the constants that follow its tensors.

        Raises `ShapeError` for a constant that the kind has no argument for.
        """
        if len(constants) > len(cls.__struct_fields__):
            raise ShapeError(f"{cls.name()} has no argument for {constants[-1]}")
        given = {**dict(zip(cls.__struct_fields__, constants, strict=False)), **named}
        unknown = [key for key, value in given.items() if key not in cls.__struct_fields__ and value]
        if unknown:
            raise ShapeError(f"{cls.name()} has no argument {unknown[0]}")
        return {key: plain(value) for key, value in given.items() if key in cls.__struct_fields__ and value is not None}

    def window(self) -> Geometry | None:
        """Which pixels an output pixel depends on, or None where it depends on all (or there are no pixels)."""
        return Window()

    def macs(self, *shapes: Shape) -> int | None:
        """Multiply-adds of one picture where running the layer does not show them; None: they are counted."""


class ModuleKind(LayerKind, frozen=True):
    """A kind that is a module of its own in the compiled network."""

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """The module for inputs of these shapes; raises `ShapeError` if it cannot take them."""
        raise TypeError(f"{self.name()} does not define build")

    def constructor_arguments(self, *shapes: Shape) -> dict[str, Any]:
        """What `torch_class` is constructed with in source code; nothing where its attributes have the same names."""
        return {}


class FunctionKind(LayerKind, frozen=True):
    """A kind without parameters or state that is a plain expression in the compiled network."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The output for these inputs (tensors, or the proxies of `torch.fx`)."""
        raise TypeError(f"{self.name()} does not define forward")

    def check(self, *shapes: Shape) -> None:
        """Raise `ShapeError` if inputs of these shapes do not fit."""


class ParameterKind(LayerKind, frozen=True):
    """A kind that is one learnable parameter and an expression with it; the parameter's key is the node's own name."""

    def start(self, *shapes: Shape) -> torch.Tensor:
        """The parameter before training, for inputs of these shapes; raises `ShapeError` if it cannot take them."""
        raise TypeError(f"{self.name()} does not define start")

    def forward(self, parameter: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        """The output for these inputs (tensors, or the proxies of `torch.fx`)."""
        raise TypeError(f"{self.name()} does not define forward")


Kind = TypeVar("Kind", bound=type[LayerKind])
REGISTERED: dict[str, type[LayerKind]] = {}


def layer(
    category: str,
    *,
    inputs: tuple[int, int | None] = (1, 1),
    torch_class: str = "",
    functions: tuple[str, ...] = (),
) -> Callable[[Kind], Kind]:
    """Put a kind into the catalog.

    `inputs` gives the fewest and the most inputs (None: any number); `torch_class` and `functions` name what it is
    recognized by when a module is traced.
    """

    def register(kind: Kind) -> Kind:
        kind.category, kind.torch_class, kind.functions = category, torch_class, functions
        kind.fewest_inputs, kind.most_inputs = inputs
        REGISTERED[kind.name()] = kind
        return kind

    return register


def plain(value: Any) -> Any:
    """An argument as a file holds it: a pair of equal numbers is one number, a tuple is a list."""
    if isinstance(value, (tuple, list)):
        values = [plain(item) for item in value]
        return values[0] if values and all(item == values[0] for item in values) else values
    return value


def pair(value: int | list[int]) -> tuple[int, int]:
    """(vertical, horizontal) from one number or two."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def image_shape(shape: Shape) -> tuple[int, int, int]:
    """The shape if it is `(channels, height, width)`; raises `ShapeError` otherwise."""
    if len(shape) != 3:
        raise ShapeError(f"it needs channels × height × width, but its input is {describe_shape(shape)}")
    return shape[0], shape[1], shape[2]


def channels(shape: Shape) -> int:
    """The channels of a picture-shaped input; raises `ShapeError` for anything else."""
    return image_shape(shape)[0]


def sequence(shape: Shape) -> tuple[int, int]:
    """The shape if it is `(tokens, features)`; raises `ShapeError` otherwise."""
    if len(shape) != 2:
        raise ShapeError(f"it needs tokens × features, but its input is {describe_shape(shape)}")
    return shape[0], shape[1]


def check_window(shape: Shape, window: Window) -> None:
    """Raise `ShapeError` if a picture-shaped input, with its padding, is smaller than the window."""
    sides = image_shape(shape)[1:]
    spans = [window.dilation[axis] * (window.kernel_size[axis] - 1) + 1 for axis in (0, 1)]
    padded = [sides[axis] + 2 * window.padding[axis] for axis in (0, 1)]
    if any(span > side for span, side in zip(spans, padded, strict=True)):
        padding = f", {padded[0]} × {padded[1]} with its padding" if max(window.padding) else ""
        raise ShapeError(
            f"its window of {spans[0]} × {spans[1]} is larger than the picture of {sides[0]} × {sides[1]}{padding}"
        )


def describe_shape(shape: Shape) -> str:
    """`64 × 8 × 8`, or `128 values` for a vector."""
    return f"{shape[0]:,} values" if len(shape) == 1 else " × ".join(map(str, shape))
