"""Moving the pixels of a batch by one matrix for each picture.

Where a matrix only mirrors and shifts by whole pixels, bytes are copied as they are. Boxes of photos are resized, each
by itself. All others are sampled once. Both are bilinear, without antialiasing (a picture is hardly ever shrunk).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from workbench.core.data.augment.matrices import whole_boxes
from workbench.core.data.augment.operation import Fill
from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch
else:
    np, torch = LazyModule("numpy"), LazyModule("torch")

PADDING: dict[Fill, str] = {"black": "zeros", "edge": "border", "mirror": "reflection"}
"""What `grid_sample` calls the ways to see beyond the border."""

Corners: TypeAlias = "npt.NDArray[np.int64]"
"""A place (x, y) for each picture, `(count, 2)`, on the CPU."""

Span = tuple[int, int]
"""The first place and the one behind the last."""

PHOTO = 128 * 128
"""From so many pixels on a picture is worth a call of its own."""

STILL = (1, 0, 0, 0, 1, 0, 0, 0, 0)
"""The matrix that moves nothing, row by row, without whole pixels."""

FAR = 1e6
"""Beyond every picture, in halves of its side."""


def resampled(pixels: torch.Tensor, matrices: torch.Tensor, size: tuple[int, int], fill: Fill) -> torch.Tensor:
    """Pictures of (height, width), read from `pixels` where `matrices` (on the CPU) point.

    The pixels keep their type where every picture only moves by whole pixels, or shows a box of a photo; otherwise they
    are float32. How a picture is read depends on its own matrix alone, not on the others of its batch.
    """
    moves = _whole_moves(matrices)
    if moves.all():
        return _moved(pixels, matrices, size, fill)
    source = (pixels.shape[1], pixels.shape[2])
    is_photo = pixels.dtype == torch.uint8 and size[0] * size[1] >= PHOTO
    boxes = whole_boxes(matrices, source, size) if is_photo else None
    if boxes is not None:
        return _resized(pixels, matrices, boxes, size)
    result = _sampled(pixels, matrices, size, fill)
    if moves.any():
        still = moves.nonzero()[:, 0]
        places = still.to(pixels.device)
        exact = _moved(pixels.index_select(0, places), matrices[still], size, fill)
        result.index_copy_(0, places, exact.to(torch.float32))
    for row in _upright(matrices, moves) if is_photo else ():
        part = slice(row, row + 1)
        box = whole_boxes(matrices[part], source, size)
        if box is not None:
            result[part] = _resized(pixels[part], matrices[part], box, size).to(torch.float32)
    return result


def _upright(matrices: torch.Tensor, moves: torch.Tensor) -> list[int]:
    """The pictures that are neither turned nor only moved: they may show a box."""
    numbers = matrices.numpy()
    upright = (numbers[:, (0, 1, 2, 2), (1, 0, 0, 1)] == 0).all(axis=1)
    return np.flatnonzero(upright & ~moves.numpy()).tolist()


def _whole_moves(matrices: torch.Tensor) -> torch.Tensor:
    """Which matrices only mirror and shift by whole pixels: 1 or -1 across and down, whole numbers at the right."""
    numbers = matrices.numpy().reshape(-1, 9)  # NumPy needs a third of the time of torch for so few
    shown = np.abs(numbers)
    shown[:, 2::3] = numbers[:, 2::3] - np.rint(numbers[:, 2::3])
    return torch.from_numpy((shown == STILL).all(axis=1))


def _moved(pixels: torch.Tensor, matrices: torch.Tensor, size: tuple[int, int], fill: Fill) -> torch.Tensor:
    """Whole pixels copied: crops taken at whole places, some of them mirrored."""
    numbers = matrices.numpy()
    mirrored = numbers.diagonal(axis1=1, axis2=2)[:, :2] < 0
    corners = numbers[:, :2, 2].astype(np.int64) - mirrored * np.array(size[::-1])
    return _turned_over(_cropped(pixels, corners, size, fill), mirrored)


def _cropped(pixels: torch.Tensor, corners: Corners, size: tuple[int, int], fill: Fill) -> torch.Tensor:
    """Crops of (height, width) whose top left corners are (x, y), beyond the border too; always a copy."""
    if fill != "mirror":  # further away nothing changes
        corners = corners.clip((-size[1], -size[0]), (pixels.shape[2], pixels.shape[1]))
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    padded = _spanned(pixels, (top, bottom + size[0]), (left, right + size[1]), fill)
    if (left, top) == (right, bottom):
        return padded.clone()
    # Every possible crop is a view into the batch; one indexing picks a crop for each picture.
    count, channels, (batch, row, column, channel) = len(padded), padded.shape[3], padded.stride()
    in_runs = (column, channel) == (channels, 1)
    inner, steps = ((size[1] * channels,), (1,)) if in_runs else ((size[1], channels), (column, channel))
    places = (count, bottom - top + 1, right - left + 1, size[0], *inner)
    crops = padded.as_strided(places, (batch, row, column, row, *steps), padded.storage_offset())
    return _chosen(crops, corners - (left, top)).view(count, *size, channels)


def _chosen(crops: torch.Tensor, places: Corners) -> torch.Tensor:
    """The crop at one place (x, y) for each picture, from all places `(count, rows, columns, height, ...)`."""
    every, right, down = np.arange(len(crops)), places[:, 0], places[:, 1]
    if crops.device.type == "cpu":  # NumPy copies whole rows where torch copies bytes: seven times faster
        numbers = items = crops.numpy()
        if crops.stride(-1) == 1:  # as one item each, rows take half the time again
            items = numbers.view(f"V{numbers.shape[-1] * numbers.itemsize}")[..., 0]
        picked = items[every, down, right].view(numbers.dtype)
        return torch.from_numpy(picked).view(len(crops), *crops.shape[3:])
    return crops[tuple(torch.from_numpy(numbers).to(crops.device) for numbers in (every, down, right))]


def _spanned(pixels: torch.Tensor, rows: Span, columns: Span, fill: Fill) -> torch.Tensor:
    """The pixels from the first row and column up to the last, which may lie beyond the border."""
    if fill == "black":
        (top, bottom), (left, right) = (
            _split(*sides) for sides in ((rows, pixels.shape[1]), (columns, pixels.shape[2]))
        )
        inside = pixels[:, top[0] : top[1], left[0] : left[1]]
        return torch.nn.functional.pad(inside, (0, 0, *right, *bottom)) if any((*right, *bottom)) else inside
    for axis, (start, stop) in ((1, rows), (2, columns)):
        pixels = _folded(pixels, torch.arange(start, stop), axis, fill)
    return pixels


def _split(span: Span, length: int) -> tuple[Span, Span]:
    """The part of a span that lies within a length, and how much of it lies before and behind."""
    inside = max(span[0], 0), min(span[1], length)
    return inside, (inside[0] - span[0], span[1] - inside[1])


def _folded(pixels: torch.Tensor, places: torch.Tensor, axis: int, fill: Fill) -> torch.Tensor:
    """The pixels at places along an axis, those beyond the border taken from within."""
    length = pixels.shape[axis]
    if places[0] >= 0 and places[-1] < length:
        return pixels.narrow(axis, int(places[0]), len(places))
    if fill == "mirror":
        places = places.remainder(2 * length)
        places = torch.minimum(places, 2 * length - 1 - places)
    return pixels.index_select(axis, places.clamp(0, length - 1).to(pixels.device))


def _turned_over(pixels: torch.Tensor, mirrored: npt.NDArray[np.bool_]) -> torch.Tensor:
    """The batch with some pictures mirrored in place, left to right and top to bottom: `(count, 2)`."""
    for axis, chosen in zip((2, 1), mirrored.T, strict=True):
        if chosen.any():
            numbers = torch.from_numpy(np.flatnonzero(chosen))
            put(pixels, numbers, pixels.index_select(0, numbers.to(pixels.device)).flip(axis))
    return pixels


def put(pixels: torch.Tensor, chosen: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """The batch with some pictures (their numbers, on the CPU) replaced in place."""
    if pixels.device.type == "cpu":  # NumPy copies whole pictures where torch copies numbers: ten times faster
        pixels.numpy()[chosen.numpy()] = images.numpy()
        return pixels
    return pixels.index_copy_(0, chosen.to(pixels.device), images)


def _resized(pixels: torch.Tensor, matrices: torch.Tensor, boxes: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """A box of each picture at (height, width), rounded to bytes; nothing beyond the box is seen.

    On the CPU torch resizes bytes, in a quarter of the time of sampling floats. A device samples all at once.
    """
    first, last = torch.minimum(boxes[:, :2], boxes[:, 2:]), torch.maximum(boxes[:, :2], boxes[:, 2:])
    if pixels.device.type != "cpu":
        sampled = _sampled(pixels, matrices, size, "edge", within=(first + 0.5, last - 0.5))
        return sampled.round_().to(torch.uint8)
    result = torch.empty(len(pixels), *size, pixels.shape[3], dtype=torch.uint8)
    for number, ((left, top), (right, bottom)) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        part = pixels[number : number + 1, top:bottom, left:right].permute(0, 3, 1, 2)
        result[number] = torch.nn.functional.interpolate(part, size, mode="bilinear")[0].permute(1, 2, 0)
    return _turned_over(result, (boxes[:, :2] > boxes[:, 2:]).numpy())


def _sampled(
    pixels: torch.Tensor,
    matrices: torch.Tensor,
    size: tuple[int, int],
    fill: Fill,
    *,
    within: tuple[torch.Tensor, torch.Tensor] | None = None,
) -> torch.Tensor:
    """Float pixels, read bilinearly between the pixels of the source; `within` two points (x, y) of each picture."""
    units = _in_units(matrices, pixels.shape[1:3], size)
    grid = (_perspective_grid if units[:, 2, :2].any() else _grid)(units.to(pixels.device), size)
    if within:
        unit = torch.tensor([2 / pixels.shape[2], 2 / pixels.shape[1]])
        grid.clamp_(*((point * unit - 1).to(pixels.device)[:, None, None] for point in within))
    source = pixels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.contiguous_format)
    sample = torch.nn.functional.grid_sample
    return sample(source, grid, padding_mode=PADDING[fill], align_corners=False).permute(0, 2, 3, 1)


def _in_units(matrices: torch.Tensor, source: tuple[int, ...], size: tuple[int, int]) -> torch.Tensor:
    """The matrices between points as `grid_sample` counts them, from -1 to 1 across a picture."""
    (high, wide), (height, width) = source, size
    into = torch.tensor([[2 / wide, 0, -1], [0, 2 / high, -1], [0, 0, 1]])
    out = torch.tensor([[width / 2, 0, width / 2], [0, height / 2, height / 2], [0, 0, 1]])
    return into @ matrices @ out


def _grid(matrices: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Where each pixel is read, `(count, height, width, 2)`: (x, y) from -1 to 1.

    As sums of a row and a column, six times faster than the product of matrices in `affine_grid`.
    """
    y, x = ((torch.arange(side, device=matrices.device) + 0.5) * (2 / side) - 1 for side in size)
    across = (matrices[:, :, 0, None] * x).unsqueeze(2)
    down = (matrices[:, :, 1, None] * y + matrices[:, :, 2, None]).unsqueeze(3)
    grid = torch.empty(len(matrices), *size, 2, device=matrices.device)
    for axis in (0, 1):
        torch.add(across[:, axis], down[:, axis], out=grid[..., axis])
    return grid


def _perspective_grid(matrices: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """The same for matrices under which parallels meet; points on the horizon are far away."""
    distance = _grid(matrices[:, [2, 2, 2]], size)
    return (_grid(matrices, size) / distance).nan_to_num(FAR, FAR, -FAR)
