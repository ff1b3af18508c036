"""Initializations: how the weights begin, one decorated function each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.core.layers.lazy import LazyModule
from workbench.registry import Registry

if TYPE_CHECKING:
    import torch

    from workbench.core.graph.network import Network
else:
    torch = LazyModule("torch")

INITIALIZATIONS: Registry[Callable[[torch.nn.Module], None]] = Registry("initialization")
JOINS = ("Add",)
PASSING = ("StochasticDepth", "Dropout")
"""Layers at the end of a branch that leave out or let through."""


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


@INITIALIZATIONS.register("xavier")
def xavier(module: torch.nn.Module) -> None:
    """Uniform, scaled by inputs and outputs of each layer (Glorot and Bengio 2010); for tanh and sigmoid."""
    for layer in module.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            torch.nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                torch.nn.init.zeros_(layer.bias)


@INITIALIZATIONS.register("dirac")
def dirac(module: torch.nn.Module) -> None:
    """Convolutions pass on what they get, as far as they have channels for it, and add noise (arXiv 1706.00388)."""
    for layer in module.modules():
        if isinstance(layer, torch.nn.Conv2d) and layer.groups == 1:
            torch.nn.init.dirac_(layer.weight.data[: layer.in_channels])


def zero_last_norms(module: torch.nn.Module, network: Network) -> None:
    """Let each residual block begin as its shortcut: the last normalization scales by zero (arXiv 1706.02677)."""
    for name in last_norms(network):
        layer = module.get_submodule(name)
        if isinstance(weight := getattr(layer, "weight", None), torch.nn.Parameter):
            torch.nn.init.zeros_(weight)


def last_norms(network: Network) -> list[str]:
    """The normalization at the end of each residual branch: of two that meet, the one farther from the input."""
    depth: dict[str, int] = {}
    for name in network.execution_order:
        depth[name] = 1 + max((depth[source] for source in network[name].inputs), default=0)
    joins = (network[name] for name in network.execution_order if network[name].kind in JOINS)
    ends = ([_end(each, network) for each in join.inputs] for join in joins)
    norms = ([name for name in found if "BatchNorm" in network[name].kind] for found in ends)
    return [max(found, key=depth.__getitem__) for found in norms if found]


def _end(name: str, network: Network) -> str:
    """The last layer of a branch that computes something."""
    while network[name].kind in PASSING and network[name].inputs:
        name = network[name].inputs[0]
    return name
