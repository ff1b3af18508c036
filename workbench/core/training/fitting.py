"""Making a step that does not fit into memory fit: its batch is taken in smaller parts whose gradients add up.

The step stays the same step: as many pictures, the same random numbers, one change of the weights. Only batch
normalization notices: it takes its means over a part.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from workbench.core.training.events import Warned
from workbench.core.training.faults import SMALLER, is_out_of_memory, may_be_out_of_memory
from workbench.errors import WorkbenchError, first_line

if TYPE_CHECKING:
    from workbench.core.training.session import Session


class PartSize:
    """At most so many pictures go through the network at a time."""

    def __init__(self, size: int) -> None:
        self.size, self._proven, self._planned = size, 0, size

    @property
    def was_halved(self) -> bool:
        """Whether memory was not enough for what was planned."""
        return self.size < self._planned

    def is_proven(self, pictures: int) -> bool:
        """Whether parts of a step of so many pictures are known to fit."""
        return min(self.size, pictures) <= self._proven

    def prove(self, pictures: int) -> None:
        """Note that a step of so many pictures has fitted."""
        self._proven = max(self._proven, min(self.size, pictures))


def halved(size: int, *, least: int, reason: str) -> int:
    """Half the pictures at a time; raises `WorkbenchError` with the `reason` if there are no more than the `least`."""
    if size <= least:
        title = f"The memory is not enough for {'one picture' if size == 1 else f'{size} pictures'} at a time"
        raise WorkbenchError(title, reason, SMALLER)
    return max(least, -(-size // 2))


def within_memory(session: Session, pictures: int, work: Callable[[], None]) -> Iterator[Warned]:
    """Make the gradients of a step by `work`, in ever smaller parts until they fit; says when they had to be smaller.

    What the layers have already counted of an attempt that failed is taken back, if parts of this size were not known
    to fit.
    """
    parts = session.part_size
    held = [] if parts.is_proven(pictures) else [buffer.clone() for buffer in session.module.buffers()]
    while reason := shortage(work, may_be_out_of_memory if parts.was_halved else is_out_of_memory):
        before = min(parts.size, pictures)
        parts.size = halved(before, least=least_part(session.module), reason=reason)
        _take_back(session, held)
        yield _warning(session, before, reason)
    parts.prove(pictures)


def shortage(work: Callable[[], None], tells: Callable[[BaseException], bool] = is_out_of_memory) -> str:
    """Do some work; why memory was not enough for it, or "" when it was. Frees what a failed attempt held.

    `tells` says of an error whether it is about memory.
    """
    try:
        work()
    except Exception as error:
        if not tells(error):
            raise
        reason = first_line(error)
    else:
        return ""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return reason


def least_part(module: nn.Module) -> int:
    """The fewest pictures that can go through a network in training: batch normalization wants two.

    Normalization over the pictures of all ranks wants each part to be the same for all, so none can be made smaller.
    """
    if any(isinstance(layer, nn.SyncBatchNorm) and layer.training for layer in module.modules()):
        return sys.maxsize
    return 2 if any(isinstance(layer, _BatchNorm) and layer.training for layer in module.modules()) else 1


@torch.no_grad()
def _take_back(session: Session, held: list[Tensor]) -> None:
    session.learner.optimizer.zero_grad()
    for buffer, before in zip(session.module.buffers(), held, strict=False):
        buffer.copy_(before)


def _warning(session: Session, before: int, reason: str) -> Warned:
    size = session.part_size.size
    title = f"{before:,} pictures at a time do not fit into memory"
    told = f"they go through the network {size:,} at a time and still make one step together"
    if least_part(session.module) > 1:
        told += "; batch normalization takes its means over these fewer pictures"
    return Warned(time=time.time(), title=title, reason=f"{told} ({reason})")
