"""Real steps with noise for pictures: whether a batch fits, and what it takes at its fullest moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.heads import head_of
from workbench.core.modelling.memory import training_memory
from workbench.core.modelling.recompute import recomputing
from workbench.core.modelling.shapes import analyse
from workbench.core.training.device import autocast
from workbench.core.training.plan import TrainingPlan


@dataclass(frozen=True)
class Measured:
    """The bytes that a step with a batch took at its fullest moment, and those that were predicted for it."""

    batch: int
    bytes: int
    predicted: int


@dataclass(frozen=True)
class TrialSteps:
    """Steps of a plan on noise. Nothing of them stays; the weights they change are their own."""

    plan: TrainingPlan
    network: Network
    device: torch.device
    precision: str

    def take(self, batch: int) -> None:
        """Two steps: the second has the optimizer's state beside it."""
        step, _ = self._prepared(batch)
        step()
        step()

    def measure(self, batch: int) -> Measured:
        """What a step takes: counted by the allocator of a graphics device, elsewhere by the profiler."""
        predicted = self.predicted(batch)
        if self.device.type == "cuda":
            return Measured(batch, self._on_device(batch), predicted)
        step, held = self._prepared(batch)
        step()
        return Measured(batch, most_allocated(step) + held(), predicted)

    def predicted(self, batch: int) -> int:
        """The bytes of a step as they are counted from the network alone."""
        plan = self.plan
        return training_memory(
            self.network, batch=batch, optimizer=plan.optimizer, precision=self.precision, recompute=plan.recompute
        ).total

    def _on_device(self, batch: int) -> int:
        torch.cuda.empty_cache()
        before = torch.cuda.memory_allocated(self.device)
        torch.cuda.reset_peak_memory_stats(self.device)
        self.take(batch)
        return torch.cuda.max_memory_allocated(self.device) - before

    def _prepared(self, batch: int) -> tuple[Callable[[], None], Callable[[], int]]:
        """A step, and what tells the bytes that stay between two."""
        module = build_module(self.network, device=self.device).to(memory_format=torch.channels_last).train()
        optimizer = self.plan.optimizer.build([{"params": list(module.parameters()), "lr": 1e-6}], self._head(module))
        forward = recomputing(module, self.plan.recompute)
        shape = analyse(self.network).input_shape or ()
        images = torch.zeros(batch, *shape, device=self.device).to(memory_format=torch.channels_last)
        labels = torch.zeros(batch, dtype=torch.int64, device=self.device)

        def step() -> None:
            optimizer.zero_grad()
            with autocast(self.device, self.precision):
                logits = forward(images).float()
                loss = self.plan.loss(logits, labels)
            torch.autograd.backward(loss)
            optimizer.step()
            optimizer.zero_grad()

        def held() -> int:
            states = optimizer.state_dict()["state"].values()
            return images.nbytes + sum(_bytes(each) for each in (module.state_dict(), *states))

        return step, held

    def _head(self, module: nn.Module) -> list[nn.Parameter]:
        head = head_of(self.network)
        return list(module.get_submodule(head.name).parameters()) if head is not None else []


def _bytes(values: Mapping[str, Any]) -> int:
    """The bytes of the tensors among some values."""
    return sum(value.nbytes for value in values.values() if isinstance(value, torch.Tensor))


def most_allocated(work: Callable[[], None]) -> int:
    """The most bytes of the machine's own memory that were alive at once during some work, beyond those before it."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler writes to standard error what nobody asked for
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        work()
    assert profiled.profiler is not None and profiled.profiler.kineto_results is not None
    told: list[Any] = [each for each in profiled.profiler.kineto_results.events() if each.name() == "[memory]"]
    alive = most = 0
    for event in sorted(told, key=lambda each: each.start_ns()):
        alive += event.nbytes()
        most = max(most, alive)
    return most
