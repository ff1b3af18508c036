"""Outputs of the nodes of a compiled network for given pictures, without leaving a trace in the module."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, fx, nn

from workbench.core.modelling.compile import node_of
from workbench.errors import WorkbenchError


def capture(module: fx.GraphModule, images: Tensor, names: Collection[str] | None = None) -> dict[str, Tensor]:
    """The outputs of the named nodes (all of them if None) for pictures `(count, channels, height, width)`.

    The tensors are copies: an in-place layer behind a node does not change what was kept of it. The module runs in
    evaluation mode without gradients, no further than the last wanted node, and every submodule gets its mode back.
    Raises `WorkbenchError` for a node that does not exist and for pictures that the network cannot take.
    """
    wanted = _wanted(module, names)
    kept: dict[str, Tensor] = {}
    with evaluation_mode(module), torch.no_grad():
        for name, value in _walk(module, images.to(_device(module), copy=True)):
            if name in wanted:
                kept[name] = value.detach().clone()
            if len(kept) == len(wanted):
                break
    return kept


@contextmanager
def evaluation_mode(module: nn.Module) -> Iterator[None]:
    """Evaluation mode for a while; afterwards every submodule trains, or not, as before."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes.items():
            part.training = mode


def _wanted(module: fx.GraphModule, names: Collection[str] | None) -> set[str]:
    known = {name for node in module.graph.nodes if (name := node_of(node)) is not None}
    missing = sorted(set(names or ()) - known)
    if missing:
        raise WorkbenchError(f"There is no node {missing[0]} in this network")
    return known if names is None else set(names)


def _walk(module: fx.GraphModule, images: Tensor) -> Iterator[tuple[str | None, Tensor]]:
    """Run node by node and give each output with its node's name; what no later node needs is forgotten."""
    interpreter = fx.Interpreter(module)
    interpreter.args_iter = iter((images,))
    for node in module.graph.nodes:
        interpreter.env[node] = _run(interpreter, node, images)
        yield node_of(node), interpreter.env[node]
        for spent in interpreter.user_to_last_uses.get(node, ()):
            del interpreter.env[spent]


def _run(interpreter: fx.Interpreter, node: fx.Node, images: Tensor) -> Tensor:
    try:
        return interpreter.run_node(node)  # type: ignore[no-any-return]
    except RuntimeError as error:
        shape = " × ".join(map(str, images.shape[1:]))
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise WorkbenchError(f"{node_of(node) or node.name} cannot run on a picture of {shape}", reason) from error


def _device(module: nn.Module) -> torch.device:
    return next((parameter.device for parameter in module.parameters()), torch.device("cpu"))
