"""Sums of loss and hits that stay on the device until somebody wants to read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

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


class Pass(NamedTuple):
    """How a batch went through the network: its mean loss, logits `(batch, classes)`, labels or shares of classes."""

    loss: Tensor
    logits: Tensor
    targets: Tensor


@dataclass(frozen=True)
class Sums:
    """Loss and hits of some pictures, on their device."""

    sums: Tensor
    images: int


def sums_of_passes(passes: Sequence[Pass]) -> Sums:
    """Loss and hits of all of them together, in a few operations.

    Losses are float32, of which float64 holds any sum that comes up without rounding: how many are counted together
    changes no bit. MPS has float32 alone.
    """
    sizes = [passed.targets.shape[0] for passed in passes]
    targets = torch.cat([passed.targets for passed in passes])
    labels = targets.argmax(dim=1) if targets.is_floating_point() else targets
    hits = (torch.cat([passed.logits for passed in passes]).argmax(dim=1) == labels).sum()
    losses = torch.stack([passed.loss for passed in passes]) * torch.tensor(sizes, device=hits.device)
    exact = _exact(hits.device)
    return Sums(torch.stack([losses.sum(dtype=exact), hits.to(exact)]), sum(sizes))


class RunningSums:
    """Loss and hits summed over batches without making the device wait."""

    def __init__(self, device: torch.device) -> None:
        self._sums = torch.zeros(2, dtype=_exact(device), device=device)
        self._images = 0

    def add(self, more: Sums) -> None:
        """Count some pictures."""
        self._sums += more.sums
        self._images += more.images

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


def _exact(device: torch.device) -> torch.dtype:
    """The widest number format of a device."""
    return torch.float32 if device.type == "mps" else torch.float64
