"""Fully connected layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta

from workbench.core.layers.kind import ModuleKind, Shape, layer
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")


@layer("Linear", torch_class="torch.nn.Linear")
class Linear(ModuleKind, frozen=True):
    """Every output is a weighted sum of all inputs (along the last axis)."""

    fresh_output: ClassVar[bool] = True
    out_features: Annotated[int, Meta(ge=1, le=1_000_000, description="Number of outputs.")] = 10
    bias: Annotated[bool, Meta(description="Add a learnable constant to each output.")] = True

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing linear layer."""
        return {"out_features": module.out_features, "bias": module.bias is not None}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Linear` with the features of its input (the last axis)."""
        return torch.nn.Linear(shapes[0][-1], self.out_features, bias=self.bias)


@layer("Linear", torch_class="torch.nn.Identity")
class Identity(ModuleKind, frozen=True):
    """Passes its input on unchanged."""

    sign: ClassVar[str] = "through"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `Identity`."""
        return torch.nn.Identity()
