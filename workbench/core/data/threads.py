"""Doing one thing to many pictures in threads, in order, a few ahead of whoever takes the results."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WORKERS = min(16, max(2, os.cpu_count() or 2))
"""One for each core: one more only takes turns with them, which costs a twentieth of the time."""


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
