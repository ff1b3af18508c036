"""From an ONNX file to a network and its weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import ModelProto, NodeProto, numpy_helper
from onnx.reference import ReferenceEvaluator

from workbench.core.graph.network import OUTPUT, Network, Node
from workbench.core.layers.kind import Shape, ShapeError, describe_shape
from workbench.core.modelling.blocks import recognize_blocks
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.foreign import Opened
from workbench.core.modelling.onnx_import.graph import Builder, Operator, Value
from workbench.core.modelling.onnx_import.joining import joined_with_source, parts
from workbench.core.modelling.onnx_import.operators import HANDLERS
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.tracing import BATCH
from workbench.errors import WorkbenchError, first_line
from workbench.files import read_file

USUAL = 224
"""Height and width where the file leaves them open."""
MOST_MACS = 5e8
"""Networks with more multiply-adds are not compared: ONNX's reference takes minutes for them."""
TOLERANCE = 1e-3


def read_onnx(path: Path, input_shape: Shape | None) -> Opened:
    """The network in a file; raises `WorkbenchError` naming the operators and inputs that it cannot take."""
    model = _loaded(path)
    notes: list[str] = []
    shape = input_shape or _input_shape(model, path, notes)
    builder = _built(model, path, shape)
    nodes = _with_output(model, builder, path)
    if len(model.graph.output) > 1:
        notes.append(f"only the first of its {len(model.graph.output)} outputs was taken")
    network = recognize_blocks(Network.of(path.stem, nodes))
    weights = {key: torch.from_numpy(np.array(value)) for key, value in builder.weights.items()}
    opened = Opened(network, _as_made(network, weights), tuple(notes), None)
    return _compared(opened, model, shape)


def _loaded(path: Path) -> ModelProto:
    read_file(path)
    try:
        model = onnx.load(str(path))
        onnx.checker.check_model(model)
    except Exception as error:  # whatever a broken file provokes in the reader
        raise WorkbenchError(f"{path.name} is not an ONNX file", first_line(error)) from error
    return model


def _inputs(model: ModelProto) -> list[onnx.ValueInfoProto]:
    constants = {each.name for each in model.graph.initializer}
    return [each for each in model.graph.input if each.name not in constants]


def _input_shape(model: ModelProto, path: Path, notes: list[str]) -> Shape:
    inputs = _inputs(model)
    if len(inputs) != 1:
        names = ", ".join(each.name for each in inputs) or "none"
        reason = f"it takes {names}; a network has one picture as its input"
        raise WorkbenchError(f"{path.name} cannot be opened", reason)
    sizes = [each.dim_value for each in inputs[0].type.tensor_type.shape.dim]
    if len(sizes) != 4:
        reason = f"its input has {len(sizes)} axes; a picture has a batch, channels, height and width"
        raise WorkbenchError(f"{path.name} cannot be opened", reason)
    shape = (sizes[1] or 3, sizes[2] or USUAL, sizes[3] or USUAL)
    if 0 in sizes[1:]:
        notes.append(f"pictures of {describe_shape(shape)} are assumed: the file leaves their size open")
    return shape


def _built(model: ModelProto, path: Path, shape: Shape) -> Builder:
    """Every operator as a node, or a refusal that names all operators without a layer."""
    graph = model.graph
    uses = Counter(name for node in graph.node for name in node.input)
    uses.update(each.name for each in graph.output)
    builder = Builder(shape, uses)
    builder.values[_inputs(model)[0].name] = builder.input
    builder.values.update({each.name: numpy_helper.to_array(each) for each in graph.initializer})
    unknown = list(_unknown(graph.node, builder))
    if unknown:
        listed = ", ".join(dict.fromkeys(unknown))
        hint = "Export the network without them, or open the module itself: FILE.py:Class."
        raise WorkbenchError(f"{path.name} has operators that the catalog has no layer for", listed, hint)
    return builder


def _unknown(nodes: Sequence[NodeProto], builder: Builder) -> Iterator[str]:
    """Walk through the operators; the names of those without a layer are handed over."""
    for proto in nodes:
        if any(name not in builder.values for name in proto.input):  # it follows one that is unknown
            if proto.op_type not in (*HANDLERS, "Split", "Shape"):
                yield proto.op_type
            continue
        operator = Operator(proto, [builder.values[name] for name in proto.input], proto.input)
        if _is_constant(operator):
            _fold(operator, builder)
        elif proto.op_type in HANDLERS or proto.op_type == "Split":
            _add(operator, builder)
        else:
            yield proto.op_type


def _add(operator: Operator, builder: Builder) -> None:
    proto = operator.proto
    try:
        if proto.op_type == "Split":
            for name, layer in zip(proto.output, parts(operator), strict=True):
                builder.values[name] = builder.add(layer, operator)
            return
        value = joined_with_source(operator, builder)
        if value is None:
            made = HANDLERS[proto.op_type](operator)
            value = made if isinstance(made, Value) else builder.add(made, operator)
        if isinstance(value, Value) and proto.op_type in ("Identity", "Cast"):
            builder.uses[proto.input[0]] += builder.uses[proto.output[0]] - 1
    except (ShapeError, IndexError, KeyError, ValueError) as error:
        name = proto.name or proto.output[0]
        raise WorkbenchError(f"{proto.op_type} {name} cannot be opened as a layer", first_line(error)) from error
    builder.values[proto.output[0]] = value


def _is_constant(operator: Operator) -> bool:
    """Whether the result does not depend on the values of the picture: constants, and what is made of shapes."""
    return operator.proto.op_type in ("Constant", "Shape") or (
        operator.proto.op_type != "Dropout" and not operator.values and bool(operator.inputs)
    )


def _fold(operator: Operator, builder: Builder) -> None:
    proto = operator.proto
    if proto.op_type == "Shape" and operator.values:
        sizes = [BATCH, *operator.value.shape]
        builder.values[proto.output[0]] = np.array(sizes[operator.get("start", 0) : operator.get("end", None)])
        return
    given = {name: value for name, value in zip(proto.input, operator.inputs, strict=True) if name}
    try:
        results: Any = ReferenceEvaluator(proto).run(None, given)
    except Exception as error:  # the reference raises what it likes
        raise WorkbenchError(f"{proto.op_type} {proto.name} cannot be computed", first_line(error)) from error
    builder.values.update(zip(proto.output, results, strict=False))


def _with_output(model: ModelProto, builder: Builder, path: Path) -> list[Node]:
    last = builder.values.get(model.graph.output[0].name) if model.graph.output else None
    if not isinstance(last, Value):
        raise WorkbenchError(f"{path.name} cannot be opened", "its output does not depend on its input")
    name = "output" if "output" not in builder.nodes else "network_output"
    return [*builder.nodes.values(), Node(name, OUTPUT, {}, (last.node,))]


def _as_made(network: Network, weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights in the order of the network's own, and as 32-bit numbers; keys must agree."""
    wanted = build_module(network, device="meta").state_dict()
    return {key: weights[key].to(value.dtype).reshape(value.shape).clone() for key, value in wanted.items()}


def _compared(opened: Opened, model: ModelProto, shape: Shape) -> Opened:
    """The same with the largest difference from what ONNX's own reference computes, where that takes seconds."""
    if analyse(opened.network).macs > MOST_MACS:
        return opened
    batch = _inputs(model)[0].type.tensor_type.shape.dim[0].dim_value or 1
    picture = np.random.default_rng(0).standard_normal((batch, *shape), dtype=np.float32)
    try:
        results: Any = ReferenceEvaluator(model).run(None, {_inputs(model)[0].name: picture})
    except Exception:  # the reference raises what it likes, for another size of pictures above all
        return opened
    wanted = results[0]
    module = build_module(opened.network, device="meta")
    module.load_state_dict(dict(opened.weights), strict=True, assign=True)
    with torch.no_grad():
        got = module.eval()(torch.from_numpy(picture)).numpy()
    difference = float(np.abs(got - wanted).max())
    if not difference <= TOLERANCE * max(1.0, float(np.abs(wanted).max())):
        raise WorkbenchError(
            "The opened network does not compute what the file does", f"it differs by {difference:.3g}"
        )
    return Opened(opened.network, opened.weights, opened.notes, difference)
