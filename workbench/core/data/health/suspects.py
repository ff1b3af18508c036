"""Labels that a trained network doubts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import Indices


@dataclass(frozen=True, eq=False)
class Suspects:
    """What a run makes of the labels of a set: pictures by their number, the most doubtful first.

    `classes` are those that the run is sure of instead, `doubts` how much more probable they are to it.
    """

    classes: Mapping[int, int] = field(default_factory=dict)
    doubts: Mapping[int, float] = field(default_factory=dict)
    run: str = ""
    same_data: bool = True
    """Whether the run was trained and validated on these very pictures, labels and parts."""


def label_suspects(
    labels: Indices, probabilities: npt.NDArray[np.floating]
) -> tuple[Mapping[int, int], Mapping[int, float]]:
    """Pictures whose label is doubtful, with the class that the network is sure of instead; most doubtful first.

    And how much more probable that class is than the label.

    Confident learning in its simple form (Northcutt and others, arXiv 1911.00068): a class is sure of a picture when
    its probability reaches what it has in the mean over the pictures with its label. `probabilities` is `(count,
    classes)`; classes without pictures are never sure.
    """
    thresholds = np.full(probabilities.shape[1], np.inf)
    for label in np.unique(labels):
        thresholds[label] = probabilities[labels == label, label].mean()
    sure = np.where(probabilities >= thresholds, probabilities, -1.0)
    best = sure.argmax(axis=1)
    doubted = np.flatnonzero((sure.max(axis=1) >= 0) & (best != labels))
    doubt = probabilities[doubted, best[doubted]] - probabilities[doubted, labels[doubted]]
    order = doubted[np.argsort(-doubt, kind="stable")]
    doubts = {number: float(difference) for number, difference in zip(order.tolist(), -np.sort(-doubt), strict=True)}
    doubts = {number: difference for number, difference in doubts.items() if difference > 0}
    return {number: int(best[number]) for number in doubts}, doubts
