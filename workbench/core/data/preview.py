"""What a training would see, to be looked at: the very tensors of a step, before and after normalization."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from workbench.core.data.batches import Batches
from workbench.core.data.preprocessing import normalize


@dataclass(frozen=True)
class Preview:
    """One batch of a training, `(count, height, width, channels)` where nothing else is said."""

    numbers: npt.NDArray[np.int64]
    """Which pictures of the part they are."""
    labels: npt.NDArray[np.int64]
    pixels: npt.NDArray[np.uint8]
    """The varied pictures, rounded to be shown."""
    normalized: torch.Tensor
    """What the network gets, float32 `(count, channels, height, width)`: what `Batches.epoch` yields at this step."""


def preview(batches: Batches, epoch: int = 0, step: int = 0) -> Preview:
    """The batch of a step as the training sees it, from the batches of the training itself."""
    batch = next(batches.varied(epoch, start=step))
    pixels = batch.pixels.to(torch.float32).round().to(torch.uint8).cpu().numpy()
    normalized = normalize(batch.pixels, batches.preprocessing).cpu()
    return Preview(batch.numbers.numpy(), batch.labels.cpu().numpy(), pixels, normalized)
