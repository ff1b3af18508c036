"""One pass over the pictures of a set: what can be measured on each, what its file is, and which cannot be used."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from workbench.core.data.content import Digests, file_digests, pixel_digests
from workbench.core.data.duplicates import groups, near_duplicates
from workbench.core.data.health.measures import Measures, measure, unknown
from workbench.core.data.images import Images, Indices, Pictures
from workbench.core.data.index import DataIndex
from workbench.core.data.pictures import UnusablePictureError, read_picture
from workbench.core.data.registry import Progress
from workbench.core.data.remembering import Array, is_remembered, remembered
from workbench.core.data.threads import in_threads

WORKING_SIDE = 256
"""Files are measured with their short side at most so long: JPEG decodes faster, and sharpness is comparable."""
PLAIN = 3.0
"""A picture whose light deviates less (of 255) shows nothing: less than the noise of a camera in the dark."""
CHUNK_BYTES = 8_000_000
QUICK_FILES, QUICK_PICTURES = 1_000, 10_000
"""So many are looked at within seconds; files must be decoded first."""

WRONG_TYPE, CMYK, DEEP, PALETTE, SEVERAL, ROTATED, TRANSPARENT = NOTES = (
    "wrong-type",
    "cmyk",
    "deep",
    "palette",
    "several",
    "rotated",
    "transparent",
)
"""What can be odd about a file that is used all the same."""


@dataclass(frozen=True, eq=False)
class Scan:
    """What a pass found, picture by picture in the order of the index."""

    measures: Measures
    sizes: Indices
    """`(count, 2)`: height and width as the file has them, upright; 0 where that is not known."""
    notes: npt.NDArray[np.bool_]
    """`(count, len(NOTES))`."""
    refusals: npt.NDArray[np.str_]
    """Why a picture cannot be used, "" for one that can."""
    digests: Digests

    def __len__(self) -> int:
        return len(self.refusals)

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Which pictures can be read."""
        usable: npt.NDArray[np.bool_] = self.refusals == ""
        return usable

    @property
    def plain(self) -> npt.NDArray[np.bool_]:
        """Which show nothing: one colour all over."""
        return self.usable & (self.measures.spread < PLAIN)

    def pairs(self, labels: Indices) -> Indices:
        """Pairs of near-duplicates, equal pictures among them; plain pictures have none."""
        telling = np.flatnonzero(self.usable & ~self.plain)
        return near_duplicates(self.measures.hashes, self.measures.thumbs, labels, among=telling)

    def groups(self, labels: Indices) -> Indices:
        """For each picture the first one that it is a near-duplicate of, itself if there is none."""
        return groups(len(self), self.pairs(labels))

    def noted(self, note: str) -> Indices:
        """The numbers of the usable pictures with a note."""
        return np.flatnonzero(self.notes[:, NOTES.index(note)] & self.usable)


def scan(index: DataIndex, progress: Progress | None = None) -> Scan:
    """Look at every picture of a set once; files are kept in mind as long as they do not change."""
    if index.pictures is not None and not index.files:
        return _scan_pixels(index.pictures, progress)
    return _scan_files(index.files, progress)


def is_quick(index: DataIndex) -> bool:
    """Whether `scan` takes a few seconds at most: few pictures, or known ones."""
    known = bool(index.files) and is_remembered("scans", tuple(index.files))
    return known or len(index) <= (QUICK_FILES if index.files else QUICK_PICTURES)


def _scan_pixels(pictures: Pictures, progress: Progress | None) -> Scan:
    count, height, width, _ = pictures.shape
    measured = [unknown(0)]
    for group in _chunks(pictures):
        measured.append(measure(np.asarray(pictures[group.start : group.stop])))
        if progress:
            progress(group.stop, count)
    sizes = np.tile(np.array([height, width], np.int64), (count, 1))
    notes, refusals = np.zeros((count, len(NOTES)), bool), np.zeros(count, "<U1")
    return Scan(measured[0].joined(measured[1:]), sizes, notes, refusals, pixel_digests(pictures))


def _chunks(pictures: Pictures) -> Iterator[range]:
    step = max(1, CHUNK_BYTES // max(1, int(np.prod(pictures.shape[1:]))))
    return (range(start, min(start + step, len(pictures))) for start in range(0, len(pictures), step))


class _Look(NamedTuple):
    """What was seen of one file."""

    measures: Measures
    size: tuple[int, int] = (0, 0)
    notes: tuple[bool, ...] = (False,) * len(NOTES)
    refusal: str = ""


def _scan_files(files: Sequence[str], progress: Progress | None) -> Scan:
    names = tuple(files)
    tables = remembered("scans", names, lambda: _tables(names, progress))
    measures = Measures(*(tables[field.name] for field in fields(Measures)))
    digests = file_digests(names)
    return Scan(measures, tables["sizes"], tables["notes"], tables["refusals"], digests)


def _tables(files: tuple[str, ...], progress: Progress | None) -> dict[str, Array]:
    looks: list[_Look] = []
    for look in in_threads(_look, files):
        looks.append(look)
        if progress:
            progress(len(looks), len(files))
    joined = unknown(0).joined([look.measures for look in looks])
    return {
        **{field.name: getattr(joined, field.name) for field in fields(Measures)},
        "sizes": np.array([look.size for look in looks], np.int64).reshape(-1, 2),
        "notes": np.array([look.notes for look in looks], bool).reshape(-1, len(NOTES)),
        "refusals": np.array([look.refusal for look in looks], np.str_),
    }


def _look(file: str) -> _Look:
    path = Path(file)
    with warnings.catch_warnings():  # Pillow's remarks about odd files: they are used, or refused with a reason
        warnings.simplefilter("ignore")
        try:
            image = read_picture(path, at_least=WORKING_SIDE)
            size, notes = _described(path)
            return _Look(measure(_working(image)), size or (image.height, image.width), notes)
        except UnusablePictureError as error:
            return _Look(unknown(1), refusal=str(error))


def _working(image: Image.Image) -> Images:
    """A picture as pixels `(1, height, width, channels)`, its short side at most `WORKING_SIDE`."""
    scale = WORKING_SIDE / min(image.size)
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.BOX)
    pixels = np.asarray(image)
    return pixels[None, ..., None] if pixels.ndim == 2 else pixels[None]


def _described(path: Path) -> tuple[tuple[int, int] | None, tuple[bool, ...]]:
    """Height and width upright, and what is odd about a file that can be read."""
    with suppress(Exception), Image.open(path) as image:
        turn = _orientation(image)
        notes = {
            WRONG_TYPE: _of_other_type(path, image),
            CMYK: image.mode == "CMYK",
            DEEP: image.mode.startswith(("I", "F")),
            PALETTE: image.mode == "P",
            SEVERAL: getattr(image, "n_frames", 1) > 1 and image.format not in ("PSD", "ICO"),
            ROTATED: 2 <= turn <= 8,
            TRANSPARENT: image.has_transparency_data,
        }
        size = (image.width, image.height) if turn >= 5 else (image.height, image.width)
        return size, tuple(bool(notes[name]) for name in NOTES)
    return None, (False,) * len(NOTES)


def _orientation(image: Image.Image) -> int:
    with suppress(Exception):  # damaged EXIF data says nothing about the angle
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


_SAME = {
    "JPEG": {"JPEG", "MPO"},
    "MPO": {"JPEG", "MPO"},
    "TIFF": {"TIFF"},
    "BMP": {"BMP", "DIB"},
    "DIB": {"BMP", "DIB"},
}


def _of_other_type(path: Path, image: Image.Image) -> bool:
    """Whether the ending promises another format than the file has; an unknown ending promises nothing."""
    promised = Image.registered_extensions().get(path.suffix.lower())
    return promised is not None and image.format not in _SAME.get(promised, {promised})
