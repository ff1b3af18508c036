"""What is done to a picture before the network sees it: one record, stored with every run and every export.

`Framing` says how a picture of any size becomes pixels of the network's input; `Preprocessing` adds the normalization.
The geometry is torchvision's: short side resized with antialiasing, then the centre cropped.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Side = Annotated[int, Meta(ge=1, le=16384)]


class Framing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Channels, height and width of the network's input; the short side is first resized to `resize` (None: just fits)."""

    channels: Annotated[int, Meta(ge=1, le=4)]
    height: Side
    width: Side
    resize: Side | None = None
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"


class Preprocessing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Framing, then `(pixel / 255 - mean) / std` for each channel."""

    framing: Framing
    mean: tuple[float, ...]
    std: tuple[float, ...]
