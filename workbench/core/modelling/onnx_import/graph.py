"""Building a network while the operators of an ONNX graph are walked through: values, names, weights."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto

from workbench.core.graph.network import Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import FunctionKind, Shape, ShapeError
from workbench.core.modelling.shapes import node_facts
from workbench.core.modelling.trace import Names

Array = NDArray[Any]


@dataclass(frozen=True)
class Value:
    """The output of a node of the network, and its shape without the batch."""

    node: str
    shape: Shape


@dataclass(frozen=True)
class Layer:
    """What an operator turned out to be: kind, arguments, inputs, and weights by the last part of their key."""

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Value, ...] = ()
    weights: Mapping[str, Array] = field(default_factory=dict)


class Operator:
    """One operator of the graph with what is known of its inputs."""

    def __init__(self, proto: NodeProto, inputs: Sequence[Value | Array | None], names: Sequence[str]) -> None:
        self.proto, self.inputs, self.input_names = proto, tuple(inputs), tuple(names)
        self.attributes = {each.name: _attribute(each) for each in proto.attribute}

    @property
    def values(self) -> tuple[Value, ...]:
        """The inputs that depend on the picture."""
        return tuple(each for each in self.inputs if isinstance(each, Value))

    @property
    def value(self) -> Value:
        """The first input, which must depend on the picture."""
        first = self.inputs[0] if self.inputs else None
        if not isinstance(first, Value):
            raise ShapeError("its first input does not depend on the picture")
        return first

    def constant(self, index: int) -> Array | None:
        """An input that does not depend on the picture; None where it is left out; raises `ShapeError` otherwise."""
        found = self.inputs[index] if index < len(self.inputs) else None
        if isinstance(found, Value):
            raise ShapeError(f"its input {index + 1} is computed from the picture")
        return found

    def weight(self, index: int) -> Array:
        """A constant input that cannot be left out."""
        found = self.constant(index)
        if found is None:
            raise ShapeError(f"it has no input {index + 1}")
        return found

    def option(self, name: str, index: int, default: Any = None) -> Any:
        """What older versions of ONNX have as an attribute and newer ones as a constant input."""
        found = self.constant(index)
        return self.attributes.get(name, default) if found is None else found.tolist()

    def get(self, name: str, default: Any) -> Any:
        """An attribute."""
        return self.attributes.get(name, default)

    def numbers(self, name: str, default: Sequence[int]) -> list[int]:
        """An attribute that is a list of whole numbers."""
        return [int(each) for each in self.attributes.get(name, default)]

    @property
    def path(self) -> str:
        """The module path that the exporter left in the name of the weight; nothing if there is none."""
        if len(self.inputs) < 2 or not isinstance(self.inputs[1], np.ndarray):
            return ""
        path, _, last = self.input_names[1].rpartition(".")
        return path if last == "weight" and re.fullmatch(r"[\w.]+", path) else ""

    @property
    def scope(self) -> str:
        """The path of the module that PyTorch's exporters leave: as metadata, or as `/layer1/layer1.0/relu/Relu`."""
        for entry in self.proto.metadata_props:
            if entry.key == "pkg.torch.onnx.name_scopes":
                scopes = re.findall(r"'([^']*)'", entry.value)
                return scopes[-2] if len(scopes) > 1 else ""
        path: list[str] = []
        for part in self.proto.name.split("/")[1:-1]:
            path[-1:] = [part] if path and part.startswith(path[-1] + ".") else [*path[-1:], part]
        return ".".join(path)


class Builder:
    """Collects nodes and weights; `values` holds what each name of the graph stands for."""

    def __init__(self, input_shape: Shape, uses: Counter[str]) -> None:
        self.values: dict[str, Value | Array | None] = {"": None}
        self.nodes: dict[str, Node] = {}
        self.weights: dict[str, Array] = {}
        self.uses = uses
        """How often each name of the graph is taken."""
        self._names = Names()
        self._shapes: dict[str, Shape] = {}
        self.input = self.add(Layer("Input", {"shape": list(input_shape)}))

    def add(self, layer: Layer, operator: Operator | None = None) -> Value:
        """Add a node; raises `ShapeError` if it cannot take its inputs."""
        arguments = CATALOG[layer.kind].differing(layer.arguments) if layer.kind != "Input" else dict(layer.arguments)
        facts = node_facts(layer.kind, msgspec.json.encode(arguments), tuple(each.shape for each in layer.inputs))
        if facts.problem or facts.output_shape is None:
            raise ShapeError(facts.problem)
        name = self._names.claim(re.sub(r"[^\w.]", "_", self._stem(layer.kind, operator)))
        self.nodes[name] = Node(name, layer.kind, arguments, tuple(each.node for each in layer.inputs))
        self._keep(name, layer.weights)
        return Value(name, facts.output_shape)

    def _stem(self, kind: str, operator: Operator | None) -> str:
        """The name that a node should have; what is no module of its own is named by its kind in its group."""
        own = kind.lower()
        if operator is None or operator.path:
            return operator.path if operator else own
        scope = operator.scope
        is_group = scope in self._names.groups or issubclass(CATALOG[kind], FunctionKind)
        return f"{scope}.{own}" if scope and is_group else scope or own

    def sole_source(self, taken: str, value: Value) -> Node | None:
        """The node of a value that nothing else takes: it may still be changed."""
        return self.nodes[value.node] if self.uses[taken] == 1 else None

    def change(self, node: Node, layer: Layer) -> None:
        """Make another layer of a node."""
        arguments = CATALOG[layer.kind].differing(layer.arguments)
        inputs = tuple(each.node for each in layer.inputs) or node.inputs
        self.nodes[node.name] = replace(node, kind=layer.kind, arguments=arguments, inputs=inputs)
        self._keep(node.name, layer.weights)

    def _keep(self, name: str, weights: Mapping[str, Array]) -> None:
        for key, value in weights.items():
            self.weights[f"{name}.{key}" if key else name] = np.ascontiguousarray(value)


def _attribute(attribute: onnx.AttributeProto) -> Any:
    value = onnx.helper.get_attribute_value(attribute)
    return value.decode() if isinstance(value, bytes) else value
