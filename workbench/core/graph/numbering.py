"""Numbers at the ends of names: what `conv1_2` is made of, and how copies of `conv1`, `bn1` go on with them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Numbered:
    """The last part of a name taken apart: `l.conv1_2` is `conv`, nothing, `1_2`; `relu_1` is `relu`, `_`, `1`."""

    word: str
    gap: str
    number: str

    @property
    def series(self) -> str:
        """What the number begins with where it has two places: `1_` of `1_2`."""
        return self.number[: self.number.rfind("_") + 1]

    @property
    def counts(self) -> bool:
        """Whether the name counts, as `conv1` does: `relu_1` only tells itself from `relu`."""
        return bool(self.number) and not self.gap


def taken_apart(name: str) -> Numbered:
    """The last part of a name as its word and its number."""
    matched = re.fullmatch(r"(.*?)(_?)(\d+(?:_\d+)*)?", name.rpartition(".")[2], re.DOTALL)
    return Numbered(*matched.groups("")) if matched else Numbered(name, "", "")


def carried_on(there: Collection[str], copied: Collection[str]) -> dict[str, str]:
    """What copies are called that go on with the numbers in a network: `conv3` and `bn3` for `conv1` and `bn1`.

    The copies in one group go on together, and only where one of their names is there; the others are left out.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for name in copied:
        groups[name.rpartition(".")[0]].append(name)
    taken = set(there)
    return {
        old: new
        for group, names in groups.items()
        if not taken.isdisjoint(names)
        for old, new in _shifted([other for other in there if other.rpartition(".")[0] == group], names)
    }


def place(number: str, series: str) -> int:
    """The number that counts: the one behind the series, else the first."""
    return int(_digits(number, series)[:9])


def _digits(number: str, series: str) -> str:
    return number[len(series) :].partition("_")[0]


def _shifted(there: Collection[str], copied: Collection[str]) -> Iterator[tuple[str, str]]:
    """The names of one group with their numbers so much higher that they come behind all that are there."""
    parts = {name: part for name in copied if (part := taken_apart(name)).counts}
    series = {part.series for part in parts.values()}
    head = series.pop() if len(series) == 1 else ""
    words = {part.word for part in parts.values()}
    alike = (part for part in map(taken_apart, there) if part.counts and part.word in words)
    known = [place(part.number, head) for part in alike if part.series.startswith(head)]
    if not parts or not known:
        return
    shift = max(known) + 1 - min(place(part.number, head) for part in parts.values())
    for name, part in parts.items():
        tail = part.number[len(head) + len(_digits(part.number, head)) :]
        yield name, f"{name[: len(name) - len(part.number)]}{head}{place(part.number, head) + shift}{tail}"
