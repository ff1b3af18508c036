"""Early stopping: a run ends when its validation has made no progress for some epochs.

It is decided from the outcomes of the epochs so far, which are kept in the checkpoint, so a run that goes on decides
as one that was never interrupted. Before the last phase no run ends: what comes then may still make progress.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.training.plan import TrainingPlan


@dataclass(frozen=True)
class Outcome:
    """How the validation of an epoch went."""

    loss: float
    accuracy: float


def has_stopped_improving(plan: TrainingPlan, outcomes: Sequence[Outcome]) -> bool:
    """Whether the last `patience` epochs of the last phase have brought nothing."""
    _, before = plan.phase_at(plan.total_epochs())
    return bool(plan.patience) and epochs_without_progress(plan, outcomes[before:]) >= plan.patience


def epochs_without_progress(plan: TrainingPlan, outcomes: Sequence[Outcome]) -> int:
    """How many epochs ago the monitored figure was last better than ever before by the least progress or more."""
    best, since = -math.inf, 0
    for outcome in outcomes:
        figure = outcome.accuracy if plan.monitor == "accuracy" else -outcome.loss
        better = figure > best + plan.least_progress
        best, since = (figure, 0) if better else (best, since + 1)
    return since
