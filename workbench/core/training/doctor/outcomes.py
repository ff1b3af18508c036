"""What the epochs tell: no progress, too close to the training pictures or not close enough, one class for all."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.core.training.doctor.rule import RULES, Case, at_rate, finding, planned
from workbench.core.training.events import EpochDone
from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem, Remedy

WITHOUT_PROGRESS = 5
RISEN = 1.15
WEAK, CLOSE = 0.8, 0.05
NEARLY_ALL = {2: 0.97}
MOST = 0.8
"""A class that so many pictures are given to has swallowed the others; of two classes one may be that frequent."""


@RULES.register("plateau")
def plateau(case: Case) -> Iterator[Problem]:
    """Many epochs in a row brought nothing, in training neither, while the rate stayed as high as it was."""
    epochs, rates = case.epochs, [step.learning_rate for step in case.steps]
    wanted = max(WITHOUT_PROGRESS, case.plan.total_epochs() // 5)
    if len(epochs) <= wanted or not rates or rates[-1] < 0.5 * max(rates):
        return
    before, since = epochs[:-wanted], epochs[-wanted:]
    stuck = min(each.validation_loss for each in since) > 0.99 * min(each.validation_loss for each in before)
    stuck = stuck and min(each.train_loss for each in since) > 0.99 * min(each.train_loss for each in before)
    if stuck and max(each.validation_accuracy for each in since) <= max(each.validation_accuracy for each in before):
        reason = f"{wanted} epochs brought nothing, and the rate is still {rates[-1]:.2g}"
        yield finding("schedule", "The training has come to a plateau", reason, *_falling(case.plan))


def _falling(plan: TrainingPlan) -> list[Remedy]:
    found: list[Remedy] = []
    if str(plan.schedule) != "cosine":
        found.append(planned("Let the rate fall along a cosine", schedule="cosine"))
    if str(plan.schedule) != "plateau":
        found.append(planned("Let the rate fall at each plateau", schedule="plateau"))
    return found


@RULES.register("overfitting")
def overfitting(case: Case) -> Iterator[Problem]:
    """The validation loss rises for epochs while the training loss goes on falling."""
    if len(case.epochs) < 4:
        return
    best, last = min(case.epochs, key=lambda epoch: epoch.validation_loss), case.epochs[-1]
    rises = all(epoch.validation_loss > best.validation_loss for epoch in case.epochs[-3:])
    if rises and last.validation_loss > RISEN * best.validation_loss and last.train_loss < best.train_loss:
        reason = (
            f"since epoch {best.epoch} the validation loss has risen from {best.validation_loss:.3g} to "
            f"{last.validation_loss:.3g}, that of training has fallen to {last.train_loss:.3g}"
        )
        yield finding(
            "augmentation", "It learns the training pictures by heart", reason, *_against_overfitting(case.plan)
        )


def _against_overfitting(plan: TrainingPlan) -> list[Remedy]:
    found: list[Remedy] = []
    if plan.augmentation == "none" and not plan.augmentation_steps:
        found.append(planned("Vary the training pictures (flip and crop)", augmentation="flip-crop"))
    if plan.weight_decay < 0.05:
        decay = max(0.01, 5 * plan.weight_decay)
        found.append(planned(f"Let weights decay by {decay:g}", weight_decay=decay))
    if not plan.patience:
        found.append(planned("Stop after 5 epochs without progress", patience=5))
    return found


@RULES.register("underfitting")
def underfitting(case: Case) -> Iterator[Problem]:
    """A complete training that does not even know its own pictures, and would have gone on learning.

    Dropout and varied pictures make the accuracy in training smaller than that of the same weights in use: what is
    known on validation pictures is known.
    """
    if not case.complete or len(case.epochs) < 2 or case.plan.mixing != "none":
        return
    last = case.epochs[-1]
    known = max(last.train_accuracy, last.validation_accuracy)
    if known < WEAK and last.train_accuracy - last.validation_accuracy < CLOSE:
        reason = (
            f"after {last.epoch} epochs it knows {100 * last.train_accuracy:.0f} % of the pictures it was trained on"
        )
        yield finding("epochs", "It has not learned enough", reason, *_against_underfitting(case, last))


def _against_underfitting(case: Case, last: EpochDone) -> list[Remedy]:
    plan, found = case.plan, list[Remedy]()
    if not plan.phases:
        found.append(planned(f"Train for {2 * plan.epochs} epochs", epochs=2 * plan.epochs))
    if plan.augmentation != "none" or plan.augmentation_steps:
        found.append(planned("Leave the pictures as they are", augmentation="none", augmentation_steps=()))
    if plan.weight_decay > 0.05:
        found.append(planned("Let weights decay less", weight_decay=0.01))
    return found


@RULES.register("class collapse")
def class_collapse(case: Case) -> Iterator[Problem]:
    """Nearly all pictures are given to one class, and most of the others are never right."""
    if not case.judged:
        return
    judged = case.judged[-1]
    count = len(judged.predicted)
    largest = max(range(count), key=lambda number: judged.predicted[number])
    missed = [number for number, share in enumerate(judged.class_accuracy) if share == 0]
    if judged.predicted[largest] > NEARLY_ALL.get(count, MOST) and 2 * len(missed) >= count:
        name, share = case.class_name(largest), judged.predicted[largest]
        reason = f"{100 * share:.0f} % of the validation pictures are given to it, "
        reason += f"{len(missed)} of {count} classes are never right"
        yield finding("class_weights", f"Everything is taken for {name}", reason, *_against_collapse(case.plan))


def _against_collapse(plan: TrainingPlan) -> list[Remedy]:
    found: list[Remedy] = []
    if plan.class_weights == "none":
        found.append(planned("Let rare classes count more", class_weights="inverse"))
    if plan.sampling == "shuffled":
        found.append(planned("Show all classes equally often", sampling="balanced"))
    return [*found, at_rate(plan, 0.1)]
