"""Arithmetic with plain numbers, and parts of a tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta

from workbench.core.layers.kind import FunctionKind, Shape, ShapeError, Window, layer
from workbench.core.layers.lazy import LazyModule
from workbench.core.layers.reshaping import CATEGORY, Axis, own_axis

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")


@layer("Joining")
class Affine(FunctionKind, frozen=True):
    """Multiplies by a number and adds another: a branch that counts less, pixels moved to another range."""

    sign: ClassVar[str] = "affine"

    factor: Annotated[float, Meta(ge=-1e6, le=1e6, description="What each value is multiplied by.")] = 1.0
    offset: Annotated[float, Meta(ge=-1e6, le=1e6, description="What is added to each value then.")] = 0.0

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The scaled and shifted values."""
        scaled = inputs[0] * self.factor if self.factor != 1 else inputs[0]
        return scaled + self.offset if self.offset else scaled


@layer(CATEGORY, functions=("torch.narrow", "Tensor.narrow"))
class Slice(FunctionKind, frozen=True):
    """Takes some entries of an axis that follow one another, as the first channels."""

    sign: ClassVar[str] = "pick"

    dim: Annotated[Axis, Meta(description="The axis that is cut (1: channels, -1: the last).")] = 1
    start: Annotated[int, Meta(ge=0, le=65535, description="The first entry, counted from 0.")] = 0
    length: Annotated[int, Meta(ge=1, le=65536, description="Number of entries.")] = 1

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The arguments of `torch.narrow`, which may begin with the tensor."""
        named.pop("input", None)
        return super().arguments_of_call(*constants, **named)

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """The entries."""
        return torch.narrow(inputs[0], self.dim, self.start, self.length)

    def check(self, *shapes: Shape) -> None:
        """The axis must exist and have that many entries."""
        size = shapes[0][own_axis(shapes[0], self.dim)]
        if self.start + self.length > size:
            raise ShapeError(f"an axis of {size} has no entries {self.start} to {self.start + self.length - 1}")

    def window(self) -> Window | None:
        """One pixel of a picture that begins later; None where it depends on the picture which axis is cut."""
        if self.dim not in (1, 2, 3):
            return None
        return Window(padding=(-self.start if self.dim == 2 else 0, -self.start if self.dim == 3 else 0))
