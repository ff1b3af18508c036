"""Bringing the pictures of a set to the channels and the size that a network takes."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import PIL

from workbench.core.data.images import ImageData, ImagePart, Images, Pictures
from workbench.core.data.preprocessing import Framing, frame_stored
from workbench.core.data.registry import Progress
from workbench.core.data.store.cache import VERSION
from workbench.core.data.store.keeping import keep
from workbench.core.data.store.rendering import Rendering
from workbench.core.data.threads import in_threads
from workbench.errors import Problem, WorkbenchError
from workbench.machine import total_memory

SHARE_OF_MEMORY = 0.25
"""Of the machine's memory, at most this for resized pictures; more go into the store."""


def fitted(data: ImageData, framing: Framing, *, progress: Progress | None = None) -> ImageData:
    """The set with pictures of the framing's channels and `stored_size`; unchanged where they already are."""
    total, before = len(data.train) + len(data.validation), len(data.train)
    train, lost = _fit(data.train, framing, lambda done, _all: progress(done, total) if progress else None)
    held, lost_too = _fit(
        data.validation, framing, lambda done, _all: progress(before + done, total) if progress else None
    )
    problems = tuple(dict.fromkeys((*data.problems, *lost, *lost_too)))
    return replace(data, train=train, validation=held, problems=problems)


def _fit(part: ImagePart, framing: Framing, progress: Progress) -> tuple[ImagePart, tuple[Problem, ...]]:
    shape = (*framing.stored_size, framing.channels)
    if part.images.shape[1:] == shape:
        return part, ()
    _refuse_other_channels(part.images.shape[-1], framing.channels)
    if len(part) * int(np.prod(shape)) <= SHARE_OF_MEMORY * total_memory():
        return replace(part, images=_resized(part.images, framing, progress)), ()
    kept = keep(_rendering(part.images, framing), progress=progress)
    return replace(part, images=kept.images), kept.problems


def _rendering(images: Pictures, framing: Framing) -> Rendering:
    shape = (*framing.stored_size, framing.channels)
    return Rendering(len(images), shape, lambda number: _framed(images[number], framing), lambda: _key(images, framing))


def _key(images: Pictures, framing: Framing, chunk: int = 1024) -> str:
    """What the pixels depend on: the framing and all pixels before it."""
    digest = hashlib.blake2b(f"{VERSION} {PIL.__version__} {framing!r} {images.shape}".encode(), digest_size=20)
    for start in range(0, len(images), chunk):
        digest.update(np.ascontiguousarray(images[start : start + chunk]).data)
    return digest.hexdigest()


def _resized(images: Pictures, framing: Framing, progress: Progress, chunk: int = 256) -> Images:
    result = np.empty((len(images), *framing.stored_size, framing.channels), np.uint8)

    def resize(start: int) -> int:
        source = _with_channels(images[start : start + chunk], framing.channels)
        stop = start + len(source)
        if source.shape[1:] == result.shape[1:]:
            result[start:stop] = source
        else:
            result[start:stop] = [_framed(pixels, framing) for pixels in source]
        return stop

    for stop in in_threads(resize, range(0, len(images), chunk)):
        progress(stop, len(images))
    return result


def _framed(pixels: Images, framing: Framing) -> Images:
    """A stored picture through the same `frame_stored` that a file goes through."""
    pixels = _with_channels(pixels, framing.channels)
    if pixels.shape[:2] == framing.stored_size:
        return pixels
    return frame_stored(pixels, framing)


def _refuse_other_channels(stored: int, wanted: int) -> None:
    if stored != wanted and {stored, wanted} != {1, 3}:
        raise WorkbenchError(
            f"The network takes {wanted} channels, but the pictures have {stored}",
            "only grey (1) and RGB (3) can be turned into each other",
            "Change the shape of the network's input.",
        )


def _with_channels(images: Images, channels: int) -> Images:
    """Grey to colour by repetition, colour to grey by ITU-R 601 as Pillow rounds it."""
    if images.shape[-1] == channels:
        return images
    return np.repeat(images, 3, axis=-1) if channels == 3 else _grey(images)


def _grey(images: Images) -> Images:
    red, green, blue = np.moveaxis(images.astype(np.uint32), -1, 0)
    grey: Images = ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16).astype(np.uint8)[..., None]
    return grey
