"""A network before any training, to look into while it is being built."""

from __future__ import annotations

from torch import Generator, fx

from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.randomness import DrawingFrom


def untrained_module(network: Network, *, seed: int = 0) -> fx.GraphModule:
    """The network with PyTorch's usual initialization, in evaluation mode, drawn from a generator of its own.

    A training in another thread keeps its random numbers: the global generator is not touched.
    """
    with DrawingFrom(Generator().manual_seed(seed)):
        return build_module(network).eval()
