"""Whether a data set can be opened and fits a network; asked on a background lane while the user fills the form.

Pictures are counted, not decoded: that takes a second for a hundred thousand files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from workbench.core.data.split import USUAL, Split
from workbench.core.graph.network import Network
from workbench.errors import Problem, WorkbenchError


@dataclass(frozen=True)
class DataFacts:
    """What the form says about a data set."""

    classes: tuple[str, ...]
    train_images: int
    validation_images: int
    unused: int
    """Rows and classes of which a warning says that they are not used."""
    channels: int | None = None
    grouped: str = ""

    def __str__(self) -> str:
        text = f"{len(self.classes)} classes · {self.train_images:,} + {self.validation_images:,} pictures"
        by = f" · split by {self.grouped}" if self.grouped else ""
        return text + by + (f" · {self.unused:,} warnings" if self.unused > 1 else " · 1 warning" * self.unused)


@dataclass(frozen=True)
class Check:
    """The answer for one network and one data set: the facts, or the problem with them.

    `advice` is what could be better and keeps nobody from training.
    """

    network: Network
    data: str
    split: Split = USUAL
    facts: DataFacts | None = None
    problem: Problem | None = None
    advice: Problem | None = None


class NotWantedError(Exception):
    """Nobody waits for the answer any more."""


def check(network: Network, data: str, wanted: Callable[[], bool], *, split: Split = USUAL) -> Check:
    """Look what the data holds and compare it with the network; gives up when it is no longer wanted. Loads torch."""
    from workbench.core.training.compatibility import colour_problem, framing_of, output_problem

    try:
        facts = data_facts(data, wanted, split=split)
    except WorkbenchError as error:
        reason = str(WorkbenchError(error.reason, error.hint)) if error.reason else error.hint
        return Check(network, data, split, problem=Problem("data", error.title, reason))
    try:
        framing_of(network)
    except WorkbenchError as error:
        return Check(network, data, split, facts, Problem("network", error.title, error.reason))
    problem, advice = output_problem(network, facts.classes), colour_problem(network, facts.channels)
    return Check(network, data, split, facts, problem, advice)


def data_facts(data: str, wanted: Callable[[], bool], *, split: Split = USUAL) -> DataFacts:
    """The facts of a data set; remembered for sets that cannot change."""
    from workbench.core.data.sources import data_sources

    fixed = data in {name for name, _description in data_sources()} and split == USUAL
    return _remembered(data) if fixed else _opened(data, wanted, split)


@lru_cache(maxsize=16)
def _remembered(data: str) -> DataFacts:
    return _opened(data, lambda: True, USUAL)


def _opened(data: str, wanted: Callable[[], bool], split: Split) -> DataFacts:
    """Near-duplicates, which only decoded pictures tell, may change the counts of a split by a few."""
    import numpy as np

    from workbench.core.data.arranging import arrangement
    from workbench.core.data.decisions import Decisions, read_decisions
    from workbench.core.data.files import too_few_classes
    from workbench.core.data.sources import decisions_place, open_index
    from workbench.core.training.compatibility import channels_of

    def progress(_done: int, _total: int) -> None:
        if not wanted():
            raise NotWantedError

    index = open_index(data, decisions=Decisions(), column=split.group_column, progress=progress)
    if len(index.classes) < 2:
        raise too_few_classes(index)
    decisions = read_decisions(decisions_place(data))
    made = arrangement(index, decisions, split, groups_of=lambda each: np.arange(len(each)))
    warned = sum(problem.level == "warning" for problem in (*index.problems, *made.problems))
    counts = (len(made.train), len(made.validation), warned)
    return DataFacts(index.classes, *counts, channels_of(index), split.group_word)
