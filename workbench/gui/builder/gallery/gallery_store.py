"""What the gallery shows of each network: drawn and counted once, in a process of its own, and kept on the disk."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from workbench.core.modelling.landmarks.catalog import ready_names
from workbench.core.modelling.preview import preview
from workbench.core.modelling.preview_child import CHILD, Portrait
from workbench.core.modelling.zoo import READY
from workbench.errors import WorkbenchError
from workbench.files import write_atomically
from workbench.gui.background import Background
from workbench.gui.bridge import Inbox
from workbench.machine import own_environment, own_program
from workbench.paths import cache_folder

FORM = 2
"""Of the drawings: another one makes all that is kept worthless."""
LOOK_AROUND = 0.1
"""Seconds between two looks at what the process has written, and at whether anybody still waits."""


class GalleryStore(QObject):
    """Hands out portraits as they are made, those that are kept at once."""

    arrived = Signal(list)
    """Portraits."""

    def __init__(self, jobs: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._inbox = Inbox(self)
        self._inbox.arrived.connect(self.arrived)

    def fetch(self) -> None:
        """Begin to hand out the portraits of all ready networks."""
        put, wanted = self._inbox.put, self._jobs.wanted
        self._jobs.submit(
            lambda: _fetch(put, wanted), owner=self, lane="gallery", key="portraits", done=lambda _count: None
        )


def kept_path() -> Path:
    """Where the portraits lie that were made with this version of torchvision."""
    try:
        made_with = version("torchvision")
    except PackageNotFoundError:
        made_with = "unknown"
    return cache_folder() / f"gallery-{FORM}-{made_with}.json"


def kept() -> dict[str, Portrait]:
    """The portraits that were made before; none where the file cannot be read."""
    try:
        return msgspec.json.decode(kept_path().read_bytes(), type=dict[str, Portrait])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def _fetch(put: Callable[[Portrait], None], wanted: Callable[[], bool]) -> int:
    """Hand over what is kept, then what is made; keep that too. Returns how many were made."""
    known, names = kept(), ready_names()
    for name in names:
        if name in known:
            put(known[name])
        elif name in READY:
            put(Portrait(name, preview=preview(READY[name].build())))
    missing = sorted((name for name in names if name not in known), key=lambda name: name not in READY)
    made = 0
    for portrait in _made(missing, wanted):
        put(portrait)
        made += 1
        if portrait.preview is not None:
            known[portrait.name] = portrait
    if made:
        _keep(known)
    return made


def _keep(known: dict[str, Portrait]) -> None:
    try:
        write_atomically(kept_path(), msgspec.json.encode(known))
    except (WorkbenchError, OSError):  # then they are made again the next time
        return


def _made(names: Sequence[str], wanted: Callable[[], bool]) -> Iterator[Portrait]:
    """The portraits that a process makes, until nobody waits for them any more."""
    if not names:
        return
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*own_program(), CHILD, *names], stdout=said, stderr=subprocess.DEVNULL, env=own_environment()
        )
        try:
            yield from _read(said, process, wanted)
        finally:
            process.kill()
            process.wait()


def _read(said: object, process: subprocess.Popen[bytes], wanted: Callable[[], bool]) -> Iterator[Portrait]:
    """The whole lines of a file that grows, until the process has ended or nobody waits."""
    place, rest = 0, b""
    while wanted():
        over = process.poll() is not None
        said.seek(place)  # type: ignore[attr-defined]
        fresh: bytes = said.read()  # type: ignore[attr-defined]
        place += len(fresh)
        *lines, rest = (rest + fresh).split(b"\n")
        yield from (msgspec.json.decode(line, type=Portrait) for line in lines)
        if over:
            return
        time.sleep(LOOK_AROUND)
