"""Whether a data set can be opened and fits a network; asked on a background lane while the user fills the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from workbench.core.graph.network import Network
from workbench.errors import Problem, WorkbenchError


@dataclass(frozen=True)
class DataFacts:
    """What the form says about a data set."""

    classes: tuple[str, ...]
    train_images: int
    validation_images: int
    skipped: int
    channels: int | None = None

    def __str__(self) -> str:
        text = f"{len(self.classes)} classes · {self.train_images:,} + {self.validation_images:,} pictures"
        return f"{text} · {self.skipped} unusable" if self.skipped else text


@dataclass(frozen=True)
class Check:
    """The answer for one network and one data set: the facts, or the problem with them.

    `advice` is what could be better and keeps nobody from training.
    """

    network: Network
    data: str
    facts: DataFacts | None = None
    problem: Problem | None = None
    advice: Problem | None = None


class NotWantedError(Exception):
    """Nobody waits for the answer any more."""


def check(network: Network, data: str, wanted: Callable[[], bool]) -> Check:
    """Open the data and compare it with the network; gives up when it is no longer wanted. Loads torch."""
    from workbench.core.training.compatibility import colour_problem, framing_of, output_problem

    try:
        facts = data_facts(data, wanted)
    except WorkbenchError as error:
        reason = str(WorkbenchError(error.reason, error.hint)) if error.reason else error.hint
        return Check(network, data, problem=Problem("data", error.title, reason))
    try:
        framing_of(network)
    except WorkbenchError as error:
        return Check(network, data, facts, Problem("network", error.title, error.reason))
    return Check(network, data, facts, output_problem(network, facts.classes), colour_problem(network, facts.channels))


def data_facts(data: str, wanted: Callable[[], bool]) -> DataFacts:
    """The facts of a data set; remembered for sets that cannot change."""
    from workbench.core.data.sources import data_sources

    fixed = data in {name for name, _description in data_sources()}
    return _remembered(data) if fixed else _opened(data, wanted)


@lru_cache(maxsize=16)
def _remembered(data: str) -> DataFacts:
    return _opened(data, lambda: True)


def _opened(data: str, wanted: Callable[[], bool]) -> DataFacts:
    from workbench.core.data.index import index_of
    from workbench.core.data.sources import open_data
    from workbench.core.training.compatibility import channels_of

    def progress(_done: int, _total: int) -> None:
        if not wanted():
            raise NotWantedError

    opened = open_data(data, progress=progress)
    counts = (len(opened.train), len(opened.validation), len(opened.problems))
    return DataFacts(opened.classes, *counts, channels_of(index_of(opened)))
