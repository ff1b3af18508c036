"""Changing the axes of a tensor without changing its values. Axes count as in PyTorch: axis 0 is the batch."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta, field

from workbench.core.layers.convolution import Positive
from workbench.core.layers.kind import (
    FunctionKind,
    ModuleKind,
    Shape,
    ShapeError,
    Window,
    channels,
    describe_shape,
    layer,
)
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

CATEGORY = "Reshaping"
Axis = Annotated[int, Meta(ge=-6, le=6)]
Axes = Annotated[list[Axis], Meta(min_length=1, max_length=7)]
SQUEEZES = ("torch.squeeze", "Tensor.squeeze", "torch.unsqueeze", "Tensor.unsqueeze")
CHANNELS_LAST_AND_BACK = ([0, 2, 3, 1], [0, 3, 1, 2])


def own_axis(shape: Shape, axis: int) -> int:
    """The place of an axis in a shape without batch; raises `ShapeError` for the batch and for axes there are not."""
    place = axis - 1 if axis >= 0 else len(shape) + axis
    if not 0 <= place < len(shape):
        raise ShapeError(f"axis {axis} is not one of 1 to {len(shape)} (0 is the batch)")
    return place


@layer(CATEGORY, torch_class="torch.nn.Flatten", functions=("torch.flatten", "Tensor.flatten"))
class Flatten(ModuleKind, frozen=True):
    """Writes channels, rows and columns one after another as one vector."""

    sign: ClassVar[str] = "flatten"

    call: ClassVar[str] = "torch.flatten({0}, {start_dim})"
    start_dim: Annotated[int, Meta(ge=1, le=3, description="First axis to join (0 is the batch).")] = 1
    end_dim: Annotated[int, Meta(ge=-1, le=3, description="Last axis to join (-1: the last there is).")] = -1

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The arguments of `torch.flatten`, which without any joins the batch too."""
        return {"start_dim": 0, **super().arguments_of_call(*constants, **named)}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Flatten`."""
        return torch.nn.Flatten(self.start_dim, self.end_dim)

    def window(self) -> None:
        """None: there are no pixels after it."""


@layer(CATEGORY, functions=("torch.reshape", "Tensor.reshape", "Tensor.view", *SQUEEZES))
class Reshape(FunctionKind, frozen=True):
    """Cuts the same values, in the same order, into axes of other sizes."""

    shape: Annotated[
        list[Positive], Meta(min_length=1, max_length=6, description="Sizes of the new axes, without the batch.")
    ] = field(default_factory=lambda: [64])

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The values in other axes."""
        return inputs[0].reshape(-1, *self.shape)

    def check(self, *shapes: Shape) -> None:
        """The number of values must stay."""
        if prod(shapes[0]) != prod(self.shape):
            raise ShapeError(f"{describe_shape(shapes[0])} are not {prod(self.shape):,} values")

    def window(self) -> None:
        """None: pixels do not stay pixels."""


@layer(CATEGORY, torch_class="torchvision.ops.misc.Permute", functions=("torch.permute", "Tensor.permute"))
class Permute(FunctionKind, frozen=True):
    """Puts the axes into another order: 0, 2, 3, 1 moves the channels last, 0, 3, 1, 2 moves them back."""

    sign: ClassVar[str] = "swap"

    dims: Annotated[Axes, Meta(description="The old axes in their new order; 0, the batch, stays first.")] = field(
        default_factory=lambda: [0, 2, 3, 1]
    )

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing permutation."""
        return {"dims": list(module.dims)}

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The order, given as one list or as several numbers."""
        order = named.get("dims", constants[0] if constants and not isinstance(constants[0], int) else constants)
        return {"dims": list(order)}

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The tensor with its axes in the new order."""
        return torch.permute(inputs[0], self.dims)

    def check(self, *shapes: Shape) -> None:
        """Every axis must come once, the batch first."""
        axes = len(shapes[0]) + 1
        if self.dims[0] != 0 or sorted(dim % axes for dim in self.dims) != list(range(axes)):
            raise ShapeError(f"the order must hold 0 to {axes - 1} once each and begin with 0, the batch")

    def window(self) -> Window | None:
        """One pixel where only the channels move, else None."""
        return Window() if self.dims in CHANNELS_LAST_AND_BACK else None


@layer(
    CATEGORY,
    functions=("torch.transpose", "Tensor.transpose", "torch.swapaxes", "Tensor.swapaxes", "torch.swapdims"),
)
class Transpose(FunctionKind, frozen=True):
    """Exchanges two axes."""

    sign: ClassVar[str] = "swap"

    dim0: Annotated[Axis, Meta(description="One of the axes (0 is the batch, -1 the last).")] = 1
    dim1: Annotated[Axis, Meta(description="The other.")] = 2

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The two axes, whatever the function calls them."""
        first, second = (*constants, *named.values())
        return {"dim0": first, "dim1": second}

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The tensor with the two axes exchanged."""
        return torch.transpose(inputs[0], self.dim0, self.dim1)

    def check(self, *shapes: Shape) -> None:
        """Both axes must exist."""
        own_axis(shapes[0], self.dim0)
        own_axis(shapes[0], self.dim1)

    def window(self) -> None:
        """None: pixels do not stay where they were."""


@layer(CATEGORY, functions=("torch.chunk", "Tensor.chunk"))
class Chunk(FunctionKind, frozen=True):
    """Takes one of several equal parts of an axis, usually of the channels."""

    sign: ClassVar[str] = "split"

    chunks: Annotated[int, Meta(ge=1, le=65536, description="Number of parts.")] = 2
    index: Annotated[int, Meta(ge=0, le=65535, description="Which part, counted from 0.")] = 0
    dim: Annotated[Axis, Meta(description="The axis that is cut (1: channels, -1: the last).")] = 1

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """`chunk(chunks, dim)`; which part is taken is told by what follows the call."""
        return {"dim": 0, **dict(zip(("chunks", "dim"), constants, strict=False)), **named}

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The part."""
        return torch.chunk(inputs[0], self.chunks, dim=self.dim)[self.index]

    def check(self, *shapes: Shape) -> None:
        """The axis must exist and have that many parts."""
        size = shapes[0][own_axis(shapes[0], self.dim)]
        if self.index * -(-size // self.chunks) >= size:
            raise ShapeError(f"an axis of {size} cut into {self.chunks} has no part {self.index}")


@layer(CATEGORY, functions=("torch.select", "Tensor.select"))
class Select(FunctionKind, frozen=True):
    """Takes one entry of an axis, as the first token of a sequence."""

    sign: ClassVar[str] = "pick"

    dim: Annotated[Axis, Meta(description="The axis that goes (1: the first behind the batch).")] = 1
    index: Annotated[int, Meta(ge=-65536, le=65535, description="Which entry, counted from 0 (-1: the last).")] = 0

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The entry."""
        return torch.select(inputs[0], self.dim, self.index)

    def check(self, *shapes: Shape) -> None:
        """The entry must exist."""
        size = shapes[0][own_axis(shapes[0], self.dim)]
        if not -size <= self.index < size:
            raise ShapeError(f"an axis of {size} has no entry {self.index}")

    def window(self) -> None:
        """None: an axis goes."""


@layer(CATEGORY, torch_class="torch.nn.ChannelShuffle", functions=("torchvision.models.shufflenetv2.channel_shuffle",))
class ChannelShuffle(ModuleKind, frozen=True):
    """Mixes the groups of channels: the first of each, then the second of each, and so on."""

    sign: ClassVar[str] = "shuffle"

    groups: Annotated[Positive, Meta(description="Number of groups; they divide the channels.")] = 2

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ChannelShuffle`."""
        if channels(shapes[0]) % self.groups:
            raise ShapeError(f"{self.groups} groups do not divide {channels(shapes[0])} channels")
        return torch.nn.ChannelShuffle(self.groups)
