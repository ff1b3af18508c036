"""Where the pixels of a part are while it is trained on: on the device, in this machine's memory, or in files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
import torch

from workbench.core.data.images import Indices, LazyPictures, Pictures, ahead

SHARE_OF_DEVICE = 0.4
"""Of the free memory of a device, at most this for pixels; more stay on the CPU and move batch by batch."""


class Resident(Protocol):
    """Pixels of which groups can be picked by their numbers."""

    def picked(self, groups: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        """The uint8 pixels `(len(group), height, width, channels)` of each group."""


def resident(pictures: Pictures, device: torch.device) -> Resident:
    """The pixels at the best place there is for them: the device where they fit, else where they are."""
    if isinstance(pictures, LazyPictures):
        nbytes = math.prod(pictures.shape)
        if device.type == "cpu" or pictures.costly or not _fits(device, nbytes):
            return _Elsewhere(pictures)
        return _InMemory(copied(pictures, device))
    pixels = torch.from_numpy(np.asarray(pictures))
    return _InMemory(pixels.to(device) if _fits(device, pixels.nbytes) else pixels)


def copied(pictures: Pictures, device: torch.device, chunk: int = 1024) -> torch.Tensor:
    """All pictures on a device, brought there a few at a time to spare memory here."""
    pixels = torch.empty(pictures.shape, dtype=torch.uint8, device=device)
    for start in range(0, len(pictures), chunk):
        pixels[start : start + chunk] = torch.from_numpy(pictures[start : start + chunk])
    return pixels


class _InMemory:
    """One tensor."""

    def __init__(self, pixels: torch.Tensor) -> None:
        self._pixels = pixels

    def picked(self, groups: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Copies, so that nobody changes what is stored."""
        return (self._pixels.index_select(0, group.to(self._pixels.device)) for group in groups)


class _Elsewhere:
    """Pictures that are read, or decoded, a group ahead of the training."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def picked(self, groups: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Fresh tensors."""
        numbers: Iterator[Indices] = (group.numpy() for group in groups)
        return map(torch.from_numpy, ahead(self._pictures, numbers))


def _fits(device: torch.device, needed: int) -> bool:
    """Whether that many bytes may stay on the device."""
    if device.type != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info(device)
    return needed <= SHARE_OF_DEVICE * free
