"""What a rule finds, what can be decided about it, and how a rule is defined: one decorated function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.core.data.arranging import Arrangement, decision_for, picture_names
from workbench.core.data.decisions import Action, Decision
from workbench.core.data.health.scan import Scan
from workbench.core.data.health.suspects import Suspects
from workbench.core.data.images import Indices
from workbench.core.data.index import DataIndex
from workbench.core.data.split import USUAL, Split
from workbench.errors import Level
from workbench.registry import Registry

NONE: Indices = np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class Subject:
    """What rules look at: a set, what a pass over it found, and what decisions and split make of it.

    `all_pairs` are its near-duplicates `(count, 2)`, `suspects` what a trained network makes of its labels.
    """

    index: DataIndex
    scan: Scan
    made: Arrangement
    all_pairs: Indices
    split: Split = USUAL
    suspects: Suspects = field(default_factory=Suspects)

    @cached_property
    def pairs(self) -> Indices:
        """Near-duplicates `(count, 2)` of which both count."""
        return self.all_pairs[self.made.kept[self.all_pairs].all(axis=1)]

    @cached_property
    def names(self) -> list[str]:
        """How decisions name the pictures."""
        return picture_names(self.index)

    @cached_property
    def train(self) -> Indices:
        """The pictures to train on: those of that part that can be read."""
        return self._readable(self.made.train)

    @cached_property
    def validation(self) -> Indices:
        """The pictures to validate on: those of that part that can be read."""
        return self._readable(self.made.validation)

    @cached_property
    def unreadable(self) -> Indices:
        """The pictures that no decision leaves out and that cannot be read."""
        return self.counting(np.flatnonzero(~self.scan.usable))

    def _readable(self, numbers: Indices) -> Indices:
        readable: Indices = numbers[self.scan.usable[numbers]]
        return readable

    def counting(self, numbers: Indices) -> Indices:
        """Those of the pictures that no decision leaves out."""
        return numbers[self.made.kept[numbers]]

    @cached_property
    def doubted(self) -> Indices:
        """The pictures that count whose label a run doubts and no person has called right, the most doubtful first."""
        return self._suspected(~self.made.confirmed)

    @cached_property
    def called_right(self) -> Indices:
        """The pictures that count whose label a run doubts and a person has called right."""
        return self._suspected(self.made.confirmed)

    def said(self, numbers: Indices) -> Indices:
        """The classes that a run is sure of instead, of pictures whose label it doubts."""
        return np.array([self.suspects.classes[number] for number in numbers.tolist()], np.int64)

    def _suspected(self, among: npt.NDArray[np.bool_]) -> Indices:
        return self.counting(np.array([number for number in self.suspects.classes if among[number]], np.int64))

    def counts(self, numbers: Indices) -> Indices:
        """How many of these pictures each class has."""
        counts: Indices = np.bincount(self.made.labels[numbers], minlength=len(self.index.classes))
        return counts


@dataclass(frozen=True, eq=False)
class Way:
    """A way out: what is decided about which pictures."""

    label: str
    action: Action
    pictures: Indices
    to: str = ""


@dataclass(frozen=True, eq=False)
class Finding:
    """What a rule found: a sentence, the reason, the pictures, beside each one that it resembles, and the ways out."""

    title: str
    reason: str = ""
    level: Level = "warning"
    pictures: Indices = field(default_factory=lambda: NONE)
    beside: Indices = field(default_factory=lambda: NONE)
    ways: tuple[Way, ...] = ()
    rule: str = ""

    def decisions(self, subject: Subject, way: Way) -> list[Decision]:
        """What to add to the list when a way is taken; one about labels takes a decision for each class."""
        if way.to or way.action not in ("relabel", "confirm"):
            return [decision_for(subject.index, way.pictures, self._decision(way.action, way.to))]
        classes = subject.made.labels[way.pictures] if way.action == "confirm" else subject.said(way.pictures)
        return [
            decision_for(
                subject.index, way.pictures[classes == label], self._decision(way.action, subject.index.classes[label])
            )
            for label in np.unique(classes).tolist()
        ]

    def _decision(self, action: Action, to: str) -> Decision:
        return Decision(action=action, pictures=(), to=to, why=self.rule)


Rule = Callable[[Subject], Iterator[Finding]]
RULES: Registry[Rule] = Registry("rule")
rule: Callable[[str], Callable[[Any], Any]] = RULES.register


def leave_out(pictures: Indices, label: str = "Leave them out") -> Way:
    """The way out that always helps."""
    return Way(label, "exclude", pictures)


def many(count: int, text: str) -> str:
    """`1 picture is` or `7 pictures are`, from `picture is|pictures are`."""
    one, several = text.split("|")
    return f"{count:,} {one if count == 1 else several}"
