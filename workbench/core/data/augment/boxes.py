"""Boxes within pictures, drawn for a batch at once as torchvision draws them for one picture: to crop, and to erase."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.data.augment.lots import Lots
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

TRIES = 10
"""So many boxes are drawn for each picture; the first that fits is taken (as in torchvision)."""


@dataclass(frozen=True)
class Boxes:
    """One box for each picture in whole pixels (float32, on the CPU), and whether it fits into the picture."""

    top: torch.Tensor
    left: torch.Tensor
    height: torch.Tensor
    width: torch.Tensor
    fits: torch.Tensor

    def or_else(self, box: tuple[int, int, int, int]) -> Boxes:
        """These boxes, and (top, left, height, width) where one does not fit."""
        sides = (self.top, self.left, self.height, self.width)
        top, left, height, width = (
            torch.where(self.fits, side, float(other)) for side, other in zip(sides, box, strict=True)
        )
        return Boxes(top, left, height, width, torch.ones_like(self.fits))


@dataclass(frozen=True)
class Shape:
    """Which boxes are drawn: their share of the area, and how long they may be for their width, or wide for it."""

    smallest: float
    largest: float
    stretch: float

    def central(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """The (top, left, height, width) of the largest box in the middle that is not stretched too far."""
        height = min(size[0], round(size[1] * self.stretch))
        width = min(size[1], round(size[0] * self.stretch))
        return (size[0] - height) // 2, (size[1] - width) // 2, height, width


def drawn_boxes(lots: Lots, size: tuple[int, int], shape: Shape, *, spare: int = 0) -> Boxes:
    """Boxes of whole pixels that fit into pictures of (height, width) and leave `spare` rows and columns free."""
    area = lots.uniform(shape.smallest, shape.largest, each=(TRIES,)) * (size[0] * size[1])
    reach = math.log(shape.stretch)
    ratio = torch.exp(lots.uniform(-reach, reach, each=(TRIES,)))
    width, height = (area * ratio).sqrt().round(), (area / ratio).sqrt().round()
    fits = (width > 0) & (width <= size[1] - spare) & (height > 0) & (height <= size[0] - spare)
    first = fits.to(torch.uint8).argmax(dim=1, keepdim=True)
    width, height, fits = (values.gather(1, first)[:, 0] for values in (width, height, fits))
    top, left = _start(lots, size[0] - height), _start(lots, size[1] - width)
    return Boxes(top, left, height, width, fits)


def _start(lots: Lots, room: torch.Tensor) -> torch.Tensor:
    """A whole number from 0 to `room` for each picture; float32 may round its draw up, so it is cut."""
    return torch.minimum((lots.uniform() * (room + 1)).floor(), room).clamp(min=0)
