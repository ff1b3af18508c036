"""Which pictures of a step each of several ranks takes: slices of one order, in which nothing depends on the ranks."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

LEAST = 2
"""No rank gets fewer pictures: batch normalization has no deviation of one."""


@dataclass(frozen=True)
class Slice:
    """A rank's pictures of a step of `whole` pictures: `own` of them count, at these places of the step.

    Where pictures are mixed, the neighbour before the first comes along: each is mixed with the one before it.
    In a short step some ranks go without: they take the first pictures, which then count for nothing, so that every
    rank does the same in every step.
    """

    whole: int
    places: Tensor
    own: int
    largest: int
    """Pictures of the rank that has most."""
    neighbour: bool

    def part_size(self, size: int) -> int:
        """The size of the parts in which it goes through the network when at most `size` pictures can at a time.

        All ranks make as many parts, so that what they do in one of them together they do in all.
        """
        count = len(self.places) - self.neighbour
        return -(-count // -(-self.largest // size))

    def without_neighbour(self, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The pictures that are the rank's own, and their targets."""
        start = int(self.neighbour)
        return images[start:], targets[start:]


@dataclass(frozen=True)
class Slicing:
    """Divides steps for the rank with this number of so many; `mixed` where pictures of a step are mixed."""

    rank: int
    size: int
    mixed: bool

    def of(self, count: int) -> Slice:
        """The slice of a step of `count` pictures; slices differ by at most one picture."""
        active = max(1, min(self.size, count // LEAST))
        sections = torch.arange(count).tensor_split(active)
        places = sections[self.rank] if self.rank < active else torch.arange(min(count, LEAST))
        own = len(places) if self.rank < active else 0
        if self.mixed:
            places = torch.cat([(places[:1] - 1) % count, places])
        return Slice(count, places, own, len(sections[0]), self.mixed)

    def places(self, count: int) -> Tensor:
        """The places of the slice, as `Batches.epoch` wants them."""
        return self.of(count).places
