"""Reading picture files of every sort, whole and upright, as 8-bit grey or colour."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from workbench.core.data.images import Images
from workbench.core.data.jpegs import plain_pixels
from workbench.core.data.remarks import be_quiet
from workbench.errors import WorkbenchError

MAX_PIXELS = 128_000_000
"""Larger pictures are refused before they are decoded: this one takes 384 MB as RGB."""

FORMATS = frozenset(
    "AVIF BMP DIB GIF ICO JPEG JPEG2000 MPO PCX PNG PPM PSD QOI SGI TGA TIFF WEBP".split()
)  # Pillow knows more, but some start other programs (EPS) and none of them is a photo.

_CODE = re.compile(r"^-?\d+$|decoder error -?\d+|when reading image file$")
"""What Pillow says when a decoder gave up: a number, or one of its few sentences about itself."""
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def open_picture(path: str | Path) -> Image.Image:
    """The first picture of a file, decoded, upright, as 8-bit grey, RGB or RGBA.

    Raises `WorkbenchError` naming the file and why it cannot be used.
    """
    try:
        return read_picture(Path(path))
    except UnusablePictureError as error:
        raise WorkbenchError(f"Could not read {path}", str(error), "Choose another picture.") from error


class UnusablePictureError(Exception):
    """A file that is no usable picture; the message says why, in a sentence for the user."""


def read_picture(path: Path, *, at_least: int | None = None) -> Image.Image:
    """As `open_picture`, but raises `UnusablePictureError`, for those who collect such files.

    With `at_least`, a JPEG is decoded at half, a quarter or an eighth of its size if both sides keep so many pixels:
    up to eight times faster, and not quite what resizing gives.
    """
    be_quiet()
    try:
        if path.stat().st_size == 0:
            raise UnusablePictureError("the file is empty")
        with path.open("rb") as stream, Image.open(stream, formats=_known_formats()) as image:
            _refuse_too_large(image)
            if at_least is not None:
                image.draft(None, (at_least, at_least))
            image.load()
            return _upright(image)
    except UnusablePictureError:
        raise
    except Image.DecompressionBombError as error:
        raise UnusablePictureError(f"it claims more than {MAX_PIXELS // 10**6} million pixels") from error
    except UnidentifiedImageError as error:
        raise UnusablePictureError("it is not a picture, or of a kind that is not known") from error
    except OSError as error:
        raise UnusablePictureError(_sentence(error)) from error
    except Exception as error:  # a broken file may make a decoder fail in any way
        raise UnusablePictureError(f"it is damaged ({error or type(error).__name__})") from error


def read_pixels(path: str | Path) -> Image.Image | Images:
    """As `read_picture`, or its pixels `(height, width, 1 or 3)` where there is a quicker way to them."""
    pixels = plain_pixels(path, most_pixels=MAX_PIXELS)
    return read_picture(Path(path)) if pixels is None else pixels


def upright_pixels(image: Image.Image, channels: int) -> Image.Image:
    """The picture turned as its EXIF data says, 8 bits deep, with 1 (grey), 3 (RGB), 2 or 4 (with opacity) channels.

    Colours become grey by ITU-R 601, as in Pillow and torchvision; what is transparent shows white.
    """
    image, mode = _upright(image), _MODES[channels]
    if image.mode == mode:
        return image
    return (image if channels in (2, 4) else _flattened(image)).convert(mode)


def _known_formats() -> list[str]:
    Image.init()
    return [name for name in Image.OPEN if name in FORMATS]


def _refuse_too_large(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise UnusablePictureError(f"{image.width:,} × {image.height:,} pixels are too many to decode")


def _sentence(error: OSError) -> str:
    """What went wrong when a file was read or decoded."""
    if error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    text = str(error)
    if "truncated" in text.lower():
        return "it is cut short"
    return "it is damaged: its pixels cannot be decoded" if _CODE.search(text) else f"it is damaged ({text})"


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the EXIF data says, in a mode of 8 bits per channel."""
    image = _turned(image)
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_eight_bits(image))
    if image.mode in ("LA", "RGBA"):
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")


def _turned(image: Image.Image) -> Image.Image:
    """Turned as the EXIF data says; the very picture where there is nothing to turn and no file behind its pixels."""
    try:
        if image.format in (None, "JPEG") and image.getexif().get(ExifTags.Base.Orientation, 1) == 1:
            return image
        return ImageOps.exif_transpose(image)
    except Exception:  # damaged EXIF data says nothing about the angle
        return image.copy()


def _eight_bits(image: Image.Image) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Deep grey values scaled to 0-255 by the depth the file gives, else 16 bits; floating point by 1, or 255."""
    values = np.asarray(image, dtype=np.float64)
    white = (255 if values.max(initial=0) > 1 else 1) if image.mode == "F" else 2 ** _depth(image) - 1
    return np.rint(np.nan_to_num(values) * (255 / white)).clip(0, 255).astype(np.uint8)


def _depth(image: Image.Image) -> int:
    """Bits of a grey value: what a TIFF says, else 16."""
    tags = getattr(image, "tag_v2", None)
    bits = tags.get(258, (16,)) if tags is not None else (16,)
    return int(bits[0] if isinstance(bits, tuple) else bits)


def _flattened(image: Image.Image) -> Image.Image:
    """The picture on white where it is transparent."""
    if image.mode not in ("LA", "RGBA"):
        return image
    solid = image.convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, solid).convert("RGB")
