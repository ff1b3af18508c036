"""What trains and what stays, down to the last bit: a frozen node keeps its parameters and its buffers."""

from __future__ import annotations

from collections.abc import Collection

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from workbench.core.training.plan import Phase


def is_below(name: str, prefixes: Collection[str]) -> bool:
    """Whether a module path is one of the prefixes or lies inside one."""
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def set_trainable(module: nn.Module, phase: Phase) -> list[nn.Parameter]:
    """Let gradients reach exactly what the phase trains, and return these parameters."""
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(not is_below(name, phase.frozen))
    return [parameter for parameter in module.parameters() if parameter.requires_grad]


def set_training_mode(module: nn.Module, phase: Phase) -> None:
    """Training mode, except for what is frozen: a BatchNorm in training mode would move its running statistics."""
    module.train()
    for name, layer in module.named_modules():
        if name and (is_below(name, phase.frozen) or (phase.freeze_norm and isinstance(layer, _NormBase))):
            layer.eval()
