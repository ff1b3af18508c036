"""How one layer is written: the call that constructs it, and the expression that computes it in `forward`.

Everything follows from the definition of the layer's kind: its class and the signature of the class, its `forward`
recorded on symbols, the making of its parameter recorded while it runs.
"""

from __future__ import annotations

import importlib.util
import inspect
import string
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec
import torch
from torch import Tensor, fx, nn
from torch.overrides import TorchFunctionMode

from workbench.core.layers.kind import FunctionKind, LayerKind, ModuleKind, ParameterKind, Shape
from workbench.core.modelling.source.values import REQUIRED, Argument, Call, Value, given

INFIX = {"add": "+", "iadd": "+", "mul": "*", "imul": "*", "sub": "-", "truediv": "/"}
OUTSIDE = ("device", "dtype", "args", "kwargs", "self")
"""Arguments of constructors that say nothing about the layer."""
PLAIN_CALL = "{module}({0})"


def constructor(kind: LayerKind, shapes: tuple[Shape, ...]) -> Call:
    """The call that makes the module, or the parameter, of a layer for inputs of these shapes."""
    if isinstance(kind, ParameterKind):
        with torch.device("meta"):
            return Call("torch.nn.Parameter", given(_recorded(lambda: kind.start(*shapes))))
    if isinstance(kind, FunctionKind):
        return _call(kind.torch_class, msgspec.structs.asdict(kind))
    assert isinstance(kind, ModuleKind)
    return _constructor(kind, shapes)


def has_module(kind: LayerKind) -> bool:
    """Whether there is a class for it."""
    return bool(kind.torch_class)


def expression(kind: LayerKind) -> str:
    """How its output is computed: a text with `{0}`, `{1}` ... for its inputs and `{module}` for its module."""
    if kind.call and (has_module(kind) or "{function}" in kind.call):
        fields = {name: repr(value) for name, value in msgspec.structs.asdict(kind).items()}
        function = kind.functions[0] if kind.functions else ""
        known = {**fields, "module": "{module}", "function": f"<{function}>"}
        return string.Formatter().vformat(kind.call, [f"{{{number}}}" for number in range(9)], known)
    return PLAIN_CALL


def derived(forward: Callable[..., Any], count: int, *, parameters: int = 0) -> str:
    """The expression that a function computes for so many inputs, its first ones being parameters."""
    graph = fx.Graph()
    names = ["{module}"] * parameters + [f"{{{number}}}" for number in range(count)]
    nodes = [graph.placeholder(f"x{number}") for number in range(len(names))]
    tracer = fx.proxy.GraphAppendingTracer(graph)
    output = forward(*(fx.Proxy(node, tracer) for node in nodes))
    return _text(output.node, dict(zip(nodes, names, strict=True)))


def _text(value: Any, names: Mapping[fx.Node, str]) -> str:
    """A recorded operation, or a constant, as Python."""
    if isinstance(value, fx.Node):
        return names[value] if value in names else _operation(value, names)
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_text(item, names) for item in value)
        tensors = any(isinstance(item, fx.Node) for item in value)
        return f"[{inner}]" if tensors or (isinstance(value, list) and len(value) == 1) else f"({inner})"
    return repr(value)


def _operation(node: fx.Node, names: Mapping[fx.Node, str]) -> str:
    arguments = [_text(value, names) for value in node.args]
    called = str(getattr(node.target, "__name__", node.target))
    if called in INFIX and len(arguments) == 2 and not node.kwargs:
        return f"{arguments[0]} {INFIX[called]} {arguments[1]}"
    if called == "getitem":
        return f"{arguments[0]}[{arguments[1]}]"
    if called == "getattr":
        return f"{arguments[0]}.{node.args[1]}"
    while arguments and node.args[len(arguments) - 1] is False:
        arguments.pop()
    named = [f"{key}={_text(value, names)}" for key, value in node.kwargs.items() if value is not False]
    if node.op == "call_method":
        return f"{arguments[0]}.{called}({', '.join(arguments[1:] + named)})"
    return f"torch.{called}({', '.join(arguments + named)})"


def _constructor(kind: ModuleKind, shapes: tuple[Shape, ...]) -> Call:
    with torch.device("meta"):
        module = kind.build(*shapes)
    return _call(kind.torch_class, _given_to(module, resolve(kind.torch_class), kind.constructor_arguments(*shapes)))


def _given_to(module: nn.Module, cls: type, known: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a constructor by name: those that the kind tells, else attributes of the same names."""
    if known:
        return dict(known)
    return {
        name: _attribute(module, name)
        for name, parameter in _signature(cls).items()
        if hasattr(module, name) or parameter.default is inspect.Parameter.empty
    }


def _attribute(module: nn.Module, name: str) -> Any:
    value = getattr(module, name)
    return value is not None if name == "bias" else value


@cache
def _signature(cls: type) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(cls).parameters
    return {name: parameter for name, parameter in parameters.items() if name not in OUTSIDE}


def _call(path: str, arguments: Mapping[str, Any]) -> Call:
    """The call of a class with all arguments it has, each with its default."""
    made = []
    for place, (name, parameter) in enumerate(_signature(resolve(path)).items()):
        default = REQUIRED if parameter.default is inspect.Parameter.empty else parameter.default
        value = _simple(name, arguments.get(name, default))
        if default is None and value is not None and value == _simple("", arguments.get("kernel_size")):
            value = None  # a stride that is not given is the size of the window
        by_position = default == REQUIRED or (place == 0 and not isinstance(default, bool) and name != "dim")
        made.append(
            Argument(name, value, default, by_position and parameter.kind is not inspect.Parameter.KEYWORD_ONLY)
        )
    return Call(short(path), tuple(made))


def _simple(name: str, value: Any) -> Any:
    """A tuple of equal numbers as one number, where the constructor takes that."""
    if (
        isinstance(value, tuple)
        and value
        and (len(value) == 1 or (name != "normalized_shape" and len(set(value)) == 1))
    ):
        return value[0]
    return value


@cache
def resolve(path: str) -> Any:
    """The object behind a dotted path."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


@cache
def short(path: str) -> str:
    """The shortest path under which a module of the same package has the same object."""
    thing = resolve(path)
    parts = path.split(".")
    for length in range(2, len(parts)):
        candidate = ".".join(parts[:length])
        if getattr(importlib.import_module(candidate), parts[-1], None) is thing if _is_module(candidate) else False:
            return f"{candidate}.{parts[-1]}"
    return path


def _is_module(path: str) -> bool:
    try:
        return importlib.util.find_spec(path) is not None
    except ModuleNotFoundError:
        return False


class _Recorder(TorchFunctionMode):
    """Notes the calls that make a tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[int, Call] = {}

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run a function and note it."""
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.made[id(result)] = self._noted(func, args, kwargs or {})
        return result

    def _noted(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call:
        named = tuple(Argument(key, value) for key, value in kwargs.items() if key not in OUTSIDE)
        if args and isinstance(args[0], Tensor):
            return Call(func.__name__, (*given(*args[1:]), *named), owner=self.made.get(id(args[0])))
        values: list[Value] = [tuple(value) if isinstance(value, torch.Size) else value for value in args]
        shaped = tuple(
            Argument("shape", value, by_position=True) if isinstance(value, tuple) else given(value)[0]
            for value in values
        )
        return Call(f"torch.{func.__name__}", (*shaped, *named))


def _recorded(make: Callable[[], Tensor]) -> Call:
    recorder = _Recorder()
    with recorder:
        tensor = make()
    return recorder.made[id(tensor)]
