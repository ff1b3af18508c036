"""What is measured of the layers in a few steps of an epoch: gradients, changes of the weights, activations.

A step that is not measured costs nothing, and one that is changes nothing: hooks only read, no random number is drawn,
and what they find stays on the device until the next report, which waits for the device anyway. Where memory is too
short for it, a layer is not measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from workbench.core.training.events import LayerMeasures, LayersMeasured
from workbench.core.training.fitting import shortage

if TYPE_CHECKING:
    from workbench.core.training.session import Session

SAMPLES_PER_EPOCH = 2
LEAST_PICTURES, ENOUGH_VALUES = 16, 2**18
"""Of a large activation so many pictures are measured that they have enough values, but never fewer than the least."""
INPUT = "input"
"""Under this name the pictures as the network gets them are measured, beside the layers."""


class LayerWatch:
    """Measures the layers of a session in the steps that are due."""

    def __init__(self) -> None:
        self._hooks: list[RemovableHandle] = []
        self._activations: dict[str, Tensor] = {}
        self._before: dict[str, Tensor] = {}
        self._norms: dict[str, Tensor] = {}
        self._ready: list[tuple[int, dict[str, Tensor], dict[str, Tensor]]] = []

    def begin_step(self, session: Session) -> None:
        """Watch the step that begins, if it is due; an attempt that is made once more is watched from the start."""
        if self._hooks:
            self._forget()
        if not is_due(session):
            return
        whole = session.learner.forward  # another than the module where activations are computed again
        if isinstance(whole, nn.Module):
            self._hooks.append(whole.register_forward_pre_hook(lambda _module, inputs: self._see(INPUT, inputs[0])))
        for name, layer in session.module.named_modules():
            if name and not any(layer.children()):
                self._hooks.append(layer.register_forward_hook(self._seer(name)))

    def before_change(self, session: Session) -> None:
        """All gradients are there in full length, and the weights have not moved: note both."""
        if self._hooks and shortage(lambda: self._note(session.module)):
            self._forget()

    def after_change(self, session: Session) -> None:
        """The weights have moved: measure how far, and stop watching."""
        if self._hooks and not shortage(lambda: self._compare(session.module)):
            self._ready.append((session.step, self._activations, self._norms))
        if self._hooks:
            self._forget()

    def told(self, session: Session) -> Iterator[LayersMeasured]:
        """What was measured since this was last asked; waits for the device."""
        ready, self._ready = self._ready, []
        for step, activations, weights in ready:
            layers = tuple(_layers(activations, weights))
            yield LayersMeasured(time=time.time(), step=step + 1, epoch=session.epoch + 1, layers=layers)

    def _forget(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._activations, self._before, self._norms = {}, {}, {}

    def _seer(self, name: str) -> Any:
        return lambda _layer, _inputs, output: self._see(name, output)

    def _see(self, name: str, value: Any) -> None:
        """Measure an activation; of several passes, and of one that is computed again, the first counts."""
        if name not in self._activations and isinstance(value, Tensor) and value.is_floating_point():
            shortage(lambda: self._activations.update({name: _statistics(value.detach())}))

    @torch.no_grad()
    def _note(self, module: nn.Module) -> None:
        for name, value, gradient in _trained(module):
            self._before[name], self._norms[name] = value.detach().clone(), gradient.norm()[None]

    @torch.no_grad()
    def _compare(self, module: nn.Module) -> None:
        for name, value, _gradient in _trained(module):
            before = self._before[name]
            self._norms[name] = torch.cat([self._norms[name], before.norm()[None], (value - before).norm()[None]])


def is_due(session: Session) -> bool:
    """Whether the next step is one of the few that are measured; the second of an epoch is the first of them."""
    every = max(1, session.steps_per_epoch // SAMPLES_PER_EPOCH)
    return session.step_in_epoch % every == min(1, every - 1)


@torch.no_grad()
def _statistics(value: Tensor) -> Tensor:
    """Mean, deviation, share of zeros, share of channels that are nowhere above zero, over the first pictures.

    On the CPU `std_mean`, `any` and a comparison whose hits are counted take ten to a hundred times as long as these.
    """
    value = value[: max(LEAST_PICTURES, ENOUGH_VALUES // max(1, value[:1].numel()))]
    channel = 2 if value.ndim == 3 else 1  # pictures (batch, channel, height, width), tokens (batch, token, channel)
    highest = value.amax(dim=[axis for axis in range(value.ndim) if axis != channel])
    numbers = value.float()
    mean = numbers.mean()
    deviation = torch.linalg.vector_norm(numbers - mean) / numbers.numel() ** 0.5
    return torch.stack([mean, deviation, 1 - numbers.sign().abs_().mean(), 1 - (highest > 0).float().mean()])


def _trained(module: nn.Module) -> Iterator[tuple[str, Tensor, Tensor]]:
    """The weights (not biases, scales and offsets) that have a gradient, and that gradient."""
    for name, value in module.named_parameters():
        if value.ndim > 1 and value.grad is not None:
            yield name, value, value.grad


def _layers(activations: dict[str, Tensor], weights: dict[str, Tensor]) -> Iterator[LayerMeasures]:
    seen = _lists(activations)
    moved = {name.removesuffix(".weight"): found for name, found in _lists(weights).items()}
    for name in dict.fromkeys((*seen, *moved)):
        mean, deviation, zeros, dead = seen.get(name, (None,) * 4)
        gradient, weight, update = moved.get(name, (None,) * 3)
        yield LayerMeasures(name, mean, deviation, zeros, dead, gradient, weight, update)


def _lists(values: dict[str, Tensor]) -> dict[str, list[float]]:
    """All numbers in one piece from the device, to five digits: logs are read by people and kept for long."""
    if not values:
        return {}
    rows = torch.stack(list(values.values())).tolist()
    return {name: [float(f"{number:.5g}") for number in row] for name, row in zip(values, rows, strict=True)}
