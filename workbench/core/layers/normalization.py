"""Normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta

from workbench.core.layers.kind import ModuleKind, Shape, ShapeError, channels, describe_shape, layer
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
    from torchvision.models import convnext
else:
    torch, convnext = LazyModule("torch"), LazyModule("torchvision.models.convnext")

CATEGORY = "Normalization"
Eps = Annotated[float, Meta(gt=0, le=1, description="Added to the variance, against division by zero.")]
Momentum = Annotated[float, Meta(ge=0, le=1, description="Share of each new batch in the running statistics.")]
Affine = Annotated[bool, Meta(description="Learn a scale and a shift for each channel.")]
Tracking = Annotated[bool, Meta(description="Keep running statistics for evaluation.")]


@layer(CATEGORY, torch_class="torch.nn.BatchNorm2d")
class BatchNorm2d(ModuleKind, frozen=True):
    """Brings each channel to mean 0 and deviation 1 over the batch, then scales and shifts it by learnable numbers."""

    fresh_output: ClassVar[bool] = True
    eps: Eps = 1e-5
    momentum: Momentum = 0.1
    affine: Affine = True
    track_running_stats: Tracking = True

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `BatchNorm2d` with the channels of its input."""
        return torch.nn.BatchNorm2d(
            channels(shapes[0]),
            eps=self.eps,
            momentum=self.momentum,
            affine=self.affine,
            track_running_stats=self.track_running_stats,
        )


@layer(CATEGORY, torch_class="torch.nn.BatchNorm1d")
class BatchNorm1d(ModuleKind, frozen=True):
    """Brings each feature of a vector to mean 0 and deviation 1 over the batch, then scales and shifts it."""

    eps: Eps = 1e-5
    momentum: Momentum = 0.1
    affine: Affine = True
    track_running_stats: Tracking = True

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `BatchNorm1d` with the features of its input."""
        if len(shapes[0]) != 1:
            raise ShapeError(f"it needs a vector, but its input is {describe_shape(shapes[0])}")
        return torch.nn.BatchNorm1d(
            shapes[0][0],
            eps=self.eps,
            momentum=self.momentum,
            affine=self.affine,
            track_running_stats=self.track_running_stats,
        )


@layer(CATEGORY, torch_class="torch.nn.LayerNorm")
class LayerNorm(ModuleKind, frozen=True):
    """Brings the features of each token to mean 0 and deviation 1, then scales and shifts them by learnable numbers."""

    axes: Annotated[int, Meta(ge=1, le=3, description="How many of the last axes are normalized together.")] = 1
    eps: Eps = 1e-5
    elementwise_affine: Annotated[bool, Meta(description="Learn a scale and a shift for each feature.")] = True
    bias: Annotated[bool, Meta(description="Learn the shift too.")] = True

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing normalization."""
        return {
            "axes": len(module.normalized_shape),
            "eps": module.eps,
            "elementwise_affine": module.elementwise_affine,
            "bias": module.bias is not None or not module.elementwise_affine,
        }

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `LayerNorm` over the last axes of its input."""
        if self.axes > len(shapes[0]):
            raise ShapeError(f"its input {describe_shape(shapes[0])} has fewer than {self.axes} axes")
        return torch.nn.LayerNorm(
            shapes[0][-self.axes :], eps=self.eps, elementwise_affine=self.elementwise_affine, bias=self.bias
        )


@layer(CATEGORY, torch_class="torch.nn.RMSNorm")
class RMSNorm(ModuleKind, frozen=True):
    """Divides the features of each token by their root mean square, then scales them (arXiv 1910.07467)."""

    axes: Annotated[int, Meta(ge=1, le=3, description="How many of the last axes are normalized together.")] = 1
    eps: Annotated[float | None, Meta(description="Keeps the divisor from zero; without it what the type allows.")] = (
        None
    )
    elementwise_affine: Annotated[bool, Meta(description="Learn a scale for each feature.")] = True

    @classmethod
    def arguments_of(cls, module: Any) -> dict[str, Any]:
        """The arguments of an existing normalization."""
        named = {name: getattr(module, name) for name in ("eps", "elementwise_affine")}
        return {"axes": len(module.normalized_shape), **named}

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `RMSNorm` over the last axes of its input."""
        if self.axes > len(shapes[0]):
            raise ShapeError(f"its input {describe_shape(shapes[0])} has fewer than {self.axes} axes")
        return torch.nn.RMSNorm(shapes[0][-self.axes :], eps=self.eps, elementwise_affine=self.elementwise_affine)


@layer(CATEGORY, torch_class="torchvision.models.convnext.LayerNorm2d")
class LayerNorm2d(ModuleKind, frozen=True):
    """Brings the channels of each pixel to mean 0 and deviation 1, then scales and shifts them by learnable numbers."""

    eps: Eps = 1e-6
    elementwise_affine: Affine = True

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """torchvision's `LayerNorm2d` with the channels of its input."""
        module: torch.nn.Module = convnext.LayerNorm2d(
            channels(shapes[0]), eps=self.eps, elementwise_affine=self.elementwise_affine
        )
        return module


@layer(CATEGORY, torch_class="torch.nn.GroupNorm")
class GroupNorm(ModuleKind, frozen=True):
    """Brings groups of channels of each picture to mean 0 and deviation 1; does not depend on the batch."""

    num_groups: Annotated[int, Meta(ge=1, le=65536, description="Number of groups; they divide the channels.")] = 1
    eps: Eps = 1e-5
    affine: Affine = True

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `GroupNorm` with the channels of its input, the first axis."""
        if shapes[0][0] % self.num_groups:
            raise ShapeError(f"{self.num_groups} groups do not divide {shapes[0][0]} channels")
        return torch.nn.GroupNorm(self.num_groups, shapes[0][0], eps=self.eps, affine=self.affine)


@layer(CATEGORY, torch_class="torch.nn.InstanceNorm2d")
class InstanceNorm2d(ModuleKind, frozen=True):
    """Brings each channel of each picture to mean 0 and deviation 1: what is left is structure without contrast."""

    eps: Eps = 1e-5
    momentum: Momentum = 0.1
    affine: Affine = False
    track_running_stats: Tracking = False

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """An `InstanceNorm2d` with the channels of its input."""
        return torch.nn.InstanceNorm2d(
            channels(shapes[0]),
            eps=self.eps,
            momentum=self.momentum,
            affine=self.affine,
            track_running_stats=self.track_running_stats,
        )


@layer(CATEGORY, torch_class="torch.nn.LocalResponseNorm")
class LocalResponseNorm(ModuleKind, frozen=True):
    """Divides each value by the strength of its neighbouring channels (the original AlexNet)."""

    size: Annotated[int, Meta(ge=1, le=65536, description="Number of neighbouring channels.")] = 5
    alpha: Annotated[float, Meta(ge=0, le=1000, description="Weight of the neighbours.")] = 1e-4
    beta: Annotated[float, Meta(ge=0, le=10, description="Exponent of the divisor.")] = 0.75
    k: Annotated[float, Meta(ge=0, le=1000, description="Constant in the divisor.")] = 1.0

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `LocalResponseNorm`; needs a picture-shaped input."""
        channels(shapes[0])
        return torch.nn.LocalResponseNorm(self.size, self.alpha, self.beta, self.k)
