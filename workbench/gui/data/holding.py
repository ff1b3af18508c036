"""The set that the room shows: what it holds, what was decided and found about its pictures, and which to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from workbench.core.data.decisions import Decisions
from workbench.core.data.images import Indices
from workbench.core.data.index import DataIndex

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

    `findings` are the numbers of the pictures of each finding, by its title.
    """

    spec: str
    index: DataIndex
    labels: npt.NDArray[np.int64]
    held_out: Mask
    excluded: Mask
    decisions: Decisions = NONE
    findings: Mapping[str, Indices] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.index)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.index.classes

    @property
    def changed(self) -> Mask:
        """The pictures about which something was decided."""
        moved = self.held_out != self.index.held_out
        return self.excluded | moved | (self.labels != self.index.labels)

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

    def describe(self, number: int) -> str:
        """A picture in a line."""
        part = "excluded" if self.excluded[number] else "validation" if self.held_out[number] else "training"
        return ", ".join([self.name(number), self.class_name(number), part, *self.findings_of(number)])


def untouched(spec: str, index: DataIndex) -> Holding:
    """A set about which nothing was decided."""
    return Holding(spec, index, index.labels, index.held_out, np.zeros(len(index), bool))


def decided_holding(spec: str, index: DataIndex, decisions: Decisions) -> Holding:
    """A set with the decisions about its pictures; `index` is the one without."""
    from workbench.core.data.arranging import arrangement
    from workbench.core.data.split import Split

    if not decisions:
        return replace(untouched(spec, index), decisions=decisions)
    made = arrangement(index, decisions, Split(near_duplicates="anywhere"), groups_of=lambda _: np.arange(len(index)))
    return Holding(spec, index, made.labels, made.held_out, ~made.kept, decisions)


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
