"""Which layer of the catalog a recorded operation is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor, fx, nn

from workbench.core.graph.network import INPUT, OUTPUT
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind, Shape, ShapeError
from workbench.core.modelling.found import Found
from workbench.core.modelling.parameters import free_parameter, is_part_of_use, use_of_parameter
from workbench.core.modelling.tracing import BATCH, PLACE, VALUE
from workbench.errors import WorkbenchError

CONSTRUCTION = frozenset({"__init__", "__module__", "__doc__", "__constants__", "__annotations__", "extra_repr"})
"""What a subclass may define and still compute what its base computes."""
OWN_MODULES = "workbench.core.layers.modules"
"""Where modules lie that are neither PyTorch's nor torchvision's: a compiled network can be traced again."""
STACK = "_stacklevel"
"""What PyTorch's softmax hands itself for its warnings; it says nothing of the layer."""
UNCHANGED = frozenset({"contiguous", "clone", "detach"})
"""Methods after which a network has the same values."""


class NoKindError(WorkbenchError):
    """The catalog has no kind for a layer or an operation; `what` names it."""

    def __init__(self, what: str, node: fx.Node) -> None:
        self.what = f"{what}{_in_source(node)}"
        super().__init__(f"There is no layer kind for {what}", _source(node))


def recognize(node: fx.Node, modules: Mapping[str, nn.Module], input_shape: Shape) -> Found | fx.Node | None:
    """The layer that an operation is; an earlier operation if it changes nothing; None if it is part of a later one.

    Raises `NoKindError` if the catalog has no such layer, `WorkbenchError` if it cannot say what the layer does.
    """
    if node.op == "placeholder":
        return Found(INPUT, {"shape": list(input_shape)}, "input")
    if node.op == "output":
        return Found(OUTPUT, {}, "output", _inputs(node)[:1])
    try:
        return None if is_part_of_use(node) else _operation(node, modules)
    except ShapeError as error:
        raise WorkbenchError(f"{_place(node)} cannot be opened as a layer", f"{error}{_in_source(node)}") from error


def _operation(node: fx.Node, modules: Mapping[str, nn.Module]) -> Found | fx.Node | None:
    if node.op == "call_module":
        return _module(node, modules[str(node.target)])
    if node.op == "get_attr":
        return free_parameter(node, modules[""])
    if _is_call(node, "getitem"):
        return _item(node) if node.users else None
    if node.op == "call_method" and node.target in UNCHANGED:
        return node.all_input_nodes[0]
    if is_named_tuple(node):
        return node.all_input_nodes[0]
    if _is_call(node, "chunk") or (node.target is getattr and not node.users):
        return None
    return use_of_parameter(node, modules[""]) or _function(node)


def is_named_tuple(node: fx.Node) -> bool:
    """Whether an operation puts several results into one with names."""
    return isinstance(node.target, type) and issubclass(node.target, tuple) and bool(node.all_input_nodes)


def _module(node: fx.Node, module: nn.Module) -> Found:
    found = module_kind(module)
    if found is None:
        raise NoKindError(f"{_class_path(type(module))} ({node.target})", node)
    constants, named = _constants(node)
    called = found.arguments_of_call(*constants, **named) if constants or named else {}
    inputs = tuple(dict.fromkeys(_inputs(node))) if found.most_inputs == 1 else _inputs(node)
    return Found(found.name(), changed(found, {**found.arguments_of(module), **called}), str(node.target), inputs)


def _function(node: fx.Node) -> Found:
    found = next((kind for kind in CATALOG if any(_is_named(node, name) for name in kind.functions)), None)
    if found is None:
        raise NoKindError(f"the operation {_called(node)}", node)
    if found.name() == "Reshape":
        return _reshape(node)
    constants, named = _constants(node)
    if BATCH in _numbers((constants, named)):
        raise ShapeError(f"{_called(node)} depends on the number of pictures")
    return _at(node, found.name(), found.arguments_of_call(*constants, **named), _inputs(node))


def _reshape(node: fx.Node) -> Found:
    """A change of axes by what it makes, so that no size has to be computed; into a vector it is a flattening."""
    value = node.meta.get(VALUE)
    if not isinstance(value, Tensor) or value.shape[0] != BATCH:
        raise ShapeError("it mixes the pictures of a batch, or its sizes depend on the values")
    if value.ndim == 2:
        return _at(node, "Flatten", {}, _inputs(node)[:1])
    return _at(node, "Reshape", {"shape": list(value.shape[1:])}, _inputs(node)[:1])


def _item(node: fx.Node) -> Found | fx.Node | None:
    """What is taken out of a result: a part of a `chunk`, the output of an attention, or an entry of an axis."""
    source, index = node.args
    assert isinstance(source, fx.Node)
    if _is_call(source, "chunk"):
        constants, named = _constants(source)
        arguments = {**CATALOG["Chunk"].arguments_of_call(*constants, **named), "index": index}
        return _at(node, "Chunk", arguments, _inputs(source))
    if source.op == "call_module" and isinstance(source.meta.get(VALUE), tuple):
        if index != 0:
            raise ShapeError(f"only the first result of {source.target} can be used")
        return source
    axes = index if isinstance(index, tuple) else (index,)
    chosen = [axis for axis, part in enumerate(axes) if part != slice(None)]
    if len(chosen) != 1 or not isinstance(axes[chosen[0]], int) or chosen == [0]:
        raise ShapeError("there is no layer kind for this slice")
    return _at(node, "Select", {"dim": chosen[0], "index": axes[chosen[0]]}, (source,))


def _at(node: fx.Node, kind: str, arguments: Mapping[str, Any], inputs: tuple[fx.Node, ...]) -> Found:
    """A layer without a module, named by its kind and placed in the group of the module that calls it."""
    return Found(kind, changed(CATALOG[kind], arguments), ".".join(filter(None, (_group(node), kind.lower()))), inputs)


def _group(node: fx.Node) -> str:
    stack = list(node.meta.get("nn_module_stack", {}).values())
    return stack[-1][0] if stack else ""


def _place(node: fx.Node) -> str:
    return f"{_called(node)} in {_group(node)}" if _group(node) else _called(node)


def _source(node: fx.Node) -> str:
    place = node.meta.get(PLACE)
    return place.quoted if place else ""


def _in_source(node: fx.Node) -> str:
    place = node.meta.get(PLACE)
    return f" in {place}" if place else ""


def _called(node: fx.Node) -> str:
    return str(getattr(node.target, "__name__", node.target))


def _is_call(node: fx.Node, name: str) -> bool:
    return node.op in ("call_function", "call_method") and _called(node) == name


def _inputs(node: fx.Node) -> tuple[fx.Node, ...]:
    """Every tensor among the arguments, as often as it is one."""
    found: list[fx.Node] = []
    fx.node.map_arg((node.args, node.kwargs), found.append)
    return tuple(found)


def _constants(node: fx.Node) -> tuple[list[Any], dict[str, Any]]:
    """The arguments that hold no tensor, by position and by name."""
    named = {key: value for key, value in node.kwargs.items() if key != STACK and not _holds_tensor(value)}
    return [value for value in node.args if not _holds_tensor(value)], named


def _holds_tensor(value: Any) -> bool:
    found: list[fx.Node] = []
    fx.node.map_arg(value, found.append)
    return bool(found)


def _numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    for item in value if isinstance(value, (tuple, list)) else ():
        yield from _numbers(item)
    if isinstance(value, int):
        yield value


def module_kind(module: nn.Module) -> type[LayerKind] | None:
    """The kind of a module: that of its class, or of the class it adds nothing but a constructor to."""
    for cls in type(module).__mro__:
        found = _kinds_by_class().get(_class_path(cls))
        if found is not None or not set(vars(cls)) <= CONSTRUCTION:
            return found
    return None


def _class_path(cls: type) -> str:
    public = cls.__module__.startswith("torch.nn.modules.")
    return f"torch.nn.{cls.__qualname__}" if public else f"{cls.__module__}.{cls.__qualname__}"


@cache
def _kinds_by_class() -> dict[str, type[LayerKind]]:
    named = {kind.torch_class: kind for kind in CATALOG if kind.torch_class}
    return {**named, **{f"{OWN_MODULES}.{kind.name()}": kind for kind in CATALOG}}


def wrapped_functions() -> list[Callable[..., Any]]:
    """The functions of the catalog that are not PyTorch's own and so would be looked into."""
    names = [name for kind in CATALOG for name in kind.functions if name.startswith("torchvision.")]
    return [function for name in names if (function := _resolved(name)) is not None]


def _is_named(node: fx.Node, name: str) -> bool:
    if node.op == "call_method":
        return name == f"Tensor.{node.target}"
    return node.target is _resolved(name)


def _resolved(path: str) -> Callable[..., Any] | None:
    """The function behind a dotted path, or None if it is not loaded (then nothing can have called it)."""
    module, _, name = path.rpartition(".")
    owner = torch.Tensor if module == "Tensor" else sys.modules.get(module)
    return getattr(owner, name, None)


def changed(kind: type[LayerKind], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Only the arguments that differ from the defaults."""
    defaults = kind()
    return {key: value for key, value in arguments.items() if getattr(defaults, key) != value}
