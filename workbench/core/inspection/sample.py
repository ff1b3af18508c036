"""The picture a network is looked at with: one of a data set, a file, or pixels from the clipboard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.core.data.preprocessing import Framing, frame
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from PIL import Image

    from workbench.core.data.index import DataIndex

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class SetSample:
    """A held-out picture of a data set, counted from 0 and around its end."""

    spec: str
    number: int = 0


@dataclass(frozen=True)
class FileSample:
    """A picture file."""

    path: Path


@dataclass(frozen=True)
class PixelSample:
    """RGBA bytes with (width, height)."""

    pixels: bytes
    size: tuple[int, int]


Sample = SetSample | FileSample | PixelSample
BUILT_IN = SetSample("shapes")
"""There without any file."""


@dataclass(frozen=True, eq=False)
class Framed:
    """A sample as the network sees it before normalization `(height, width, channels)`, and what it is called."""

    title: str
    pixels: Pixels


def framed(sample: Sample, framing: Framing) -> Framed:
    """The sample at the size of a network's input; raises `WorkbenchError` for one that cannot be read."""
    from PIL import Image

    if isinstance(sample, FileSample):
        from workbench.core.data.pictures import open_picture

        return Framed(sample.path.name, frame(open_picture(sample.path), framing))
    if isinstance(sample, PixelSample):
        return Framed("Pasted picture", frame(Image.frombytes("RGBA", sample.size, sample.pixels), framing))
    title, image = _of_set(sample)
    return Framed(title, frame(image, framing))


def _of_set(sample: SetSample) -> tuple[str, Image.Image]:
    index = _index(sample.spec)
    numbers = index.validation if len(index.validation) else np.arange(len(index))
    if not len(numbers):
        raise WorkbenchError(f"{sample.spec} holds no pictures", hint="Choose another data set or a picture file.")
    number = int(numbers[sample.number % len(numbers)])
    label = index.classes[int(index.labels[number])]
    return f"{label} · {sample.number % len(numbers) + 1:,} of {len(numbers):,}", _picture(index, number)


def _picture(index: DataIndex, number: int) -> Image.Image:
    from PIL import Image

    from workbench.core.data.pictures import open_picture

    if index.pictures is None:
        return open_picture(index.files[number])
    pixels = np.ascontiguousarray(index.pictures[np.array([number])][0])
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


@lru_cache(maxsize=2)
def _index(spec: str) -> DataIndex:
    """The index of a set; looking at one picture after the other reads it once."""
    from workbench.core.data.sources import open_index

    return open_index(spec)
