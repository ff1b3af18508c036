"""Rules about classes: fewer than two, many pictures of one, few of another, none to validate on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.core.data.files import too_few_classes
from workbench.core.data.health.finding import Finding, Subject, many, rule
from workbench.core.data.images import Indices

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
    counts = subject.counts(subject.train)
    present = np.flatnonzero(counts)
    if not len(present) or counts.max() < UNEQUAL * counts[present].min():
        return
    most, least = int(counts.argmax()), int(present[counts[present].argmin()])
    classes = subject.index.classes
    title = f"{classes[most]} has {counts[most] / counts[least]:.0f} times the training pictures of {classes[least]}"
    reason = f"{counts[most]:,} and {counts[least]:,}; the balanced sampling or class weights of a training help"
    yield Finding(title, reason, "warning")


@rule("untrained")
def untrained(subject: Subject) -> Iterator[Finding]:
    """Classes of which nothing is left to train on: every picture is broken, left out, or validated on."""
    counts, broken = subject.counts(subject.train), subject.counts(subject.unreadable)
    found = np.flatnonzero(counts == 0)
    if not len(found) or len(counts) < 2:
        return
    title = many(len(found), "class has|classes have") + " no usable picture to train on"
    names = [
        subject.index.classes[number] + (f" ({broken[number]:,} cannot be read)" if broken[number] else "")
        for number in found[:NAMED].tolist()
    ]
    if len(counts) - len(found) < 2:
        yield Finding(title, f"{_listed(names, len(found))}; fewer than two classes are left to tell apart", "error")
    else:
        yield Finding(title, f"{_listed(names, len(found))}; a network cannot learn what it never sees", "warning")


@rule("few")
def few(subject: Subject) -> Iterator[Finding]:
    """Classes with hardly any picture to train on."""
    counts = subject.counts(subject.train)
    found = np.flatnonzero((counts < FEW) & (counts > 0))
    if len(found):
        title = many(len(found), "class has|classes have") + f" fewer than {FEW} training pictures"
        yield Finding(title, _named(subject, found, counts), "warning")


@rule("unvalidated")
def unvalidated(subject: Subject) -> Iterator[Finding]:
    """Classes of which no picture is validated on."""
    counts = subject.counts(subject.validation)
    found = np.flatnonzero(counts == 0)
    if len(found):
        title = many(len(found), "class has|classes have") + " no picture to validate on"
        yield Finding(title, _named(subject, found, counts), "warning")


def _named(subject: Subject, found: Indices, counts: Indices) -> str:
    names = [f"{subject.index.classes[number]} ({counts[number]})" for number in found[:NAMED].tolist()]
    return _listed(names, len(found))


def _listed(names: list[str], count: int) -> str:
    told = ", ".join(names) + (f" and {count - NAMED:,} more" if count > NAMED else "")
    return f"{'it is' if count == 1 else 'they are'} {told}"
