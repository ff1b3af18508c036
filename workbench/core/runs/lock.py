"""One walk of a run at a time, whoever walks: the window, the command line, another machine on the same disk.

The system lets the lock go when the process ends, however it ends.
"""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from workbench.errors import WorkbenchError
from workbench.files import cannot_write

LOCK = ".lock"
GLANCE = 0.25
"""Seconds for which whoever only asks whether a lock is held may hold it, on a busy machine."""
BETWEEN_TRIES = 0.01
TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[bytes]) -> None:
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


class TakenError(Exception):
    """Somebody else holds the lock."""


@contextmanager
def held(file: Path, *, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock on a file, which is made if need be; raises `TakenError` while somebody else does.

    `patience` is how many seconds it may take until the lock is free.
    """
    try:
        stream = file.open("ab")
    except OSError as error:
        raise cannot_write(file.parent, error) from error
    with stream:
        deadline = time.monotonic() + patience
        while not _is_ours(stream):
            if time.monotonic() >= deadline:
                raise TakenError
            time.sleep(BETWEEN_TRIES)
        yield


def _is_ours(stream: IO[bytes]) -> bool:
    try:
        _lock(stream)
    except OSError as error:
        return error.errno not in TAKEN  # some network drives have no locks at all: there everybody is trusted
    return True


@contextmanager
def only_walk(folder: Path) -> Iterator[None]:
    """Hold a run for oneself; raises `WorkbenchError` while somebody else walks it."""
    with ExitStack() as stack:
        try:
            stack.enter_context(held(folder / LOCK, patience=GLANCE))
        except TakenError as error:
            raise WorkbenchError(f"{folder.name} is being trained already", "stop it there first") from error
        yield


def is_walked(folder: Path) -> bool:
    """Whether somebody, here or elsewhere, walks the run at this moment."""
    return is_held(folder / LOCK)


def is_held(file: Path) -> bool:
    """Whether somebody, here or elsewhere, holds the lock on a file at this moment."""
    if not file.is_file():
        return False
    try:
        with held(file):
            return False
    except TakenError:
        return True
