"""Computing the activations of some groups a second time in the backward pass instead of keeping them.

The numbers are the same to the last bit, dropout included, and normalization counts a batch once (arXiv 1604.06174).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from itertools import count
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.passes.split_module import split_module
from torch.nn.modules.batchnorm import _NormBase
from torch.utils.checkpoint import checkpoint

from workbench.core.modelling.compile import node_of


class Recomputed(nn.Module):
    """A part of a network that keeps its inputs alone."""

    def __init__(self, group: str, part: nn.Module) -> None:
        super().__init__()
        self.group, self.part = group, part
        self._contexts = partial(_contexts, [layer for layer in part.modules() if isinstance(layer, _NormBase)])

    def forward(self, *inputs: Tensor) -> Any:
        """The output of the part; without gradients nothing is kept anyway."""
        if not torch.is_grad_enabled():
            return self.part(*inputs)
        return checkpoint(self.part, *inputs, use_reentrant=False, context_fn=self._contexts)


def recomputing(module: fx.GraphModule, groups: Collection[str]) -> fx.GraphModule:
    """A second way to run the same layers, in which some groups keep their inputs alone; the module itself if none.

    Layers are shared, so weights, modes and hooks are one; names of weights are the given module's.
    A group whose nodes do not follow each other is computed again in pieces.
    """
    if not groups:
        return module
    found: dict[str, str] = {}
    split = split_module(module, module, _pieces(groups, found))
    for name, part in list(split.named_children()):
        if group := found.get(name.removeprefix("submod_")):
            setattr(split, name, Recomputed(group, part))
    return split


def _pieces(groups: Collection[str], found: dict[str, str]) -> Callable[[fx.Node], Any]:
    """Names the piece of each fx node in turn, a new one wherever the group changes, and notes the group of each."""
    numbers = count()
    last: tuple[str | None, str] | None = None

    def piece(node: fx.Node) -> str:
        nonlocal last
        name = node_of(node) or (str(node.target) if node.op in ("call_module", "get_attr") else None)
        group = _group_of(name, groups) if name or last is None else last[0]  # a step of a longer expression
        if last is None or last[0] != group:
            last = group, f"piece_{next(numbers)}"
            found.update({last[1]: group} if group else {})
        return last[1]

    return piece


def _group_of(name: str | None, groups: Collection[str]) -> str | None:
    return next((group for group in groups if f"{name}.".startswith(f"{group}.")), None)


def _contexts(norms: list[_NormBase]) -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
    """What surrounds the first computation, and the second."""
    return nullcontext(), _statistics_aside(norms)


@contextmanager
def _statistics_aside(norms: list[_NormBase]) -> Iterator[None]:
    """Let layers move copies of their running statistics: they have seen this batch already."""
    held = [dict(layer._buffers) for layer in norms]
    for layer in norms:
        layer._buffers.update({name: None if each is None else each.clone() for name, each in layer._buffers.items()})
    try:
        yield
    finally:
        for layer, buffers in zip(norms, held, strict=True):
            layer._buffers.update(buffers)
