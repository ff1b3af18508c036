"""Unpacking archives into a folder that appears when it is whole."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import time
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO

from workbench.errors import WorkbenchError, first_line
from workbench.files import cannot_write

TARS, ZIPS = (".tar.gz", ".tgz", ".tar"), (".zip",)
ABANDONED = 24 * 3600.0
"""Seconds after which a folder that was never finished is what a killed process left."""
CHUNK = 1 << 20
BROKEN = (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError)

Tell = Callable[[int, int], None]


def is_archive(path: Path) -> bool:
    """Whether a file is of a kind that is unpacked."""
    return path.name.lower().endswith(TARS + ZIPS)


def unpack(files: Sequence[Path], place: Path, tell: Tell, *, skip: Sequence[str] = ()) -> None:
    """Make the folder `place` of what is in archives; other files are put beside it as they are.

    Only plain files are unpacked, and none outside `place`. `tell(bytes, 0)` counts what was written and may raise to
    cancel. Raises `WorkbenchError` for a damaged archive and a full disk; nothing is left behind then.
    """
    _sweep(place.parent)
    making = place.with_name(f".making-{uuid.uuid4().hex}")
    try:
        making.mkdir(parents=True)
        for file in files:
            _unpack_file(file, making, _Counter(tell), skip)
        _publish(making, place)
    except OSError as error:
        raise cannot_write(place, error) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


class _Counter:
    """Counts bytes."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._done = tell, 0

    def __call__(self, count: int) -> None:
        self._done += count
        self._tell(self._done, 0)


def _unpack_file(file: Path, folder: Path, count: Callable[[int], None], skip: Sequence[str]) -> None:
    try:
        for name, stream in _contents(file):
            target = folder / name
            if not target.resolve().is_relative_to(folder.resolve()):
                raise WorkbenchError(f"{file} is not unpacked", f"it holds {name}, which lies outside of it")
            if target.name not in skip:
                _copy(stream, target, count)
    except BROKEN as error:
        raise WorkbenchError(f"{file} is damaged", first_line(error), "Fetch it again.") from error


def _contents(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The names and contents of the plain files in an archive, or of a single file."""
    if file.name.lower().endswith(ZIPS):
        with zipfile.ZipFile(file) as archive:
            for each in archive.infolist():
                if not each.is_dir():
                    with archive.open(each) as stream:
                        yield each.filename, stream
    elif file.name.lower().endswith(TARS):
        with tarfile.open(file) as tar:
            for member in tar:
                found = tar.extractfile(member) if member.isreg() else None
                if found is not None:
                    with closing(found):
                        yield member.name, found
    else:
        with file.open("rb") as stream:
            yield file.name, stream


def _copy(stream: IO[bytes], target: Path, count: Callable[[int], None]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            out.write(chunk)
            count(len(chunk))


def _publish(making: Path, place: Path) -> None:
    try:
        making.rename(place)
    except OSError:
        if not place.is_dir():  # else another process was faster, and its folder is as good
            raise


def _sweep(folder: Path) -> None:
    if not folder.is_dir():
        return
    for left in folder.glob(".making-*"):
        if time.time() - left.stat().st_mtime > ABANDONED:
            shutil.rmtree(left, ignore_errors=True)
