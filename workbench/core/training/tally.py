"""How the passes of a training went: counted a few at a time, summed for the epoch and for the next report."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from workbench.core.training.metrics import Means, Pass, RunningSums, sums_of_passes
from workbench.core.training.ranks import Ranks

COUNTED_TOGETHER = 16
"""So many passes are counted in one go: counting each by itself costs a small network more than its steps."""


class Tally:
    """Loss and hits of the steps of an epoch, over all ranks where they are read."""

    def __init__(self, ranks: Ranks, device: torch.device) -> None:
        self._ranks, self._device = ranks, device
        self.passes: list[Pass] = []
        """How the passes of the step in work went."""
        self._to_count: list[Pass] = []
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Begin anew."""
        self._epoch, self._recent = RunningSums(self._device), RunningSums(self._device)

    def add(self, loss: Tensor, logits: Tensor, targets: Tensor) -> None:
        """Note how a pass went; it counts as soon as the step is done."""
        self.passes.append(Pass(loss.detach(), logits.detach(), targets))

    def end_step(self) -> None:
        """Let the passes of the step count."""
        self._to_count += self.passes
        if len(self._to_count) >= COUNTED_TOGETHER:
            self._count()

    def epoch_means(self) -> Means:
        """The means of the steps of this epoch."""
        self._count()
        return self._epoch.of_all(self._ranks).means()

    def take_recent(self) -> Means:
        """The means of the steps since this was last asked."""
        self._count()
        means, self._recent = self._recent.of_all(self._ranks).means(), RunningSums(self._device)
        return means

    def state(self) -> dict[str, Any]:
        """All of it as exact numbers, those of all ranks together."""
        self._count()
        return {
            "epoch_sums": self._epoch.of_all(self._ranks).state(),
            "recent_sums": self._recent.of_all(self._ranks).state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from an earlier state, which the first rank alone takes over: it is that of all."""
        if self._ranks.first:
            self._epoch.restore(state["epoch_sums"])
            self._recent.restore(state["recent_sums"])

    def _count(self) -> None:
        if not self._to_count:
            return
        sums = sums_of_passes(self._to_count)
        self._epoch.add(sums)
        self._recent.add(sums)
        self._to_count.clear()
