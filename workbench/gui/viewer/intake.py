"""Taking a picture in, wherever it comes from: framed and normalized as the network wants it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.core.data.preprocessing import Preprocessing
from workbench.errors import WorkbenchError
from workbench.gui.viewer.subjects import Subject

if TYPE_CHECKING:
    from PIL import Image

Pixels = npt.NDArray[np.uint8]
LARGEST_SHOWN = 512
"""Pixels of the longer side of the copy of a picture that is kept to be shown."""
Source = int | Path | tuple[bytes, tuple[int, int]]
"""Where a picture comes from: a sample, a file, or RGBA pixels with (width, height)."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture: as it was given, as the network sees it, and as the tensor `(1, channels, height, width)`."""

    name: str
    given: Pixels
    seen: Pixels
    tensor: Any
    label: int | None = None


def taken_in(subject: Subject, source: Source) -> Picture:
    """On a lane: a picture from where it comes from; raises `WorkbenchError` for a file that is none."""
    if isinstance(source, int):
        return sample_picture(subject, source)
    if isinstance(source, Path):
        return file_picture(subject, source)
    return raw_picture(subject, *source)


def sample_picture(subject: Subject, index: int) -> Picture:
    """A picture of the held-out part."""
    from workbench.core.data.preprocessing import to_tensor

    assert subject.samples is not None
    image = subject.samples.images[index]
    tensor = to_tensor(image[None], subject.preprocessing)
    files = subject.samples.files
    name = Path(files[index]).name if files else f"Sample {index + 1}"
    return Picture(name, image, as_seen(tensor, subject.preprocessing), tensor, int(subject.samples.labels[index]))


def file_picture(subject: Subject, path: Path) -> Picture:
    """A picture file; raises `WorkbenchError` naming the file and what is wrong with it."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as stored:
            image = ImageOps.exif_transpose(stored)
            image.load()
    except UnidentifiedImageError as error:
        reason = "its contents are in no known picture format"
        raise WorkbenchError(f"{path.name} is not a picture", reason, "Choose a PNG or JPEG file.") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WorkbenchError(f"{path.name} cannot be read", reason, "Choose another file.") from error
    return image_picture(subject, image, path.name)


def raw_picture(subject: Subject, pixels: bytes, size: tuple[int, int]) -> Picture:
    """A picture from the clipboard: RGBA bytes, (width, height)."""
    from PIL import Image

    return image_picture(subject, Image.frombytes("RGBA", size, pixels), "Pasted picture")


def image_picture(subject: Subject, image: Image.Image, name: str) -> Picture:
    """Any picture, framed and normalized as the run's own pictures were."""
    from workbench.core.data.preprocessing import frame, to_tensor

    framed = frame(image, subject.preprocessing.framing)
    tensor = to_tensor(framed[None], subject.preprocessing)
    shown = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    shown.thumbnail((LARGEST_SHOWN, LARGEST_SHOWN))
    return Picture(name, np.asarray(shown), as_seen(tensor, subject.preprocessing), tensor)


def as_seen(tensor: Any, preprocessing: Preprocessing) -> Pixels:
    """The normalized tensor turned back into pixels `(height, width, channels)`."""
    values = tensor[0].permute(1, 2, 0).numpy() * np.array(preprocessing.std) + np.array(preprocessing.mean)
    pixels: Pixels = np.rint(values * 255).clip(0, 255).astype(np.uint8)
    return pixels
