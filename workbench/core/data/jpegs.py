"""The pixels of plain JPEG files by libjpeg-turbo itself: Pillow's bits, sooner, and without Python's lock.

Plain is a file of a JFIF head, tables and one frame of grey or YCbCr: it cannot be turned, and Pillow would neither
refuse it nor convert its colours. All others are Pillow's to read, those that libjpeg-turbo has a remark about too,
and every file where the package `simplejpeg` is missing or gives other pixels.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from workbench.core.data.images import Images

Decoder = Callable[..., Any]

START = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
"""The first bytes: start of image, and the usual JFIF segment without a thumbnail."""
SKIPPED = frozenset({0xE0, 0xDB, 0xC4, 0xDD, 0xFE})
"""Segments that say nothing about what a picture is: JFIF, quantization, Huffman tables, restarts, a comment."""
BASELINE, PROGRESSIVE, SCAN = 0xC0, 0xC2, 0xDA

MOST_SEGMENTS = 64
MOST_BYTES = 1 << 27
"""Of a file; more than the largest pictures take."""

COLOURS = {1: "GRAY", 3: "RGB"}
MODES = {1: "L", 3: "RGB"}
"""What simplejpeg and Pillow call the pixels of so many channels."""


class Head(NamedTuple):
    """What the frame of a plain file says."""

    height: int
    width: int
    channels: int


def plain_pixels(path: str | Path, *, most_pixels: int) -> Images | None:
    """The uint8 pixels `(height, width, 1 or 3)` of a plain file; None for what Pillow has to read, or to refuse."""
    decoder = turbo()
    content = _content(path) if decoder else b""
    head = plain_head(content)
    if decoder is None or head is None or head.height * head.width > most_pixels:
        return None
    try:
        pixels: Images = decoder(content, COLOURS[head.channels])
    except (ValueError, RuntimeError, MemoryError):  # damaged, or no more than odd: Pillow knows which
        return None
    return pixels


def plain_head(content: bytes) -> Head | None:
    """The head of a plain file, None for any other."""
    if not content.startswith(START):
        return None
    place, head = 2, None
    for _segment in range(MOST_SEGMENTS):
        marker, length = content[place : place + 2], int.from_bytes(content[place + 2 : place + 4], "big")
        if len(marker) < 2 or marker[0] != 0xFF or marker[1] == SCAN:
            return head if marker == bytes((0xFF, SCAN)) else None
        if marker[1] in (BASELINE, PROGRESSIVE) and head is None:
            head = _frame(content[place + 4 : place + 2 + length])
        elif marker[1] not in SKIPPED:
            return None
        place += 2 + length
    return None


@lru_cache(1)
def turbo() -> Decoder | None:
    """The decoder of simplejpeg, None without it or where its pixels are not those of Pillow."""
    try:
        from simplejpeg import decode_jpeg
    except ImportError:
        return None
    return decode_jpeg if all(_agrees(decode_jpeg, channels) for channels in COLOURS) else None


def _content(path: str | Path) -> bytes:
    """The bytes of a file that begins as a plain one does and is not huge."""
    try:
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 (a third quicker, and there are many files)
            start = stream.read(len(START))
            if start != START or os.fstat(stream.fileno()).st_size > MOST_BYTES:
                return b""
            return start + stream.read()
    except OSError:
        return b""


def _frame(content: bytes) -> Head | None:
    """What a frame of 8 bits with one or three channels says."""
    if len(content) < 6 or content[0] != 8 or content[5] not in COLOURS:
        return None
    return Head(int.from_bytes(content[1:3], "big"), int.from_bytes(content[3:5], "big"), content[5])


def decoder_name() -> str:
    """What decodes plain JPEG files, for whoever asks why one machine needs longer than another."""
    return "simplejpeg" if turbo() else "Pillow"


def _agrees(decoder: Decoder, channels: int) -> bool:
    """Whether noise, its colours stored at half its size and its last blocks cut, has the bits that Pillow gives it."""
    noise = np.random.default_rng(0).integers(0, 256, (45, 59, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).convert(MODES[channels]).save(stream, "JPEG", quality=90, subsampling="4:2:0")
    theirs = np.asarray(Image.open(stream)).reshape(45, 59, channels)
    try:
        return np.array_equal(decoder(stream.getvalue(), COLOURS[channels]), theirs)
    except (ValueError, RuntimeError):
        return False
