"""A first look into a folder of photos: its classes, how many photos of each, some of them, and what cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.preprocessing import Framing
from workbench.core.data.registry import Progress
from workbench.errors import Problem

SIDE = 112
"""Pixels of a sample."""
SAMPLES = 6
"""Samples of each class."""


@dataclass(frozen=True, eq=False)
class PhotoClass:
    """One class: its name, how many photos train and validate, and some of them as `(SIDE, SIDE, 3)` uint8."""

    name: str
    train: int
    validation: int
    samples: tuple[npt.NDArray[np.uint8], ...]


@dataclass(frozen=True, eq=False)
class PhotoFolder:
    """What lies in a folder of photos; `skipped` names each file that cannot be used and why."""

    path: str
    classes: tuple[PhotoClass, ...]
    skipped: tuple[Problem, ...] = ()

    @property
    def train(self) -> int:
        """Photos to train on."""
        return sum(photos.train for photos in self.classes)

    @property
    def validation(self) -> int:
        """Photos to validate on."""
        return sum(photos.validation for photos in self.classes)


def look_into(folder: str, *, progress: Progress | None = None) -> PhotoFolder:
    """Open a folder of photos small, to show what is in it; raises `WorkbenchError` if no classifier can be made of it.

    `progress` is called with the photos done and their number, and may raise to cancel.
    """
    from workbench.core.data.sources import open_data

    data = open_data(folder, framing=Framing(3, SIDE, SIDE), progress=progress)
    classes = tuple(_photo_class(data, number, name) for number, name in enumerate(data.classes))
    return PhotoFolder(folder, classes, data.problems)


def _photo_class(data: ImageData, number: int, name: str) -> PhotoClass:
    members = np.flatnonzero(data.train.labels == number)
    chosen = members[np.linspace(0, len(members) - 1, min(SAMPLES, len(members))).astype(np.int64)]
    samples = tuple(data.train.images[index].copy() for index in chosen)
    return PhotoClass(name, len(members), _count(data.validation, number), samples)


def _count(part: ImagePart, number: int) -> int:
    return int((part.labels == number).sum())
