"""Operations of a traced module: what is called with which tensors and constants, and what it turned out to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import fx

from workbench.core.layers.catalog import CATALOG

STACK = "_stacklevel"
"""What PyTorch's softmax hands itself for its warnings; it says nothing of the layer."""


@dataclass(frozen=True)
class Found:
    """A layer: its kind, its arguments where they differ from the defaults, the name it should have, its inputs."""

    kind: str
    arguments: Mapping[str, Any]
    name: str
    inputs: tuple[fx.Node, ...] = ()


def placed(node: fx.Node, kind: str, arguments: Mapping[str, Any], inputs: tuple[fx.Node, ...]) -> Found:
    """A layer without a module, named by its kind and placed in the group of the module that calls it."""
    name = ".".join(filter(None, (group_of(node), kind.lower())))
    return Found(kind, CATALOG[kind].differing(arguments), name, inputs)


def group_of(node: fx.Node) -> str:
    """The path of the module that calls it."""
    stack = list(node.meta.get("nn_module_stack", {}).values())
    return stack[-1][0] if stack else ""


def called(node: fx.Node) -> str:
    """The name of the function or method."""
    return str(getattr(node.target, "__name__", node.target))


def is_call(node: fx.Node, name: str) -> bool:
    """Whether it calls a function or a method of this name."""
    return node.op in ("call_function", "call_method") and called(node) == name


def inputs_of(node: fx.Node) -> tuple[fx.Node, ...]:
    """Every tensor among the arguments, as often as it is one."""
    found: list[fx.Node] = []
    fx.node.map_arg((node.args, node.kwargs), found.append)
    return tuple(found)


def constants_of(node: fx.Node) -> tuple[list[Any], dict[str, Any]]:
    """The arguments that hold no tensor, by position and by name."""
    named = {key: value for key, value in node.kwargs.items() if key != STACK and not _holds_tensor(value)}
    return [value for value in node.args if not _holds_tensor(value)], named


def _holds_tensor(value: Any) -> bool:
    found: list[fx.Node] = []
    fx.node.map_arg(value, found.append)
    return bool(found)
