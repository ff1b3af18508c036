"""The random numbers behind the variations of one batch, one lot for each picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import torch
else:
    np, torch = LazyModule("numpy"), LazyModule("torch")


@dataclass(frozen=True)
class Lots:
    """Random numbers for the pictures of one batch.

    They are drawn on the CPU and stay there, so the same seed varies pictures in the same way on every device.
    """

    generator: torch.Generator
    count: int

    def uniform(self, low: float = 0.0, high: float = 1.0, *, each: tuple[int, ...] = ()) -> torch.Tensor:
        """One number for each picture, `low` <= number < `high`; `each` is the shape of more than one."""
        return torch.rand((self.count, *each), generator=self.generator) * (high - low) + low

    def integers(self, below: int) -> torch.Tensor:
        """One whole number for each picture, 0 <= number < `below`."""
        return torch.randint(below, (self.count,), generator=self.generator)

    def happens(self, probability: float) -> torch.Tensor:
        """Whether it happens, for each picture."""
        return torch.rand(self.count, generator=self.generator) < probability

    def chosen(self, probability: float) -> torch.Tensor:
        """The numbers of the pictures to which it happens."""
        return self.happens(probability).nonzero()[:, 0]

    def beta(self, alpha: float) -> torch.Tensor:
        """One number between 0 and 1 for each picture from the symmetric beta distribution.

        torch draws from it with its global random state alone, so NumPy draws, from a seed that is a lot itself.
        """
        seed = int(torch.randint(2**62, (), generator=self.generator))
        return torch.from_numpy(np.random.default_rng(seed).beta(alpha, alpha, self.count).astype(np.float32))

    def subset(self, count: int) -> Lots:
        """Lots for some of the pictures, drawn from the same generator."""
        return Lots(self.generator, count)
