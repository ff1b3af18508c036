"""Folders of pictures: one folder per class, in training and validation folders or split here."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.core.data.fitting import in_threads, refuse_too_large
from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.pictures import UnusablePictureError, read_picture
from workbench.core.data.preprocessing import Framing, frame_stored
from workbench.core.data.registry import Request, data_source
from workbench.core.data.split import held_out
from workbench.errors import Problem, WorkbenchError

TRAIN_NAMES = ("train", "training")
VALIDATION_NAMES = ("val", "valid", "validation", "test")
"""In this order: of `val` and `test`, the first is used."""

DEFAULT_FRAMING = Framing(channels=3, height=64, width=64, resize=64)
HELD_OUT = 0.2

_ENDINGS = (
    ".avif .bmp .cr2 .cur .dib .dng .eps .gif .heic .heif .ico .j2k .jfif .jif .jp2 .jpe .jpeg .jpg .jpx .jxl .mpo .nef"
    " .pbm .pcx .pgm .png .pnm .ppm .psd .qoi .raw .sgi .svg .tga .tif .tiff .webp"
)
PICTURES = frozenset({"", *_ENDINGS.split()})
"""Files that mean to be pictures (as do those without an ending): each is tried, and named if it cannot be used."""

LAYOUT = "A folder holds one folder of pictures per class, or train and val folders that do."


@dataclass(frozen=True)
class _Listing:
    """The picture files of one part and their class names."""

    files: tuple[Path, ...] = ()
    names: tuple[str, ...] = ()

    def taken(self, indices: Sequence[int]) -> _Listing:
        return _Listing(tuple(self.files[i] for i in indices), tuple(self.names[i] for i in indices))


@data_source("folder", "A folder with one folder of pictures per class", form="FOLDER", recognizes=Path.is_dir)
def folder(request: Request) -> ImageData:
    """A set from a folder of pictures."""
    return load_folder(Path(request.argument).expanduser(), request.framing or DEFAULT_FRAMING, request.progress)


def load_folder(
    root: Path, framing: Framing = DEFAULT_FRAMING, progress: Callable[[int, int], None] | None = None
) -> ImageData:
    """Every usable picture below `root`, of the framing's channels and `stored_size`, classes in alphabetical order.

    `train` and `val` (valid, validation, test) folders are taken as they are; without them, a fifth of every class is
    held out, always the same pictures. Files that cannot be read are named in `problems`, the rest is used.
    Raises `WorkbenchError` with fewer than two classes or no usable picture in a part.
    """
    train, validation, problems = _listed(root)
    classes = tuple(sorted(set(train.names)))
    if len(classes) < 2:
        raise _too_few_classes(root, classes)
    validation, strangers = _known_only(validation, classes)
    total = len(train.files) + len(validation.files)
    refuse_too_large(total, framing)
    reader = _Reader(framing, classes, progress or (lambda _done, _total: None), total)
    parts = reader.read(train), reader.read(validation)
    for name, part in zip(("train", "validate"), parts, strict=True):
        if not len(part):
            raise _nothing_usable(root, name, reader.problems)
    data = ImageData(root.resolve().name, classes, *parts, (*problems, *strangers, *reader.problems))
    return _only_seen_classes(root, data)


def _listed(root: Path) -> tuple[_Listing, _Listing, list[Problem]]:
    """The files to train on, the files to validate on, and what is odd about the folders."""
    if not root.is_dir():
        raise WorkbenchError(f"There is no folder {root}", "", "Check the path.")
    folders = {path.name.lower(): path for path in _class_folders(root)}
    train = next((folders[name] for name in TRAIN_NAMES if name in folders), None)
    held = [folders[name] for name in VALIDATION_NAMES if name in folders]
    if train is not None and held:
        unused = [Problem(str(path), "Not used", f"{held[0].name} is validated on", "info") for path in held[1:]]
        return _files(train), _files(held[0]), unused
    return *_split(_files(train or root)), []


def _split(listing: _Listing) -> tuple[_Listing, _Listing]:
    numbers = {name: number for number, name in enumerate(sorted(set(listing.names)))}
    labels = np.array([numbers[name] for name in listing.names], np.int64)
    if not len(labels):
        return listing, listing
    train, validation = held_out(labels, share=HELD_OUT, seed=0)
    return listing.taken(train.tolist()), listing.taken(validation.tolist())


def _files(root: Path) -> _Listing:
    """Every file that may be a picture, below each class folder, in the order of their names."""
    found = [(file, folder.name) for folder in _class_folders(root) for file in _below(folder)]
    return _Listing(tuple(file for file, _ in found), tuple(name for _, name in found))


def _class_folders(root: Path) -> list[Path]:
    try:
        return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith((".", "__")))
    except OSError as error:
        raise WorkbenchError(f"Could not read the folder {root}", error.strerror or str(error)) from error


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in PICTURES:
                yield Path(place) / name


class _Reader:
    """Decodes the files of both parts in threads, reports progress, and collects what could not be used."""

    def __init__(
        self, framing: Framing, classes: tuple[str, ...], progress: Callable[[int, int], None], total: int
    ) -> None:
        self._framing, self._progress, self._total, self._done = framing, progress, total, 0
        self._numbers = {name: number for number, name in enumerate(classes)}
        self.problems: list[Problem] = []

    def read(self, listing: _Listing) -> ImagePart:
        images = np.empty((len(listing.files), *self._framing.stored_size, self._framing.channels), np.uint8)
        used: list[int] = []
        with warnings.catch_warnings():  # Pillow's remarks about odd files: they are used, or named as problems
            warnings.simplefilter("ignore")
            for index, answer in enumerate(in_threads(self._decode, listing.files)):
                if isinstance(answer, Problem):
                    self.problems.append(answer)
                else:
                    images[len(used)] = answer
                    used.append(index)
                self._done += 1
                self._progress(self._done, self._total)
        kept = listing.taken(used)
        labels = np.array([self._numbers[name] for name in kept.names], np.int64)
        return ImagePart(images[: len(used)], labels, tuple(map(str, kept.files)))

    def _decode(self, path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | Problem:
        try:
            return frame_stored(read_picture(path), self._framing)
        except UnusablePictureError as error:
            return Problem(str(path), f"{path.name} is not used", str(error), "warning")


def _known_only(listing: _Listing, classes: tuple[str, ...]) -> tuple[_Listing, list[Problem]]:
    """The files whose class can be learned; the others are counted by class."""
    strange = sorted(set(listing.names) - set(classes))
    problems = [
        Problem(name, f"{listing.names.count(name):,} pictures of {name} are not used", "no training picture is of it")
        for name in strange
    ]
    return listing.taken([i for i, name in enumerate(listing.names) if name in classes]), problems


def _only_seen_classes(root: Path, data: ImageData) -> ImageData:
    """The set, if at least two classes still have pictures to train on; the others become problems."""
    counts = np.bincount(data.train.labels, minlength=len(data.classes))
    empty = [name for name, count in zip(data.classes, counts, strict=True) if not count]
    if len(data.classes) - len(empty) < 2:
        raise _nothing_usable(root, "train", list(data.problems))
    problems = (Problem(name, f"No usable picture of {name}", "it cannot be learned", "warning") for name in empty)
    return ImageData(data.name, data.classes, data.train, data.validation, (*data.problems, *problems))


def _too_few_classes(root: Path, classes: tuple[str, ...]) -> WorkbenchError:
    reason = f"only {classes[0]} has pictures" if classes else "no folder in it has pictures"
    return WorkbenchError(f"{root} holds fewer than two classes", reason, LAYOUT)


def _nothing_usable(root: Path, purpose: str, problems: Sequence[Problem]) -> WorkbenchError:
    first = f"; the first: {problems[0]}" if problems else ""
    reason = f"{len(problems):,} files could not be used{first}"
    return WorkbenchError(f"{root} has too few usable pictures to {purpose} on", reason, LAYOUT)
