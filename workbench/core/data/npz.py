"""Sets in one NumPy file: `x_train, y_train, x_test, y_test`, the names of `classes` and what pictures belong to."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.registry import Request, data_source
from workbench.errors import WorkbenchError

KEYS = ("x_train", "y_train", "x_test", "y_test")
GROUPS = "groups"
"""What an array that names the group of each picture is called by custom."""
MAX_CLASSES = 100_000
SHAPES = "Pictures are (count, height, width) or (count, height, width, channels)"

Array = npt.NDArray[Any]


def _is_npz(path: Path) -> bool:
    return path.suffix.lower() == ".npz" and path.is_file()


@data_source("npz", "A file: x_train, y_train, x_test, y_test[, classes, groups]", form="FILE.npz", recognizes=_is_npz)
def npz(request: Request) -> ImageData:
    """A set from an `.npz` file."""
    return load_npz(Path(request.argument).expanduser(), column=request.column.strip())


def load_npz(path: Path, *, name: str = "", column: str = "") -> ImageData:
    """The set in an `.npz` file; the test part becomes the validation part.

    `column` is a further array that names the group of every picture, `groups` by custom: of all to train on and
    then, unless these belong to none, of those of the test part.

    Pictures are uint8, or floating point between 0 and 1; `(count, height, width)` or channels last, 1 to 4 of them;
    labels are whole numbers from 0, of shape `(count,)` or `(count, 1)`. Nothing is unpickled.
    Raises `WorkbenchError` naming the file and the array that is wrong.
    """
    arrays, columns = _read(path, column)
    missing = [key for key in KEYS if key not in arrays]
    if missing:
        found = ", ".join(arrays) or "nothing"
        raise WorkbenchError(
            f"{path} lacks {', '.join(missing)}", f"it holds {found}", f"Needed are {', '.join(KEYS)}."
        )
    train, validation = (_part(path, arrays, part) for part in ("train", "test"))
    if column:
        train, validation = _grouped(path, column, arrays.get(column), columns, (train, validation))
    if train.images.shape[1:] != validation.images.shape[1:]:
        shapes = f"{train.images.shape[1:]} and {validation.images.shape[1:]}"
        raise WorkbenchError(f"The pictures in {path} differ in shape", f"x_train and x_test have {shapes}")
    classes = _classes(path, arrays, train, validation)
    return ImageData(name or path.stem, classes, train, validation, columns=columns)


def _read(path: Path, column: str) -> tuple[Mapping[str, Array], tuple[str, ...]]:
    """The arrays that the workbench knows, that named `column`, and what all others are called, which are not read."""
    if not path.is_file():
        raise WorkbenchError(f"There is no file {path}", "", "Check the path.")
    if not zipfile.is_zipfile(path):
        reason = "the file is empty" if path.stat().st_size == 0 else "it is cut short or of another kind"
        raise WorkbenchError(f"{path} is not an .npz file", reason, "Make one with numpy.savez.")
    try:
        with np.load(path, allow_pickle=False) as file:
            others = tuple(key for key in file.files if key not in (*KEYS, "classes"))
            return {key: file[key] for key in file.files if key not in others or key == column}, others
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError, NotImplementedError) as error:
        raise WorkbenchError(f"Could not read {path}", _reason(error), "It may be cut short; copy it again.") from error


def _reason(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    if "pickle" in text:
        return "it holds Python objects instead of plain arrays, which are not opened for safety"
    return text


def _part(path: Path, arrays: Mapping[str, Array], part: str) -> ImagePart:
    x, y = f"x_{part}", f"y_{part}"
    images, labels = _images(path, x, arrays[x]), _labels(path, y, arrays[y])
    if len(images) != len(labels):
        raise WorkbenchError(
            f"{x} and {y} in {path} differ in length", f"{len(images):,} pictures, {len(labels):,} labels"
        )
    if not len(images):
        raise WorkbenchError(f"{x} in {path} is empty", "a set needs pictures in both parts")
    return ImagePart(images, labels)


def _grouped(
    path: Path, column: str, names: Array | None, others: tuple[str, ...], parts: tuple[ImagePart, ImagePart]
) -> tuple[ImagePart, ImagePart]:
    """Both parts with the groups that an array names."""
    if names is None or column not in others:
        hint = f"It has {', '.join(others)}." if others else f"Save one as {GROUPS}, an entry for each picture."
        raise WorkbenchError(f"{path} has no array {column}", "the groups of a split are asked from it", hint)
    first, rest = map(len, parts)
    if names.ndim != 1 or len(names) not in (first, first + rest) or names.dtype.kind not in "iuUSb":
        reason = f"it holds {names.dtype} of shape {names.shape}, the pictures are {first:,} and {rest:,}"
        hint = "It takes a text or a whole number for each picture: all to train on, then all of the test part."
        raise WorkbenchError(f"{column} in {path} names no groups", reason, hint)
    words = names.astype(str).tolist()
    groups = (*words, *[""] * (first + rest - len(words)))
    return replace(parts[0], groups=groups[:first]), replace(parts[1], groups=groups[first:])


def _images(path: Path, key: str, array: Array) -> npt.NDArray[np.uint8]:
    array = array[..., None] if array.ndim == 3 else array
    if array.ndim != 4 or 0 in array.shape[1:]:
        raise WorkbenchError(f"{key} in {path} has the shape {array.shape}", "these are no pictures", f"{SHAPES}.")
    if array.shape[-1] > 4:
        first = array.shape[1] <= 4
        reason = "the channels seem to come first" if first else f"its last axis has {array.shape[-1]} channels"
        hint = "Move them last: np.moveaxis(x, 1, -1)." if first else f"{SHAPES}, 1 to 4 of them."
        raise WorkbenchError(f"{key} in {path} has the shape {array.shape}", reason, hint)
    return np.ascontiguousarray(_bytes(path, key, array))


def _bytes(path: Path, key: str, array: Array) -> npt.NDArray[np.uint8]:
    """Pixels between 0 and 255, from these or from floating point between 0 and 1."""
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind not in "iufb":
        raise WorkbenchError(f"{key} in {path} holds {array.dtype}", "pixels are numbers", "Save them as uint8.")
    fractions = array.dtype.kind == "f"
    top = 1 if fractions or array.dtype.kind == "b" else 255
    low, high = (array.min(), array.max()) if array.size else (0, 0)
    if not (low >= 0 and high <= top):
        expected = "between 0 and 1" if fractions else "between 0 and 255"
        raise WorkbenchError(
            f"{key} in {path} goes from {low:g} to {high:g}",
            f"{array.dtype} pixels lie {expected}",
            "Save them as uint8.",
        )
    return _scaled(array, 255 if top == 1 else 1)


def _scaled(array: Array, factor: int, chunk: int = 4096) -> npt.NDArray[np.uint8]:
    """The array times a factor, rounded to bytes, a few pictures at a time to spare memory."""
    result = np.empty(array.shape, np.uint8)
    for start in range(0, len(array), chunk):
        part = slice(start, start + chunk)
        result[part] = np.rint(array[part] * np.float32(factor))
    return result


def _labels(path: Path, key: str, array: Array) -> npt.NDArray[np.int64]:
    array = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
    if array.ndim != 1:
        raise WorkbenchError(f"{key} in {path} has the shape {array.shape}", "there is one class number per picture")
    if array.dtype.kind not in "iu":
        raise WorkbenchError(f"{key} in {path} holds {array.dtype}", "labels are whole numbers from 0")
    if array.size and array.min() < 0:
        index = int(array.argmin())
        raise WorkbenchError(f"{key}[{index}] in {path} is {array[index]}", "class numbers begin with 0")
    return array.astype(np.int64)


def _classes(path: Path, arrays: Mapping[str, Array], *parts: ImagePart) -> tuple[str, ...]:
    """The names in the file, or the numbers where it has none."""
    if "classes" not in arrays:
        return _numbered(path, 1 + max(int(part.labels.max()) for part in parts))
    names = tuple(str(name) for name in arrays["classes"].ravel())
    for key, part in zip(("y_train", "y_test"), parts, strict=True):
        outside = np.flatnonzero(part.labels >= len(names))
        if outside.size:
            value = part.labels[outside[0]]
            raise WorkbenchError(
                f"{key}[{outside[0]}] in {path} is {value}",
                f"there are only {len(names)} classes",
                "They count from 0.",
            )
    return names


def _numbered(path: Path, count: int) -> tuple[str, ...]:
    if count > MAX_CLASSES:
        raise WorkbenchError(f"A label in {path} is {count - 1:,}", "class numbers count from 0 without large gaps")
    return tuple(str(number) for number in range(max(count, 2)))
