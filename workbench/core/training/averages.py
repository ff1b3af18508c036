"""The averaged weights of a training, and the statistics of their normalization."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim.swa_utils import AveragedModel, get_swa_multi_avg_fn

Average = Callable[[Any, Any, Any], None]


class Averages:
    """A copy of a module that holds means of its weights."""

    def __init__(self, module: nn.Module, average: Average, *, use_buffers: bool) -> None:
        self._model = AveragedModel(module, multi_avg_fn=average, use_buffers=use_buffers)
        self._model.requires_grad_(False)

    @property
    def module(self) -> nn.Module | None:
        """The averaged network, or None as long as nothing was averaged."""
        averaged: nn.Module = self._model.module
        return averaged if self.additions else None

    @property
    def additions(self) -> int:
        """How many states were averaged (counted on the CPU, so asking does not wait for the device)."""
        return int(self._model.n_averaged)

    def after_step(self, module: nn.Module, step: int) -> None:
        """Take in the weights after a step (counted from 1)."""

    def after_epoch(self, module: nn.Module, epoch: int, batches: Iterable[Tensor]) -> None:
        """Take in the weights after an epoch (counted from 1); the pictures are for the statistics of normalization."""

    def state(self) -> dict[str, Tensor]:
        """All of it."""
        return dict(self._model.state_dict())

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from an earlier state."""
        self._model.load_state_dict(state)


class StepAverages(Averages):
    """An exponential moving average over steps, of weights and running statistics alike."""

    def __init__(self, module: nn.Module, *, every: int, share: Callable[[int], float]) -> None:
        """`share` is the share of the average that the addition of that number keeps."""
        super().__init__(module, self._add, use_buffers=True)
        self._every, self._share = every, share

    def after_step(self, module: nn.Module, step: int) -> None:
        """Take in the weights after every so many steps."""
        if step % self._every == 0:
            self._model.update_parameters(module)

    @torch.no_grad()
    def _add(self, averaged: list[Tensor], current: list[Tensor], _count: Any) -> None:
        if averaged[0].is_floating_point():
            torch._foreach_lerp_(averaged, current, 1 - self._share(self.additions))
        else:  # a count of batches is no mean
            torch._foreach_copy_(averaged, current)


class EpochAverages(Averages):
    """The mean over the epochs from one on; its normalization is measured anew with the mean's own activations."""

    def __init__(self, module: nn.Module, *, first_epoch: int) -> None:
        super().__init__(module, get_swa_multi_avg_fn(), use_buffers=False)  # type: ignore[no-untyped-call]
        self._first = first_epoch

    def after_epoch(self, module: nn.Module, epoch: int, batches: Iterable[Tensor]) -> None:
        """Take in the weights, and measure the statistics of the layers that are not frozen."""
        if epoch >= self._first:
            self._model.update_parameters(module)
            live = {name for name, layer in module.named_modules() if isinstance(layer, _BatchNorm) and layer.training}
            measure_norms(self._model.module, live, batches)


@torch.no_grad()
def measure_norms(module: nn.Module, names: set[str], batches: Iterable[Tensor]) -> None:
    """Set the running statistics of some layers to the means over some batches; nothing else is in training mode."""
    layers = [layer for name, layer in module.named_modules() if name in names and isinstance(layer, _BatchNorm)]
    layers = [layer for layer in layers if layer.track_running_stats]
    module.eval()
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the plain mean
        layer.train()
    for images in batches:
        module(images)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
        layer.eval()
