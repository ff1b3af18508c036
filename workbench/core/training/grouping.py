"""Which parameters share a rate and a decay: the groups of the optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from workbench.core.training.phases import ParameterGroup, fits
from workbench.core.training.plan import TrainingPlan

NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm)


@dataclass(frozen=True)
class Groups:
    """Groups as `torch.optim` takes them, and beside each the multiplier of the learning rate."""

    groups: tuple[dict[str, Any], ...]
    rates: tuple[float, ...]


def parameter_groups(module: nn.Module, plan: TrainingPlan, patterns: Sequence[ParameterGroup]) -> Groups:
    """The groups of what trains; the first pattern that fits a parameter counts, without one its rate is the plan's."""
    spared = undecayed(module) if plan.decay == "weights" else frozenset()
    shared: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            group = next((each for each in patterns if fits(name, each.pattern)), ParameterGroup(pattern="*"))
            decay = 0.0 if name in spared else plan.weight_decay * group.decay
            shared.setdefault((group.rate, decay), []).append(parameter)
    groups = tuple({"params": parameters, "weight_decay": decay} for (_, decay), parameters in shared.items())
    return Groups(groups, tuple(rate for rate, _ in shared))


def undecayed(module: nn.Module) -> frozenset[str]:
    """The parameters that a decay of weights alone spares: those of normalization layers, biases, single scales."""
    norms = {name for name, layer in module.named_modules() if isinstance(layer, NORMS)}
    return frozenset(
        name
        for name, parameter in module.named_parameters()
        if parameter.ndim <= 1 or name.endswith(".bias") or name.rpartition(".")[0] in norms
    )
