"""Rules about classes: fewer than two, many pictures of one, few of another, none to validate on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.core.data.files import too_few_classes
from workbench.core.data.health.finding import Finding, Subject, many, rule

UNEQUAL = 10.0
"""From such a ratio on a network does well by overlooking the smallest class."""
FEW = 10
"""Training pictures of a class from which little can be learned."""
NAMED = 5


@rule("classes")
def classes(subject: Subject) -> Iterator[Finding]:
    """A set with nothing to tell apart, and what of it is left aside because of how it lies."""
    if len(subject.index.classes) < 2:
        problem = too_few_classes(subject.index)
        yield Finding(problem.title, f"{problem.reason}. {problem.hint}".rstrip("."), "error")
    for found in subject.index.problems:
        yield Finding(f"{found.where}: {found.title}", found.reason, found.level)


@rule("imbalance")
def imbalance(subject: Subject) -> Iterator[Finding]:
    """Classes with many more training pictures than others."""
    counts = subject.counts(subject.made.train)
    present = np.flatnonzero(counts)
    if not len(present) or counts.max() < UNEQUAL * counts[present].min():
        return
    most, least = int(counts.argmax()), int(present[counts[present].argmin()])
    classes = subject.index.classes
    title = f"{classes[most]} has {counts[most] / counts[least]:.0f} times the training pictures of {classes[least]}"
    reason = f"{counts[most]:,} and {counts[least]:,}; the balanced sampling or class weights of a training help"
    yield Finding(title, reason, "warning")


@rule("few")
def few(subject: Subject) -> Iterator[Finding]:
    """Classes with hardly any picture to train on."""
    counts = subject.counts(subject.made.train)
    found = np.flatnonzero(counts < FEW)
    if len(found):
        title = many(len(found), "class has|classes have") + f" fewer than {FEW} training pictures"
        yield Finding(title, _named(subject, found, counts), "warning")


@rule("unvalidated")
def unvalidated(subject: Subject) -> Iterator[Finding]:
    """Classes of which no picture is validated on."""
    counts = subject.counts(subject.made.validation)
    found = np.flatnonzero(counts == 0)
    if len(found):
        title = many(len(found), "class has|classes have") + " no picture to validate on"
        yield Finding(title, _named(subject, found, counts), "warning")


def _named(
    subject: Subject,
    found: np.ndarray[tuple[int], np.dtype[np.int64]],
    counts: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> str:
    names = [f"{subject.index.classes[number]} ({counts[number]})" for number in found[:NAMED].tolist()]
    told = ", ".join(names) + (f" and {len(found) - NAMED:,} more" if len(found) > NAMED else "")
    return f"{'it is' if len(found) == 1 else 'they are'} {told}"
