"""What trains and what stays, down to the last bit: a frozen node keeps its parameters and its buffers."""

from __future__ import annotations

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from workbench.core.training.phases import Phase, is_frozen


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
