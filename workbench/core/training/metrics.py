"""Sums of loss and hits that stay on the device until somebody wants to read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from workbench.core.training.ranks import Ranks


@dataclass(frozen=True)
class Means:
    """Mean loss and share of hits over some pictures."""

    loss: float
    accuracy: float
    images: int


@dataclass(frozen=True)
class BatchSums:
    """Loss and hits of one batch, on its device."""

    sums: Tensor
    images: int


def batch_sums(loss: Tensor, logits: Tensor, targets: Tensor) -> BatchSums:
    """Of a batch: its mean loss, its logits `(batch, classes)`, its labels `(batch,)` or shares of classes."""
    labels = targets.argmax(dim=1) if targets.is_floating_point() else targets
    hits = (logits.argmax(dim=1) == labels).sum()
    return BatchSums(torch.stack([loss.detach() * labels.shape[0], hits]), labels.shape[0])


@dataclass(frozen=True)
class Pass:
    """How a batch went through the network, not counted yet: its mean loss, logits `(batch, classes)`, its targets."""

    loss: Tensor
    logits: Tensor
    targets: Tensor


def sums_of_passes(passes: Sequence[Pass]) -> list[BatchSums]:
    """What `batch_sums` gives for each of them, in a few operations for all."""
    sizes = [len(each.targets) for each in passes]
    targets = torch.cat([each.targets for each in passes])
    labels = targets.argmax(dim=1) if targets.is_floating_point() else targets
    right = torch.cat([each.logits for each in passes]).argmax(dim=1) == labels
    hits = torch.stack([some.sum() for some in torch.split(right, sizes)])
    losses = torch.stack([each.loss for each in passes]) * torch.tensor(sizes, device=hits.device)
    rows = torch.unbind(torch.stack([losses, hits], dim=1))
    return [BatchSums(row, size) for row, size in zip(rows, sizes, strict=True)]


class RunningSums:
    """Loss and hits summed over batches without making the device wait."""

    def __init__(self, device: torch.device) -> None:
        self._sums = torch.zeros(2, dtype=torch.float32 if device.type == "mps" else torch.float64, device=device)
        self._images = 0

    def add(self, batch: BatchSums) -> None:
        """Count one batch."""
        self._sums += batch.sums
        self._images += batch.images

    def clear(self) -> None:
        """Begin anew."""
        self._sums.zero_()
        self._images = 0

    def means(self) -> Means:
        """The means so far (waits for the device)."""
        loss, hits = self._sums.tolist()
        images = max(1, self._images)
        return Means(loss / images, hits / images, self._images)

    def of_all(self, ranks: Ranks) -> RunningSums:
        """These sums, with those of the other ranks."""
        if ranks.size == 1:
            return self
        added, total = torch.tensor(self.state(), dtype=torch.float64), RunningSums(self._sums.device)
        ranks.add_up([added])
        total.restore(added.tolist())
        return total

    def state(self) -> list[float]:
        """All of it as exact numbers."""
        return [*self._sums.tolist(), self._images]

    def restore(self, state: list[float]) -> None:
        """Go on from an earlier state."""
        self._sums.copy_(torch.tensor(state[:2], dtype=torch.float64).to(self._sums.dtype))
        self._images = int(state[2])
