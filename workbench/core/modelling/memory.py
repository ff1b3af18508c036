"""Memory of a training step, by recording what autograd keeps for the backward pass.

The network runs forward on meta tensors (no data, no memory) in training mode while a hook sees every tensor that is
saved; a tensor saved by two nodes counts once, for the first. Parameters and the batch itself do not count.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import torch
from torch import Tensor, fx

from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module, node_of
from workbench.core.modelling.shapes import analyse
from workbench.errors import WorkbenchError, first_line

STATES = {"sgd": 1, "adamw": 2}
"""Numbers that an optimizer keeps for each parameter (SGD: with momentum)."""


class TrainingMemory(msgspec.Struct, frozen=True):
    """Bytes of one training step. `workspace` is the largest gradient of an activation, alive with its input."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    workspace: int
    total: int


def saved_bytes(network: Network, *, batch: int, precision: str = "fp32") -> dict[str, int]:
    """Bytes that the backward pass needs from each node, for a batch of that size."""
    recorder = _Recorder(build_module(network, device="meta").train())
    shape = analyse(network).input_shape or ()
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            recorder.run(torch.empty(batch, *shape, device="meta"))
    except (RuntimeError, ValueError) as error:  # too many bytes to count; BatchNorm on a single value
        title = f"{network.name} cannot train with a batch of {batch:,}"
        raise WorkbenchError(title, first_line(error)) from error
    return dict(recorder.saved)


def training_memory(
    network: Network, *, batch: int, optimizer: str = "adamw", precision: str = "fp32"
) -> TrainingMemory:
    """What a training step of the network needs, in bytes."""
    module = build_module(network, device="meta")
    weights = sum(value.nbytes for value in module.state_dict().values())
    gradients = sum(parameter.nbytes for parameter in module.parameters())
    if optimizer not in STATES:
        raise WorkbenchError(f"The memory of {optimizer} is not known", f"known are {', '.join(STATES)}")
    states = STATES[optimizer] * gradients
    saved = saved_bytes(network, batch=batch, precision=precision)
    activations, workspace = sum(saved.values()), max(saved.values(), default=0)
    total = weights + gradients + states + activations + workspace
    return TrainingMemory(weights, gradients, states, activations, workspace, total)


class _Recorder(fx.Interpreter):
    """Runs a module and notes under each node what autograd saves while it runs."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.saved: Counter[str] = Counter()
        self._seen = {_storage(value) for value in module.state_dict(keep_vars=True).values()}
        self._kept: list[Tensor] = []  # a storage that is freed could be counted as an old one

    def run_node(self, n: fx.Node) -> Any:
        name = node_of(n) or n.name

        def pack(tensor: Tensor) -> Tensor:
            if _storage(tensor) not in self._seen:
                self._seen.add(_storage(tensor))
                self._kept.append(tensor)
                self.saved[name] += tensor.untyped_storage().nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            result = super().run_node(n)
        if n.op == "placeholder":
            self._seen.add(_storage(result))
        return result


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
