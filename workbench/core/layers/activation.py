"""Activations: what makes a stack of layers more than one linear map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from workbench.core.layers.kind import ModuleKind, Shape, layer
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

CATEGORY = "Activation"
Inplace = Annotated[bool, Meta(description="Overwrite the input to save memory; nothing else may need it then.")]


@layer(CATEGORY, torch_class="torch.nn.ReLU", functions=("torch.relu", "torch.nn.functional.relu", "Tensor.relu"))
class ReLU(ModuleKind, frozen=True):
    """Sets negative values to zero."""

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ReLU`."""
        return torch.nn.ReLU(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.ReLU6", functions=("torch.nn.functional.relu6",))
class ReLU6(ModuleKind, frozen=True):
    """Sets negative values to zero and everything above 6 to 6."""

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `ReLU6`."""
        return torch.nn.ReLU6(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.LeakyReLU")
class LeakyReLU(ModuleKind, frozen=True):
    """Multiplies negative values by a small slope instead of dropping them."""

    negative_slope: Annotated[float, Meta(ge=0, le=1, description="Slope below zero.")] = 0.01
    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `LeakyReLU`."""
        return torch.nn.LeakyReLU(self.negative_slope, self.inplace)


@layer(CATEGORY, torch_class="torch.nn.PReLU")
class PReLU(ModuleKind, frozen=True):
    """A leaky ReLU that learns its slope."""

    num_parameters: Annotated[int, Meta(ge=1, le=65536, description="1, or one slope for each channel.")] = 1

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `PReLU`."""
        return torch.nn.PReLU(self.num_parameters)


@layer(CATEGORY, torch_class="torch.nn.ELU")
class ELU(ModuleKind, frozen=True):
    """Bends negative values smoothly towards -alpha."""

    alpha: Annotated[float, Meta(gt=0, le=10, description="Depth of the negative side.")] = 1.0
    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `ELU`."""
        return torch.nn.ELU(self.alpha, self.inplace)


@layer(CATEGORY, torch_class="torch.nn.GELU", functions=("torch.nn.functional.gelu",))
class GELU(ModuleKind, frozen=True):
    """A smooth ReLU: the value times the chance that a normal variable is below it."""

    approximate: Annotated[Literal["none", "tanh"], Meta(description="Exact, or by a faster formula.")] = "none"

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `GELU`."""
        return torch.nn.GELU(self.approximate)


@layer(CATEGORY, torch_class="torch.nn.SiLU", functions=("torch.nn.functional.silu",))
class SiLU(ModuleKind, frozen=True):
    """A smooth ReLU: the value times its sigmoid (also called swish)."""

    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `SiLU`."""
        return torch.nn.SiLU(self.inplace)


@layer(CATEGORY, torch_class="torch.nn.Tanh", functions=("torch.tanh",))
class Tanh(ModuleKind, frozen=True):
    """Squeezes values between -1 and 1."""

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Tanh`."""
        return torch.nn.Tanh()


@layer(CATEGORY, torch_class="torch.nn.Sigmoid", functions=("torch.sigmoid",))
class Sigmoid(ModuleKind, frozen=True):
    """Squeezes values between 0 and 1."""

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Sigmoid`."""
        return torch.nn.Sigmoid()
