"""How good a network is on a part of the data, and where it errs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Preprocessing, to_tensor
from workbench.core.inspection.capture import evaluation_mode
from workbench.core.inspection.prediction import class_name
from workbench.errors import WorkbenchError

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Wrong:
    """A picture taken for another class: its place in the part, both classes, the probability of the wrong one."""

    index: int
    label: int
    predicted: int
    confidence: float


@dataclass(frozen=True)
class ClassScore:
    """One class: precision (share of right ones among those called it), recall (share found), number of pictures.

    Precision is 0 where nothing was called that class, recall where there is no picture of it.
    """

    name: str
    precision: float
    recall: float
    count: int


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Accuracy, mean cross entropy, confusion matrix (rows: true class, columns: predicted), scores, mistakes.

    `wrong` holds all mistakes, the most confident first.
    """

    accuracy: float
    loss: float
    confusion: npt.NDArray[np.int64]
    per_class: tuple[ClassScore, ...]
    wrong: tuple[Wrong, ...]

    @property
    def count(self) -> int:
        """The number of pictures."""
        return int(self.confusion.sum())


def evaluate(
    module: nn.Module,
    part: ImagePart,
    preprocessing: Preprocessing,
    *,
    classes: Sequence[str],
    batch_size: int = 256,
    device: torch.device | str = "cpu",
    progress: Progress | None = None,
) -> Evaluation:
    """Evaluate a module on a part of the data; the module is given back on its device and in its modes.

    `progress` is called with the pictures done and their total, and may raise to cancel.
    Raises `WorkbenchError` for an empty part and for a network whose output does not fit the classes.
    """
    if not len(part):
        raise WorkbenchError("There are no pictures to evaluate")
    home = next((parameter.device for parameter in module.parameters()), torch.device("cpu"))
    try:
        with evaluation_mode(module), torch.no_grad():
            module.to(device)
            scores = _scores(module, part, preprocessing, batch_size=batch_size, device=device, progress=progress)
    finally:
        module.to(home)
    return _judge(scores, part, classes)


def probabilities(
    module: nn.Module, part: ImagePart, preprocessing: Preprocessing, *, progress: Progress | None = None
) -> npt.NDArray[np.float32]:
    """The probability of each class for each picture, `(count, classes)`; the module stays on its device."""
    device = next((parameter.device for parameter in module.parameters()), torch.device("cpu"))
    with evaluation_mode(module), torch.no_grad():
        scores = _scores(module, part, preprocessing, batch_size=256, device=device, progress=progress)
    shares: npt.NDArray[np.float32] = scores.softmax(dim=1).numpy()
    return shares


def confusion_matrix(labels: Tensor, predicted: Tensor, classes: int) -> npt.NDArray[np.int64]:
    """Counts `(classes, classes)` by true class (row) and predicted class (column)."""
    counts = torch.bincount(labels * classes + predicted, minlength=classes * classes)
    matrix: npt.NDArray[np.int64] = counts.reshape(classes, classes).numpy()
    return matrix


def _scores(
    module: nn.Module,
    part: ImagePart,
    preprocessing: Preprocessing,
    *,
    batch_size: int,
    device: torch.device | str,
    progress: Progress | None,
) -> Tensor:
    """The class scores of all pictures, on the CPU."""
    batches = []
    for start in range(0, len(part), batch_size):
        images = to_tensor(part.images[start : start + batch_size], preprocessing, device=device)
        batches.append(module(images).float().cpu())
        if progress is not None:
            progress(min(start + batch_size, len(part)), len(part))
    return torch.cat(batches)


def _judge(scores: Tensor, part: ImagePart, classes: Sequence[str]) -> Evaluation:
    labels = torch.from_numpy(part.labels).long()
    if scores.ndim != 2 or scores.shape[1] <= int(labels.max()):
        shape = " × ".join(map(str, scores.shape[1:]))
        reason = f"the network gives {shape} values for each picture, the data has {len(classes)} classes"
        raise WorkbenchError("The network does not fit the data", reason)
    probabilities = scores.softmax(dim=1)
    confidence, predicted = probabilities.max(dim=1)
    confusion = confusion_matrix(labels, predicted, scores.shape[1])
    return Evaluation(
        accuracy=float((predicted == labels).double().mean()),
        loss=float(nn.functional.cross_entropy(scores.double(), labels)),
        confusion=confusion,
        per_class=_class_scores(confusion, classes),
        wrong=_mistakes(labels, predicted, confidence),
    )


def _class_scores(confusion: npt.NDArray[np.int64], classes: Sequence[str]) -> tuple[ClassScore, ...]:
    hits, called, there = confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1)
    return tuple(
        ClassScore(
            class_name(classes, index),
            precision=float(hits[index] / max(1, called[index])),
            recall=float(hits[index] / max(1, there[index])),
            count=int(there[index]),
        )
        for index in range(len(confusion))
    )


def _mistakes(labels: Tensor, predicted: Tensor, confidence: Tensor) -> tuple[Wrong, ...]:
    places = (predicted != labels).nonzero().flatten()
    order = places[confidence[places].argsort(descending=True, stable=True)]
    return tuple(
        Wrong(index, int(labels[index]), int(predicted[index]), float(confidence[index])) for index in order.tolist()
    )
