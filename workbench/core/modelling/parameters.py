"""Which layer the use of a free parameter is: a class token, a position embedding, a layer scale, or just numbers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from workbench.core.layers.kind import ShapeError
from workbench.core.modelling.found import Found
from workbench.core.modelling.tracing import VALUE


@dataclass(frozen=True)
class Use:
    """A parameter that is one layer together with the operation that uses it."""

    kind: str
    parameter: fx.Node
    value: fx.Node


def use_of_parameter(node: fx.Node, root: nn.Module) -> Found | None:
    """The layer that an operation with a free parameter is; None if it is another operation."""
    use = _use(node)
    if use is None:
        return None
    arguments = {"initial": _beginning(use.parameter, root)} if use.kind == "LayerScale" else {}
    known = {key: value for key, value in arguments.items() if value not in (None, 1e-6)}
    return Found(use.kind, known, str(use.parameter.target), (use.value,))


def is_part_of_use(node: fx.Node) -> bool:
    """Whether a parameter, or its copy for every picture, belongs to the layer of the operation that comes next."""
    user = next(iter(node.users), None)
    if user is None or len(node.users) > 1:
        return False
    use = _use(user)
    if node.op == "get_attr":
        return (use is not None and use.parameter is node) or (user.target == "expand" and is_part_of_use(user))
    return node.target == "expand" and use is not None and use.parameter in node.all_input_nodes


def free_parameter(node: fx.Node, root: nn.Module) -> Found:
    """A parameter as a node of its own; raises `ShapeError` where it has no batch axis of size 1, or is a constant."""
    value = _attribute(root, str(node.target))
    if not isinstance(value, nn.Parameter):
        raise ShapeError(
            "the catalog has no kind for a constant tensor (what normalizes the pictures belongs before the network)"
        )
    if value.ndim < 2 or value.shape[0] != 1:
        raise ShapeError("a free parameter needs a first axis of size 1, for the batch")
    return Found("Parameter", {"shape": list(value.shape[1:])}, str(node.target))


def _use(node: fx.Node) -> Use | None:
    if node.op not in ("call_function", "call_method"):
        return None
    called = getattr(node.target, "__name__", node.target)
    if called in ("mul", "add", "imul", "iadd") and len(node.all_input_nodes) == len(node.args) == 2:
        first, second = node.all_input_nodes
        return _arithmetic(called, first, second) or _arithmetic(called, second, first)
    if called in ("cat", "concat") and _shape(node) is not None and len(node.all_input_nodes) == 2:
        return _token(node)
    return None


def _arithmetic(called: str, parameter: fx.Node, value: fx.Node) -> Use | None:
    """A product with one number for each channel, or a sum with one vector for each token."""
    mine, other = _shape(parameter), _shape(value)
    if parameter.op != "get_attr" or value.op == "get_attr" or len(parameter.users) > 1 or not mine or not other:
        return None
    if called.endswith("mul") and len(other) == 4 and mine == (other[1], 1, 1):
        return Use("LayerScale", parameter, value)
    if called.endswith("add") and len(other) == 3 and mine == (1, *other[1:]):
        return Use("PositionEmbedding", parameter, value)
    return None


def _token(node: fx.Node) -> Use | None:
    """A parameter, copied for every picture, in front of a sequence."""
    copied, value = node.all_input_nodes
    axis = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else 0)
    source = copied.all_input_nodes[0] if copied.target == "expand" else copied
    in_front = node.args and list(node.args[0]) == [copied, value]  # type: ignore[arg-type]
    shape = _shape(source)
    if source.op != "get_attr" or axis != 1 or not in_front or not shape or shape[:2] != (1, 1) or len(shape) != 3:
        return None
    return Use("ClassToken", source, value)


def _shape(node: fx.Node) -> tuple[int, ...] | None:
    value = node.meta.get(VALUE)
    return tuple(value.shape) if isinstance(value, Tensor) else None


def _beginning(node: fx.Node, root: nn.Module) -> float | None:
    """The one number that all of a parameter holds, to the six digits of float32; None where it has been trained."""
    value = _attribute(root, str(node.target))
    if not isinstance(value, Tensor) or value.is_meta:
        return None
    with torch.no_grad():
        least, most = float(value.min()), float(value.max())
    return float(f"{most:.6g}") if 0 <= least == most <= 10 else None


def _attribute(root: nn.Module, path: str) -> object:
    owner, _, name = path.rpartition(".")
    return getattr(root.get_submodule(owner), name)
