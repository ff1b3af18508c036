"""Folders of pictures: one folder per class, in training and validation folders or split here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from workbench.core.data.files import DEFAULT_FRAMING, load_files
from workbench.core.data.images import ImageData
from workbench.core.data.index import DataIndex, indexed
from workbench.core.data.preprocessing import Framing
from workbench.core.data.registry import Progress, Request, file_source
from workbench.errors import Problem, WorkbenchError

TRAIN_NAMES = ("train", "training")
VALIDATION_NAMES = ("val", "valid", "validation", "test")
"""In this order: of `val` and `test`, the first is used."""

_ENDINGS = (
    ".avif .bmp .cr2 .cur .dib .dng .eps .gif .heic .heif .ico .j2k .jfif .jif .jp2 .jpe .jpeg .jpg .jpx .jxl .mpo .nef"
    " .pbm .pcx .pgm .png .pnm .ppm .psd .qoi .raw .sgi .svg .tga .tif .tiff .webp"
)
PICTURES = frozenset({"", *_ENDINGS.split()})
"""Files that mean to be pictures (as do those without an ending): each is tried, and named if it cannot be used."""

TOLD_EVERY = 1000
"""Files found between two reports of a listing."""

Found = list[tuple[str, str]]
"""Files with the name of their class."""


@file_source("folder", "A folder with one folder of pictures per class", form="FOLDER", recognizes=Path.is_dir)
def folder(request: Request) -> DataIndex:
    """The pictures in a folder."""
    return list_folder(Path(request.argument).expanduser(), request.progress)


def load_folder(root: Path, framing: Framing = DEFAULT_FRAMING, progress: Progress | None = None) -> ImageData:
    """Every usable picture below `root`, of the framing's channels and `stored_size`, classes in alphabetical order.

    Raises `WorkbenchError` with fewer than two classes or no usable picture in a part.
    """
    return load_files(list_folder(root, progress), framing=framing, progress=progress)


def list_folder(root: Path, progress: Progress | None = None) -> DataIndex:
    """What lies in a folder, decoding nothing: a hundred thousand files take well under a second.

    `train` and `val` (valid, validation, test) folders are taken as they are; without them, a fifth of every class is
    held out, always the same pictures. `progress(files, 0)` may raise to cancel.
    """
    if not root.is_dir():
        raise WorkbenchError(f"There is no folder {root}", "", "Check the path.")
    tell = _Teller(progress or (lambda _done, _total: None))
    train, held, problems = _parts(root)
    training = _files(train, tell)
    if held is None:
        return indexed(root, *_columns(training))
    validation = _files(held, tell)
    mask = np.arange(len(training) + len(validation)) >= len(training)
    return indexed(root, *_columns(training + validation), held=mask, problems=problems)


def _parts(root: Path) -> tuple[Path, Path | None, list[Problem]]:
    """The folder to train on, that to validate on if there is one, and what is odd about them."""
    folders = {path.name.lower(): path for path in _class_folders(root)}
    train = next((folders[name] for name in TRAIN_NAMES if name in folders), None)
    held = [folders[name] for name in VALIDATION_NAMES if name in folders]
    if train is None or not held:
        return train or root, None, []
    unused = [Problem(str(path), "Not used", f"what is in {held[0].name} is validated on", "info") for path in held[1:]]
    return train, held[0], unused


class _Teller:
    """Tells how many files were found, now and then."""

    def __init__(self, progress: Callable[[int, int], None]) -> None:
        self._progress, self._found = progress, 0

    def __call__(self) -> None:
        self._found += 1
        if self._found % TOLD_EVERY == 0:
            self._progress(self._found, 0)


def _columns(found: Found) -> tuple[list[str], list[str]]:
    return [file for file, _ in found], [name for _, name in found]


def _files(root: Path, tell: _Teller) -> Found:
    """Every file that may be a picture, below each class folder, in the order of their names."""
    found: Found = []
    for place in _class_folders(root):
        for file in _below(str(place)):
            found.append((file, place.name))
            tell()
    return found


def _class_folders(root: Path) -> list[Path]:
    try:
        with os.scandir(root) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir() and _is_shown(entry.name))
    except OSError as error:
        raise WorkbenchError(f"Could not read the folder {root}", error.strerror or str(error)) from error


def _below(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(filter(_is_shown, folders))
        for name in sorted(files):
            if not name.startswith(".") and _ending(name) in PICTURES:
                yield f"{place}{os.sep}{name}"


def _is_shown(name: str) -> bool:
    return not name.startswith((".", "__"))


def _ending(name: str) -> str:
    _stem, dot, letters = name.rpartition(".")
    return dot + letters.lower() if dot else ""
