"""What is done to a picture before the network sees it: one record, stored with every run and every export.

`Framing` says how a picture of any size becomes pixels of the network's input; `Preprocessing` adds the normalization.
The geometry is torchvision's: short side resized with antialiasing, then the centre cropped.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch
    from PIL import Image
else:
    np, torch, Image = LazyModule("numpy"), LazyModule("torch"), LazyModule("PIL.Image")

Pixels: TypeAlias = "npt.NDArray[np.uint8]"

Side = Annotated[int, Meta(ge=1, le=16384)]


class Framing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Channels, height, width of the network's input; the short side is first resized to `resize` (None: just fits)."""

    channels: Annotated[int, Meta(ge=1, le=4)]
    height: Side
    width: Side
    resize: Side | None = None
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"

    @property
    def stored_size(self) -> tuple[int, int]:
        """Height and width kept in memory: a square of `resize` when the crop fits into it, else just the crop."""
        side = self.resize or 0
        return (side, side) if side >= max(self.height, self.width) else (self.height, self.width)


class Preprocessing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Framing, then `(pixel / 255 - mean) / std` for each channel."""

    framing: Framing
    mean: tuple[float, ...]
    std: tuple[Annotated[float, Meta(gt=0)], ...]

    def __post_init__(self) -> None:
        if not len(self.mean) == len(self.std) == self.framing.channels:
            raise ValueError(f"mean and std need a number for each of the {self.framing.channels} channels")


def frame(image: Image.Image, framing: Framing) -> npt.NDArray[np.uint8]:
    """The picture as the network's input before normalization: uint8 height x width x channels.

    Turned as its EXIF data says, brought to the framing's channels, then torchvision's `Resize` and `CenterCrop`, bit
    for bit. Without `resize` the picture just covers height by width.
    """
    resized = _resized(image, framing)
    return _cropped(resized, (framing.height, framing.width), _centre(resized.size, framing)).copy()


def frame_stored(picture: Image.Image | Pixels, framing: Framing) -> Pixels:
    """As `frame`, but of `framing.stored_size`, with room for random crops: its `centre_crop` is `frame(picture)`.

    A picture may also be its upright pixels `(height, width, 1 or 3)`. The array is not to be written to: it may share
    its memory with them, or with what Pillow made.
    """
    if not isinstance(picture, Image.Image):
        cut = _cut_out(picture, framing)
        if cut is not None:
            return cut
        picture = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
    resized = _resized(picture, framing)
    return _cropped(resized, framing.stored_size, _stored_corner(resized.size, framing))


def _cut_out(pixels: Pixels, framing: Framing) -> Pixels | None:
    """The stored part of pixels that need no resizing and hold all of it, else None."""
    (height, width), size = framing.stored_size, (pixels.shape[1], pixels.shape[0])
    if pixels.shape[2] != framing.channels or _resized_size(size, framing) != size:
        return None
    top, left = _stored_corner(size, framing)
    if min(top, left) < 0:
        return None
    cut = pixels[top : top + height, left : left + width]
    return cut if cut.shape[:2] == (height, width) else None


def centre_crop(pixels: torch.Tensor, framing: Framing) -> torch.Tensor:
    """The middle of stored pictures `(count, height, width, channels)` at the size of the network's input."""
    top, left = _offset(pixels.shape[1], framing.height), _offset(pixels.shape[2], framing.width)
    return pixels[:, top : top + framing.height, left : left + framing.width]


def normalize(pixels: torch.Tensor, preprocessing: Preprocessing) -> torch.Tensor:
    """Pixels between 0 and 255 `(count, height, width, channels)` as the network's float32 input.

    The result is `(count, channels, height, width)` in channels-last memory, rounded exactly as torchvision's
    `ToTensor` and `Normalize` round it. Each row is handled as one run of numbers: in steps of three channels this
    would be ten times slower.
    """
    count, height, width, channels = pixels.shape
    mean, std = preprocessing.mean, preprocessing.std
    values = (tuple(-value for value in mean), (255.0,) * channels, std)
    offset, white, scale = (_per_row(each, width, pixels.device) for each in values)
    rows = pixels.reshape(count, height, width * channels).to(torch.float32, copy=True)
    torch.addcdiv(offset, rows, white, out=rows).div_(scale)  # the quotient, then the sum, in one pass over the numbers
    return rows.view(count, height, width, channels).permute(0, 3, 1, 2)


def to_tensor(
    array: npt.NDArray[np.uint8], preprocessing: Preprocessing, *, device: torch.device | str = "cpu"
) -> torch.Tensor:
    """Stored pictures, uint8 `(count, height, width, channels)`, as the network's input (see `normalize`)."""
    return normalize(centre_crop(torch.from_numpy(array).to(device), preprocessing.framing), preprocessing)


@lru_cache(64)
def _per_row(values: tuple[float, ...], width: int, device: torch.device) -> torch.Tensor:
    """One value per channel, repeated for each pixel of a row; kept, as every batch asks for the same."""
    return torch.tensor(values, dtype=torch.float32, device=device).repeat(width)


def _resized(image: Image.Image, framing: Framing) -> Image.Image:
    """The upright picture in the framing's channels, its short side resized as torchvision does it."""
    from workbench.core.data.pictures import upright_pixels

    image = upright_pixels(image, framing.channels)
    size = _resized_size(image.size, framing)
    filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
    return image if size == image.size else image.resize(size, filters[framing.interpolation])


def _resized_size(size: tuple[int, int], framing: Framing) -> tuple[int, int]:
    """(width, height) after resizing; the long side is cut, not rounded, as in torchvision."""
    width, height = size
    if framing.resize is None:
        return _covering_size(size, framing)
    if width <= height:
        return framing.resize, int(framing.resize * height / width)
    return int(framing.resize * width / height), framing.resize


def _covering_size(size: tuple[int, int], framing: Framing) -> tuple[int, int]:
    """The smallest (width, height) of the same proportions that covers the network's input."""
    width, height = size
    if framing.width * height >= framing.height * width:
        return framing.width, max(framing.height, int(framing.width * height / width))
    return max(framing.width, int(framing.height * width / height)), framing.height


def _offset(size: int, crop: int) -> int:
    """Where a centred crop begins (torchvision's rounding); negative when the picture is smaller."""
    return round((size - crop) / 2) if size >= crop else -((crop - size) // 2)


def _centre(size: tuple[int, int], framing: Framing) -> tuple[int, int]:
    width, height = size
    return _offset(height, framing.height), _offset(width, framing.width)


def _stored_corner(size: tuple[int, int], framing: Framing) -> tuple[int, int]:
    """Where (top, left) the stored part of a resized picture of (width, height) begins."""
    (height, width), (top, left) = framing.stored_size, _centre(size, framing)
    return top - _offset(height, framing.height), left - _offset(width, framing.width)


def _cropped(image: Image.Image, size: tuple[int, int], corner: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """The pixels of a box, zero where it reaches beyond the picture."""
    (height, width), (top, left) = size, corner
    box = (left, top, left + width, top + height)
    pixels = np.asarray(image if box == (0, 0, *image.size) else image.crop(box))
    return pixels.reshape(height, width, -1)
