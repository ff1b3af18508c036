"""Where a network begins and ends, and where its branches meet."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta, field

from workbench.core.layers.kind import (
    FunctionKind,
    ParameterKind,
    Shape,
    ShapeError,
    describe_shape,
    layer,
)
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

Side = Annotated[int, Meta(ge=1, le=16384)]


@layer("Network", inputs=(0, 0))
class Input(FunctionKind, frozen=True):
    """Where the pictures come in."""

    sign: ClassVar[str] = "input"

    shape: Annotated[
        list[Side], Meta(min_length=3, max_length=3, description="Channels, height and width of a picture.")
    ] = field(default_factory=lambda: [3, 32, 32])


@layer("Network")
class Output(FunctionKind, frozen=True):
    """Where the class scores (logits) come out."""

    sign: ClassVar[str] = "output"

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The scores as they are: the loss applies the softmax."""
        return inputs[0]


@layer("Network", inputs=(0, 0))
class Parameter(ParameterKind, frozen=True):
    """Learnable numbers that do not depend on the picture; add them to something or multiply by them."""

    sign: ClassVar[str] = "parameter"

    shape: Annotated[
        list[Side], Meta(min_length=1, max_length=6, description="Sizes of its axes, without the batch.")
    ] = field(default_factory=lambda: [32, 1, 1])
    std: Annotated[float, Meta(ge=0, le=10, description="Deviation of the random numbers before training.")] = 0.02

    def start(self, *shapes: Shape) -> torch.Tensor:
        """Normal random numbers with a batch axis of size 1."""
        return torch.empty(1, *self.shape).normal_(std=self.std)

    def forward(self, parameter: torch.Tensor, *inputs: torch.Tensor) -> torch.Tensor:
        """The numbers as they are."""
        return parameter

    def window(self) -> None:
        """None: it sees nothing of the picture."""


@layer("Joining", inputs=(2, None), functions=("operator.add", "operator.iadd", "torch.add", "Tensor.add"))
class Add(FunctionKind, frozen=True):
    """Adds its inputs value by value, as a residual connection does."""

    sign: ClassVar[str] = "add"

    fresh_output: ClassVar[bool] = True

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The sum, from left to right."""
        return functools.reduce(operator.add, inputs)

    def check(self, *shapes: Shape) -> None:
        """All inputs must have the same shape."""
        if len(set(shapes)) > 1:
            raise ShapeError(f"its inputs differ: {' and '.join(map(describe_shape, shapes))}")


@layer("Joining", inputs=(2, None), functions=("operator.mul", "operator.imul", "torch.mul", "Tensor.mul"))
class Multiply(FunctionKind, frozen=True):
    """Multiplies its inputs value by value; one number for each channel scales the channel (squeeze-excitation)."""

    sign: ClassVar[str] = "multiply"

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The product, from left to right."""
        return functools.reduce(operator.mul, inputs)

    def check(self, *shapes: Shape) -> None:
        """Along each axis all inputs must have the same size, or size 1."""
        fits = len(set(map(len, shapes))) == 1 and all(
            len({size for size in sizes if size > 1}) < 2 for sizes in zip(*shapes, strict=True)
        )
        if not fits:
            raise ShapeError(f"its inputs do not fit: {' and '.join(map(describe_shape, shapes))}")


@layer("Joining", inputs=(1, None), functions=("torch.cat", "torch.concat", "torch.concatenate"))
class Concatenate(FunctionKind, frozen=True):
    """Puts the channels of its inputs behind one another, as an inception block does."""

    sign: ClassVar[str] = "concatenate"

    fresh_output: ClassVar[bool] = True
    dim: Annotated[int, Meta(ge=-4, le=4, description="The axis that grows (1: channels, -1: the last).")] = 1

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The axis; without one PyTorch joins batches."""
        return {"dim": 0, **super().arguments_of_call(*constants, **named)}

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The inputs joined along the axis."""
        return torch.cat(inputs, dim=self.dim)

    def check(self, *shapes: Shape) -> None:
        """All inputs must agree in everything but the axis."""
        axis = self.dim - 1 if self.dim >= 0 else len(shapes[0]) + self.dim
        if not 0 <= axis < len(shapes[0]):
            raise ShapeError(f"axis {self.dim} is not one of 1 to {len(shapes[0])} (0 is the batch)")
        sizes = {shape[:axis] + shape[axis + 1 :] if len(shape) > axis else shape for shape in shapes}
        if len(sizes) > 1:
            raise ShapeError(f"its inputs differ in size: {' and '.join(map(describe_shape, shapes))}")
