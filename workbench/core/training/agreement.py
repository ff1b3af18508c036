"""What all ranks of a step agree on before the weights change: gradients and running statistics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase

if TYPE_CHECKING:
    from workbench.core.training.session import Session
    from workbench.core.training.slices import Slice


def agree(session: Session) -> None:
    """Make the gradients of this step those of all its pictures, and with them the running statistics."""
    if session.slice is not None:
        _take_means(session, session.slice)


@torch.no_grad()
def _take_means(session: Session, mine: Slice) -> None:
    """Each rank's gradient is that of its mean loss; it counts by the weight of its pictures.

    So the mean is the gradient of the whole step whatever the slices are.
    """
    ranks, module = session.job.ranks, session.module
    ranks.average([value.grad for value in module.parameters() if value.grad is not None], session.weight)
    if statistics := list(_statistics(module)):
        ranks.average(statistics, float(mine.own))


def _statistics(module: nn.Module) -> Iterator[Tensor]:
    """The running means and variances of the layers that move them; of frozen ones no bit may change."""
    for layer in module.modules():
        if isinstance(layer, _NormBase) and layer.training and not isinstance(layer, nn.SyncBatchNorm):
            yield from (value for value in (layer.running_mean, layer.running_var) if value is not None)
