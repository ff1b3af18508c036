"""A local copy of a published set: its archive, a folder with its archives, or a folder with its files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.core.data.published.definition import Published
from workbench.core.data.published.unpacking import is_archive, unpack
from workbench.errors import WorkbenchError
from workbench.paths import cache_folder

DEPTH = 3
MOST_FOLDERS = 2000
"""Below a local copy, files are looked for in so many folders, so deep."""


def local_copy(published: Published, path: Path, tell: Callable[[int, int], None]) -> Path:
    """The folder with the files of a local copy; archives are unpacked into the cache once."""
    if path.is_file() and is_archive(path):
        return _unpacked(published, [path], tell)
    if path.is_file():
        raise WorkbenchError(f"{path} is no copy of {published.name}", "it is neither an archive nor a folder")
    if not path.is_dir():
        raise WorkbenchError(f"There is no file {path}", "", "Check the path.")
    archives = [path / each.name for each in published.downloads if is_archive(Path(each.name))]
    others = [path / each.name for each in published.downloads if not is_archive(Path(each.name))]
    if archives and all(file.is_file() for file in archives):
        return _unpacked(published, [*archives, *(file for file in others if file.is_file())], tell)
    return path


def locate(published: Published, root: Path, name: str) -> Path:
    """The file or folder `name` of a set somewhere below `root`: there, where torchvision has it, or in the only other
    place that has one. Raises `WorkbenchError` if there is none, or more than one."""
    found = next((place / name for place in (root, root / published.layout) if (place / name).exists()), None)
    if found is not None:
        return found
    places = [folder / name for folder in _folders_below(root) if (folder / name).exists()]
    if len(places) == 1:
        return places[0]
    title = f"{root} is no copy of {published.name}"
    if places:
        raise WorkbenchError(title, f"it has {name} in {len(places)} places", "Name the folder that has it.")
    files = ", ".join(each.name for each in published.downloads)
    raise WorkbenchError(title, f"there is no {name} in it", f"Needed are {files} or what is in them.")


def _unpacked(published: Published, archives: list[Path], tell: Callable[[int, int], None]) -> Path:
    digest = hashlib.blake2b(digest_size=10)
    for file in archives:
        found = file.stat()
        digest.update(f"{file.resolve()} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}\0".encode())
    place = cache_folder() / "data" / f"{published.name}-{digest.hexdigest()}"
    if not place.is_dir():
        skip = [name for each in published.downloads for name in each.skip]
        unpack(archives, place, tell, skip=skip)
    return place


def _folders_below(root: Path) -> Iterator[Path]:
    """The folders below one, the nearest first."""
    level = [root]
    seen = 0
    for _depth in range(DEPTH):
        level = [folder for above in level for folder in _subfolders(above)]
        yield from level[: MOST_FOLDERS - seen]
        seen += len(level)
        if seen >= MOST_FOLDERS:
            return


def _subfolders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
