"""Labels of a set that a trained network doubts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from torch import nn

from workbench.core.data.content import membership
from workbench.core.data.health.finding import Subject
from workbench.core.data.health.suspects import Suspects, label_suspects
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
    seen: tuple[str, str] = ("", ""),
    progress: Progress | None = None,
) -> Callable[[Subject], Suspects]:
    """What a check asks for doubtful labels.

    Each part is judged by itself: a network is surer of what it was trained on. `seen` is the name of the run and the
    `membership` of what it was trained on, if that is known. Raises `WorkbenchError` for a set with other classes than
    the network's.
    """

    def find(subject: Subject) -> Suspects:
        if tuple(subject.index.classes) != tuple(classes):
            raise WorkbenchError(f"{spec} has other classes than the run", "it cannot judge their labels")
        data = open_data(spec, framing=preprocessing.framing, split=split, progress=progress)
        classes_of: dict[int, int] = {}
        doubts: dict[int, float] = {}
        for part, numbers in zip((data.train, data.validation), _numbers(subject, data), strict=True):
            judged = probabilities(module, part, preprocessing, progress=progress)
            found, doubted = label_suspects(part.labels, judged)
            classes_of |= {int(numbers[at]): label for at, label in found.items()}
            doubts |= {int(numbers[at]): doubt for at, doubt in doubted.items()}
        order = sorted(doubts, key=lambda number: -doubts[number])
        same = not seen[1] or seen[1] == membership(data, progress)
        return Suspects({number: classes_of[number] for number in order}, doubts, seen[0], same)

    return find


def _numbers(subject: Subject, data: ImageData) -> tuple[Indices, Indices]:
    """The number in the index of each picture of both parts; files that cannot be read are in neither."""
    if not subject.index.files:
        return subject.made.train, subject.made.validation
    places = {file: number for number, file in enumerate(subject.index.files)}
    return _placed(places, data.train), _placed(places, data.validation)


def _placed(places: dict[str, int], part: ImagePart) -> Indices:
    return np.array([places[file] for file in part.files], np.int64)
