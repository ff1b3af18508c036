"""Memory of a training step, by recording what autograd keeps for the backward pass.

The network runs forward on meta tensors (no data, no memory) in training mode while a hook sees every tensor that is
saved; a tensor saved by two nodes counts once, for the first. Parameters and the batch itself do not count.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import msgspec
import torch
from torch import Tensor, fx

from workbench.core.graph.network import Network
from workbench.core.modelling.attention_memory import fused_attention, is_fused
from workbench.core.modelling.compile import build_module, node_of
from workbench.core.modelling.norm_memory import is_batch_norm, normalized
from workbench.core.modelling.optimizers import OPTIMIZERS, Optimizer
from workbench.core.modelling.peak import backward_peak, output_bytes
from workbench.core.modelling.recompute import Recomputed, recomputing
from workbench.core.modelling.shapes import analyse
from workbench.errors import WorkbenchError, first_line


class TrainingMemory(msgspec.Struct, frozen=True):
    """Bytes of one training step. `workspace` is the most that gradients of activations need at a time.

    `total` is the most that is alive at once. It is less than the sum: the weights' gradients come as activations go.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    workspace: int
    total: int


def saved_bytes(
    network: Network, *, batch: int, precision: str = "fp32", recompute: Collection[str] = ()
) -> dict[str, int]:
    """Bytes that the backward pass needs from each node, for a batch of that size.

    Of groups to recompute it needs the inputs alone.
    """
    return _saved(network, build_module(network, device="meta"), batch, precision=precision, recompute=recompute)


def _saved(
    network: Network, module: fx.GraphModule, batch: int, *, precision: str, recompute: Collection[str] = ()
) -> dict[str, int]:
    recorder = _Recorder(recomputing(module.train(), recompute))
    shape = analyse(network).input_shape or ()
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            recorder.run(recorder.uncounted(torch.empty(batch, *shape, device="meta")))
    except (RuntimeError, ValueError) as error:  # too many bytes to count; BatchNorm on a single value
        title = f"{network.name} cannot train with a batch of {batch:,}"
        raise WorkbenchError(title, first_line(error)) from error
    return dict(recorder.saved)


def training_memory(
    network: Network,
    *,
    batch: int,
    optimizer: str | Optimizer = "adamw",
    precision: str = "fp32",
    recompute: Collection[str] = (),
    saved: Mapping[str, int] | None = None,
    module: fx.GraphModule | None = None,
) -> TrainingMemory:
    """What a training step of the network needs, in bytes.

    `saved` is what `saved_bytes` tells, `module` the compiled network on the meta device, where they are known.
    """
    module = module or build_module(network, device="meta")
    weights = sum(value.nbytes for value in module.state_dict().values())
    gradients = sum(parameter.nbytes for parameter in module.parameters())
    chosen = OPTIMIZERS[optimizer]() if isinstance(optimizer, str) else optimizer
    states = chosen.states() * gradients
    if saved is None:
        saved = saved_bytes(network, batch=batch, precision=precision, recompute=recompute)
    again = saved_bytes(network, batch=batch, precision=precision) if recompute else {}
    analysis = analyse(network)
    values = output_bytes(analysis, batch=batch, value_bytes=2 if precision == "bf16" else 4)
    backward, workspace = backward_peak(network, saved, values=values, again=again, groups=recompute)
    pictures = 4 * batch * math.prod(analysis.input_shape or ())
    total = weights + states + pictures + max(backward, gradients)
    return TrainingMemory(weights, gradients, states, sum(saved.values()), workspace, total)


def step_memory(
    network: Network, *, batch: int, optimizer: str | Optimizer = "adamw", precision: str = "fp32"
) -> tuple[dict[str, int], TrainingMemory]:
    """What `saved_bytes` and `training_memory` tell, for a network that is compiled once."""
    module = build_module(network, device="meta")
    saved = _saved(network, module, batch, precision=precision)
    memory = training_memory(network, batch=batch, optimizer=optimizer, precision=precision, saved=saved, module=module)
    return saved, memory


class _Recorder(fx.Interpreter):
    """Runs a module and notes under each node what autograd saves while it runs."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.saved: Counter[str] = Counter()
        self._seen = {_storage(value) for value in module.state_dict(keep_vars=True).values()}
        self._place = ""
        self._kept: list[Tensor] = []  # a storage that is freed could be counted as an old one

    def uncounted(self, tensor: Tensor) -> Tensor:
        """The tensor, which does not count as saved: it is there anyway."""
        self._seen.add(_storage(tensor))
        return tensor

    def run_node(self, n: fx.Node) -> Any:
        self._place = node_of(n) or n.name
        with torch.autograd.graph.saved_tensors_hooks(partial(self._note, self._place), lambda tensor: tensor):
            return super().run_node(n)

    def call_module(self, target: Any, args: Any, kwargs: Any) -> Any:
        part = self.fetch_attr(target)
        if isinstance(part, Recomputed):
            for tensor in args:
                self._note(part.group, tensor)
            with torch.autograd.graph.saved_tensors_hooks(lambda tensor: tensor, lambda tensor: tensor):
                return part.part(*args)
        if isinstance(part, fx.GraphModule):
            return _Piece(part, self).run(*args)
        if is_batch_norm(part):
            output, kept = normalized(part, *args)
            for tensor in kept:
                self._note(self._place, tensor)
            return output
        if is_fused(part):
            return fused_attention(part, *args)
        return super().call_module(target, args, kwargs)

    def _note(self, name: str, tensor: Tensor) -> Tensor:
        if _storage(tensor) not in self._seen:
            self._seen.add(_storage(tensor))
            self._kept.append(tensor)
            self.saved[name] += tensor.untyped_storage().nbytes()
        return tensor


class _Piece(_Recorder):
    """A piece of the module, noted with the whole."""

    def __init__(self, module: fx.GraphModule, whole: _Recorder) -> None:
        super().__init__(module)
        self.saved, self._seen, self._kept = whole.saved, whole._seen, whole._kept


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
