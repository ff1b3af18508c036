"""What surrounds the learning: data that comes too slowly, its scale, batches for normalization, the last layer."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.core.training.doctor.rule import RULES, Case, NetworkRemedy, finding, middle, planned
from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem, Remedy

WAITING = 0.4
CHEAP = ("none", "flip", "flip-crop")
FAR, NARROW, WIDE = 0.75, 0.3, 3.0
"""Pictures as a network wants them have mean 0 and deviation 1; augmentation moves them a little."""
TINY, ENOUGH = 8, 16
"""Pictures in a batch with which batch normalization does badly, and well enough (Wu and He 2018, 1803.08494)."""


@RULES.register("data-bound")
def data_bound(case: Case) -> Iterator[Problem]:
    """A large part of each epoch is spent waiting for pictures, not training on them."""
    share = middle([judged.waiting for judged in case.judged[-3:]])
    if share is not None and share > WAITING:
        reason = f"{100 * share:.0f} % of an epoch is spent waiting for pictures: to be read, or to be varied"
        remedies: list[Remedy] = []
        if case.plan.augmentation not in CHEAP and not case.plan.augmentation_steps:
            remedies.append(planned("Vary the pictures more cheaply (flip and crop)", augmentation="flip-crop"))
        yield finding("data", "The training waits for data", reason, *remedies, level="info")


@RULES.register("wrong normalization")
def wrong_normalization(case: Case) -> Iterator[Problem]:
    """Pictures whose values, as they reach the network, are far from mean 0 and deviation 1."""
    seen = case.recent.get("input", [])
    mean, deviation = middle([each.mean for each in seen]), middle([each.deviation for each in seen])
    if mean is None or deviation is None or (abs(mean) <= FAR and NARROW <= deviation <= WIDE):
        return
    reason = f"they reach the network with a mean of {mean:.2g} and a deviation of {deviation:.2g} instead of 0 and 1"
    remedies = (
        [planned("Take mean and deviation of the data itself", preprocessing=None)] if case.plan.preprocessing else []
    )
    yield finding("preprocessing", "The pictures are not normalized", reason, *remedies)


@RULES.register("tiny batches")
def tiny_batches(case: Case) -> Iterator[Problem]:
    """BatchNorm takes its means over a batch; of a few pictures they are mostly chance."""
    plan, norms = case.plan, case.network.of_kind("BatchNorm2d") or case.network.of_kind("BatchNorm1d")
    if not norms or plan.batch_size >= TINY or all(phase.norm != "train" for phase in plan.all_phases()):
        return
    reason = f"the means that {norms[0].name} takes over {plan.batch_size} pictures are mostly chance"
    yield finding("batch_size", "The batches are too small for BatchNorm", reason, _larger(plan))


def _larger(plan: TrainingPlan) -> Remedy:
    """As many pictures in a step as before, as far as that is possible."""
    accumulation = max(1, plan.batch_size * plan.accumulation // ENOUGH)
    return planned(f"Take {ENOUGH} pictures at a time", batch_size=ENOUGH, accumulation=accumulation)


@RULES.register("softmax before loss")
def softmax_before_loss(case: Case) -> Iterator[Problem]:
    """The loss applies the softmax itself: what lint says of the network, here where it hurts."""
    from workbench.core.modelling.lint.ending import bounded_scores
    from workbench.core.modelling.lint.rule import Subject
    from workbench.core.modelling.shapes import analyse

    for problem in bounded_scores(Subject(analyse(case.network))):
        remedies = [NetworkRemedy(remedy.label, remedy.edit) for remedy in problem.remedies]
        yield finding(problem.where, problem.title, problem.reason, *remedies, level=problem.level)
