"""A network before any training, to look into while it is being built."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor, fx, nn

from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module


def untrained_module(network: Network, *, seed: int = 0) -> fx.GraphModule:
    """The network with PyTorch's usual initialization, in evaluation mode, drawn from a generator of its own.

    A training in another thread keeps its random numbers: the global generator is not touched.
    """
    generator = Generator().manual_seed(seed)
    module = build_module(network, device="meta").to_empty(device="cpu")
    for layer in module.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            _draw(layer.weight, layer.bias, generator)
        elif callable(reset := getattr(layer, "reset_parameters", None)):
            reset()  # normalizations and activations: constants
    return module.eval()


@torch.no_grad()
def _draw(weight: Tensor, bias: Tensor | None, generator: Generator) -> None:
    """Uniform within ±1/sqrt(fan-in), as `torch.nn.Conv2d` and `torch.nn.Linear` document it."""
    bound = 1 / math.sqrt(weight[0].numel())
    weight.uniform_(-bound, bound, generator=generator)
    if bias is not None:
        bias.uniform_(-bound, bound, generator=generator)
