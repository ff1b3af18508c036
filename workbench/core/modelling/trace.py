"""From a traceable `nn.Module` to a network: `torch.fx` records what runs, the catalog recognizes the layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import fx, nn

from workbench.core.graph.edits import free_name
from workbench.core.graph.network import INPUT, OUTPUT, Network, Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind, Shape, plain
from workbench.errors import WorkbenchError


def trace_module(module: nn.Module, *, input_shape: Shape, name: str = "") -> Network:
    """The network of a module; every layer keeps its module path as its name, so weights fit with `strict=True`.

    Raises `WorkbenchError` where tracing stops or where a layer has no kind in the catalog.
    """
    title = name or type(module).__name__
    try:
        graph = fx.symbolic_trace(module).graph
    except (fx.proxy.TraceError, TypeError, RuntimeError, AttributeError) as error:
        raise WorkbenchError(f"{title} cannot be traced", str(error).splitlines()[0]) from error
    return _Reader(module, title, input_shape).read(graph)


class _Reader:
    """Walks an fx graph once and collects the nodes of the network."""

    def __init__(self, module: nn.Module, title: str, input_shape: Shape) -> None:
        self._modules = dict(module.named_modules())
        self._input_shape = list(input_shape)
        self._network = Network(title)
        self._names: dict[fx.Node, str] = {}

    def read(self, graph: fx.Graph) -> Network:
        for node in graph.nodes:
            kind, arguments, wanted = self._recognize(node)
            self._add(node, kind, arguments, wanted)
        return self._network

    def _recognize(self, node: fx.Node) -> tuple[str, dict[str, Any], str]:
        """Kind, arguments and wanted name of what an fx node does."""
        if node.op == "placeholder":
            return INPUT, {"shape": self._input_shape}, "input"
        if node.op == "output":
            return OUTPUT, {}, "output"
        if node.op == "call_module":
            target = str(node.target)
            found = _kind_of_module(self._modules[target])
            return found.name(), _changed(found, found.arguments_of(self._modules[target])), target
        if node.op in ("call_function", "call_method"):
            found = _kind_of_function(node)
            return found.name(), _changed(found, _call_arguments(found, node)), _stem(found.name())
        raise WorkbenchError(f"{self._network.name} reads {node.target}", "the catalog has no kind for free parameters")

    def _add(self, node: fx.Node, kind: str, arguments: Mapping[str, Any], wanted: str) -> None:
        name = free_name(self._network, wanted)
        inputs = tuple(self._names[source] for source in _tensor_inputs(node))
        self._names[node] = name
        self._network = self._network.with_nodes([*self._network, Node(name, kind, dict(arguments), inputs)])


def _tensor_inputs(node: fx.Node) -> Sequence[fx.Node]:
    found: list[fx.Node] = []
    fx.node.map_arg((node.args, node.kwargs), lambda source: found.append(source) or source)  # type: ignore[func-returns-value]
    return found


def _kind_of_module(module: nn.Module) -> type[LayerKind]:
    cls = type(module)
    wanted = f"torch.nn.{cls.__name__}" if cls.__module__.startswith("torch.nn.modules") else ""
    if issubclass(cls, nn.Conv2d):
        wanted = "torch.nn.Conv2d"
    found = next((kind for kind in CATALOG if wanted and kind.torch_class == wanted), None)
    if found is None:
        raise WorkbenchError(f"There is no layer kind for {cls.__module__}.{cls.__qualname__}")
    return found


def _kind_of_function(node: fx.Node) -> type[LayerKind]:
    found = next((kind for kind in CATALOG if _is_one_of(node, kind.functions)), None)
    if found is None:
        raise WorkbenchError(
            f"There is no layer kind for the operation {getattr(node.target, '__name__', node.target)}"
        )
    return found


def _is_one_of(node: fx.Node, functions: Sequence[str]) -> bool:
    if node.op == "call_method":
        return f"Tensor.{node.target}" in functions
    return any(node.target is _function(name) for name in functions)


def _function(path: str) -> Callable[..., Any] | None:
    """The function behind a dotted path, or None if this version of torch lacks it."""
    import operator

    found: Any = {"torch": torch, "operator": operator, "Tensor": torch.Tensor}
    first, *rest = path.split(".")
    found = found[first]
    for part in rest:
        found = getattr(found, part, None)
    return found  # type: ignore[no-any-return]


def _call_arguments(kind: type[LayerKind], node: fx.Node) -> dict[str, Any]:
    """The constant arguments of a call, matched to the kind's fields by name, then by position after the tensor."""
    fields = kind.__struct_fields__
    positional = dict(zip(fields, (arg for arg in node.args[1:] if not isinstance(arg, fx.Node)), strict=False))
    named = {key: value for key, value in node.kwargs.items() if key in fields}
    return {key: plain(value) for key, value in {**positional, **named}.items() if value is not None}


def _changed(kind: type[LayerKind], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Only the arguments that differ from the defaults."""
    defaults = kind()
    return {key: value for key, value in arguments.items() if getattr(defaults, key) != value}


def _stem(kind: str) -> str:
    """`AdaptiveAvgPool2d` as a name: `adaptiveavgpool2d`, as torchvision's traces call it."""
    return kind.lower()
