"""Where a network begins and ends, and where its branches meet."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, field

from workbench.core.layers.kind import FunctionKind, Shape, ShapeError, describe_shape, image_shape, layer
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

Side = Annotated[int, Meta(ge=1, le=16384)]


@layer("Network", inputs=(0, 0))
class Input(FunctionKind, frozen=True):
    """Where the pictures come in."""

    shape: Annotated[
        list[Side], Meta(min_length=3, max_length=3, description="Channels, height and width of a picture.")
    ] = field(default_factory=lambda: [3, 32, 32])


@layer("Network")
class Output(FunctionKind, frozen=True):
    """Where the class scores (logits) come out."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The scores as they are: the loss applies the softmax."""
        return inputs[0]


@layer("Joining", inputs=(2, None), functions=("operator.add", "operator.iadd", "torch.add", "Tensor.add"))
class Add(FunctionKind, frozen=True):
    """Adds its inputs value by value, as a residual connection does."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The sum, from left to right."""
        return functools.reduce(operator.add, inputs)

    def check(self, *shapes: Shape) -> None:
        """All inputs must have the same shape."""
        if len(set(shapes)) > 1:
            raise ShapeError(f"its inputs differ: {' and '.join(map(describe_shape, shapes))}")


@layer("Joining", inputs=(1, None), functions=("torch.cat", "torch.concat", "torch.concatenate"))
class Concatenate(FunctionKind, frozen=True):
    """Puts the channels of its inputs behind one another, as an inception block does."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The inputs joined along the channels."""
        return torch.cat(inputs, dim=1)

    def check(self, *shapes: Shape) -> None:
        """All inputs must agree in everything but the channels."""
        sizes = {image_shape(shape)[1:] if len(shape) == 3 else shape[1:] for shape in shapes}
        if len(sizes) > 1:
            raise ShapeError(f"its inputs differ in size: {' and '.join(map(describe_shape, shapes))}")
