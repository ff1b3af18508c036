"""From a network to an `nn.Module` that runs: a `torch.fx.GraphModule` whose `state_dict` keys are the node names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import fx, nn

from workbench.core.graph.network import INPUT, OUTPUT, Network, Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import FunctionKind, ModuleKind
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
    return fx.GraphModule(_tree(modules), graph, class_name="Network")


def refuse_errors(analysis: Analysis) -> None:
    """Raise `WorkbenchError` for the first problem with which the network cannot run."""
    if analysis.errors:
        first = analysis.errors[0]
        place = f"{first.where}: " if first.where else ""
        raise WorkbenchError(f"{analysis.network.name} cannot run: {place}{first.title}", first.reason)


def node_of(fx_node: fx.Node) -> str | None:
    """The name of the network's node whose output an fx node holds, if it holds one."""
    return fx_node.meta.get(NODE)


def _modules(network: Network, analysis: Analysis, device: Any) -> dict[str, nn.Module]:
    modules: dict[str, nn.Module] = {}
    with torch.device(device or "cpu"):
        for node in network:
            kind = CATALOG.parse(node)
            if isinstance(kind, ModuleKind):
                shapes = (analysis.nodes[source].output_shape for source in node.inputs)
                modules[node.name] = kind.build(*(shape for shape in shapes if shape is not None))
    return modules


def _tree(modules: Mapping[str, nn.Module]) -> nn.Module:
    """The modules at the places their dotted names say, in their order, so that weights are listed in it too."""
    root = nn.Module()
    for name, module in modules.items():
        *path, last = name.split(".")
        parent = root
        for part in path:
            if part not in parent._modules:
                parent.add_module(part, nn.Module())
            parent = parent.get_submodule(part)
        parent.add_module(last, module)
    return root


def _emit(graph: fx.Graph, node: Node, values: Mapping[str, fx.Node]) -> fx.Node:
    """Append one node of the network to the fx graph and return the fx node that holds its output."""
    inputs = [values[source] for source in node.inputs]
    kind = CATALOG.parse(node)
    if node.kind == INPUT:
        made = graph.placeholder("x")
    elif node.kind == OUTPUT:
        made = graph.output(inputs[0])
    elif isinstance(kind, FunctionKind):
        made = _record(graph, kind, inputs)
    else:
        made = graph.call_module(node.name, tuple(inputs))
    made.meta[NODE] = node.name
    return made


def _record(graph: fx.Graph, kind: FunctionKind, inputs: list[fx.Node]) -> fx.Node:
    """Write the expression of a function kind into the graph by running it on proxies."""
    tracer = fx.proxy.GraphAppendingTracer(graph)
    proxies: list[Any] = [fx.Proxy(node, tracer) for node in inputs]
    output: Any = kind.forward(*proxies)
    made: fx.Node = output.node
    return made
