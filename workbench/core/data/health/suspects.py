"""Labels that a trained network doubts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import Indices


def label_suspects(labels: Indices, probabilities: npt.NDArray[np.floating]) -> dict[int, int]:
    """Pictures whose label is doubtful, with the class that the network is sure of instead; most doubtful first.

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
    return {
        number: int(best[number])
        for number in order.tolist()
        if probabilities[number, best[number]] > probabilities[number, labels[number]]
    }
