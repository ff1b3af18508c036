"""What was found out about many files, kept in the cache for as long as none of them changes."""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL

from workbench.core.data.files import file_state
from workbench.errors import WorkbenchError
from workbench.files import replace_atomically
from workbench.paths import cache_folder

Array = npt.NDArray[Any]
VERSION = 3
"""Part of every key: goes up when the same files give other tables."""
MOST_KEPT = 12
"""Tables of each kind; the oldest goes first."""


def remembered(kind: str, files: Sequence[str], make: Callable[[], dict[str, Array]]) -> dict[str, Array]:
    """The tables that `make` makes of files; the next time, those of the last."""
    place = cache_folder() / kind / f"{_key(files)}.npz"
    with contextlib.suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile), np.load(place) as kept:
        return {name: kept[name] for name in kept.files}
    tables = make()
    with contextlib.suppress(WorkbenchError):  # without room for it, it is made again
        replace_atomically(place, lambda path: _save(path, tables))
        _forget(place.parent)
    return tables


def is_remembered(kind: str, files: Sequence[str]) -> bool:
    """Whether `remembered` need make nothing."""
    return (cache_folder() / kind / f"{_key(files)}.npz").is_file()


def _key(files: Sequence[str]) -> str:
    place = Path.cwd() if files and not Path(files[0]).is_absolute() else ""
    digest = hashlib.blake2b(f"{VERSION} {PIL.__version__} {place}".encode(), digest_size=20)
    for file in files:
        digest.update(f"{file}\0{file_state(file)}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _save(path: Path, tables: dict[str, Array]) -> None:
    with path.open("wb") as stream:
        np.savez(stream, **tables)  # type: ignore[arg-type]


def _forget(folder: Path) -> None:
    """Remove all but the newest."""
    with contextlib.suppress(OSError):
        kept = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[MOST_KEPT:]:
            path.unlink(missing_ok=True)
