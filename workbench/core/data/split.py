"""Holding pictures out to validate on, in the same shares of every class, near-duplicates on the same side."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta

from workbench.errors import Problem

Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
HELD_OUT = 0.2
"""The share of every class that is held out of a set without a validation part of its own."""


class Split(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which pictures are validated on.

    Without `share` a set keeps its own validation part, or has a fifth held out if it has none. With `share` so much of
    its training part is held out, and its own validation part is left alone.
    """

    share: Annotated[float, Meta(gt=0, lt=1)] | None = None
    seed: Annotated[int, Meta(ge=0)] = 0
    near_duplicates: Literal["together", "anywhere"] = "together"
    """Whether pictures that are nearly the same stay on one side of a split that is made here."""
    group_column: str = ""
    """A column of a table, or an array in an `.npz`: pictures with the same entry in it (a patient, a session, a video)
    stay on one side."""
    group_pattern: str = ""
    """A regular expression for the names of files: those with the same match stay on one side."""

    @property
    def group_word(self) -> str:
        """What one of the groups is called in sentences, "" where pictures are split one by one."""
        word = self.group_column or ("group" if self.group_pattern else "")
        return "group" if word == "groups" else word


USUAL = Split()
"""What is done unless a plan asks for something else."""


def split_problems(split: Split) -> tuple[Problem, ...]:
    """What is wrong with a split whatever the set."""
    if split.group_column and split.group_pattern:
        reason = "a split follows a column or a pattern, not both"
        return (Problem("group_pattern", "Groups are named twice", reason),)
    try:
        re.compile(split.group_pattern)
    except re.error as error:
        reason = f"{error}; for all before the first _ write ^[^_]+"
        return (Problem("group_pattern", f"{split.group_pattern} is no pattern", reason),)
    return ()


def held_out(labels: npt.NDArray[np.int64], *, share: float, seed: int) -> tuple[Indices, Indices]:
    """Indices to train on and to validate on, each in ascending order: `share` of every class is held out.

    The two parts have `round(share * count)` pictures in all on the validation side; classes get their proportional
    number, the largest remainders rounded up. A class with two pictures or more keeps at least one on each side, a
    class with a single one trains on it. Equal labels and seed give the same split everywhere.
    """
    mask = held_out_groups(labels, np.arange(len(labels)), share=share, keys=split_keys(len(labels), seed))
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def split_keys(count: int, seed: int) -> npt.NDArray[np.float64]:
    """A random number for each picture; those with the smallest are held out."""
    return np.random.default_rng(seed).random(count)


def held_out_groups(labels: Indices, groups: Indices, *, share: float, keys: npt.NDArray[np.float64]) -> Mask:
    """Which pictures are held out when those of one group (named by a number) stay together.

    As `held_out`, by the key of each group's first picture; a group that no longer fits into what its classes may give
    is passed over, so a class can give less than its share, and one that is a single group gives nothing.
    """
    held = np.zeros(len(labels), bool)
    if not len(labels):
        return held
    _, first, unit, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    room = _quotas(np.bincount(labels), share)
    lone = sizes[unit] == 1
    members = _members(unit, skip=lone)
    for number in np.argsort(keys[first], kind="stable").tolist():
        if sizes[number] == 1:
            label = labels[first[number]]
            if room[label] > 0:
                held[first[number]] = True
                room[label] -= 1
            continue
        needed = np.bincount(labels[members[number]], minlength=len(room))
        if (needed <= room).all():
            held[members[number]] = True
            room -= needed
    return held


def _members(unit: Indices, *, skip: Mask) -> dict[int, Indices]:
    """The pictures of each group of several."""
    several = np.flatnonzero(~skip)
    order = several[np.argsort(unit[several], kind="stable")]
    names, starts = np.unique(unit[order], return_index=True)
    return dict(zip(names.tolist(), np.split(order, starts[1:]), strict=False))


def _quotas(counts: npt.NDArray[np.int64], share: float) -> Indices:
    """How many of each class are held out."""
    exact = counts * share
    quotas = np.floor(exact).astype(np.int64)
    missing = round(float(counts.sum()) * share) - int(quotas.sum())
    quotas[np.argsort(quotas - exact, kind="stable")[:missing]] += 1
    least, most = np.minimum(1, counts - 1).clip(0), np.maximum(counts - 1, 0)
    limited: Indices = np.clip(quotas, least, most)
    return limited
