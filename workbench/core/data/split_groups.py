"""Groups of pictures that belong together (of a patient, a session, a video), and holding them out whole.

A network that has seen a patient knows the patient's other pictures: accuracy on them says nothing about new patients.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbench.core.data.decisions import names_of
from workbench.core.data.duplicates import groups as connected
from workbench.core.data.images import Indices
from workbench.core.data.index import DataIndex
from workbench.core.data.split import Mask, Split
from workbench.errors import Problem, WorkbenchError

ROUNDS, STEPS = 16, 50_000
"""Orders in which groups are tried, the best one counts; fewer for so many groups that these take long."""
PASSES = 8
Unit = list[tuple[int, int]]
"""How many pictures of which class a group has; behind the classes, how many in all."""


def group_names(index: DataIndex, split: Split) -> list[str]:
    """What the group of each picture is called, "" for a picture that has none.

    A pattern is searched for in the name of the file, or in its path below the set's folder where it has a slash; its
    first group in parentheses counts, or all of it. Raises `WorkbenchError` for a set that has no such groups.
    """
    if split.group_column:
        if not index.groups and len(index):
            reason = "only a table (.csv, .jsonl) has columns, and an .npz further arrays"
            raise WorkbenchError(f"{index.name} has no column {split.group_column}", reason)
        return list(index.groups)
    if not index.files and len(index):
        raise WorkbenchError(f"{index.name} has no names of files", "its pictures are in one file, not one by one")
    found = _matches(split.group_pattern, names_of(index.place, index.files))
    if len(index) and not any(found):
        example = names_of(index.place, index.files[:1])[0]
        raise WorkbenchError(f"No file is called like {split.group_pattern}", f"one is called {example}")
    return found


def _matches(pattern: str, names: Sequence[str]) -> list[str]:
    try:
        search = re.compile(pattern).search
    except re.error as error:
        raise WorkbenchError(
            f"{pattern} is no pattern", str(error), "For the part before the first _: ^[^_]+"
        ) from None
    whole = "/" in pattern
    matches = (search(name if whole else name.rpartition("/")[2]) for name in names)
    return ["" if match is None else (match.group(min(1, len(match.groups()))) or "") for match in matches]


def numbered(names: Sequence[str]) -> Indices:
    """For each picture the first one of its group, itself where it has none."""
    first: dict[str, int] = {}
    numbers = [first.setdefault(name, number) if name else number for number, name in enumerate(names)]
    return np.array(numbers, np.int64)


def merged(one: Indices, other: Indices) -> Indices:
    """The groups that are left when both ways to group hold; all name a group by its first picture."""
    places = np.arange(len(one))
    pairs = [np.stack([named, places], axis=1)[named != places] for named in (one, other)]
    return connected(len(one), np.concatenate(pairs))


def following(groups: Indices, *, fixed: Mask, held: Mask) -> tuple[Mask, Mask]:
    """Which pictures are of a group of which some are `fixed`, and what is held out when these decide for all of it.

    A group with fixed pictures in both parts is trained on with the others.
    """
    count = len(groups)
    all_fixed = np.bincount(groups[fixed], minlength=count)
    outside = np.bincount(groups[fixed & held], minlength=count)
    decided = (all_fixed > 0)[groups]
    follows = ((all_fixed > 0) & (outside == all_fixed))[groups]
    result: Mask = np.where(fixed, held, follows & decided)
    return decided, result


def held_out_whole(labels: Indices, groups: Indices, *, share: float, seed: int) -> Mask:
    """Which pictures are held out when each group (named by a number) stays whole: near `share` of every class.

    Every class keeps pictures to train on, and gets some to validate on where its groups allow that; with very few
    groups the held-out part can be far from `share`, and where nothing can be held out it is empty. Groups change
    sides, in random order, while that brings classes nearer to their share (squares of the relative distances); the
    best of several orders counts. Equal arguments give the same split everywhere.
    """
    if not len(labels):
        return np.zeros(0, bool)
    _, unit = np.unique(groups, return_inverse=True)
    sizes = np.bincount(labels)
    units = _units(unit, labels, len(sizes))
    counts = [*sizes.tolist(), len(labels)]
    rounds = max(1, min(ROUNDS, STEPS // sum(map(len, units))))
    random = np.random.default_rng(seed)
    tried = [_Search(units, counts, share).run(random.permutation(len(units)).tolist()) for _ in range(rounds)]
    best = min(tried, key=lambda search: search.cost())
    mask: Mask = np.array(best.held, bool)[unit]
    return mask


class _Search:
    """Groups on two sides, and how far the classes are from their share."""

    def __init__(self, units: list[Unit], counts: list[int], share: float) -> None:
        self._units, self._counts, self._share = units, counts, share
        self._weights = [*[1.0] * (len(counts) - 1), float(len(counts) - 1)]
        self._inside = [0] * len(counts)
        self.held = [False] * len(units)

    def run(self, order: list[int]) -> _Search:
        """Let groups change sides until that helps no more."""
        for _ in range(PASSES):
            if not sum(map(self._turn, order)):
                break
        return self

    def cost(self) -> float:
        """How far the classes, and all pictures together, are from their share."""
        return sum(self._term(place, inside) for place, inside in enumerate(self._inside) if self._counts[place])

    def _turn(self, number: int) -> bool:
        """Change the side of a group if that helps."""
        sign = -1 if self.held[number] else 1
        gain = 0.0
        for place, count in self._units[number]:
            now, then = self._inside[place], self._inside[place] + sign * count
            if then >= self._counts[place]:
                return False
            gain += self._term(place, now) - self._term(place, then)
        if gain <= 1e-12:
            return False
        for place, count in self._units[number]:
            self._inside[place] += sign * count
        self.held[number] = not self.held[number]
        return True

    def _term(self, place: int, inside: int) -> float:
        """A class without any picture to validate on is worse than one far from its share."""
        distance = inside / self._counts[place] - self._share
        return self._weights[place] * distance * distance + (inside == 0)


def _units(unit: npt.NDArray[np.intp], labels: Indices, classes: int) -> list[Unit]:
    """How many pictures of which class each group has, and how many in all."""
    cells, counts = np.unique(unit * classes + labels, return_counts=True)
    units: list[Unit] = [[] for _ in range(int(unit.max()) + 1)]
    for cell, count in zip(cells.tolist(), counts.tolist(), strict=True):
        units[cell // classes].append((cell % classes, count))
    for group in units:
        group.append((classes, sum(count for _, count in group)))
    return units


def too_few_groups(index: DataIndex, split: Split, count: int) -> WorkbenchError:
    """Why nothing can be held out."""
    word = split.group_word
    if count < 2:
        title, reason = f"{index.name} cannot be split by {word}", f"all its pictures are of one {word}"
    else:
        title = f"{index.name} has too few groups to split by {word}"
        reason = f"holding out any of its {count:,} would leave a class without pictures to train on"
    return WorkbenchError(title, reason, "Name another column or pattern, or give it a validation part of its own.")


def group_problems(index: DataIndex, split: Split, parts: tuple[Mask, Mask]) -> list[Problem]:
    """What is to be told of a split by groups; `parts` are the pictures to train on and those held out."""
    word, names = split.group_word, np.array(group_names(index, split), object)
    trained, held = ({name for name in names[part].tolist() if name} for part in parts)
    share = parts[1].sum() / max(1, parts[0].sum() + parts[1].sum())
    title = f"Split by {word}: {len(trained):,} to train on, {len(held):,} to validate on"
    problems = [Problem(index.name, title, f"{100 * share:.1f} % of the pictures are held out", "info")]
    if both := sorted(trained & held):
        title = f"{_counted(len(both), word)} in both parts"
        named = f"{', '.join(both[:3])}{' ...' if len(both) > 3 else ''}"
        reason = f"accuracy looks better than it is on new ones: {named}"
        problems.append(Problem(index.name, title, reason, "warning"))
    alone = int((names[parts[0] | parts[1]] == "").sum())
    if alone:
        title = f"{_counted(alone, 'picture')} without a {word}"
        problems.append(Problem(index.name, title, "each of them is split as a group of its own", "warning"))
    return problems


def _counted(count: int, word: str) -> str:
    return f"1 {word} is" if count == 1 else f"{count:,} {word}s are"
