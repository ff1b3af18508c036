"""Which layer of the catalog a recorded operation is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import torch
from torch import fx, nn
from torch.nn.utils.parametrize import is_parametrized

from workbench.core.graph.network import INPUT, OUTPUT
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind, Shape, ShapeError
from workbench.core.modelling.entries import has_parts, reshaped, taken
from workbench.core.modelling.found import Found, called, constants_of, group_of, inputs_of, is_call, placed
from workbench.core.modelling.numbers import with_number
from workbench.core.modelling.parameters import free_parameter, is_part_of_use, use_of_parameter
from workbench.core.modelling.tracing import BATCH, PLACE, VALUE
from workbench.errors import WorkbenchError

CONSTRUCTION = frozenset({"__init__", "__module__", "__doc__", "__constants__", "__annotations__", "extra_repr"})
"""What a subclass may define and still compute what its base computes."""
OWN_MODULES = "workbench.core.layers.modules"
"""Where modules lie that are neither PyTorch's nor torchvision's: a compiled network can be traced again."""
UNCHANGED = frozenset({"contiguous", "clone", "detach"})
"""Methods after which a network has the same values."""


class NoKindError(WorkbenchError):
    """The catalog has no kind for a layer or an operation; `what` names it."""

    def __init__(self, what: str, node: fx.Node) -> None:
        self.what = f"{what}{_in_source(node)}"
        super().__init__(f"There is no layer kind for {what}", source_of(node), "Replace it by layers of the catalog.")


def recognize(node: fx.Node, modules: Mapping[str, nn.Module], input_shape: Shape) -> Found | fx.Node | None:
    """The layer that an operation is; an earlier operation if it changes nothing; None if it is part of a later one.

    Raises `NoKindError` if the catalog has no such layer, `WorkbenchError` if it cannot say what the layer does.
    """
    if node.op == "placeholder":
        return Found(INPUT, {"shape": list(input_shape)}, "input")
    if node.op == "output":
        return Found(OUTPUT, {}, "output", inputs_of(node)[:1])
    try:
        return None if is_part_of_use(node) else _operation(node, modules)
    except ShapeError as error:
        title, reason = f"{_place(node)} cannot be opened as a layer", f"{error}{_in_source(node)}"
        raise WorkbenchError(title, reason, "Write the line with other layers or functions of PyTorch.") from error


def _operation(node: fx.Node, modules: Mapping[str, nn.Module]) -> Found | fx.Node | None:
    if node.op == "call_module":
        return _module(node, modules[str(node.target)])
    if node.op == "get_attr":
        return free_parameter(node, modules[""])
    if is_call(node, "getitem"):
        return taken(node) if node.users else None
    if node.op == "call_method" and node.target in UNCHANGED:
        return node.all_input_nodes[0]
    if is_named_tuple(node):
        return node.all_input_nodes[0]
    if has_parts(node) or (node.target is getattr and not node.users):
        return None
    if is_call(node, "expand_as") or is_call(node, "expand"):
        return _repeated(node)
    return use_of_parameter(node, modules[""]) or with_number(node) or _function(node)


def _repeated(node: fx.Node) -> fx.Node:
    """What is repeated to be multiplied, which repeats by itself."""
    if not all(called(user) in ("mul", "imul") and _shape_of(user) == _shape_of(node) for user in node.users):
        raise NoKindError(f"the operation {called(node)}", node)
    return node.all_input_nodes[0]


def _shape_of(node: fx.Node) -> Any:
    return getattr(node.meta.get(VALUE), "shape", None)


def is_named_tuple(node: fx.Node) -> bool:
    """Whether an operation puts several results into one with names."""
    return isinstance(node.target, type) and issubclass(node.target, tuple) and bool(node.all_input_nodes)


def _module(node: fx.Node, module: nn.Module) -> Found:
    if _is_rewritten(module):
        raise _rewritten(node)
    if isinstance(module, nn.Unflatten):
        return replace(reshaped(node), name=str(node.target))
    found = module_kind(module)
    if found is None:
        raise NoKindError(f"{_class_path(type(module))} ({node.target})", node)
    constants, named = constants_of(node)
    given = found.arguments_of_call(*constants, **named) if constants or named else {}
    inputs = tuple(dict.fromkeys(inputs_of(node))) if found.most_inputs == 1 else inputs_of(node)
    return Found(found.name(), found.differing({**found.arguments_of(module), **given}), str(node.target), inputs)


def _is_rewritten(module: nn.Module) -> bool:
    """Whether something besides `forward` runs when a layer is called: a parametrization, or a hook."""
    return bool(module._forward_pre_hooks or module._forward_hooks) or is_parametrized(module)


def _rewritten(node: fx.Node) -> WorkbenchError:
    what = "more runs there than its forward: its weights are computed anew at each call, or it has a hook"
    reason = ": ".join(filter(None, (source_of(node), what)))
    hint = (
        "Take that away before the module is opened, with torch.nn.utils.parametrize.remove_parametrizations,"
        " torch.nn.utils.remove_weight_norm or remove_spectral_norm, or the hook's handle."
    )
    return WorkbenchError(f"{node.target} cannot be opened as a layer", reason, hint)


def _function(node: fx.Node) -> Found:
    found = next((kind for kind in CATALOG if any(_is_named(node, name) for name in kind.functions)), None)
    if found is None:
        raise NoKindError(f"the operation {called(node)}", node)
    if found.name() == "Reshape":
        return reshaped(node)
    constants, named = constants_of(node)
    if BATCH in _numbers((constants, named)):
        raise ShapeError(f"{called(node)} depends on the number of pictures")
    return placed(node, found.name(), found.arguments_of_call(*constants, **named), inputs_of(node))


def _place(node: fx.Node) -> str:
    return f"{called(node)} in {group_of(node)}" if group_of(node) else called(node)


def source_of(node: fx.Node) -> str:
    """The line of somebody's code in which it is called, as a message quotes it."""
    place = node.meta.get(PLACE)
    return place.quoted if place else ""


def _in_source(node: fx.Node) -> str:
    place = node.meta.get(PLACE) or next((user.meta.get(PLACE) for user in node.users), None)
    return f" in {place}" if place else ""


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
