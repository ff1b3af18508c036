"""Normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from workbench.core.layers.kind import ModuleKind, Shape, channels, layer
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")


@layer("Normalization", torch_class="torch.nn.BatchNorm2d")
class BatchNorm2d(ModuleKind, frozen=True):
    """Brings each channel to mean 0 and deviation 1 over the batch, then scales and shifts it by learnable numbers."""

    eps: Annotated[float, Meta(gt=0, le=1, description="Added to the variance, against division by zero.")] = 1e-5
    momentum: Annotated[float, Meta(ge=0, le=1, description="Share of each new batch in the running statistics.")] = 0.1
    affine: Annotated[bool, Meta(description="Learn a scale and a shift for each channel.")] = True
    track_running_stats: Annotated[bool, Meta(description="Keep running statistics for evaluation.")] = True

    def build(self, *shapes: Shape) -> torch.nn.Module:
        """A `BatchNorm2d` with the channels of its input."""
        return torch.nn.BatchNorm2d(
            channels(shapes[0]),
            eps=self.eps,
            momentum=self.momentum,
            affine=self.affine,
            track_running_stats=self.track_running_stats,
        )
