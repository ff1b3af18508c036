"""Random numbers for weights without touching those of the whole process, which a training in another thread needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.overrides import TorchFunctionMode

FILLING = frozenset({Tensor.uniform_, Tensor.normal_, Tensor.bernoulli_, Tensor.random_, Tensor.exponential_})
"""What fills a tensor with random numbers."""
MAKING = frozenset({torch.rand, torch.randn, torch.randint, torch.randperm, torch.normal, torch.bernoulli})
"""What makes a tensor of random numbers."""
INITIALIZING = frozenset(
    function for function in vars(nn.init).values() if "generator" in getattr(function, "__annotations__", ())
)
"""What initializes a weight at random; torch hands some of these over as a whole, not the filling inside them."""


class DrawingFrom(TorchFunctionMode):
    """In this thread, for a while, all random numbers come from one generator."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run a function of torch, one that draws with the generator."""
        given = dict(kwargs or {})
        if func in FILLING or func in MAKING or func in INITIALIZING:
            given["generator"] = self.generator
        return func(*args, **given)
