"""Labels of a set that a trained network doubts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from torch import nn

from workbench.core.data.health.finding import Subject
from workbench.core.data.health.suspects import label_suspects
from workbench.core.data.images import ImageData, ImagePart, Indices
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.data.registry import Progress
from workbench.core.data.sources import open_data
from workbench.core.data.split import USUAL, Split
from workbench.core.inspection.evaluation import probabilities
from workbench.errors import WorkbenchError


def suspects_of(
    module: nn.Module,
    preprocessing: Preprocessing,
    classes: Sequence[str],
    *,
    spec: str,
    split: Split = USUAL,
    progress: Progress | None = None,
) -> Callable[[Subject], dict[int, int]]:
    """What a check asks for doubtful labels: pictures by their number, with the class the network is sure of.

    Each part is judged by itself: a network is surer of what it was trained on. Raises `WorkbenchError` for a set with
    other classes than the network's.
    """

    def find(subject: Subject) -> dict[int, int]:
        if tuple(subject.index.classes) != tuple(classes):
            raise WorkbenchError(f"{spec} has other classes than the run", "it cannot judge their labels")
        data = open_data(spec, framing=preprocessing.framing, split=split, progress=progress)
        found: dict[int, int] = {}
        for part, numbers in zip((data.train, data.validation), _numbers(subject, data), strict=True):
            judged = probabilities(module, part, preprocessing, progress=progress)
            suspects = label_suspects(part.labels, judged)
            found |= {int(numbers[at]): label for at, label in suspects.items()}
        return found

    return find


def _numbers(subject: Subject, data: ImageData) -> tuple[Indices, Indices]:
    """The number in the index of each picture of both parts; files that cannot be read are in neither."""
    if not subject.index.files:
        return subject.made.train, subject.made.validation
    places = {file: number for number, file in enumerate(subject.index.files)}
    return _placed(places, data.train), _placed(places, data.validation)


def _placed(places: dict[str, int], part: ImagePart) -> Indices:
    return np.array([places[file] for file in part.files], np.int64)
