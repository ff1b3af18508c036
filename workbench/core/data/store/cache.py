"""Decoded pictures in files of their own, which a training maps into its memory.

An entry is a folder named by its key: `pixels`, a row for every picture in their order, and `contents.json`, their
number and shape and which were refused and why. The row of a refused picture is a hole that takes no room on most
disks. An entry is filled under another name and renamed when it is whole and on the
disk, so neither a kill nor a second process that fills the same entry leaves anything that could be mistaken for it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np

from workbench.core.data.images import Images
from workbench.core.data.store.rendering import Outcomes, Take
from workbench.core.data.store.writing import write_rows
from workbench.files import BROKEN_JSON, sync, sync_folder
from workbench.machine import gigabytes
from workbench.paths import cache_folder

VERSION = 2
"""Part of every key: goes up when equal settings give other pixels."""
MOST_BYTES = 200e9
SHARE_OF_DISK = 0.5
"""The entries take at most this share of what the disk would have free without them, and `MOST_BYTES`."""
ABANDONED = 3600.0
"""Seconds after which an unfinished entry that nobody writes to is what a killed process left."""

PIXELS, CONTENTS = "pixels", "contents.json"
UNFINISHED, DOOMED = ".making-", ".gone-"


class Contents(msgspec.Struct, frozen=True):
    """What an entry holds: `count` rows; `refused` are the numbers of pictures that have no pixels, and why."""

    count: int
    shape: tuple[int, int, int]
    refused: tuple[tuple[int, str], ...] = ()


def store_folder() -> Path:
    """Where the entries are."""
    return cache_folder() / "pictures"


def find(key: str) -> tuple[Images, Contents] | None:
    """The pictures of an entry, mapped into memory, or None. Writing to the array changes no file."""
    place = store_folder() / key
    try:
        contents = msgspec.json.decode((place / CONTENTS).read_bytes(), type=Contents)
        shape = (contents.count, *contents.shape)
        if (place / PIXELS).stat().st_size != int(np.prod(shape)):
            return None
        with contextlib.suppress(OSError):
            os.utime(place / CONTENTS)  # the last use decides what is given up first
        return _mapped(place / PIXELS, shape), contents
    except (OSError, ValueError, *BROKEN_JSON):
        return None


def fill(key: str, shape: tuple[int, int, int], count: int, outcomes: Callable[[Take], Outcomes]) -> None:
    """Make an entry of `count` pictures, which `outcomes` gives in any order to what it is called with.

    Raises `OSError` when it cannot be written.
    """

    def write(pixels: Path) -> Contents:
        return Contents(count, shape, write_rows(pixels, int(np.prod(shape)), count, outcomes))

    _make(key, write)


def note(key: str, shape: tuple[int, int, int], refused: tuple[tuple[int, str], ...]) -> None:
    """Make an entry that holds no picture, only what was refused; raises `OSError` when it cannot be written."""

    def write(pixels: Path) -> Contents:
        pixels.touch()
        return Contents(0, shape, refused)

    _make(key, write)


def _make(key: str, write: Callable[[Path], Contents]) -> None:
    folder = store_folder()
    making = folder / f"{UNFINISHED}{uuid.uuid4().hex}"
    making.mkdir(parents=True)
    try:
        contents = write(making / PIXELS)
        (making / CONTENTS).write_bytes(msgspec.json.encode(contents))
        for name in (PIXELS, CONTENTS):
            sync(making / name)
        _publish(making, folder / key)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def refusal(needed: int) -> str:
    """Why so many bytes cannot be kept, or "" when they can; what was not used for longest makes room for them."""
    try:
        folder = store_folder()
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        held, free = cache_size(), shutil.disk_usage(folder).free
        allowed = min(MOST_BYTES, SHARE_OF_DISK * (free + held))
        if needed > allowed:
            return f"the cache may take {gigabytes(allowed)}, the pictures need {gigabytes(needed)}"
        for entry in sorted(_entries(folder), key=_last_use):
            if held + needed <= allowed:
                break
            held -= _discard(entry)
    except OSError as error:
        return f"{error.filename or folder}: {error.strerror or error}"
    return ""


def cache_size() -> int:
    """Bytes of all kept pictures, finished or not."""
    return sum(map(_size, _folders(store_folder())))


def clear_cache() -> int:
    """Give up all kept pictures and return the bytes that became free.

    A training that has them mapped goes on with them where the system allows that, and keeps them where not.
    """
    return sum(_discard(folder) for folder in _folders(store_folder()))


def _mapped(path: Path, shape: tuple[int, ...]) -> Images:
    """Mapped so that writing to the array changes memory only; an empty file cannot be mapped."""
    return np.memmap(path, np.uint8, mode="c", shape=shape) if shape[0] else np.empty(shape, np.uint8)


def _publish(making: Path, place: Path) -> None:
    """Rename a whole entry to its key. One that is there already is as good, unless it is damaged."""
    for _attempt in range(3):
        try:
            making.rename(place)
            sync_folder(place.parent)
            return
        except OSError:
            if find(place.name) is not None:
                return
            if not place.exists():
                raise
            _discard(place)
    raise OSError(None, "the entry cannot be replaced", str(place))


def _sweep(folder: Path) -> None:
    """Remove what killed processes left."""
    for left in _folders(folder):
        if left.name.startswith(DOOMED) or (left.name.startswith(UNFINISHED) and _idle(left) > ABANDONED):
            shutil.rmtree(left, ignore_errors=True)


def _discard(entry: Path) -> int:
    """Remove an entry, out of everybody's way first; the bytes that became free."""
    size, doomed = _size(entry), entry.with_name(f"{DOOMED}{uuid.uuid4().hex}")
    try:
        entry.rename(doomed)
    except OSError:  # another process was faster, or the system holds on to files in use
        return 0
    shutil.rmtree(doomed, ignore_errors=True)
    return size


def _folders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []


def _entries(folder: Path) -> Iterator[Path]:
    return (path for path in _folders(folder) if not path.name.startswith("."))


def _size(folder: Path) -> int:
    total = 0
    for name in (PIXELS, CONTENTS):
        with contextlib.suppress(OSError):
            total += (folder / name).stat().st_size
    return total


def _last_use(entry: Path) -> float:
    try:
        return (entry / CONTENTS).stat().st_mtime
    except OSError:
        return 0.0


def _idle(folder: Path) -> float:
    """Seconds since anything was written."""
    times = [time.time()]
    for path in (folder / PIXELS, folder):
        with contextlib.suppress(OSError):
            times.append(path.stat().st_mtime)
            break
    return times[0] - times[-1]
