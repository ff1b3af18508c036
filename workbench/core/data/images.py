"""The record every data source produces: pictures with labels, in two parts, wherever the pixels are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from workbench.core.data.split import USUAL, Split
from workbench.errors import Problem

Images = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.int64]


class Pictures(Protocol):
    """What every holder of pictures can do: a NumPy array, one mapped from a file, or one of `LazyPictures`.

    `shape` is `(count, height, width, channels)`; a number, slice, mask or list of numbers in brackets gives uint8
    arrays, as NumPy does.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Count, height, width, channels."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: Any, /) -> Any: ...


@dataclass(frozen=True)
class ImagePart:
    """Pictures as uint8 `(count, height, width, channels)`, int64 class numbers, and their files if they have any.

    `groups` is what each has in the column that was asked for, "" for those that have nothing there.
    """

    images: Pictures
    labels: npt.NDArray[np.int64]
    files: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def taken(self, indices: npt.NDArray[np.int64]) -> ImagePart:
        """Some of the pictures in the order of `indices`; the pixels stay where they are."""
        files = tuple(self.files[index] for index in indices.tolist()) if self.files else ()
        groups = tuple(self.groups[index] for index in indices.tolist()) if self.groups else ()
        return ImagePart(chosen(self.images, indices), self.labels[indices], files, groups)


@dataclass(frozen=True)
class ImageData:
    """A data set: the part to train on, the part held out to validate on, and what could not be used."""

    name: str
    classes: tuple[str, ...]
    train: ImagePart
    validation: ImagePart
    problems: tuple[Problem, ...] = ()
    split: Split = USUAL
    """How its parts were made."""
    columns: tuple[str, ...] = ()
    """What could name groups of pictures."""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height, width of the stored pictures."""
        _, height, width, channels = self.train.images.shape
        return channels, height, width


class LazyPictures:
    """Pictures that become arrays when they are asked for; subclasses say how in `read` (and `ahead`)."""

    dtype = np.dtype(np.uint8)
    costly = False
    """Whether each is made anew whenever it is asked for."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def read(self, indices: Indices) -> Images:
        """The pictures with these numbers, `(len(indices), height, width, channels)`."""
        raise NotImplementedError

    def ahead(self, groups: Iterable[Indices]) -> Iterator[Images]:
        """What `read` gives for each group, prepared while the one before is worked on."""
        return map(self.read, groups)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any, /) -> Images:
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        picked = np.arange(len(self))[first]
        pictures = self.read(np.atleast_1d(picked))
        return pictures[(0, *rest)] if picked.ndim == 0 else pictures[(slice(None), *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.asarray(self.read(np.arange(len(self))), dtype)


class ChosenPictures(LazyPictures):
    """Some of other pictures, in any order, copied only when they are asked for."""

    def __init__(self, source: Pictures, indices: Indices) -> None:
        super().__init__((len(indices), *source.shape[1:]))
        self.source, self.indices = source, indices
        self.costly = is_costly(source)

    def read(self, indices: Indices) -> Images:
        """The pictures with these numbers."""
        pictures: Images = self.source[self.indices[indices]]
        return pictures

    def ahead(self, groups: Iterable[Indices]) -> Iterator[Images]:
        """What the source prepares ahead."""
        return ahead(self.source, (self.indices[group] for group in groups))


SMALL = 64_000_000
"""Bytes of pixels up to which a choice of pictures is simply copied."""


def chosen(pictures: Pictures, indices: Indices) -> Pictures:
    """Some of the pictures: a view where they follow each other, a copy where it is small, else read when asked for."""
    if isinstance(pictures, ChosenPictures):
        return chosen(pictures.source, pictures.indices[indices])
    if isinstance(pictures, LazyPictures):
        return ChosenPictures(pictures, indices)
    if len(indices) and np.array_equal(indices, np.arange(indices[0], indices[0] + len(indices))):
        view: Pictures = pictures[int(indices[0]) : int(indices[0]) + len(indices)]
        return view
    if len(indices) * int(np.prod(pictures.shape[1:])) <= SMALL:
        copy: Pictures = pictures[indices]
        return copy
    return ChosenPictures(pictures, indices)


def ahead(pictures: Pictures, groups: Iterable[Indices]) -> Iterator[Images]:
    """An array for each group of numbers; pictures that must be decoded first are, while the last ones are used."""
    if isinstance(pictures, LazyPictures):
        return pictures.ahead(groups)
    return (pictures[group] for group in groups)


def is_costly(pictures: Pictures) -> bool:
    """Whether pictures are decoded anew whenever they are asked for."""
    return isinstance(pictures, LazyPictures) and pictures.costly
