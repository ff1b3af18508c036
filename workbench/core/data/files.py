"""Decoding the picture files of an index into a set to train on."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL

from workbench.core.data.images import ImageData, ImagePart, Images, Indices, chosen
from workbench.core.data.index import DataIndex
from workbench.core.data.pictures import read_pixels
from workbench.core.data.preprocessing import Framing, frame_stored
from workbench.core.data.registry import Progress
from workbench.core.data.store.cache import VERSION
from workbench.core.data.store.keeping import Kept, keep
from workbench.core.data.store.rendering import Rendering
from workbench.errors import Problem, WorkbenchError

DEFAULT_FRAMING = Framing(channels=3, height=64, width=64, resize=64)
LAYOUT = "A folder holds one folder of pictures per class, or train and val folders that do."


def load_files(index: DataIndex, *, framing: Framing | None = None, progress: Progress | None = None) -> ImageData:
    """Every usable picture of an index, of the framing's channels and `stored_size`.

    Files that cannot be read are named in `problems`, the rest is used. `progress` may raise to cancel.
    Raises `WorkbenchError` with fewer than two classes or no usable picture in a part.
    """
    if len(index.classes) < 2:
        raise too_few_classes(index)
    framing = framing or DEFAULT_FRAMING
    with warnings.catch_warnings():  # Pillow's remarks about odd files: they are used, or named as problems
        warnings.simplefilter("ignore")
        kept = keep(_rendering(index.files, framing), progress=progress)
    unreadable = _unreadable(index, kept)
    usable = index.taken(kept.usable)
    parts = _part(usable, kept, usable.train), _part(usable, kept, usable.validation)
    for purpose, part in zip(("train", "validate"), parts, strict=True):
        if not len(part):
            raise _nothing_usable(index, purpose, unreadable)
    data = ImageData(index.name, index.classes, *parts, (*index.problems, *kept.problems, *unreadable))
    return _only_seen_classes(index, data)


def decode(file: str | Path, framing: Framing) -> Images:
    """One file as stored pixels; raises `UnusablePictureError`."""
    return frame_stored(read_pixels(file), framing)


def _rendering(files: Sequence[str], framing: Framing) -> Rendering:
    shape = (*framing.stored_size, framing.channels)
    return Rendering(
        len(files),
        shape,
        lambda number: decode(files[number], framing),
        lambda: _key(files, framing),
        lambda number: str(files[number]),
    )


def _key(files: Sequence[str], framing: Framing) -> str:
    """What the pixels depend on: the framing, the decoder, and of each file its path, size and times of change.

    Reading the files to hash them would take as long as decoding small ones. The system sets the time of the last
    change of state (`st_ctime`) itself, so that a file replaced by one of equal size and date is noticed all the same.
    """
    place = Path.cwd() if files and not Path(files[0]).is_absolute() else ""
    digest = hashlib.blake2b(f"{VERSION} {PIL.__version__} {framing!r} {place}".encode(), digest_size=20)
    for file in files:
        digest.update(f"{file}\0{file_state(file)}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def file_state(file: str) -> tuple[int, ...]:
    """Size and times of change of a file, nothing if there is none: while they are the same, so is the file."""
    try:
        found = os.stat(file)  # noqa: PTH116 (a path costs four times what the answer does)
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _part(index: DataIndex, kept: Kept, members: Indices) -> ImagePart:
    files = tuple(index.files[number] for number in members.tolist())
    return ImagePart(chosen(kept.images, members), index.labels[members], files)


def _unreadable(index: DataIndex, kept: Kept) -> list[Problem]:
    files = [(index.files[number], reason) for number, reason in kept.refused]
    return [Problem(file, f"{Path(file).name} is not used", reason, "warning") for file, reason in files]


def _only_seen_classes(index: DataIndex, data: ImageData) -> ImageData:
    """The set, if at least two classes still have pictures to train on; the others become problems."""
    counts = np.bincount(data.train.labels, minlength=len(data.classes))
    empty = [name for name, count in zip(data.classes, counts, strict=True) if not count]
    if len(data.classes) - len(empty) < 2:
        raise _nothing_usable(index, "train", list(data.problems))
    problems = (Problem(name, f"No usable picture of {name}", "it cannot be learned", "warning") for name in empty)
    return replace(data, problems=(*data.problems, *problems))


def too_few_classes(index: DataIndex) -> WorkbenchError:
    """Why nothing can be learned from a set of one class or none."""
    reason = f"only {index.classes[0]} has pictures" if index.classes else "no folder in it has pictures"
    return WorkbenchError(f"{index.place} holds fewer than two classes", reason, LAYOUT)


def _nothing_usable(index: DataIndex, purpose: str, problems: Sequence[Problem]) -> WorkbenchError:
    first = f"; the first: {problems[0]}" if problems else ""
    reason = f"{len(problems):,} files could not be used{first}"
    return WorkbenchError(f"{index.place} has too few usable pictures to {purpose} on", reason, LAYOUT)
