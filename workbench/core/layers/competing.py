"""Activations in which values compete with one another, or decide which of them pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from workbench.core.layers.activation import CATEGORY
from workbench.core.layers.kind import ModuleKind, Shape, ShapeError, channels, layer
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

Axis = Annotated[
    int, Meta(ge=-4, le=4, description="The axis along which the values compete (1: channels or classes).")
]


@layer(
    CATEGORY,
    torch_class="torch.nn.Softmax",
    functions=("torch.softmax", "torch.nn.functional.softmax", "Tensor.softmax"),
)
class Softmax(ModuleKind, frozen=True):
    """Turns scores into shares that sum to 1. The loss does this already: not needed at the end of a classifier."""

    sign: ClassVar[str] = "bars"

    dim: Axis = 1

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Softmax`."""
        return torch.nn.Softmax(_own_axis(self.dim, shapes[0]))


@layer(
    CATEGORY,
    torch_class="torch.nn.LogSoftmax",
    functions=("torch.log_softmax", "torch.nn.functional.log_softmax", "Tensor.log_softmax"),
)
class LogSoftmax(ModuleKind, frozen=True):
    """The logarithm of softmax. The loss does this already: not needed at the end of a classifier."""

    sign: ClassVar[str] = "bars"

    dim: Axis = 1

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `LogSoftmax`."""
        return torch.nn.LogSoftmax(_own_axis(self.dim, shapes[0]))


@layer(CATEGORY, torch_class="torch.nn.Softmax2d")
class Softmax2d(ModuleKind, frozen=True):
    """Turns the channels of each pixel into shares that sum to 1."""

    sign: ClassVar[str] = "bars"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Softmax2d`; needs a picture-shaped input."""
        channels(shapes[0])
        return torch.nn.Softmax2d()


@layer(CATEGORY, torch_class="torch.nn.GLU", functions=("torch.nn.functional.glu",))
class GLU(ModuleKind, frozen=True):
    """Halves the channels: the sigmoid of one half decides how much of the other passes."""

    sign: ClassVar[str] = "multiply"

    dim: Annotated[int, Meta(ge=-4, le=4, description="The axis that is halved (1: channels).")] = 1

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `GLU`."""
        return torch.nn.GLU(_own_axis(self.dim, shapes[0]))


def _own_axis(dim: int, shape: Shape) -> int:
    """The axis if it is one of the sample's own; raises `ShapeError` for the batch."""
    if dim % (len(shape) + 1) == 0:
        raise ShapeError("axis 0 is the batch: pictures must not see one another")
    return dim
