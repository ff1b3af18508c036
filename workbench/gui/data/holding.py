"""The set that the room shows: what it holds, and what was decided and found about its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, eq=False)
class Holding:
    """A set as it stands: `labels`, `held_out` and `excluded` with all decisions, `index` without.

    `split` made the parts of a set that has none of its own. `doubles` says of each picture which is the first that it
    is nearly the same as; while it is None that is not known, and the parts can change. `findings` are the numbers of
    the pictures of each finding, by its title; `suspects` what a run makes of the labels; `doubts` is the title of the
    finding that tells of them.
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
    unreadable: Mask | None = None
    """The pictures that nobody can read; None while nobody has tried."""
    suspects: Suspects | None = None
    doubts: str = ""
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
    def is_read(self) -> bool:
        """Whether it is known which pictures can be read: files that nobody has opened may hold anything."""
        return self.unreadable is not None or not self.index.files

    @property
    def broken(self) -> Mask:
        """The pictures that count and cannot be read, as far as that is known."""
        return np.zeros(len(self), bool) if self.unreadable is None else self.unreadable & ~self.excluded

    @property
    def usable(self) -> Mask:
        """The pictures that count and can be read, as far as that is known."""
        return ~self.excluded & ~self.broken

    @property
    def flagged(self) -> Mask:
        """The pictures of any finding that nothing has settled."""
        mask = np.zeros(len(self), bool)
        for title, numbers in self.findings.items():
            mask[self._unsettled(title, numbers)] = True
        return mask

    def counts(self) -> tuple[Indices, Indices]:
        """Pictures of each class to train on, and to validate on; what is excluded or unreadable is in neither."""
        return tuple(  # type: ignore[return-value]
            np.bincount(self.labels[mask & self.usable], minlength=len(self.classes))
            for mask in (~self.held_out, self.held_out)
        )

    def many(self, numbers: Indices) -> str:
        """`61 pictures`; `61 files` where some of them are none, or nobody knows."""
        pictures = self.is_read and not self.broken[numbers].any()
        return f"{len(numbers):,} {'picture' if pictures else 'file'}{'' if len(numbers) == 1 else 's'}"

    def class_name(self, number: int) -> str:
        """The name of the class of a picture."""
        return self.classes[int(self.labels[number])]

    def name(self, number: int) -> str:
        """What a picture is called: its file, or its number."""
        return Path(self.index.files[number]).name if self.index.files else f"Picture {number + 1:,}"

    def findings_of(self, number: int) -> list[str]:
        """The findings that a picture is in and that nothing has settled."""
        return [title for title, numbers in self.findings.items() if number in self._unsettled(title, numbers)]

    def _unsettled(self, title: str, numbers: Indices) -> Indices:
        """The pictures of a finding that no decision has settled: labels may be in doubt no longer."""
        if title != self.doubts:
            return numbers
        return np.array([number for number in numbers.tolist() if self.suspected(number)], np.int64)

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

    def standing(self, number: int) -> str:
        """What becomes of a picture."""
        if self.excluded[number]:
            return "excluded"
        if self.unreadable is not None and self.unreadable[number]:
            return "cannot be read"
        return "to validate on" if self.held_out[number] else "to train on"

    def describe(self, number: int) -> str:
        """A picture in a line."""
        said = self.suspected(number)
        words = [self.name(number), self.class_name(number), self.standing(number), *self.findings_of(number)]
        return ", ".join([*words, f"the run says {said}"] if said else words)

    def decided(self, decisions: Decisions) -> Holding:
        """The same set with other decisions."""
        made = decided_holding(self.spec, self.index, decisions, split=self.split, doubles=self.doubles)
        return replace(made, note=self.note).with_findings_of(self)

    def with_findings_of(self, other: Holding) -> Holding:
        """The same set with what was found about its pictures after other decisions."""
        names = ("findings", "suspects", "doubts", "unreadable")
        return replace(self, **{name: getattr(other, name) for name in names})

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
