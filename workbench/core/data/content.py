"""What pictures are, whatever they are called: a digest of each, and one of a whole set with its labels and parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.core.data.images import ImageData, ImagePart, Images, Pictures, ahead
from workbench.core.data.registry import Progress
from workbench.core.data.remembering import Array, remembered
from workbench.core.data.threads import in_threads

Digests = npt.NDArray[np.uint8]
"""`(count, SIZE)` bytes."""
SIZE = 16


def membership(data: ImageData, progress: Progress | None = None) -> str:
    """One digest of the names of the classes and, part by part, of every picture and its label in their order.

    Pictures in files count by the bytes of the file, others by their pixels. Two sets with equal digests train alike.
    """
    digest = hashlib.blake2b(repr(data.classes).encode(), digest_size=SIZE)
    for part in (data.train, data.validation):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part_digests(part, progress).tobytes())
        digest.update(part.labels.astype("<i8").tobytes())
    return digest.hexdigest()


def part_digests(part: ImagePart, progress: Progress | None = None) -> Digests:
    """The digest of every picture of a part."""
    return file_digests(part.files, progress) if part.files else pixel_digests(part.images, progress)


def pixel_digests(pictures: Pictures, progress: Progress | None = None, chunk: int = 1024) -> Digests:
    """Of each picture's shape and bytes."""
    result = np.empty((len(pictures), SIZE), np.uint8)
    seed = repr(tuple(pictures.shape[1:])).encode()
    groups = [np.arange(start, min(start + chunk, len(pictures))) for start in range(0, len(pictures), chunk)]
    for group, some in zip(groups, ahead(pictures, iter(groups)), strict=True):
        digests = b"".join(_seeded(seed, each) for each in np.ascontiguousarray(some))
        result[group] = np.frombuffer(digests, np.uint8).reshape(-1, SIZE)
        if progress:
            progress(int(group[-1]) + 1, len(pictures))
    return result


def file_digests(files: Sequence[str], progress: Progress | None = None) -> Digests:
    """Of the bytes of each file, zeros for one that cannot be read.

    Kept in the cache for as long as no file changes: reading a hundred thousand photos again would take minutes.
    """

    def made() -> dict[str, Array]:
        result = np.zeros((len(files), SIZE), np.uint8)
        for number, digest in enumerate(in_threads(_of_file, files)):
            result[number] = np.frombuffer(digest, np.uint8)
            if progress:
                progress(number + 1, len(files))
        return {"digests": result}

    return remembered("digests", files, made)["digests"]


def _of_file(file: str) -> bytes:
    try:
        with Path(file).open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=SIZE)).digest()
    except (OSError, ValueError):
        return bytes(SIZE)


def _seeded(seed: bytes, pixels: Images) -> bytes:
    return hashlib.blake2b(pixels.data, digest_size=SIZE, key=seed).digest()
