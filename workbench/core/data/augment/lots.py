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
    With `places` they are drawn for a batch of `drawn` pictures, of which those at these places are wanted: whoever
    has a part of a batch varies it as the whole would be.
    """

    generator: torch.Generator
    count: int
    drawn: int = 0
    places: torch.Tensor | None = None

    def at(self, places: torch.Tensor) -> Lots:
        """The lots of the pictures at these places of the batch."""
        return Lots(self.generator, len(places), self.count, places)

    def uniform(self, low: float = 0.0, high: float = 1.0, *, each: tuple[int, ...] = ()) -> torch.Tensor:
        """One number for each picture, `low` <= number < `high`; `each` is the shape of more than one."""
        return self._wanted(torch.rand((self._all, *each), generator=self.generator)) * (high - low) + low

    def integers(self, below: int) -> torch.Tensor:
        """One whole number for each picture, 0 <= number < `below`."""
        return self._wanted(torch.randint(below, (self._all,), generator=self.generator))

    def happens(self, probability: float) -> torch.Tensor:
        """Whether it happens, for each picture."""
        return self._wanted(torch.rand(self._all, generator=self.generator)) < probability

    def chosen(self, probability: float) -> torch.Tensor:
        """The numbers of the pictures to which it happens."""
        return self.happens(probability).nonzero()[:, 0]

    def beta(self, alpha: float) -> torch.Tensor:
        """One number between 0 and 1 for each picture from the symmetric beta distribution.

        torch draws from it with its global random state alone, so NumPy draws, from a seed that is a lot itself.
        """
        seed = int(torch.randint(2**62, (), generator=self.generator))
        drawn = np.random.default_rng(seed).beta(alpha, alpha, self._all)
        return self._wanted(torch.from_numpy(drawn.astype(np.float32)))

    @property
    def _all(self) -> int:
        """For so many pictures is drawn."""
        return self.count if self.places is None else self.drawn

    def _wanted(self, drawn: torch.Tensor) -> torch.Tensor:
        return drawn if self.places is None else drawn[self.places]
