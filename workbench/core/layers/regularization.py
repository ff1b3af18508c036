"""Randomness while training, against relying on single values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta

from workbench.core.layers.kind import ModuleKind, Shape, channels, layer
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
    from torchvision import ops
else:
    torch, ops = LazyModule("torch"), LazyModule("torchvision.ops")

CATEGORY = "Regularization"
Probability = Annotated[float, Meta(ge=0, le=1, description="Share of values set to zero while training.")]
Inplace = Annotated[bool, Meta(description="Overwrite the input to save memory.")]


@layer(CATEGORY, torch_class="torch.nn.Dropout", functions=("torch.nn.functional.dropout",))
class Dropout(ModuleKind, frozen=True):
    """Sets random values to zero while training, so that the network relies on no single one."""

    p: Probability = 0.5
    inplace: Inplace = False

    @classmethod
    def arguments_of_call(cls, *constants: Any, **named: Any) -> dict[str, Any]:
        """The arguments of a call, without whether it happened while training."""
        given = {**dict(zip(("p", "training", "inplace"), constants, strict=False)), **named}
        return {name: given[name] for name in cls.__struct_fields__ if name in given}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Dropout`."""
        return torch.nn.Dropout(self.p, self.inplace)


@layer(CATEGORY, torch_class="torch.nn.Dropout2d")
class Dropout2d(ModuleKind, frozen=True):
    """Sets random whole channels to zero while training."""

    p: Probability = 0.2
    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `Dropout2d`; needs a picture-shaped input."""
        channels(shapes[0])
        return torch.nn.Dropout2d(self.p, self.inplace)


@layer(CATEGORY, torch_class="torch.nn.AlphaDropout")
class AlphaDropout(ModuleKind, frozen=True):
    """Dropout that keeps mean and deviation, to go with SELU."""

    p: Probability = 0.5
    inplace: Inplace = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `AlphaDropout`."""
        return torch.nn.AlphaDropout(self.p, self.inplace)


@layer(CATEGORY, torch_class="torchvision.ops.stochastic_depth.StochasticDepth")
class StochasticDepth(ModuleKind, frozen=True):
    """Leaves out a whole branch at random while training; put it at the end of the branch, before the Add."""

    sign: ClassVar[str] = "depth"

    p: Annotated[float, Meta(ge=0, le=1, description="How often the branch is left out.")] = 0.1
    mode: Annotated[
        Literal["row", "batch"], Meta(description="Decide for each picture, or once for the whole batch.")
    ] = "row"

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing module."""
        return {"p": float(module.p), "mode": module.mode}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """torchvision's `StochasticDepth`."""
        module: torch.nn.Module = ops.StochasticDepth(self.p, self.mode)
        return module
