"""From a traceable `nn.Module` to a network: `torch.fx` records what runs, the catalog recognizes the layers."""

from __future__ import annotations

from collections.abc import Mapping

from torch import fx, nn

from workbench.core.graph.edits import free_name
from workbench.core.graph.network import Network, Node
from workbench.core.graph.rules import own_name_problem
from workbench.core.layers.kind import Shape
from workbench.core.modelling.found import Found
from workbench.core.modelling.recognition import module_kind, recognize, wrapped_functions
from workbench.core.modelling.tracing import ShapeTracer
from workbench.errors import WorkbenchError, first_line


def trace_module(module: nn.Module, *, input_shape: Shape, name: str = "") -> Network:
    """The network of a module; every layer keeps its module path as its name, so weights fit with `strict=True`.

    Raises `WorkbenchError` where tracing stops or where a layer has no kind in the catalog.
    """
    title = name or type(module).__name__
    tracer = ShapeTracer(
        input_shape, is_layer=lambda part: module_kind(part) is not None, functions=wrapped_functions()
    )
    try:
        graph = tracer.record(module)
    except Exception as error:  # the module's own code runs: it can raise anything
        raise WorkbenchError(f"{title} cannot be traced", first_line(error)) from error
    return _Reader(module, title, input_shape).read(graph)


class _Reader:
    """Walks a recorded graph once and collects the nodes of the network."""

    def __init__(self, module: nn.Module, title: str, input_shape: Shape) -> None:
        self._modules = dict(module.named_modules())
        self._input_shape = input_shape
        self._network = Network(title)
        self._names: dict[fx.Node, str] = {}

    def read(self, graph: fx.Graph) -> Network:
        for node in graph.nodes:
            found = recognize(node, self._modules, self._input_shape)
            if isinstance(found, fx.Node):
                self._names[node] = self._names[found]
            elif found is not None:
                self._add(node, found)
        return self._network.with_nodes(in_order_of(self._modules, [*self._network]))

    def _add(self, node: fx.Node, found: Found) -> None:
        name = free_name(self._network, found.name)
        if name != found.name:
            self._refuse_lost_weights(node, found.name)
        made = Node(name, found.kind, dict(found.arguments), tuple(self._names[source] for source in found.inputs))
        self._names[node] = name
        self._network = self._network.with_nodes([*self._network, made])

    def _refuse_lost_weights(self, node: fx.Node, wanted: str) -> None:
        """A layer under another name would not find its weights; a module called twice would need them twice."""
        if node.op != "call_module" or not self._modules[wanted].state_dict():
            return
        if wanted in self._network:
            reason = "layers that share their weights cannot be shown as layers of a network"
            raise WorkbenchError(f"{self._network.name} calls {wanted} more than once", reason)
        problem = own_name_problem(self._network, wanted)
        raise WorkbenchError(f"{self._network.name} has a layer called {wanted}", problem.title if problem else "")


def in_order_of(modules: Mapping[str, nn.Module], nodes: list[Node]) -> list[Node]:
    """The nodes with those that are modules in the order of the modules, which is the order of their weights."""
    places = {name: place for place, name in enumerate(modules)}
    ordered = iter(sorted((node for node in nodes if node.name in places), key=lambda node: places[node.name]))
    return [next(ordered) if node.name in places else node for node in nodes]
