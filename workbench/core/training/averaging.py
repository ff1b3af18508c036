"""Averaging of the weights over the training: one decorated record each, on `torch.optim.swa_utils`.

The averaged weights are what is validated and kept as the best; training itself goes on with the last ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from workbench.core.layers.lazy import LazyModule
from workbench.registry import Choice, Registry, choice

if TYPE_CHECKING:
    import torch

    from workbench.core.training import averages
else:
    torch, averages = LazyModule("torch"), LazyModule("workbench.core.training.averages")


class Averaging(Choice, frozen=True, kw_only=True):
    """Which weights are validated and kept: the last ones, or a mean over the training."""

    def begin(self, module: torch.nn.Module, epochs: int) -> averages.Averages | None:
        """The averages of a module over a training of so many epochs; None where nothing is averaged."""
        raise NotImplementedError


AVERAGINGS: Registry[type[Averaging]] = Registry("averaging")


@choice(AVERAGINGS)
class NoAveraging(Averaging, frozen=True, kw_only=True, tag="none"):
    """The weights as they are."""

    def begin(self, module: torch.nn.Module, epochs: int) -> averages.Averages | None:
        """Nothing."""
        return None


@choice(AVERAGINGS)
class EMA(Averaging, frozen=True, kw_only=True, tag="ema"):
    """A moving average over the last steps: smoother, often a little better, never worse at the end."""

    ema_decay: Annotated[float, Meta(ge=0, lt=1, description="Share of the average that each step keeps.")] = 0.999
    ema_every: Annotated[int, Meta(ge=1, le=10_000, description="Steps between two additions.")] = 1
    ema_ramp: Annotated[bool, Meta(description="Keep less of the first steps, so that short runs gain too.")] = True

    def begin(self, module: torch.nn.Module, epochs: int) -> averages.Averages | None:
        """Averages after every `ema_every` steps."""
        return averages.StepAverages(module, every=self.ema_every, share=self.share)

    def share(self, additions: int) -> float:
        """The share kept by an addition: at first `(1 + n) / (10 + n)`, as in TensorFlow's moving averages."""
        return min(self.ema_decay, (1 + additions) / (10 + additions)) if self.ema_ramp else self.ema_decay


@choice(AVERAGINGS)
class SWA(Averaging, frozen=True, kw_only=True, tag="swa"):
    """The plain mean over the last epochs (arXiv 1803.05407); wants a rate that does not fall to zero."""

    swa_start: Annotated[float, Meta(ge=0, lt=1, description="Share of the epochs before the mean begins.")] = 0.75

    def begin(self, module: torch.nn.Module, epochs: int) -> averages.Averages | None:
        """Averages after every epoch from the start on."""
        return averages.EpochAverages(module, first_epoch=int(self.swa_start * epochs) + 1)
