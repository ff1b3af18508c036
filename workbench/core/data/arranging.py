"""What a set is after the user's decisions and a split: which pictures count, as what, in which part.

The one place where decisions and splits become a set, for pictures in files and in arrays alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from workbench.core.data.content import pixel_digests
from workbench.core.data.decisions import PARTS, Decision, Decisions, decided, names_of
from workbench.core.data.images import ImageData, ImagePart, Indices, chosen
from workbench.core.data.index import DataIndex, index_of, joined
from workbench.core.data.split import HELD_OUT, Mask, Split, held_out_groups, split_keys
from workbench.core.data.split_groups import (
    following,
    group_names,
    group_problems,
    held_out_whole,
    merged,
    numbered,
    too_few_groups,
)
from workbench.errors import Problem, WorkbenchError

GroupsOf = Callable[[DataIndex], Indices]
"""For each picture the first one that it is a near-duplicate of."""


@dataclass(frozen=True, eq=False)
class Arrangement:
    """By the number of each picture in the index: its class, whether it is held out, whether it counts at all.

    The part of `fixed` pictures was decided: no split changes it. A person has given `confirmed` pictures the label
    that they have, or called it right.
    """

    labels: Indices
    held_out: Mask
    kept: Mask
    fixed: Mask
    confirmed: Mask
    problems: tuple[Problem, ...] = ()

    @property
    def train(self) -> Indices:
        """The numbers of the pictures to train on."""
        return np.flatnonzero(self.kept & ~self.held_out)

    @property
    def validation(self) -> Indices:
        """The numbers of the pictures held out."""
        return np.flatnonzero(self.kept & self.held_out)


def arrangement(index: DataIndex, decisions: Decisions, split: Split, *, groups_of: GroupsOf) -> Arrangement:
    """What decisions and a split make of an index; `groups_of` is asked only where near-duplicates stay together."""
    return _split(index, _decide(index, decisions), split, groups_of)


def arranged_index(index: DataIndex, made: Arrangement) -> DataIndex:
    """The index with the pictures that count."""
    changed = replace(index, labels=made.labels, held_out=made.held_out, problems=(*index.problems, *made.problems))
    return changed if made.kept.all() else changed.taken(np.flatnonzero(made.kept))


def arranged_data(data: ImageData, decisions: Decisions, split: Split, *, groups_of: GroupsOf) -> ImageData:
    """The set with the pictures that count; one without decisions that keeps its own parts as it is."""
    if not decisions and split.share is None and not split.group_word:
        return data
    made = arrangement(index_of(data), decisions, split, groups_of=groups_of)
    for purpose, numbers in (("train", made.train), ("validate", made.validation)):
        if not len(numbers):
            raise WorkbenchError(f"{data.name} has no picture left to {purpose} on", "all others were left out")
    train, held = (_part(data, made, numbers) for numbers in (made.train, made.validation))
    return replace(data, train=train, validation=held, problems=(*data.problems, *made.problems))


def picture_names(index: DataIndex) -> list[str]:
    """How decisions name the pictures of an index; those in arrays get their digest in `decision_for`."""
    if index.files:
        return names_of(index.place, index.files)
    before = len(index.train)
    return [f"{PARTS[0]}/{number}" for number in range(before)] + [
        f"{PARTS[1]}/{number}" for number in range(len(index) - before)
    ]


def decision_for(index: DataIndex, numbers: Indices, decision: Decision) -> Decision:
    """A decision about the pictures with these numbers of an index."""
    names = picture_names(index)
    marks = [f"#{mark}" for mark in _marks(index, numbers)] if not index.files else [""] * len(numbers)
    pictures = tuple(names[number] + mark for number, mark in zip(numbers.tolist(), marks, strict=True))
    return Decision(action=decision.action, pictures=pictures, to=decision.to, why=decision.why)


def confirmations(index: DataIndex, numbers: Indices, decisions: Decisions, *, why: str = "") -> Decisions:
    """The decisions with those that pictures with these numbers have the right label, one for each class."""
    labels = _decide(index, decisions).labels[numbers]
    for label in np.unique(labels).tolist():
        wanted = Decision(action="confirm", pictures=(), to=index.classes[label], why=why)
        decisions = decided(decisions, decision_for(index, numbers[labels == label], wanted))
    return decisions


def _part(data: ImageData, made: Arrangement, numbers: Indices) -> ImagePart:
    """Some pictures of both parts, those of the first part first; an array stays one where that costs no copy."""
    before = len(data.train)
    inner, outer = numbers[numbers < before], numbers[numbers >= before] - before
    files = (*data.train.files, *data.validation.files)
    groups = (*data.train.groups, *data.validation.groups)
    named, grouped = (tuple(each[number] for number in numbers.tolist()) if each else () for each in (files, groups))
    if not len(outer):
        images = chosen(data.train.images, inner)
    elif not len(inner):
        images = chosen(data.validation.images, outer)
    else:
        images = chosen(joined(data.train.images, data.validation.images), numbers)
    return ImagePart(images, made.labels[numbers], named, grouped)


def _decide(index: DataIndex, decisions: Decisions) -> Arrangement:
    count = len(index)
    labels, held, kept = index.labels.copy(), index.held_out.copy(), np.ones(count, bool)
    fixed, confirmed = np.zeros(count, bool), np.zeros(count, bool)
    numbers = {name: number for number, name in enumerate(picture_names(index))} if decisions else {}
    idle = 0
    for decision in decisions.made:
        chosen_ones = _numbers(index, decision, numbers)
        idle += len(decision.pictures) - len(chosen_ones)
        if decision.action == "exclude":
            kept[chosen_ones] = False
        elif decision.action == "move" and decision.to in PARTS:
            held[chosen_ones], fixed[chosen_ones] = decision.to == PARTS[1], True
        elif decision.action == "relabel" and decision.to in index.classes:
            labels[chosen_ones] = index.classes.index(decision.to)
            confirmed[chosen_ones] = not decision.why  # what a run says is not what a person says
        elif decision.action == "confirm" and decision.to in index.classes:
            confirmed[chosen_ones] = same = labels[chosen_ones] == index.classes.index(decision.to)
            idle += int((~same).sum())
        else:
            idle += len(chosen_ones)
    return Arrangement(labels, held, kept, fixed, confirmed, tuple(_told(index, decisions, kept, idle)))


def _told(index: DataIndex, decisions: Decisions, kept: Mask, idle: int) -> list[Problem]:
    problems = []
    if decisions:
        count = int((~kept).sum())
        title = f"Decisions count: {'; '.join(map(str, decisions.made[:3]))}"
        title += f" and {len(decisions.made) - 3} more" if len(decisions.made) > 3 else ""
        problems.append(Problem(index.name, title, f"{count:,} pictures are left out in all" if count else "", "info"))
    if idle:
        reason = "the picture, the label, the class or the part they speak of is not in the set"
        problems.append(Problem(index.name, f"Decisions about {idle:,} pictures do not count", reason, "warning"))
    return problems


def _numbers(index: DataIndex, decision: Decision, numbers: dict[str, int]) -> Indices:
    """The pictures that a decision means and that are still what they were."""
    named = [name.partition("#")[::2] if not index.files else (name, "") for name in decision.pictures]
    known = [(numbers[name], mark) for name, mark in named if name in numbers]
    found = np.array([number for number, _ in known], np.int64)
    if index.files or not known:
        return found
    same = [mark == today for (_, mark), today in zip(known, _marks(index, found), strict=True)]
    still: Indices = found[np.array(same, bool)]
    return still


def _marks(index: DataIndex, numbers: Indices) -> list[str]:
    """Eight letters that tell the pixels of pictures in arrays."""
    assert index.pictures is not None
    return [row.tobytes()[:4].hex() for row in pixel_digests(index.pictures[numbers])]


def _split(index: DataIndex, made: Arrangement, split: Split, groups_of: GroupsOf) -> Arrangement:
    if split.share is None and not index.split_here:
        return _with_groups_told(index, made, split) if split.group_word else made
    if split.share is None and _as_it_is(split):
        return made
    kept, problems = made.kept, made.problems
    if split.share is not None and not index.split_here:
        given = index.held_out & ~made.fixed
        kept = kept & ~given
        reason = f"{100 * split.share:.0f} % of the training pictures are validated on instead, as the plan asks"
        problems += (
            Problem(index.name, f"{int(given.sum()):,} pictures of its own part are not used", reason, "info"),
        )
    if split.group_word:
        return _by_groups(index, replace(made, kept=kept, problems=problems), split, groups_of)
    pool = np.flatnonzero(kept & ~made.fixed)
    groups = groups_of(index)[pool] if split.near_duplicates == "together" else pool
    share, keys = split.share or HELD_OUT, split_keys(len(index), split.seed)
    inside, told = _held_out(index, made.labels[pool], groups, share=share, keys=keys[pool])
    held = made.held_out.copy()
    held[pool] = inside
    return replace(made, held_out=held, kept=kept, problems=(*problems, *told))


def _as_it_is(split: Split) -> bool:
    return split.seed == 0 and split.near_duplicates == "anywhere" and not split.group_word


def _by_groups(index: DataIndex, made: Arrangement, split: Split, groups_of: GroupsOf) -> Arrangement:
    """The split that keeps named groups whole; those of which pictures were moved by a decision follow these."""
    groups = numbered(group_names(index, split))
    if split.near_duplicates == "together":
        groups = merged(groups, groups_of(index))
    decided, held = following(groups, fixed=made.fixed & made.kept, held=made.held_out)
    pool = np.flatnonzero(made.kept & ~decided)
    share = split.share or HELD_OUT
    held[pool] = held_out_whole(made.labels[pool], groups[pool], share=share, seed=split.seed)
    if made.kept.any() and not held[made.kept].any():
        raise too_few_groups(index, split, len(np.unique(groups[made.kept])))
    return _with_groups_told(index, replace(made, held_out=held), split)


def _with_groups_told(index: DataIndex, made: Arrangement, split: Split) -> Arrangement:
    told = group_problems(index, split, (made.kept & ~made.held_out, made.kept & made.held_out))
    return replace(made, problems=(*made.problems, *told))


def _held_out(
    index: DataIndex, labels: Indices, groups: Indices, *, share: float, keys: npt.NDArray[np.float64]
) -> tuple[Mask, tuple[Problem, ...]]:
    """The split, and what could not be as asked; where nothing at all can be held out whole, groups are taken apart."""
    held = held_out_groups(labels, groups, share=share, keys=keys)
    if held.any() or len(labels) < 2:
        return held, ()
    reason = "all pictures of each class are near-duplicates of each other"
    problem = Problem(index.name, "Near-duplicates are in both parts", reason, "warning")
    return held_out_groups(labels, np.arange(len(labels)), share=share, keys=keys), (problem,)
