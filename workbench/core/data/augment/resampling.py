"""Moving the pixels of a batch by one matrix for each picture.

Where a matrix only mirrors and shifts by whole pixels, bytes are copied as they are; all others are sampled once,
bilinearly and without antialiasing (a picture is hardly ever shrunk).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.data.augment.operation import Fill
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

PADDING: dict[Fill, str] = {"black": "zeros", "edge": "border", "mirror": "reflection"}
"""What `grid_sample` calls the ways to see beyond the border."""

FAR = 1e6
"""Beyond every picture, in halves of its side."""


def resampled(pixels: torch.Tensor, matrices: torch.Tensor, size: tuple[int, int], fill: Fill) -> torch.Tensor:
    """Pictures of (height, width), read from `pixels` where `matrices` (on the CPU) point.

    The pixels keep their type where every picture only moves by whole pixels, and are float32 otherwise.
    """
    moves = _whole_moves(matrices)
    if moves.all():
        return _moved(pixels, matrices, size, fill)
    if not moves.any():
        return _sampled(pixels, matrices, size, fill)
    result = _sampled(pixels, matrices, size, fill)
    still = moves.nonzero()[:, 0]
    places = still.to(pixels.device)
    exact = _moved(pixels.index_select(0, places), matrices[still], size, fill)
    return result.index_copy_(0, places, exact.to(torch.float32))


def _whole_moves(matrices: torch.Tensor) -> torch.Tensor:
    """Which matrices only mirror and shift by whole pixels."""
    unit = torch.eye(3, dtype=torch.bool)
    straight = (matrices.abs()[:, :, :2] == unit[:, :2]).all(dim=2).all(dim=1)
    return straight & (matrices[:, :, 2].frac() == 0).all(dim=1)


def _moved(pixels: torch.Tensor, matrices: torch.Tensor, size: tuple[int, int], fill: Fill) -> torch.Tensor:
    """Whole pixels copied: crops taken at whole places, some of them mirrored."""
    (height, width), mirrored = size, matrices[:, [0, 1], [0, 1]] < 0
    corners = matrices[:, :2, 2].to(torch.int64) - mirrored * torch.tensor([width, height])
    crops = _cropped(pixels, corners, size, fill)
    return _mirrored(_mirrored(crops, mirrored[:, 0], 2), mirrored[:, 1], 1)


def _cropped(pixels: torch.Tensor, corners: torch.Tensor, size: tuple[int, int], fill: Fill) -> torch.Tensor:
    """Crops of (height, width) whose top left corners are (x, y), beyond the border too."""
    if fill != "mirror":  # further away nothing changes
        ends = torch.tensor([pixels.shape[2], pixels.shape[1]])
        corners = torch.minimum(torch.maximum(corners, -torch.tensor([size[1], size[0]])), ends)
    (left, top), (right, bottom) = corners.amin(dim=0).tolist(), corners.amax(dim=0).tolist()
    padded = _spanned(_spanned(pixels, (top, bottom + size[0]), 1, fill), (left, right + size[1]), 2, fill)
    if (left, top) == (right, bottom):
        return padded
    # Every possible crop is a view into the batch; one indexing picks a crop for each picture.
    batch, row, column, channel = padded.stride()
    shape = (len(padded), bottom - top + 1, right - left + 1, *size, padded.shape[3])
    crops = padded.as_strided(shape, (batch, row, column, row, column, channel), padded.storage_offset())
    return _chosen(crops, corners[:, 1] - top, corners[:, 0] - left)


def _chosen(crops: torch.Tensor, down: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """The crop at one place for each picture, from all places `(count, rows, columns, height, width, channels)`."""
    every = torch.arange(len(crops))
    if crops.device.type == "cpu":  # NumPy copies whole rows where torch copies bytes: seven times faster
        return torch.from_numpy(crops.numpy()[every.numpy(), down.numpy(), right.numpy()])
    return crops[every.to(crops.device), down.to(crops.device), right.to(crops.device)]


def _spanned(pixels: torch.Tensor, span: tuple[int, int], axis: int, fill: Fill) -> torch.Tensor:
    """The pixels from `span[0]` up to `span[1]` along an axis, which may reach beyond the border."""
    (start, stop), length = span, pixels.shape[axis]
    if start >= 0 and stop <= length:
        return pixels.narrow(axis, start, stop - start)
    if fill == "black":
        first = max(start, 0)
        inside = pixels.narrow(axis, first, min(stop, length) - first)
        return _blackened(inside, (max(-start, 0), max(stop - length, 0)), axis)
    places = torch.arange(start, stop, device=pixels.device)
    if fill == "mirror":
        places = places.remainder(2 * length)
        places = torch.minimum(places, 2 * length - 1 - places)
    return pixels.index_select(axis, places.clamp(0, length - 1))


def _blackened(pixels: torch.Tensor, margins: tuple[int, int], axis: int) -> torch.Tensor:
    """The pictures with so many black rows or columns before and after."""
    sides = (0, 0, *margins) if axis == 2 else (0, 0, 0, 0, *margins)
    return torch.nn.functional.pad(pixels, sides)


def _mirrored(pixels: torch.Tensor, mirrored: torch.Tensor, axis: int) -> torch.Tensor:
    """Some of the pictures mirrored along an axis.

    Mirror images are appended and the right ones picked: copying whole pictures is four times faster than `where`.
    """
    chosen = mirrored.nonzero()[:, 0]
    if not len(chosen):
        return pixels
    places = torch.arange(len(pixels))
    places[chosen] = torch.arange(len(pixels), len(pixels) + len(chosen))
    images = pixels.index_select(0, chosen.to(pixels.device)).flip(axis)
    return torch.cat([pixels, images]).index_select(0, places.to(pixels.device))


def _sampled(pixels: torch.Tensor, matrices: torch.Tensor, size: tuple[int, int], fill: Fill) -> torch.Tensor:
    """Float pixels, read bilinearly between the pixels of the source."""
    units = _in_units(matrices, pixels.shape[1:3], size)
    grid = (_projected if matrices[:, 2, :2].any() else _flat)(_points(size, pixels.device), units.to(pixels.device))
    grid = grid.view(len(pixels), *size, 2)
    source = pixels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.contiguous_format)
    sample = torch.nn.functional.grid_sample
    return sample(source, grid, padding_mode=PADDING[fill], align_corners=False).permute(0, 2, 3, 1)


def _in_units(matrices: torch.Tensor, source: tuple[int, ...], size: tuple[int, int]) -> torch.Tensor:
    """The matrices between points as `grid_sample` counts them, from -1 to 1 across a picture."""
    (high, wide), (height, width) = source, size
    into = torch.tensor([[2 / wide, 0, -1], [0, 2 / high, -1], [0, 0, 1]])
    out = torch.tensor([[width / 2, 0, width / 2], [0, height / 2, height / 2], [0, 0, 1]])
    return into @ matrices @ out


def _points(size: tuple[int, int], device: torch.device) -> torch.Tensor:
    """The centre of every pixel of the result, `(height * width, 3)`: (x, y, 1) from -1 to 1."""
    y, x = ((torch.arange(side, device=device) + 0.5) * (2 / side) - 1 for side in size)
    return torch.stack(
        [x.repeat(size[0]), y.repeat_interleave(size[1]), torch.ones(x.numel() * y.numel(), device=device)], 1
    )


def _flat(points: torch.Tensor, matrices: torch.Tensor) -> torch.Tensor:
    """Where the points go, `(count, points, 2)`, under matrices that keep parallels parallel."""
    return points @ matrices[:, :2].transpose(1, 2)


def _projected(points: torch.Tensor, matrices: torch.Tensor) -> torch.Tensor:
    """Where the points go under any matrices; points on the horizon go far away."""
    moved = points @ matrices.transpose(1, 2)
    return (moved[..., :2] / moved[..., 2:]).nan_to_num(FAR, FAR, -FAR)
