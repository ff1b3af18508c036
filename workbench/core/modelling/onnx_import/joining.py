"""Operators that join values or change their axes, and what several operators are together."""

from __future__ import annotations

from math import prod

import numpy as np

from workbench.core.layers.kind import Shape, ShapeError
from workbench.core.modelling.entries import stretch
from workbench.core.modelling.onnx_import.graph import Array, Builder, Layer, Operator, Value
from workbench.core.modelling.onnx_import.operators import operator
from workbench.core.modelling.tracing import BATCH

GATED = {"Sigmoid": "SiLU", "Hardsigmoid": "Hardswish"}
"""What a value times its own gate is."""
WITH_BIAS = ("Linear", "Conv2d")


@operator("Concat")
def _concatenation(node: Operator) -> Layer:
    if len(node.values) < len(node.inputs):
        raise ShapeError("it joins the picture with constants")
    return Layer("Concatenate", {"dim": node.get("axis", 1)}, node.values)


@operator("Add", "Sum", "Mul", "Sub", "Div", "Neg")
def _arithmetic(node: Operator) -> Layer:
    if node.proto.op_type == "Neg":
        return Layer("Affine", {"factor": -1.0}, node.values)
    if len(node.values) < len(node.inputs):
        constant = next(each for each in node.inputs if isinstance(each, np.ndarray))
        return _with_constant(node, constant)
    if node.proto.op_type in ("Sub", "Div"):
        raise ShapeError("the catalog adds and multiplies branches, it does not subtract or divide them")
    return Layer("Multiply" if node.proto.op_type == "Mul" else "Add", {}, node.values)


def _with_constant(node: Operator, constant: Array) -> Layer:
    """A product or a sum with one number, or a product with one number for each channel."""
    value = node.values[0]
    if constant.size == 1:
        return Layer("Affine", _line(node, float(f"{constant.item():.7g}")), (value,))
    if (
        node.proto.op_type == "Mul"
        and len(value.shape) == 3
        and constant.size == value.shape[0] == prod(_own(constant))
    ):
        return Layer("LayerScale", {}, (value,), {"": constant.reshape(-1, 1, 1)})
    raise ShapeError(f"the catalog has no layer for arithmetic with constants of shape {list(constant.shape)}")


def _line(node: Operator, number: float) -> dict[str, object]:
    """The factor and the offset of arithmetic with one number."""
    first = isinstance(node.inputs[0], np.ndarray)
    match node.proto.op_type:
        case "Mul":
            return {"factor": number}
        case "Sub":
            return {"factor": -1.0, "offset": number} if first else {"offset": -number}
        case "Div":
            if first or not number:
                raise ShapeError("it divides by what it computes, or by zero")
            return {"factor": 1 / number}
    return {"offset": number}


def _own(constant: Array) -> Shape:
    """The shape of a constant if it varies from channel to channel only, else nothing that fits."""
    shape = (1,) * (4 - constant.ndim) + constant.shape
    return shape[1:2] if shape[0] == shape[2] == shape[3] == 1 else (0,)


@operator("Flatten")
def _flatten(node: Operator) -> Layer:
    axis = node.get("axis", 1)
    if axis % (len(node.value.shape) + 1) != 1:
        raise ShapeError(f"it flattens from axis {axis} on, not from the channels on")
    return Layer("Flatten", {}, (node.value,))


@operator("Reshape")
def _reshape(node: Operator) -> Layer:
    target = [int(each) for each in node.option("shape", 1, ())]
    before = (BATCH, *node.value.shape)
    sizes = [before[axis] if each == 0 and axis < len(before) else each for axis, each in enumerate(target)]
    if sizes.count(-1) == 1 and sizes[0] != -1:
        known = prod(each for each in sizes[1:] if each != -1)
        sizes = [prod(before[1:]) // max(known, 1) if each == -1 else each for each in sizes]
    if prod(sizes[1:]) != prod(before[1:]) or min(sizes[1:], default=1) < 1:
        raise ShapeError("it mixes the pictures of a batch, or its sizes depend on the values")
    return reshaped(node.value, tuple(sizes[1:]))


def reshaped(value: Value, shape: Shape) -> Layer:
    """A change of axes by what it makes; into a vector it is a flattening."""
    return Layer("Flatten", {}, (value,)) if len(shape) == 1 else Layer("Reshape", {"shape": list(shape)}, (value,))


@operator("Squeeze", "Unsqueeze")
def _one_axis(node: Operator) -> Layer:
    shape: list[int] = [BATCH, *node.value.shape]
    axes = node.option("axes", 1, None)
    if node.proto.op_type == "Squeeze":
        gone = (
            [axis for axis, size in enumerate(shape) if size == 1] if axes is None else [a % len(shape) for a in axes]
        )
        shape = [size for axis, size in enumerate(shape) if axis not in gone]
    else:
        for axis in sorted(each % (len(shape) + len(axes)) for each in axes):
            shape.insert(axis, 1)
    if shape[0] != BATCH:
        raise ShapeError("it moves the axis of the pictures")
    return reshaped(node.value, tuple(shape[1:]))


@operator("Transpose")
def _transpose(node: Operator) -> Layer:
    return Layer("Permute", {"dims": node.numbers("perm", ())}, (node.value,))


@operator("Gather")
def _entry(node: Operator) -> Layer:
    index = node.weight(1)
    if index.ndim:
        raise ShapeError("it takes several entries of an axis")
    return Layer("Select", {"dim": node.get("axis", 0), "index": int(index)}, (node.value,))


@operator("Slice")
def _slice(node: Operator) -> Layer | Value:
    """Some entries of an axis that follow one another."""
    starts, ends = node.option("starts", 1, ()), node.option("ends", 2, ())
    axes, steps = node.option("axes", 3, range(len(starts))), node.option("steps", 4, [1])
    if len(starts) != 1 or list(steps) != [1] or axes[0] % (len(node.value.shape) + 1) == 0:
        raise ShapeError("it takes entries of several axes, or not one after another")
    axis = axes[0] % (len(node.value.shape) + 1)
    size = node.value.shape[axis - 1]
    start, end, _step = slice(starts[0], ends[0]).indices(size)
    length = max(end - start, 1)
    if length == size:
        return node.value
    return Layer(*stretch(size, dim=axis, start=start, length=length), (node.value,))


def parts(node: Operator) -> list[Layer]:
    """A `Split`: one layer for each of its outputs."""
    count, axis = len(node.proto.output), node.get("axis", 0) % (len(node.value.shape) + 1)
    if axis == 0:
        raise ShapeError("it cuts the batch")
    size = node.value.shape[axis - 1]
    sizes = [int(each) for each in node.option("split", 1, None) or [-(-size // count)] * count]
    starts = [sum(sizes[:index]) for index in range(count)]
    lengths = [min(length, size - start) for start, length in zip(starts, sizes, strict=True)]
    cuts = [stretch(size, dim=axis, start=start, length=length) for start, length in zip(starts, lengths, strict=True)]
    return [Layer(*cut, (node.value,)) for cut in cuts]


def joined_with_source(node: Operator, builder: Builder) -> Value | None:
    """What an operator is together with the node before it: a bias that is added, a value times its own gate."""
    if node.proto.op_type == "Add" and len(node.values) == 1 and len(node.inputs) == 2:
        return _added_bias(node, builder)
    if node.proto.op_type == "Mul" and len(node.values) == 2:
        return _gated(node, builder)
    return None


def _added_bias(node: Operator, builder: Builder) -> Value | None:
    value = node.values[0]
    place = int(node.inputs[1] is value)
    constant, source = node.inputs[1 - place], builder.sole_source(node.input_names[place], value)
    if source is None or source.kind not in WITH_BIAS or source.arguments.get("bias", True):
        return None
    size = builder.weights[f"{source.name}.weight"].shape[0]
    if not isinstance(constant, np.ndarray) or constant.size != size:
        return None
    if not (constant.shape[-1:] == (size,) if source.kind == "Linear" else _own(constant) == (size,)):
        return None
    builder.change(source, Layer(source.kind, {**source.arguments, "bias": True}, (), {"bias": constant.reshape(-1)}))
    return value


def _gated(node: Operator, builder: Builder) -> Value | None:
    for place in (0, 1):
        gate, value = node.values[place], node.values[1 - place]
        source = builder.sole_source(node.input_names[place], gate)
        if source is not None and source.kind in GATED and source.inputs == (value.node,):
            builder.change(source, Layer(GATED[source.kind]))
            return gate
    return None
