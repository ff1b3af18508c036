"""What trains and what stays, down to the last bit: a frozen node keeps its parameters and its buffers."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

if TYPE_CHECKING:
    from workbench.core.training.plan import Phase


def is_below(name: str, prefixes: Collection[str]) -> bool:
    """Whether a module path is one of the prefixes or lies inside one."""
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def set_trainable(module: nn.Module, phase: Phase) -> list[nn.Parameter]:
    """Let gradients reach exactly what the phase trains, and return these parameters."""
    norms = {name for name, layer in module.named_modules() if isinstance(layer, _NormBase)}
    for name, parameter in module.named_parameters():
        stays = phase.norm == "frozen" and name.rpartition(".")[0] in norms
        parameter.requires_grad_(not stays and not is_frozen(name, phase))
    return [parameter for parameter in module.parameters() if parameter.requires_grad]


def set_training_mode(module: nn.Module, phase: Phase) -> None:
    """Training mode, except for what is frozen: a BatchNorm in training mode would move its running statistics."""
    module.train()
    for name, layer in module.named_modules():
        norm_stays = phase.norm != "train" and isinstance(layer, _NormBase)
        if name and (norm_stays or is_frozen(name, phase)):
            layer.eval()


def is_frozen(name: str, phase: Phase) -> bool:
    """Whether a module or parameter stays as it is: it is frozen, or it is not among the few that train."""
    if is_below(name, phase.frozen):
        return True
    return bool(phase.trainable) and not is_below(name, phase.trainable) and not _holds(name, phase.trainable)


def _holds(name: str, prefixes: Collection[str]) -> bool:
    return any(prefix.startswith(name + ".") for prefix in prefixes)
