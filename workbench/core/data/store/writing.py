"""Writing pictures into a file in several threads, each into its row, while what is written goes to the disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from workbench.core.data.images import Images
from workbench.core.data.store.rendering import Outcome, Outcomes, Take

FLUSH = 8_000_000
"""Bytes that are worth a flush of their own while a file is written."""


def write_rows(path: Path, size: int, count: int, outcomes: Callable[[Take], Outcomes]) -> tuple[Outcome, ...]:
    """Make a file of `count` rows of `size` bytes of what `outcomes` gives to its argument; those refused, in order.

    Raises `OSError` when it cannot be written: by calls, as a full disk ends a process that writes to mapped files.
    """
    refused = []
    with (
        path.open("wb") as stream,
        _Flushing(stream) as flushing,
        _Rows(path, size) as rows,
        closing(outcomes(rows.write)) as made,
    ):
        for outcome in made:
            if outcome.refusal:
                refused.append(outcome)
            else:
                flushing.wrote(size)
    if path.stat().st_size < count * size:  # the last pictures were refused
        os.truncate(path, count * size)
    return tuple(sorted(refused))


class _Rows:
    """Writes rows of so many bytes to their places in a file; every thread by a handle of its own."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self._own, self._opened = threading.local(), ExitStack()

    def write(self, number: int, pixels: Images) -> None:
        """Write a row; raises `OSError` for it or for one before."""
        stream = self._stream()
        stream.seek(number * self._size)
        stream.write(np.ascontiguousarray(pixels).data)

    def _stream(self) -> BinaryIO:
        if not hasattr(self._own, "stream"):
            self._own.stream = self._opened.enter_context(self._path.open("r+b"))
        stream: BinaryIO = self._own.stream
        return stream

    def __enter__(self) -> _Rows:
        return self

    def __exit__(self, *reason: Any) -> None:
        self._opened.__exit__(*reason)


class _Flushing:
    """Brings to the disk what is written while more is made: at the end nobody waits for all of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._unflushed = stream, 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="flush")
        self._latest: Future[None] | None = None

    def wrote(self, size: int) -> None:
        """So many bytes more are written; raises `OSError` for those before."""
        self._unflushed += size
        if self._unflushed >= FLUSH and (self._latest is None or self._latest.done()):
            self._check()
            self._latest, self._unflushed = self._pool.submit(os.fsync, self._stream.fileno()), 0

    def _check(self) -> None:
        """The system tells of a page that could not be written once only: in the flush that met it."""
        if self._latest is not None:
            self._latest.result()

    def __enter__(self) -> _Flushing:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._pool.shutdown()
        if kind is None:
            self._check()
