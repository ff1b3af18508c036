"""Recording what a module computes, with all arithmetic on shapes done at once.

`torch.fx` alone records `x.shape[0]`, `h // 7` and the like as operations. Here every recorded value is also computed
on the meta device (no data, no memory), so that a shape asked for is a tuple of numbers and never becomes part of the
record. A layer of the catalog is recorded as one call, whatever it does inside.

While it records, `torch.fx` stands between every module of the process and its call, also of a network that trains in
another thread. So one record is made at a time, and what other threads do goes by unseen.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.overrides import TorchFunctionMode

from workbench.core.layers.kind import Shape
from workbench.core.modelling.randomness import FILLING
from workbench.core.modelling.stops import place_of_call

BATCH = 1013
"""The number of pictures while tracing: a prime that no layer has for a size, so that it is recognized anywhere."""
VALUE = "workbench_value"
"""The key in `fx.Node.meta` under which the meta tensor stands that a node computed, or None."""
PLACE = "workbench_place"
"""The key in `fx.Node.meta` under which the line of the module's own code stands, or None."""


_ONE_AT_A_TIME = threading.Lock()


class ShapedProxy(fx.Proxy):
    """A recorded tensor that knows its shape."""

    @property
    def shape(self) -> Any:
        """Batch, channels, height, width as numbers."""
        known = self.node.meta.get(VALUE)
        return known.shape if isinstance(known, Tensor) else fx.proxy.Attribute(self, "shape")

    @property
    def ndim(self) -> Any:
        """The number of axes, the batch among them."""
        return len(self.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or one of its numbers."""
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> Any:
        """The number of axes, the batch among them."""
        return len(self.shape)


class ShapeTracer(fx.Tracer):
    """Records one forward pass for pictures of one shape.

    `is_layer` tells which modules are recorded as one call; `functions` are recorded as one call too.
    """

    def __init__(
        self, input_shape: Shape, *, is_layer: Callable[[nn.Module], bool], functions: Collection[Callable[..., Any]]
    ) -> None:
        super().__init__(autowrap_functions=tuple(functions))
        self._input_shape = input_shape
        self._is_layer = is_layer
        self._computing = False
        self._thread = threading.get_ident()
        self._twin: nn.Module | None = None

    def record(self, module: nn.Module) -> fx.Graph:
        """What the module computes."""
        self._twin, self._thread = _meta_twin(module), threading.get_ident()
        with _ONE_AT_A_TIME:
            return self.trace(module)

    def create_args_for_root(self, root_fn: Any, is_module: bool, concrete_args: Any = None) -> tuple[Any, list[Any]]:
        """The picture is the only argument that is recorded; all others keep their defaults."""
        return root_fn, [self.root, self.create_proxy("placeholder", "x", (), {})]

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Layers are not looked into."""
        return self._is_layer(m) or super().is_leaf_module(m, module_qualified_name)

    def proxy(self, node: fx.Node) -> fx.Proxy:
        """A proxy that knows its shape."""
        return ShapedProxy(node, self)

    def create_proxy(self, kind: str, target: Any, args: Any, kwargs: Any, *rest: Any, **named: Any) -> fx.Proxy:
        """Record an operation and compute it on the meta device."""
        made = super().create_proxy(kind, target, args, kwargs, *rest, **named)
        made.node.meta[PLACE] = place_of_call()
        made.node.meta[VALUE] = self._compute(made.node)
        return made

    def call_module(self, m: nn.Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Record a module's call, unless it happens while a value is computed or elsewhere."""
        return forward(*args, **kwargs) if self._looks_away else super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        """Record the reading of a parameter, unless it happens while a value is computed or elsewhere."""
        return attr_val if self._looks_away else super().getattr(attr, attr_val, parameter_proxy_cache)

    @property
    def _looks_away(self) -> bool:
        return self._computing or threading.get_ident() != self._thread

    def _compute(self, node: fx.Node) -> Any:
        """What the node computes on the meta device, or None if that cannot be told without data."""
        if node.op == "placeholder":
            return torch.empty(BATCH, *self._input_shape, device="meta")
        args, kwargs = fx.node.map_arg((node.args, node.kwargs), lambda source: source.meta.get(VALUE))
        if self._twin is None or any(source.meta.get(VALUE) is None for source in node.all_input_nodes):
            return None
        self._computing = True
        try:
            with torch.no_grad():
                return _run(self._twin, node, args, kwargs)
        except (RuntimeError, TypeError, ValueError, IndexError, AttributeError, AssertionError):
            return None  # the module itself would fail here, or needs data: then the plain record says so
        finally:
            self._computing = False


def _run(root: nn.Module, node: fx.Node, args: Any, kwargs: Any) -> Any:
    target: Any = node.target
    if node.op == "call_module":
        return root.get_submodule(target)(*args, **kwargs)
    if node.op == "call_method":
        return getattr(args[0], target)(*args[1:], **kwargs)
    if node.op == "call_function":
        return target(*args, **kwargs)
    if node.op == "get_attr":
        parent, _, name = target.rpartition(".")
        return getattr(root.get_submodule(parent), name)
    return None


def _meta_twin(module: nn.Module) -> nn.Module | None:
    """The same module with meta tensors for its weights, which are not copied; None if it cannot be copied."""
    memo: dict[int, Any] = {}
    for parameter in module.parameters():
        memo[id(parameter)] = nn.Parameter(torch.empty_like(parameter, device="meta"), requires_grad=False)
    for buffer in module.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    try:
        return copy.deepcopy(module, memo)
    except (TypeError, RuntimeError, AttributeError, NotImplementedError):
        return None


class UnfilledOnMeta(TorchFunctionMode):
    """Tensors that are made to be filled later, as weights are, go to the meta device, all others stay real.

    No random numbers are drawn: a training in another thread needs its own.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run a function of torch, `empty` on the meta device, random filling not at all."""
        if func in FILLING:
            return args[0]
        given = dict(kwargs or {})
        if func is torch.empty and given.get("device") is None:
            given["device"] = "meta"
        return func(*args, **given)
