"""What a data set holds, known before any picture is decoded: files, labels, parts, and what is odd about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import ImageData, Images, Indices, LazyPictures, Pictures, is_costly
from workbench.core.data.split import HELD_OUT, held_out
from workbench.errors import Problem


@dataclass(frozen=True, eq=False)
class DataIndex:
    """The pictures of a set in their order: a class number each, and whether it is held out to validate on.

    `files` are paths as texts, empty where the pictures are an array (`pictures`). A hundred thousand files take
    about 25 MB. `place` is the folder or file that was asked for. A table has further `columns`, an `.npz` further
    arrays; `groups` is what the pictures have in the one that was asked for, "" for those that have nothing there.
    """

    name: str
    place: str
    classes: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    held_out: npt.NDArray[np.bool_]
    files: Sequence[str] = ()
    pictures: Pictures | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()
    split_here: bool = False
    """Whether the parts were made here, because the set has none of its own."""
    columns: tuple[str, ...] = ()
    groups: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def train(self) -> Indices:
        """The numbers of the pictures to train on."""
        return np.flatnonzero(~self.held_out)

    @property
    def validation(self) -> Indices:
        """The numbers of the pictures held out."""
        return np.flatnonzero(self.held_out)

    def taken(self, indices: Indices) -> DataIndex:
        """Some of the pictures, in the order of `indices`."""
        files = [self.files[index] for index in indices.tolist()] if self.files else ()
        groups = [self.groups[index] for index in indices.tolist()] if self.groups else ()
        pictures = None if self.pictures is None else self.pictures[indices]
        labels, held = self.labels[indices], self.held_out[indices]
        return replace(self, labels=labels, held_out=held, files=files, pictures=pictures, groups=groups)


def indexed(
    place: Path,
    files: Sequence[str],
    class_names: Sequence[str],
    *,
    held: npt.NDArray[np.bool_] | None = None,
    problems: Sequence[Problem] = (),
    columns: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> DataIndex:
    """The index of files with the names of their classes, which are put into alphabetical order.

    Without `held`, a fifth of every class is held out, always the same pictures. Held-out pictures of classes that no
    training picture has are left out and said.
    """
    classes, labels = _numbered(class_names)
    split_here = held is None
    if held is None:
        held = np.zeros(len(labels), bool)
        if len(labels):
            held[held_out(labels, share=HELD_OUT, seed=0)[1]] = True
    name = place.resolve().stem if place.is_file() else place.resolve().name
    index = DataIndex(name, str(place), classes, labels, held, tuple(files), None, tuple(problems), split_here)
    return _known_only(replace(index, columns=tuple(columns), groups=tuple(groups)))


def index_of(data: ImageData) -> DataIndex:
    """The index of a set that is open already; its pictures are the training part's, then those held out."""
    labels = np.concatenate([data.train.labels, data.validation.labels])
    held = np.arange(len(labels)) >= len(data.train)
    files = (*data.train.files, *data.validation.files)
    groups = (*data.train.groups, *data.validation.groups)
    pictures = joined(data.train.images, data.validation.images)
    index = DataIndex(data.name, data.name, data.classes, labels, held, files, pictures, data.problems)
    return replace(index, columns=data.columns, groups=groups)


def joined(first: Pictures, second: Pictures) -> Pictures:
    """The pictures of two parts under one numbering, without a copy of either."""
    return _Joined(first, second)


class _Joined(LazyPictures):
    def __init__(self, first: Pictures, second: Pictures) -> None:
        super().__init__((len(first) + len(second), *first.shape[1:]))
        self._first, self._second = first, second
        self.costly = is_costly(first) or is_costly(second)

    def read(self, indices: Indices) -> Images:
        """The pictures with these numbers."""
        before = len(self._first)
        inner = indices < before
        pictures = np.empty((len(indices), *self.shape[1:]), np.uint8)
        if inner.any():
            pictures[inner] = self._first[indices[inner]]
        if not inner.all():
            pictures[~inner] = self._second[indices[~inner] - before]
        return pictures


def _numbered(names: Sequence[str]) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    classes = tuple(sorted(set(names)))
    numbers = {name: number for number, name in enumerate(classes)}
    return classes, np.array([numbers[name] for name in names], np.int64)


def _known_only(index: DataIndex) -> DataIndex:
    """Without the classes that are only validated on; the pictures of each are counted in a problem."""
    trained = np.zeros(len(index.classes), bool)
    trained[index.labels[~index.held_out]] = True
    if trained.all() or not trained.any():
        return index
    counts = np.bincount(index.labels, minlength=len(index.classes))
    strangers = tuple(
        Problem(
            index.classes[number],
            f"Pictures of {index.classes[number]} are not used ({counts[number]:,})",
            "no training picture is of it",
            "warning",
        )
        for number in np.flatnonzero(~trained)
    )
    kept = index.taken(np.flatnonzero(trained[index.labels]))
    numbers = np.cumsum(trained) - 1
    classes = tuple(name for name, known in zip(index.classes, trained, strict=True) if known)
    return replace(kept, classes=classes, labels=numbers[kept.labels], problems=(*index.problems, *strangers))
