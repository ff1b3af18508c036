"""How sure and how right a network is on the validation pictures: top-5, each class, calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from workbench.core.training.ranks import Ranks

BINS = 15
"""Of the confidence, as in Guo et al. 2017, "On Calibration of Modern Neural Networks" (arXiv 1706.04599)."""
TABLED_CLASSES = 32
"""Of so many classes the whole confusion is told: logs are kept for long."""


@dataclass(frozen=True)
class Judgement:
    """Shares between 0 and 1; of a class without pictures the accuracy is None."""

    top5: float
    calibration_error: float
    """The expected calibration error: how far confidence and accuracy are apart, in the mean over the pictures."""
    class_accuracy: tuple[float | None, ...]
    predicted: tuple[float, ...]
    """The share of the pictures that each class was given."""
    reliability: tuple[tuple[float, float, float], ...]
    """Of each bin of the confidence: its share of the pictures, their mean confidence, their accuracy."""
    confusion: tuple[tuple[int, ...], ...]
    """Pictures of each class (row) that were given each class (column); empty for many classes."""


class Judge:
    """Counts batches of logits without making the device wait."""

    def __init__(self, classes: int, device: torch.device) -> None:
        self._classes = classes
        self._counts = torch.zeros(classes, classes, dtype=torch.int64, device=device)
        self._bins = torch.zeros(3, BINS, dtype=torch.float32 if device.type == "mps" else torch.float64, device=device)
        self._top5 = torch.zeros((), dtype=torch.int64, device=device)

    def clear(self) -> None:
        """Begin anew."""
        for sums in (self._counts, self._bins, self._top5):
            sums.zero_()

    def add(self, logits: Tensor, labels: Tensor) -> None:
        """Count a batch: logits `(batch, classes)`, labels `(batch,)`."""
        sure, guess = logits.float().softmax(dim=1).max(dim=1)
        ones = torch.ones_like(labels)
        self._counts.view(-1).scatter_add_(0, labels * self._classes + guess, ones)
        places = (sure * BINS).ceil().long().sub_(1).clamp_(0, BINS - 1)
        rows = torch.stack([sure, guess == labels, ones]).to(self._bins.dtype)
        self._bins.scatter_add_(1, places.expand(3, -1), rows)
        best = logits.topk(min(5, self._classes), dim=1).indices
        self._top5 += (best == labels[:, None]).sum()

    def add_up(self, ranks: Ranks) -> None:
        """Count what the other ranks have counted, too."""
        ranks.add_up([self._counts, self._bins, self._top5])

    def judgement(self) -> Judgement:
        """What all batches so far amount to (waits for the device)."""
        counts, (sure, right, filled) = self._counts.cpu().double(), self._bins.cpu().double()
        total = max(1.0, float(counts.sum()))
        accuracies = (counts.diagonal() / counts.sum(dim=1)).tolist()
        return Judgement(
            top5=float(self._top5) / total,
            calibration_error=float((sure - right).abs().sum()) / total,
            class_accuracy=tuple(None if share != share else share for share in accuracies),
            predicted=tuple((counts.sum(dim=0) / total).tolist()),
            reliability=_reliability(sure, right, filled),
            confusion=tuple(map(tuple, self._counts.tolist())) if self._classes <= TABLED_CLASSES else (),
        )


def _reliability(sure: Tensor, right: Tensor, filled: Tensor) -> tuple[tuple[float, float, float], ...]:
    """Share, mean confidence and accuracy of each bin from its sums, to five digits; zeros for an empty one."""
    held = filled.clamp(min=1)
    rows = torch.stack([filled / filled.sum().clamp(min=1), sure / held, right / held], dim=1).tolist()
    return tuple((round(share, 5), round(confidence, 5), round(accuracy, 5)) for share, confidence, accuracy in rows)
