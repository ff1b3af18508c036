"""From a network to an `nn.Module` that runs: a `torch.fx.GraphModule` whose `state_dict` keys are the node names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import torch
from torch import fx, nn

from workbench.core.graph.network import INPUT, OUTPUT, Network, Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import FunctionKind, ModuleKind, ParameterKind, Shape
from workbench.core.modelling.shapes import Analysis, analyse
from workbench.errors import WorkbenchError

NODE = "workbench_node"
"""The key in `fx.Node.meta` under which the name of our node stands."""


def build_module(network: Network, *, device: torch.device | str | None = None) -> fx.GraphModule:
    """The network as a module with PyTorch's usual random initialization.

    Raises `WorkbenchError` naming the first node that cannot run and why.
    """
    analysis = analyse(network)
    refuse_errors(analysis)
    modules = _modules(network, analysis, device)
    graph = fx.Graph()
    values: dict[str, fx.Node] = {}
    for name in network.execution_order:
        values[name] = _emit(graph, network[name], values)
    graph.lint()
    tree = _tree(modules)
    return _in_order_of(tree, fx.GraphModule(tree, graph, class_name="Network"))


def refuse_errors(analysis: Analysis) -> None:
    """Raise `WorkbenchError` for the first problem with which the network cannot run."""
    if analysis.errors:
        first = analysis.errors[0]
        place = f"{first.where}: " if first.where else ""
        raise WorkbenchError(f"{analysis.network.name} cannot run: {place}{first.title}", first.reason)


def node_of(fx_node: fx.Node) -> str | None:
    """The name of the network's node whose output an fx node holds, if it holds one."""
    return fx_node.meta.get(NODE)


def _modules(network: Network, analysis: Analysis, device: Any) -> dict[str, nn.Module | nn.Parameter]:
    modules: dict[str, nn.Module | nn.Parameter] = {}
    with torch.device(device or "cpu"):
        for node in network:
            kind = CATALOG.parse(node)
            if isinstance(kind, ModuleKind):
                kind = kind if may_overwrite(node, network) else _keeping_input(kind)
                modules[node.name] = kind.build(*_input_shapes(node, analysis))
            elif isinstance(kind, ParameterKind):
                modules[node.name] = nn.Parameter(kind.start(*_input_shapes(node, analysis)))
    return modules


def may_overwrite(node: Node, network: Network) -> bool:
    """Whether nothing else can notice that a layer overwrites its input."""
    return all(
        CATALOG[network[source].kind].fresh_output and len(network.consumers[source]) == 1 for source in node.inputs
    )


def _keeping_input(kind: ModuleKind) -> ModuleKind:
    """The kind without its wish to overwrite its input: another layer, or the backward pass, needs that."""
    return msgspec.structs.replace(kind, inplace=False) if getattr(kind, "inplace", False) else kind


def _input_shapes(node: Node, analysis: Analysis) -> list[Shape]:
    shapes = (analysis.nodes[source].output_shape for source in node.inputs)
    return [shape for shape in shapes if shape is not None]


def _tree(modules: Mapping[str, nn.Module | nn.Parameter]) -> nn.Module:
    """The modules at the places their dotted names say, in their order, so that weights are listed in it too."""
    root = nn.Module()
    for name, module in modules.items():
        *path, last = name.split(".")
        parent = root
        for part in path:
            if part not in parent._modules:
                parent.add_module(part, nn.Module())
            parent = parent.get_submodule(part)
        if isinstance(module, nn.Parameter):
            parent.register_parameter(last, module)
        else:
            parent.add_module(last, module)
    return root


def _in_order_of(tree: nn.Module, module: fx.GraphModule) -> fx.GraphModule:
    """The compiled module with its parts in the order of the tree: fx puts them in the order of their use."""
    for path, part in tree.named_modules():
        twin = module.get_submodule(path)
        if twin is not part:
            twin._modules = {name: twin._modules[name] for name in part._modules}
            twin._parameters = {name: twin._parameters[name] for name in part._parameters}
    return module


def _emit(graph: fx.Graph, node: Node, values: Mapping[str, fx.Node]) -> fx.Node:
    """Append one node of the network to the fx graph and return the fx node that holds its output."""
    inputs = [values[source] for source in node.inputs]
    kind = CATALOG.parse(node)
    if node.kind == INPUT:
        made = graph.placeholder("x")
    elif node.kind == OUTPUT:
        made = graph.output(inputs[0])
    elif isinstance(kind, FunctionKind):
        made = _record(graph, kind.forward, inputs)
    elif isinstance(kind, ParameterKind):
        made = _record(graph, kind.forward, [graph.create_node("get_attr", node.name), *inputs])
    else:
        made = graph.call_module(node.name, tuple(inputs))
    made.meta[NODE] = node.name
    return made


def _record(graph: fx.Graph, forward: Callable[..., Any], inputs: list[fx.Node]) -> fx.Node:
    """Write an expression into the graph by running it on proxies."""
    tracer = fx.proxy.GraphAppendingTracer(graph)
    proxies: list[Any] = [fx.Proxy(node, tracer) for node in inputs]
    output: Any = forward(*proxies)
    made: fx.Node = output.node
    return made
