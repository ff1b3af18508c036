"""Rules about what pictures show: nothing, too little light, no sharp detail, or the same as another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.core.data.health.finding import Finding, Subject, Way, leave_out, many, rule
from workbench.core.data.images import Indices
from workbench.core.data.split_groups import group_names

DARK, BRIGHT = 45.0, 215.0
"""Dark: all but the brightest hundredth is under a sixth of white (a digit on black is not). Bright: the mirror of it,
all but the darkest hundredth; drawings on white have lines."""
BLURRED, BLURRED_ALONE, FAR = 0.012, 0.003, 3.0
"""Sharpness under the first, and so many robust deviations under what is usual in the set; or under the second at all.
Photos of 256 pixels have 0.02 to 10 (0.4 in the middle), blurred with a deviation of 2 pixels 0.003 in the middle, of 4
pixels 0.0007."""
ENOUGH = 20
"""Pictures of which it can be said what is usual."""
LEAST_SIDE = 64
"""In smaller pictures a lack of detail is their size."""


@rule("blank")
def blank(subject: Subject) -> Iterator[Finding]:
    """Pictures of one colour."""
    found = subject.counting(np.flatnonzero(subject.scan.plain))
    yield from _seen(found, "picture shows nothing|pictures show nothing", "the light deviates by less than 3 of 255")


@rule("dark")
def dark(subject: Subject) -> Iterator[Finding]:
    """Pictures with hardly any light."""
    measures = subject.scan.measures
    found = subject.counting(np.flatnonzero((measures.high < DARK) & ~subject.scan.plain))
    yield from _seen(
        found, "picture is very dark|pictures are very dark", f"99 of 100 pixels are under {DARK:.0f} of 255"
    )


@rule("bright")
def bright(subject: Subject) -> Iterator[Finding]:
    """Pictures with hardly any shade."""
    measures = subject.scan.measures
    found = subject.counting(np.flatnonzero((measures.low > BRIGHT) & ~subject.scan.plain))
    yield from _seen(
        found, "picture is nearly white|pictures are nearly white", f"99 of 100 pixels are over {BRIGHT:.0f} of 255"
    )


@rule("blurred")
def blurred(subject: Subject) -> Iterator[Finding]:
    """Pictures without sharp detail, compared with the others of the set."""
    telling = np.flatnonzero(
        subject.scan.usable & ~subject.scan.plain & (subject.scan.sizes.min(axis=1, initial=1 << 40) >= LEAST_SIDE)
    )
    sharpness = subject.scan.measures.sharpness[telling]
    limit = np.full(len(telling), BLURRED_ALONE)
    if len(telling) >= ENOUGH:
        values = np.log(np.maximum(sharpness, 1e-6))
        middle = np.median(values)
        deviation = 1.4826 * np.median(np.abs(values - middle)) + 1e-6
        limit[(values - middle) / deviation < -FAR] = BLURRED
    found = subject.counting(telling[sharpness < limit])
    reason = "they have far less fine detail than the others"
    yield from _seen(found, "picture is blurred|pictures are blurred", reason)


@rule("duplicates")
def duplicates(subject: Subject) -> Iterator[Finding]:
    """Pictures that are in the same part and class more than once."""
    same = subject.pairs[_same_class(subject) & ~_across(subject)]
    found, first = _later(same)
    if len(found):
        equal = int((subject.scan.digests[found] == subject.scan.digests[first]).all(axis=1).sum())
        title = many(len(found), "picture is nearly the same as another|pictures are nearly the same as others")
        reason = f"{equal:,} of them exactly; they count twice" if equal else "they count twice"
        yield Finding(title, reason, "warning", found, first, ways=(leave_out(found, "Keep the first of each"),))


@rule("leaks")
def leaks(subject: Subject) -> Iterator[Finding]:
    """Pictures to train on that are validated on as well."""
    pairs = subject.pairs[_same_class(subject) & _across(subject)]
    if not len(pairs):
        return
    held = subject.made.held_out[pairs]
    pairs = np.where(held[:, :1], pairs[:, ::-1], pairs)
    train, first = np.unique(pairs[:, 0], return_index=True)
    validation = np.unique(pairs[:, 1])
    title = many(len(validation), "picture to validate on is|pictures to validate on are") + " among those to train on"
    reason = "nearly the same picture is in both parts: accuracy looks better than it is"
    ways = (
        leave_out(train, "Leave out the training pictures"),
        Way("Move those to validate on to training", "move", validation, "train"),
    )
    yield Finding(title, reason, "warning", train, pairs[first, 1], ways)


@rule("contradictions")
def contradictions(subject: Subject) -> Iterator[Finding]:
    """Pictures that are in the set under two classes."""
    pairs = subject.pairs[~_same_class(subject)]
    found, beside = _later(pairs)
    if len(found):
        both = np.unique(pairs)
        title = many(len(found), "picture is|pictures are") + " in two classes"
        reason = "nearly the same picture has another label elsewhere"
        yield Finding(title, reason, "warning", found, beside, ways=(leave_out(both, "Leave out both"),))


@rule("labels")
def labels(subject: Subject) -> Iterator[Finding]:
    """Pictures that a trained network is sure to be of another class, the most doubtful first.

    Nobody is asked again about a label that was called right.
    """
    found, settled = subject.doubted, subject.called_right
    if len(found):
        title = many(len(found), "label is doubtful|labels are doubtful")
        reason = "the run is as sure of another class as it usually is when that class is right"
        reason += f"; {many(len(settled), 'more is|more are')} called right by you" if len(settled) else ""
        ways = (
            Way("Call them what the run says", "relabel", found),
            leave_out(found),
            Way("Their labels are right", "confirm", found),
        )
        yield Finding(title, reason, "warning", found, ways=ways)


@rule("other-data")
def other_data(subject: Subject) -> Iterator[Finding]:
    """A run that judges labels of a set that it was not trained on."""
    if not subject.suspects.same_data:
        title = f"{subject.suspects.run} was trained on other pictures, labels or parts"
        yield Finding(title, "what was decided since then counts, too; a new run judges the set as it is", "info")


@rule("groups")
def groups(subject: Subject) -> Iterator[Finding]:
    """Patients, videos and other named groups that are in both parts."""
    word = subject.split.group_word
    if not word:
        return
    found = np.array(group_names(subject.index, subject.split), object)
    made = subject.made
    both = set(found[made.train].tolist()) & set(found[made.validation].tolist()) - {""}
    inside = np.array([name in both for name in found.tolist()], bool)
    if both:
        train, held = (np.flatnonzero(inside & made.kept & side) for side in (~made.held_out, made.held_out))
        named = ", ".join(sorted(both)[:5]) + (" ..." if len(both) > 5 else "")
        title = many(len(both), f"{word} is|{word}s are") + " in both parts"
        reason = f"accuracy on what the training has seen looks better than on new ones: {named}"
        ways = (
            leave_out(train, "Leave out the training pictures"),
            Way("Move those to validate on to training", "move", held, "train"),
        )
        yield Finding(title, reason, "warning", np.concatenate([train, held]), ways=ways)


def _seen(found: Indices, text: str, reason: str) -> Iterator[Finding]:
    if len(found):
        yield Finding(many(len(found), text), reason, "warning", found, ways=(leave_out(found),))


def _same_class(subject: Subject) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    first, second = subject.made.labels[subject.pairs].T
    same: np.ndarray[tuple[int], np.dtype[np.bool_]] = first == second
    return same


def _across(subject: Subject) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    first, second = subject.made.held_out[subject.pairs].T
    across: np.ndarray[tuple[int], np.dtype[np.bool_]] = first != second
    return across


def _later(pairs: Indices) -> tuple[Indices, Indices]:
    """The later picture of each pair, once, and the first one that it resembles."""
    later, at = np.unique(pairs[:, 1], return_index=True)
    return later, pairs[at, 0]
