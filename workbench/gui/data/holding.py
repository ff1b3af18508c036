"""The set that the room shows: what it holds, what was decided and found about its pictures, and which to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from workbench.core.data.decisions import Decisions
from workbench.core.data.images import Indices
from workbench.core.data.index import DataIndex
from workbench.core.data.split import USUAL, Split

if TYPE_CHECKING:
    from workbench.core.data.health.suspects import Suspects

NONE = Decisions()
Mask = npt.NDArray[np.bool_]
Part = Literal["all", "train", "validation", "excluded", "changed"]
PARTS: Mapping[Part, str] = MappingProxyType(
    {
        "all": "All pictures",
        "train": "To train on",
        "validation": "To validate on",
        "excluded": "Excluded",
        "changed": "Decided by you",
    }
)


@dataclass(frozen=True, eq=False)
class Holding:
    """A set as it stands: `labels`, `held_out` and `excluded` with all decisions, `index` without.

    `split` made the parts of a set that has none of its own. `doubles` says of each picture which is the first that it
    is nearly the same as; while it is None that is not known, and the parts can change. `findings` are the numbers of
    the pictures of each finding, by its title; `suspects` what a run makes of the labels.
    """

    spec: str
    index: DataIndex
    labels: npt.NDArray[np.int64]
    held_out: Mask
    excluded: Mask
    decisions: Decisions = NONE
    findings: Mapping[str, Indices] = field(default_factory=dict)
    split: Split = USUAL
    doubles: Indices | None = None
    moved: Mask | None = None
    """The pictures whose part was decided."""
    confirmed: Mask | None = None
    """The pictures whose label a person gave or called right."""
    suspects: Suspects | None = None
    note: str = ""
    """Why the parts are not those that the Train room asks for."""

    def __len__(self) -> int:
        return len(self.index)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.index.classes

    @property
    def changed(self) -> Mask:
        """The pictures about which something was decided."""
        moved = self.held_out != self.index.held_out if self.moved is None else self.moved
        relabelled = self.labels != self.index.labels
        return self.excluded | moved | (relabelled if self.confirmed is None else relabelled | self.confirmed)

    @property
    def parts_in_words(self) -> str:
        """Where the parts come from."""
        if self.note:
            return self.note
        if not self.index.split_here:
            return "Validation part of its own."
        by = f" by {self.split.group_word}" if self.split.group_word else ""
        if self.is_settled:
            return f"Split here{by}, as in a training."
        return f"Split here{by}. Near-duplicates are not compared yet: checking the pictures may move some."

    @property
    def is_settled(self) -> bool:
        """Whether the parts are those that a training would have."""
        together = self.split.near_duplicates == "together"
        return not self.index.split_here or not together or self.doubles is not None

    @property
    def flagged(self) -> Mask:
        """The pictures of any finding."""
        mask = np.zeros(len(self), bool)
        for numbers in self.findings.values():
            mask[numbers] = True
        return mask

    def counts(self) -> tuple[Indices, Indices]:
        """Pictures of each class to train on, and to validate on; excluded ones are in neither."""
        return tuple(  # type: ignore[return-value]
            np.bincount(self.labels[mask & ~self.excluded], minlength=len(self.classes))
            for mask in (~self.held_out, self.held_out)
        )

    def class_name(self, number: int) -> str:
        """The name of the class of a picture."""
        return self.classes[int(self.labels[number])]

    def name(self, number: int) -> str:
        """What a picture is called: its file, or its number."""
        return Path(self.index.files[number]).name if self.index.files else f"Picture {number + 1:,}"

    def findings_of(self, number: int) -> list[str]:
        """The findings that a picture is in."""
        return [title for title, numbers in self.findings.items() if number in numbers]

    def suspected(self, number: int) -> str:
        """The class that a run is sure of instead of the picture's own, "" where it is not or a person knows better."""
        if self.confirmed is not None and self.confirmed[number]:
            return ""  # as after a relabelling by hand
        wanted = self.suspects.classes.get(number) if self.suspects else None
        return "" if wanted is None or wanted == self.labels[number] else self.classes[wanted]

    def is_confirmed(self, number: int) -> bool:
        """Whether a person called the label right that the set has."""
        same = self.labels[number] == self.index.labels[number]
        return bool(same and self.confirmed is not None and self.confirmed[number])

    def describe(self, number: int) -> str:
        """A picture in a line."""
        part = "excluded" if self.excluded[number] else "validation" if self.held_out[number] else "training"
        said = self.suspected(number)
        words = [self.name(number), self.class_name(number), part, *self.findings_of(number)]
        return ", ".join([*words, f"the run says {said}"] if said else words)

    def decided(self, decisions: Decisions) -> Holding:
        """The same set with other decisions."""
        made = decided_holding(self.spec, self.index, decisions, split=self.split, doubles=self.doubles)
        return replace(made, findings=self.findings, suspects=self.suspects, note=self.note)

    def compared(self, doubles: Indices) -> Holding:
        """The same set, its parts as they are with near-duplicates together."""
        return replace(self, doubles=doubles).decided(self.decisions)


def decided_holding(
    spec: str, index: DataIndex, decisions: Decisions, *, split: Split = USUAL, doubles: Indices | None = None
) -> Holding:
    """A set with the decisions about its pictures; `index` is the one without.

    A set with parts of its own keeps them. Raises `WorkbenchError` where there are no groups to split by.
    """
    from workbench.core.data.arranging import arrangement

    if not index.split_here:
        split = USUAL
    alone = np.arange(len(index))
    made = arrangement(index, decisions, split, groups_of=lambda _: alone if doubles is None else doubles)
    return Holding(
        spec,
        index,
        made.labels,
        made.held_out,
        ~made.kept,
        decisions,
        split=split,
        doubles=doubles,
        moved=made.fixed,
        confirmed=made.confirmed,
    )


@dataclass(frozen=True)
class Filter:
    """Which pictures to show; no classes means all. Those of a finding come in its own order, others class by class."""

    classes: frozenset[int] = frozenset()
    part: Part = "all"
    finding: str = ""

    def numbers(self, holding: Holding) -> Indices:
        """The numbers of the pictures to show."""
        mask = self._of_part(holding)
        if self.classes:
            mask = mask & np.isin(holding.labels, list(self.classes))
        if self.finding:
            found = holding.findings.get(self.finding, np.zeros(0, np.int64))
            return found[mask[found]]
        numbers = np.flatnonzero(mask)
        return numbers[np.argsort(holding.labels[numbers], kind="stable")]

    def without_finding(self) -> Filter:
        """The same, of all findings."""
        return replace(self, finding="")

    def _of_part(self, holding: Holding) -> Mask:
        masks = {
            "train": ~holding.held_out & ~holding.excluded,
            "validation": holding.held_out & ~holding.excluded,
            "excluded": holding.excluded,
            "changed": holding.changed,
        }
        return masks.get(self.part, np.ones(len(holding), bool))
