"""What is taken out of a result of a traced module: one of several results, one entry of an axis, or several."""

from __future__ import annotations

from typing import Any

from torch import Tensor, fx

from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import ShapeError
from workbench.core.modelling.found import Found, called, constants_of, inputs_of, is_call, placed
from workbench.core.modelling.tracing import BATCH, VALUE

NO_KIND = "there is no layer kind for this slice"


def has_parts(node: fx.Node) -> bool:
    """Whether an operation makes several tensors, each of which is a layer of its own."""
    return any(is_call(node, name) for name in ("chunk", "split", "unbind"))


def taken(node: fx.Node) -> Found | fx.Node:
    """A part of a tensor that was cut, the output of an attention, or entries of an axis."""
    source, index = node.args
    assert isinstance(source, fx.Node)
    if has_parts(source):
        return _part(node, source, index)
    if source.op == "call_module" and isinstance(source.meta.get(VALUE), tuple):
        if index != 0:
            raise ShapeError(f"only the first result of {source.target} can be used")
        return source
    return _entries(node, source, index if isinstance(index, tuple) else (index,))


def reshaped(node: fx.Node) -> Found:
    """A change of axes by what it makes, so that no size has to be computed; into a vector it is a flattening."""
    value = node.meta.get(VALUE)
    if not isinstance(value, Tensor) or value.shape[0] != BATCH:
        raise ShapeError("it mixes the pictures of a batch, or its sizes depend on the values")
    if value.ndim == 2:
        return placed(node, "Flatten", {}, inputs_of(node)[:1])
    return placed(node, "Reshape", {"shape": list(value.shape[1:])}, inputs_of(node)[:1])


def stretch(size: int, *, dim: int, start: int, length: int) -> tuple[str, dict[str, Any]]:
    """The kind and the arguments of some entries of an axis: where it falls into equal parts, one of them."""
    if size % length or start % length:
        return "Slice", {"dim": dim, "start": start, "length": length}
    return "Chunk", {"chunks": size // length, "index": start // length, "dim": dim}


def _part(node: fx.Node, source: fx.Node, index: Any) -> Found:
    constants, named = constants_of(source)
    if is_call(source, "chunk"):
        arguments = {**CATALOG["Chunk"].arguments_of_call(*constants, **named), "index": index}
        return placed(node, "Chunk", arguments, inputs_of(source))
    parts, tensor = source.meta.get(VALUE), _value(inputs_of(source)[0])
    place = 0 if is_call(source, "unbind") else 1
    dim = named.get("dim", constants[place] if len(constants) > place else 0) % tensor.ndim
    if dim == 0 or not isinstance(parts, tuple) or not isinstance(index, int):
        raise ShapeError(f"{called(source)} cuts the batch, or its parts depend on the values")
    index %= len(parts)
    if is_call(source, "unbind"):
        return placed(node, "Select", {"dim": dim, "index": index}, inputs_of(source))
    start = sum(part.shape[dim] for part in parts[:index])
    kind, arguments = stretch(tensor.shape[dim], dim=dim, start=start, length=parts[index].shape[dim])
    return placed(node, kind, arguments, inputs_of(source))


def _entries(node: fx.Node, source: fx.Node, axes: tuple[Any, ...]) -> Found | fx.Node:
    shape, value = _value(source).shape, node.meta.get(VALUE)
    if isinstance(value, Tensor) and value.numel() == shape.numel() and all(map(_keeps_order, axes)):
        return source if value.shape == shape else reshaped(node)
    if any(part is Ellipsis for part in axes):
        before = next(place for place, part in enumerate(axes) if part is Ellipsis)
        full = (slice(None),) * (len(shape) + 1 - len(axes))
        axes = (*axes[:before], *full, *axes[before + 1 :])
    chosen = [axis for axis, part in enumerate(axes) if part != slice(None)]
    if len(chosen) != 1 or chosen == [0]:
        raise ShapeError(NO_KIND)
    return _along(node, source, chosen[0], axes[chosen[0]])


def _along(node: fx.Node, source: fx.Node, axis: int, part: Any) -> Found:
    size = _value(source).shape[axis]
    if isinstance(part, int):
        return placed(node, "Select", {"dim": axis, "index": part}, (source,))
    if not isinstance(part, slice) or part.step not in (None, 1):
        raise ShapeError(NO_KIND)
    start, end, _step = part.indices(size)
    if end <= start:
        raise ShapeError("nothing is left of the axis")
    kind, arguments = stretch(size, dim=axis, start=start, length=end - start)
    return placed(node, kind, arguments, (source,))


def _keeps_order(part: Any) -> bool:
    """Whether an index takes values in their order; a list of places may exchange them."""
    return part is None or part is Ellipsis or isinstance(part, int | slice)


def _value(node: fx.Node) -> Tensor:
    """What a node computes on the meta device; raises `ShapeError` where that is not known."""
    value = node.meta.get(VALUE)
    if not isinstance(value, Tensor):
        raise ShapeError("its sizes depend on the values")
    return value
