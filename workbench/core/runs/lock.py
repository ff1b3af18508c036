"""One walk of a run at a time, whoever walks: the window, the command line, another machine on the same disk.

The system lets the lock go when the process ends, however it ends.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from workbench.errors import WorkbenchError
from workbench.files import cannot_write

LOCK = ".lock"
TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[bytes]) -> None:
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def only_walk(folder: Path) -> Iterator[None]:
    """Hold a run for oneself; raises `WorkbenchError` while somebody else walks it."""
    try:
        stream = (folder / LOCK).open("ab")
    except OSError as error:
        raise cannot_write(folder, error) from error
    with stream:
        try:
            _lock(stream)
        except OSError as error:
            if error.errno in TAKEN:  # some network drives have no locks at all: there everybody is trusted
                raise WorkbenchError(f"{folder.name} is being trained already", "stop it there first") from error
        yield
