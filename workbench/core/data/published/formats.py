"""The file formats of published sets. Nothing in a file is ever run: pickles give arrays and plain values only."""

from __future__ import annotations

import gzip
import pickle
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError, first_line

Array = npt.NDArray[Any]


def read_idx(path: Path) -> Array:
    """The bytes in a file of the IDX format (`http://yann.lecun.com/exdb/mnist/`), packed with gzip or not."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            zero, kind, dimensions = struct.unpack(">HBB", stream.read(4))
            if zero or kind != 8 or not 1 <= dimensions <= 3:
                raise _damaged(path, "it does not begin as IDX files of bytes do")
            shape = struct.unpack(f">{dimensions}I", stream.read(4 * dimensions))
            count = int(np.prod(shape, dtype=object))
            content = stream.read(count + 1)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise _damaged(path, first_line(error)) from error
    if len(content) != count:
        raise _damaged(path, "it is shorter or longer than it says")
    return np.frombuffer(content, np.uint8).reshape(shape)


def read_python_batch(path: Path, labels: str) -> tuple[Array, Array]:
    """Pictures `(count, 32, 32, 3)` and labels of a CIFAR batch.

    Its format is a pickle of Python 2, so that reading it could run whatever its maker wished. Here it gives arrays,
    numbers, texts, lists and dictionaries; everything else in it is refused.
    """
    batch = _unpickled(path)
    if not isinstance(batch, dict) or not isinstance(batch.get("data"), np.ndarray) or labels not in batch:
        raise _damaged(path, "it is no batch of CIFAR pictures")
    data = batch["data"]
    try:
        numbers = np.array(batch[labels], np.int64)
    except (TypeError, ValueError) as error:
        raise _damaged(path, "its labels are no numbers") from error
    if data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != 3072 or numbers.ndim != 1:
        raise _damaged(path, "it is no batch of CIFAR pictures")
    return data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), numbers


def read_matlab(path: Path, variables: Sequence[str]) -> dict[str, Array]:
    """Variables of a MATLAB 5 file."""
    from scipy.io import loadmat  # comes with scikit-learn

    try:
        found = loadmat(str(path), variable_names=list(variables))
    except Exception as error:  # a damaged file may make the reader fail in any way
        raise _damaged(path, first_line(error)) from error
    missing = [name for name in variables if not isinstance(found.get(name), np.ndarray)]
    if missing:
        raise _damaged(path, f"it lacks {', '.join(missing)}")
    return {name: found[name] for name in variables}


_RECONSTRUCT: Any = np.empty(0).__reduce__()[0]


def _encoded(text: str, encoding: str = "latin1") -> bytes:
    """What Python 3 calls when it reads bytes that Python 2 can read too."""
    return text.encode(encoding)


_HARMLESS: dict[tuple[str, str], Callable[..., object]] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("_codecs", "encode"): _encoded,
}


class _ArraysOnly(pickle.Unpickler):
    """Reads arrays and plain values; looks up nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """What an array needs, by name."""
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no picture needs")
        return _HARMLESS[module, name]


def _unpickled(path: Path) -> Any:
    try:
        with path.open("rb") as stream:
            return _ArraysOnly(stream, encoding="latin1").load()
    except Exception as error:  # a broken pickle may fail in any way
        raise _damaged(path, first_line(error)) from error


def _damaged(path: Path, reason: str) -> WorkbenchError:
    return WorkbenchError(f"Could not read {path}", reason, "It is damaged or another file: fetch it again.")
