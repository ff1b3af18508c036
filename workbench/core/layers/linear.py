"""Fully connected layers, flattening and dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from workbench.core.layers.kind import ModuleKind, Shape, channels, layer
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

Probability = Annotated[float, Meta(ge=0, le=1, description="Share of values set to zero while training.")]


@layer("Linear", torch_class="torch.nn.Linear")
class Linear(ModuleKind, frozen=True):
    """Every output is a weighted sum of all inputs."""

    out_features: Annotated[int, Meta(ge=1, le=1_000_000, description="Number of outputs.")] = 10
    bias: Annotated[bool, Meta(description="Add a learnable constant to each output.")] = True

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing linear layer."""
        return {"out_features": module.out_features, "bias": module.bias is not None}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Linear` with the features of its input (the last axis)."""
        return torch.nn.Linear(shapes[0][-1], self.out_features, bias=self.bias)

    def window(self) -> None:
        """None: every output sees the whole input."""


@layer("Linear", torch_class="torch.nn.Flatten", functions=("torch.flatten", "Tensor.flatten"))
class Flatten(ModuleKind, frozen=True):
    """Writes channels, rows and columns one after another as one vector."""

    start_dim: Annotated[int, Meta(ge=1, le=3, description="First axis to join (0 is the batch).")] = 1
    end_dim: Annotated[int, Meta(ge=-1, le=3, description="Last axis to join (-1: the last there is).")] = -1

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Flatten`."""
        return torch.nn.Flatten(self.start_dim, self.end_dim)

    def window(self) -> None:
        """None: there are no pixels after it."""


@layer("Linear", torch_class="torch.nn.Dropout")
class Dropout(ModuleKind, frozen=True):
    """Sets random values to zero while training, so that the network relies on no single one."""

    p: Probability = 0.5
    inplace: Annotated[bool, Meta(description="Overwrite the input to save memory.")] = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Dropout`."""
        return torch.nn.Dropout(self.p, self.inplace)


@layer("Linear", torch_class="torch.nn.Dropout2d")
class Dropout2d(ModuleKind, frozen=True):
    """Sets random whole channels to zero while training."""

    p: Probability = 0.2
    inplace: Annotated[bool, Meta(description="Overwrite the input to save memory.")] = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Dropout2d`; needs a picture-shaped input."""
        channels(shapes[0])
        return torch.nn.Dropout2d(self.p, self.inplace)


@layer("Linear", torch_class="torch.nn.Identity")
class Identity(ModuleKind, frozen=True):
    """Passes its input on unchanged."""

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `Identity`."""
        return torch.nn.Identity()
