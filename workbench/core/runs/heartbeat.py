"""Whether somebody trains a run at this moment, here or elsewhere, and whether the training is still alive.

Whoever walks a run holds its lock and touches a file every few seconds. The lock tells on one machine for sure whether
the process is there; the file tells the same to other machines on the same disk, and who it is.
"""

from __future__ import annotations

import contextlib
import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from workbench.core.runs.lock import LOCK, is_walked
from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, write_atomically

HEARTBEAT = ".heartbeat"
EVERY = 5.0
"""Seconds between two beats."""
SILENT_AFTER = 60.0
"""Seconds after which a heart counts as still; clocks of machines differ, and network drives tell late."""
Kind = Literal["nobody", "training", "silent"]


class _Walker(msgspec.Struct, frozen=True):
    """Who walks a run."""

    host: str
    process: int


@dataclass(frozen=True)
class Presence:
    """Who trains a run: nobody, somebody, or a process that is there and has been silent for long."""

    kind: Kind
    host: str = ""
    """Empty for this machine, and where nobody knows."""
    process: int = 0
    silence: float = field(default=0.0, compare=False)
    """Seconds since the last beat."""

    @property
    def is_taken(self) -> bool:
        """Whether the run belongs to somebody who may still write to it."""
        return self.kind != "nobody"

    @property
    def who(self) -> str:
        """`this program`, `process 4711 on gpu-3`, or `another process`."""
        if self.process == os.getpid() and not self.host:
            return "this program"
        name = f"process {self.process}" if self.process else "another process"
        return f"{name} on {self.host}" if self.host else name


NOBODY = Presence("nobody")


@contextmanager
def beating(folder: Path) -> Iterator[None]:
    """Beat while the block lasts. A folder that cannot be written is no reason to fail: the run will say so itself."""
    file, over = folder / HEARTBEAT, threading.Event()
    heart = threading.Thread(target=_beat, args=(file, over), name=f"heartbeat of {folder.name}", daemon=True)
    with contextlib.suppress(WorkbenchError):
        write_atomically(file, msgspec.json.encode(_Walker(platform.node(), os.getpid())) + b"\n")
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


def presence(folder: Path) -> Presence:
    """Who trains the run in a folder now; never waits and changes nothing there."""
    walker, silence = _last_beat(folder / HEARTBEAT)
    here = walker is None or walker.host == platform.node()
    alive = silence < SILENT_AFTER
    if _is_locked(folder):
        kind: Kind = "training" if alive or walker is None else "silent"
    else:  # the lock of another machine need not be seen here; its heart is
        kind = "training" if not here and alive else "nobody"
    if kind == "nobody":
        return NOBODY
    return Presence(kind, "" if here or walker is None else walker.host, walker.process if walker else 0, silence)


def _beat(file: Path, over: threading.Event) -> None:
    while not over.wait(EVERY):
        with contextlib.suppress(OSError):  # the folder is gone, or the disk is away for a while
            os.utime(file)


def _last_beat(file: Path) -> tuple[_Walker | None, float]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Walker), max(0.0, time.time() - file.stat().st_mtime)
    except (OSError, *BROKEN_JSON):
        return None, 0.0


def _is_locked(folder: Path) -> bool:
    if not (folder / LOCK).exists():
        return False
    try:
        return is_walked(folder)
    except (WorkbenchError, OSError):  # a folder that can only be read, a drive without locks
        return False
