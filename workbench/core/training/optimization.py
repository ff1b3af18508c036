"""Optimizers, schedules and initializations: one decorated definition each, found by name in a training plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from workbench.core.layers.lazy import LazyModule
from workbench.registry import Registry

if TYPE_CHECKING:
    import torch

    from workbench.core.training.plan import TrainingPlan
else:
    torch = LazyModule("torch")

Parameters = Iterable["torch.nn.Parameter"]
OPTIMIZERS: Registry[Callable[[Parameters, TrainingPlan], torch.optim.Optimizer]] = Registry("optimizer")
SCHEDULES: Registry[Callable[[TrainingPlan, float, int], float]] = Registry("schedule")
INITIALIZATIONS: Registry[Callable[[torch.nn.Module], None]] = Registry("initialization")


@OPTIMIZERS.register("adamw")
def adamw(parameters: Parameters, plan: TrainingPlan) -> torch.optim.Optimizer:
    """AdamW: steps scaled per weight, decay apart from the gradient (arXiv 1711.05101). A good first choice."""
    return torch.optim.AdamW(parameters, lr=plan.learning_rate, weight_decay=plan.weight_decay, fused=True)


@OPTIMIZERS.register("sgd")
def sgd(parameters: Parameters, plan: TrainingPlan) -> torch.optim.Optimizer:
    """SGD with Nesterov momentum: wants a larger rate (about 0.05), often ends a little better."""
    nesterov = plan.momentum > 0
    return torch.optim.SGD(
        parameters,
        lr=plan.learning_rate,
        momentum=plan.momentum,
        weight_decay=plan.weight_decay,
        nesterov=nesterov,
        fused=True,
    )


@SCHEDULES.register("constant")
def constant(plan: TrainingPlan, epoch: float, epochs: int) -> float:
    """The rate stays as it is."""
    return 1.0


@SCHEDULES.register("step")
def step(plan: TrainingPlan, epoch: float, epochs: int) -> float:
    """The rate is multiplied by gamma after every `step_size` epochs."""
    return float(plan.gamma ** (int(epoch) // plan.step_size))


@SCHEDULES.register("cosine")
def cosine(plan: TrainingPlan, epoch: float, epochs: int) -> float:
    """The rate falls along half a cosine to zero at the end (arXiv 1608.03983, without restarts)."""
    return 0.5 * (1 + math.cos(math.pi * epoch / epochs))


@INITIALIZATIONS.register("pytorch")
def pytorch(module: torch.nn.Module) -> None:
    """What PyTorch does by itself: uniform, scaled by the inputs of a layer."""


@INITIALIZATIONS.register("kaiming-fan-out")
def kaiming_fan_out(module: torch.nn.Module) -> None:
    """Normal, scaled by the outputs of each convolution (arXiv 1502.01852): keeps gradients alive in deep networks."""
    for layer in module.modules():
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            if layer.bias is not None:
                torch.nn.init.zeros_(layer.bias)
