"""Weights for one layer at a time: those of a run where name and shape fit, else random ones of the layer's own.

The random numbers of a layer come from its name alone, so that an edit elsewhere does not change what it computes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from torch import Generator, Tensor, nn

from workbench.core.graph.network import Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind, ParameterKind, Shape, ShapeError
from workbench.core.modelling.randomness import DrawingFrom
from workbench.core.modelling.shapes import prepared
from workbench.errors import Problem

Origin = Literal["", "random", "given"]
"""Where the weights of a layer come from; nothing for one without any."""
Weights = Mapping[str, Tensor]
"""By key of the state dict, that is by node name."""


@dataclass(frozen=True)
class Layer:
    """A layer ready to run on tensors with a batch axis."""

    call: Callable[..., Tensor]
    origin: Origin = ""


def layer_of(node: Node, shapes: tuple[Shape, ...], weights: Weights, *, seed: int = 0) -> Layer:
    """The layer of a node for inputs of these shapes, in evaluation mode; the process's random numbers stay.

    Raises `ShapeError` for a node that cannot be built.
    """
    kind = CATALOG.parse(node)
    if isinstance(kind, Problem):
        raise ShapeError(str(kind))
    with DrawingFrom(Generator().manual_seed(zlib.crc32(node.name.encode()) ^ seed)):
        call, _ = prepared(_keeping_input(kind), shapes)
    if isinstance(kind, ParameterKind):
        return _with_parameter(kind, node.name, call.args[0], weights)
    return _with_state(node.name, call, weights) if isinstance(call, nn.Module) else Layer(call)


def kernels_of(node: Node, shapes: tuple[Shape, ...], weights: Weights, *, seed: int = 0) -> Tensor | None:
    """The weights `(out, in, height, width)` with which a layer would run; None for one without kernels."""
    call: Any = layer_of(node, shapes, weights, seed=seed).call
    weight = getattr(call, "weight", None)
    return weight.detach() if isinstance(weight, Tensor) and weight.ndim == 4 else None


def _keeping_input(kind: LayerKind) -> LayerKind:
    """The kind without its wish to overwrite its input, which others may still need."""
    return msgspec.structs.replace(kind, inplace=False) if getattr(kind, "inplace", False) else kind


def _with_state(name: str, module: nn.Module, weights: Weights) -> Layer:
    own = module.state_dict()
    if not own:
        return Layer(module)
    given = {key: weights[f"{name}.{key}"] for key in own if f"{name}.{key}" in weights}
    if given.keys() != own.keys() or any(given[key].shape != own[key].shape for key in own):
        return Layer(module, "random")
    module.load_state_dict(given)
    return Layer(module, "given")


def _with_parameter(kind: ParameterKind, name: str, start: Tensor, weights: Weights) -> Layer:
    given = weights.get(name)
    fits = given is not None and given.shape == start.shape
    value = given if fits and given is not None else start
    return Layer(lambda *inputs: kind.forward(value, *inputs), "given" if fits else "random")
