"""From a traceable `nn.Module` to a network: `torch.fx` records what runs, the catalog recognizes the layers."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from torch import fx, nn

from workbench.core.graph.edits import free_name
from workbench.core.graph.network import OUTPUT, Network, Node
from workbench.core.graph.rules import name_problem, own_name_problem
from workbench.core.graph.taken import TakenNames
from workbench.core.layers.kind import Shape
from workbench.core.modelling.found import Found
from workbench.core.modelling.recognition import (
    NoKindError,
    is_named_tuple,
    module_kind,
    recognize,
    source_of,
    wrapped_functions,
)
from workbench.core.modelling.stops import Place, tracing_error
from workbench.core.modelling.tracing import ShapeTracer
from workbench.errors import WorkbenchError

Results = Literal["one", "first"]
"""What a module may return: one tensor, or several of which the first is the output and the others stay loose ends."""

ANY_NUMBER = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
"""Parameters that may also get nothing."""

LOST = ""
"""The name of what has no kind and of what follows from it."""


def trace_module(module: nn.Module, *, input_shape: Shape, name: str = "", results: Results = "one") -> Network:
    """The network of a module; every layer keeps its module path as its name, so weights fit with `strict=True`.

    Raises `WorkbenchError` where tracing stops or where a layer has no kind in the catalog, naming the line.
    """
    title = name or type(module).__name__
    _refuse_more_inputs(module, title)
    tracer = ShapeTracer(
        input_shape, is_layer=lambda part: module_kind(part) is not None, functions=wrapped_functions()
    )
    try:
        graph = tracer.record(module)
    except Exception as error:  # the module's own code runs: it can raise anything
        raise tracing_error(title, error) from error
    _refuse_more_outputs(module, graph, title, results)
    return _Reader(module, title, input_shape).read(graph)


class Names(TakenNames):
    """The names given so far and the groups they make: to the rules, a network that grows at no cost."""

    def __init__(self, kept: Iterable[str] = ()) -> None:
        """`kept` are the names that nothing but `keep` may give away."""
        self._kept = set(kept)
        super().__init__(self._kept)
        self._used: Counter[str] = Counter()

    def claim(self, stem: str) -> str:
        """A free name as `free_name` gives it, remembering which numbers of a stem are gone."""
        number = self._used[stem]
        self._used[stem] += 1
        wanted = f"{stem}_{number}" if number else stem
        return self.take(wanted if name_problem(self, wanted) is None else free_name(self, stem))

    def keep(self, name: str) -> str:
        """The very name where it has been kept and is usable, else a free one."""
        if name not in self._kept or own_name_problem(self, name) is not None:
            return self.claim(name)
        self._kept.remove(name)
        self._used[name] += 1
        return name


class _Reader:
    """Walks a recorded graph once and collects the nodes of the network."""

    def __init__(self, module: nn.Module, title: str, input_shape: Shape) -> None:
        self._modules = dict(module.named_modules())
        self._title, self._input_shape = title, input_shape
        self._nodes: list[Node] = []
        self._given = Names()
        self._names: dict[fx.Node, str] = {}

    def read(self, graph: fx.Graph) -> Network:
        self._given = Names(str(node.target) for node in graph.nodes if self._has_weights(node))
        unknown = list(self._read(graph))
        if len(unknown) == 1:
            raise unknown[0]
        if unknown:
            listed = ", ".join(dict.fromkeys(error.what for error in unknown))
            hint = "Replace them by layers of the catalog."
            raise WorkbenchError(f"{self._title} has layers that the catalog does not know", listed, hint)
        return Network.of(self._title, in_order_of(self._modules, self._nodes))

    def _read(self, graph: fx.Graph) -> Iterator[NoKindError]:
        """Read every operation; those without a kind are handed over, so that all of them can be named at once."""
        for node in graph.nodes:
            try:
                found = recognize(node, self._modules, self._input_shape)
            except NoKindError as error:
                self._names[node] = LOST
                yield error
                continue
            except WorkbenchError:
                if all(self._names.get(source) != LOST for source in node.all_input_nodes):
                    raise
                self._names[node] = LOST  # what follows from something unknown is not told as well
                continue
            if isinstance(found, fx.Node):
                self._names[node] = self._names[found]
            elif found is not None:
                self._add(node, found)

    def _add(self, node: fx.Node, found: Found) -> None:
        wanted = own_name_problem(self._given, found.name)
        has_weights = self._has_weights(node)
        name = self._given.keep(found.name) if has_weights else self._given.claim(found.name)
        if has_weights and name != found.name:
            raise self._lost_weights(node, found.name, wanted.title if wanted else "")
        sources = tuple(self._names[source] for source in found.inputs)
        self._nodes.append(Node(name, found.kind, dict(found.arguments), sources))
        self._names[node] = name

    def _has_weights(self, node: fx.Node) -> bool:
        return node.op == "call_module" and bool(self._modules[str(node.target)].state_dict())

    def _lost_weights(self, node: fx.Node, wanted: str, problem: str) -> WorkbenchError:
        """A layer under another name would not find its weights; a module called twice would need them twice."""
        if problem:
            return WorkbenchError(f"{self._title} has a layer called {wanted}", problem, "Give it another name.")
        reason = "layers that share their weights cannot be shown as layers of a network"
        reason = ": ".join(filter(None, (source_of(node), reason)))
        hint = "Make a layer for each call, if the calls may learn apart."
        return WorkbenchError(f"{self._title} calls {wanted} more than once", reason, hint)


def in_order_of(modules: Mapping[str, nn.Module], nodes: list[Node]) -> list[Node]:
    """The nodes in the order of the modules, which is the order of their weights; the output comes last.

    What is no module stays behind the node it follows, or begins its group if it comes from outside.
    """
    places = {name: place for place, name in enumerate(modules)}
    order: dict[str, int] = {}
    before = ""
    for node in nodes:
        group = node.name.rpartition(".")[0]
        stays = not group or before.startswith(group + ".")
        order[node.name] = places.get(node.name, order.get(before, 0) if stays else places.get(group, 0))
        before = node.name
    return sorted(nodes, key=lambda node: len(places) if node.kind == OUTPUT else order[node.name])


def _refuse_more_inputs(module: nn.Module, title: str) -> None:
    """A network has one picture as its input; further arguments of `forward` need defaults."""
    others = _forward_parameters(module)[1:]
    needed = [each.name for each in others if each.default is each.empty and each.kind not in ANY_NUMBER]
    if needed:
        reason = f"forward also wants {', '.join(needed)}, and a network has one picture as its input"
        hint = "Give the others defaults, or write a module that takes the picture alone."
        raise WorkbenchError(f"{title} takes more than one input", f"at {_forward(module)}: {reason}", hint)


def _forward_parameters(module: nn.Module) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(module.forward).parameters.values())
    except (TypeError, ValueError):  # a forward that is no plain function
        return []


def _forward(module: nn.Module) -> str:
    """Where `forward` is defined."""
    code: Any = getattr(inspect.unwrap(type(module).forward), "__code__", None)
    return str(Place(code.co_filename, code.co_firstlineno)) if code else type(module).__name__


def _refuse_more_outputs(module: nn.Module, graph: fx.Graph, title: str, results: Results) -> None:
    result: Any = next(iter(reversed(graph.nodes))).args[0]
    if isinstance(result, fx.Node) and is_named_tuple(result):
        result = result.args
    if isinstance(result, fx.Node) or (results == "first" and isinstance(result, tuple) and result):
        return
    reason = f"at {_forward(module)}: forward returns {_described(result)}, and a network has one output"
    raise WorkbenchError(f"{title} does not return one tensor", reason, "Return the class scores alone.")


def _described(result: Any) -> str:
    if isinstance(result, dict):
        return f"a dict with {', '.join(map(str, result))}"
    if isinstance(result, (tuple, list)):
        return f"{len(result)} results"
    return "nothing" if result is None else f"a {type(result).__name__}"
