"""Doing one thing to many pictures in threads: in order, a few ahead of whoever takes the results, or in any order."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WORKERS = min(16, max(2, os.cpu_count() or 2))
"""One for each core: one more only takes turns with them, which costs a twentieth of the time."""
TELLING = 0.02
"""Seconds of work after which a thread of `in_any_order` hands over what it has."""


def in_threads(function: Callable[[T], R], items: Iterable[T], *, ahead: int = 4 * WORKERS) -> Iterator[R]:
    """The results in the order of the items; Pillow decodes and resizes without holding Python's lock.

    At most `ahead` are worked on before the loop asks for them, so results do not pile up; leaving it early stops the
    work. Nothing forks: a process that shows windows must not.
    """
    pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="pictures")
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def in_any_order(function: Callable[[int], R], count: int) -> Generator[R, None, None]:
    """The results for 0 to `count - 1`, whichever is there first; leaving the loop early stops the work.

    Nobody waits for a turn, and the loop is woken rarely: for small pictures that would cost a tenth of the time.
    Meant for results that are kept elsewhere, since they pile up when the loop is slow.
    """
    numbers, told, stop = iter(range(count)), SimpleQueue[list[R] | None](), Event()

    def work() -> None:
        try:
            for results in _bunches(function, numbers, stop):
                told.put(results)
        finally:  # one is at the end when all numbers are taken, or failed
            stop.set()
            told.put(None)

    pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="pictures")
    try:
        workers = [pool.submit(work) for _ in range(WORKERS)]
        yield from _until_ended(told, len(workers))
        for worker in workers:
            worker.result()
    finally:
        stop.set()
        pool.shutdown()


def _bunches(function: Callable[[int], R], numbers: Iterator[int], stop: Event) -> Iterator[list[R]]:
    bunch: list[R] = []
    since = time.monotonic()
    for number in numbers:
        if stop.is_set():
            break
        bunch.append(function(number))
        if time.monotonic() - since >= TELLING:
            yield bunch
            bunch, since = [], time.monotonic()
    yield bunch


def _until_ended(told: SimpleQueue[list[R] | None], running: int) -> Iterator[R]:
    while running:
        results = told.get()
        if results is None:
            running -= 1
        else:
            yield from results
