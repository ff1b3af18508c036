"""Seconds of a run, of an epoch and since the last report, without the time spent waiting for the user."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")


class Clock:
    """Starts with the seconds that earlier parts of the run took."""

    def __init__(self, seconds_before: float = 0.0) -> None:
        self._before = seconds_before
        self._started = self._epoch = self._report = time.perf_counter()
        self.waited = 0.0
        """Seconds of this epoch that went by while something was waited for."""

    @property
    def here(self) -> float:
        """Seconds since this part of the run began."""
        return time.perf_counter() - self._started

    @property
    def total(self) -> float:
        """Seconds of the whole run."""
        return self._before + self.here

    @property
    def epoch(self) -> float:
        """Seconds since the epoch began."""
        return time.perf_counter() - self._epoch

    @property
    def report(self) -> float:
        """Seconds since the last report."""
        return time.perf_counter() - self._report

    def begin_epoch(self) -> None:
        """An epoch begins now, and with it the time to its first report."""
        self._epoch = self._report = time.perf_counter()
        self.waited = 0.0

    def waiting_for(self, things: Iterable[Thing]) -> Iterator[Thing]:
        """The same things; the time until each is there counts as waiting."""
        coming, begun = iter(things), time.perf_counter()
        for thing in coming:
            self.waited += time.perf_counter() - begun
            yield thing
            begun = time.perf_counter()

    def reported(self) -> None:
        """A report was made now."""
        self._report = time.perf_counter()

    def skip(self, seconds: float) -> None:
        """Leave out seconds that just went by."""
        self._started += seconds
        self._epoch += seconds
        self._report += seconds
