"""The processes that train one run together, as one of them sees the others.

Every rank takes a slice of each step and makes its gradients; then all take the weighted mean of them, and each makes
the same change of the same weights. So after every step all ranks hold the same bits, and any of them could write the
checkpoint: the first one does. How they find each other is the business of `runs.meeting`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, fx, nn

from workbench.errors import first_line

Value = TypeVar("Value")
STRIDE = 2**40
"""Between the random numbers of one rank and the next, which draw dropout and the like each for itself."""


class RankGoneError(Exception):
    """Another rank does not answer any more: it was killed, or has ended with a fault of its own."""


class Ranks:
    """A process that trains alone: there is nobody to agree with. `TogetherRanks` is the other case."""

    rank, size = 0, 1

    @property
    def first(self) -> bool:
        """Whether this is the rank that writes the run folder."""
        return self.rank == 0

    def either(self, flag: bool) -> bool:
        """Whether any of the ranks says so."""
        return flag

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Put into each of the tensors its sum over the ranks."""

    def average(self, tensors: Sequence[Tensor], weight: Tensor | float) -> None:
        """Put into each of the tensors its mean over the ranks, in which this one's has this weight."""

    def from_first(self, value: Value) -> Value:
        """What the first rank has; the others give anything of the same sort."""
        return value

    def align(self, module: nn.Module) -> None:
        """Give the module the weights and buffers it has on the first rank."""

    def with_norms_over_all(self, module: fx.GraphModule) -> fx.GraphModule:
        """The module with batch normalization that takes its means over the pictures of all ranks, where there is one.

        `torch.nn.SyncBatchNorm` exists for graphics processors alone; elsewhere each rank takes those of its own.
        """
        return module


ALONE = Ranks()


class TogetherRanks(Ranks):
    """A rank of several, whose process group has been made."""

    def __init__(self, rank: int, size: int, device: torch.device) -> None:
        self.rank, self.size, self.device = rank, size, device

    def either(self, flag: bool) -> bool:
        """Whether any of the ranks says so; waits for all of them, not for their devices."""
        said = torch.tensor([int(flag)])
        self.add_up([said])
        return bool(said)

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Put into each of the tensors its sum over the ranks: one message for each number format."""
        for group in _alike(tensors):
            joined = torch.cat([tensor.reshape(-1) for tensor in group])
            with _answers():
                distributed.all_reduce(joined)
            _put_back(joined, group)

    def average(self, tensors: Sequence[Tensor], weight: Tensor | float) -> None:
        """Put into each of the tensors its mean over the ranks, in which this one's has this weight."""
        for group in _alike(tensors):
            own = torch.as_tensor(weight, dtype=group[0].dtype, device=group[0].device).reshape(1)
            joined = torch.cat([*(tensor.reshape(-1) for tensor in group), torch.ones_like(own)]).mul_(own)
            with _answers():
                distributed.all_reduce(joined)
            _put_back(joined[:-1].div_(joined[-1]), group)

    def from_first(self, value: Value) -> Value:
        """What the first rank has: plain values, tensors, and lists and dicts of them."""
        sent = _packed(value) if self.first else torch.empty(0, dtype=torch.uint8)
        length = torch.tensor([len(sent)])
        with _answers():
            distributed.broadcast(length, src=0)
            sent = sent if self.first else torch.empty(int(length), dtype=torch.uint8)
            distributed.broadcast(sent, src=0)
        return value if self.first else _unpacked(sent)

    def align(self, module: nn.Module) -> None:
        """Give the module the weights and buffers it has on the first rank."""
        from workbench.core.training.checkpoint import plain_weights

        module.load_state_dict(self.from_first(plain_weights(module)))

    def with_norms_over_all(self, module: fx.GraphModule) -> fx.GraphModule:
        """On graphics processors `torch.nn.SyncBatchNorm` in the place of each batch normalization."""
        if self.device.type != "cuda":
            return module
        converted: fx.GraphModule = nn.SyncBatchNorm.convert_sync_batchnorm(module)  # type: ignore[no-untyped-call]
        return converted


@contextmanager
def _answers() -> Iterator[None]:
    """Raise `RankGoneError` where the others do not answer."""
    try:
        yield
    except RuntimeError as error:
        raise RankGoneError(f"Another rank of the training is gone: {first_line(error)}") from error


def _alike(tensors: Sequence[Tensor]) -> list[list[Tensor]]:
    """The tensors by number format, which decides what can be sent in one piece."""
    groups: dict[torch.dtype, list[Tensor]] = {}
    for tensor in tensors:
        groups.setdefault(tensor.dtype, []).append(tensor)
    return list(groups.values())


def _put_back(joined: Tensor, tensors: Sequence[Tensor]) -> None:
    sizes = [tensor.numel() for tensor in tensors]
    for tensor, piece in zip(tensors, torch.split(joined, sizes), strict=True):
        tensor.copy_(piece.view(tensor.shape))


def _packed(value: object) -> Tensor:
    stream = io.BytesIO()
    torch.save(value, stream)
    return torch.frombuffer(bytearray(stream.getbuffer()), dtype=torch.uint8)


def _unpacked(sent: Tensor) -> Any:
    return torch.load(io.BytesIO(sent.numpy().tobytes()), map_location="cpu", weights_only=True)
