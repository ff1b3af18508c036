"""Downloading a published set once, into the cache."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from workbench.core.data.download import DownloadCancelled, Progress, download, size_of
from workbench.core.data.published.definition import Download, Published
from workbench.core.data.published.unpacking import unpack
from workbench.errors import WorkbenchError
from workbench.paths import cache_folder


def home_of(published: Published) -> Path:
    """Where the files of a downloaded set are; the folder exists when all of them do."""
    return cache_folder() / "data" / published.name


def is_here(published: Published) -> bool:
    """Whether a set was downloaded."""
    return home_of(published).is_dir()


def fetch(
    published: Published,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    timeout: float = 5.0,
) -> Path:
    """Download and unpack a set unless it is here, and return its folder.

    `progress` counts bytes of the download. What was interrupted is taken up again next time. Raises `WorkbenchError`
    when it cannot be had and `DownloadCancelled` when told to stop.
    """
    home = home_of(published)
    if home.is_dir():
        return home
    wanted = cancelled or (lambda: False)
    incoming = home.with_name(f"{published.name}.download")
    files = []
    for each in published.downloads:
        told = _share_of(published, incoming, each, progress)
        files.append(_fetch_file(each, incoming / each.name, told, wanted, timeout))
    _unpack(published, files, home, wanted)
    shutil.rmtree(incoming, ignore_errors=True)
    return home


def remove(published: Published) -> None:
    """Give up a downloaded set and what was begun of it."""
    home = home_of(published)
    for folder in (home, home.with_name(f"{published.name}.download")):
        shutil.rmtree(folder, ignore_errors=True)


def _fetch_file(each: Download, path: Path, progress: Progress, cancelled: Callable[[], bool], timeout: float) -> Path:
    """One file, from the first address that gives it; the error is that of the last one."""
    if path.is_file():  # it was checked when it came
        return path
    for url in each.urls[:-1]:
        try:
            return download(
                url, path, checksum=f"md5:{each.md5}", progress=progress, cancelled=cancelled, timeout=timeout
            )
        except WorkbenchError:
            continue
    url = each.urls[-1]
    return download(url, path, checksum=f"md5:{each.md5}", progress=progress, cancelled=cancelled, timeout=timeout)


def _share_of(published: Published, incoming: Path, each: Download, progress: Progress | None) -> Progress:
    """Progress of one file as progress of all."""
    before = sum(size_of(incoming / other.name) for other in published.downloads if other is not each)
    total = published.download_bytes

    def tell(done: int, _total: int) -> None:
        if progress:
            progress(min(before + done, total), total)

    return tell


def _unpack(published: Published, files: list[Path], home: Path, cancelled: Callable[[], bool]) -> None:
    def tell(_done: int, _total: int) -> None:
        if cancelled():
            raise DownloadCancelled

    skip = [name for each in published.downloads for name in each.skip]
    unpack(files, home, tell, skip=skip)
