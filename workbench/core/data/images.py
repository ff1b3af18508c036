"""The record every data source produces: decoded pictures with labels, in two parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.errors import Problem


@dataclass(frozen=True)
class ImagePart:
    """Pictures as uint8 `(count, height, width, channels)`, int64 class numbers, and their files if they have any."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    files: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class ImageData:
    """A data set: the part to train on, the part held out to validate on, and what could not be used."""

    name: str
    classes: tuple[str, ...]
    train: ImagePart
    validation: ImagePart
    problems: tuple[Problem, ...] = ()

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height, width of the stored pictures."""
        _, height, width, channels = self.train.images.shape
        return channels, height, width
