"""Bringing the pictures of a set to the channels and the size that a network takes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.preprocessing import Framing, frame_stored
from workbench.core.data.registry import Progress
from workbench.errors import WorkbenchError
from workbench.machine import gigabytes, total_memory

Images = npt.NDArray[np.uint8]
T = TypeVar("T")
R = TypeVar("R")

SHARE_OF_MEMORY = 0.6
"""Of the machine's memory, at most this for decoded pictures."""


def fitted(data: ImageData, framing: Framing, *, progress: Progress | None = None) -> ImageData:
    """The set with pictures of the framing's channels and `stored_size`; unchanged where they already are.

    Raises `WorkbenchError` when they would not fit into memory.
    """
    parts = (data.train, data.validation)
    total = sum(map(len, parts))
    refuse_too_large(total, framing)
    train = _fit(data.train, framing, lambda done: progress(done, total) if progress else None)
    before = len(data.train)
    validation = _fit(data.validation, framing, lambda done: progress(before + done, total) if progress else None)
    return replace(data, train=train, validation=validation)


def in_threads(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The results in the order of the items; Pillow decodes and resizes without holding Python's lock.

    Only a few are worked on ahead of the loop, so results do not pile up, and leaving it early stops the work.
    """
    workers = min(16, (os.cpu_count() or 2) + 1)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > 4 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def refuse_too_large(count: int, framing: Framing) -> None:
    """Raise `WorkbenchError` when so many decoded pictures would crowd the machine's memory."""
    height, width = framing.stored_size
    needed, memory = count * height * width * framing.channels, total_memory()
    if needed > SHARE_OF_MEMORY * memory:
        raise WorkbenchError(
            f"{count:,} pictures of {height} × {width} do not fit into memory",
            f"they take {gigabytes(needed)}, the machine has {gigabytes(memory)}",
            "Use a smaller input, or fewer pictures.",
        )


def _fit(part: ImagePart, framing: Framing, done: Callable[[int], None]) -> ImagePart:
    images = _with_channels(part.images, framing.channels)
    if images.shape[1:3] != framing.stored_size:
        images = _resized(images, framing, done)
    return replace(part, images=images)


def _resized(images: Images, framing: Framing, done: Callable[[int], None], chunk: int = 256) -> Images:
    """Every picture through the same `frame_stored` that a single picture goes through."""
    result = np.empty((len(images), *framing.stored_size, framing.channels), np.uint8)

    def resize(start: int) -> int:
        stop = min(start + chunk, len(images))
        for index in range(start, stop):
            pixels = images[index, ..., 0] if framing.channels == 1 else images[index]
            result[index] = frame_stored(Image.fromarray(pixels), framing)
        return stop

    for stop in in_threads(resize, range(0, len(images), chunk)):
        done(stop)
    return result


def _with_channels(images: Images, channels: int) -> Images:
    """Grey to colour by repetition, colour to grey by ITU-R 601 as Pillow rounds it."""
    stored = images.shape[-1]
    if stored == channels:
        return images
    if (stored, channels) == (1, 3):
        return np.repeat(images, 3, axis=-1)
    if (stored, channels) == (3, 1):
        return _grey(images)
    raise WorkbenchError(
        f"The network takes {channels} channels, but the pictures have {stored}",
        "only grey (1) and RGB (3) can be turned into each other",
        "Change the shape of the network's input.",
    )


def _grey(images: Images) -> Images:
    grey = np.empty((*images.shape[:-1], 1), np.uint8)
    for start in range(0, len(images), 1024):
        red, green, blue = np.moveaxis(images[start : start + 1024].astype(np.uint32), -1, 0)
        grey[start : start + 1024, ..., 0] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
    return grey
