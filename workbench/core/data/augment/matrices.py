"""Matrices that say where pixels are read: `(count, 3, 3)`, from a point of the result to a point of the source.

Points are in pixels from the top left corner, so whole numbers are borders between pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from workbench.core.layers.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch
else:
    np, torch = LazyModule("numpy"), LazyModule("torch")


Each: TypeAlias = "torch.Tensor | npt.NDArray[np.generic] | float"
"""One number for each picture, or one for all."""

ROUNDING = 0.01
"""Pixels by which a product of float32 matrices may miss a whole one."""


def nothing(count: int) -> torch.Tensor:
    """The matrix that leaves every point where it is."""
    return torch.from_numpy(np.tile(np.eye(3, dtype=np.float32), (count, 1, 1)))


def boxes(left: Each, top: Each, scale_x: Each, scale_y: Each) -> torch.Tensor:
    """Matrices that read a box of the source: its corner, and its size as a share of the result's (may be negative).

    A plain number stands for all pictures where the others have one for each.
    """
    count = max(1 if isinstance(each, float | int) else len(each) for each in (left, top, scale_x, scale_y))
    matrix = np.zeros((count, 3, 3), np.float32)  # NumPy fills so few in a third of the time of torch
    matrix[:, 0, 0], matrix[:, 1, 1], matrix[:, 2, 2] = scale_x, scale_y, 1
    matrix[:, 0, 2], matrix[:, 1, 2] = left, top
    return torch.from_numpy(matrix)


def shifts(right: Each, down: Each) -> torch.Tensor:
    """Matrices that read further right and down by these pixels."""
    return boxes(right, down, 1, 1)


def about(centre: tuple[float, float], matrix: torch.Tensor) -> torch.Tensor:
    """The same map with (x, y) as its fixed point instead of the corner."""
    x, y = (torch.full((len(matrix),), value) for value in centre)
    return shifts(x, y) @ matrix @ shifts(-x, -y)


def affine(degrees: torch.Tensor, *, scale: torch.Tensor, shear_x: torch.Tensor, shear_y: torch.Tensor) -> torch.Tensor:
    """Turned clockwise, scaled and sheared (in degrees) about the corner, as torchvision's `affine` defines it.

    The formula is that of `torchvision.transforms.functional._get_inverse_affine_matrix`.
    """
    turn, across, down = torch.deg2rad(degrees), torch.deg2rad(shear_x), torch.deg2rad(shear_y)
    cosine, sine = torch.cos(turn - down) / torch.cos(down), torch.sin(turn - down) / torch.cos(down)
    matrix = nothing(len(degrees))
    matrix[:, 0, 0] = torch.cos(turn) - sine * torch.tan(across)
    matrix[:, 0, 1] = torch.sin(turn) + cosine * torch.tan(across)
    matrix[:, 1, 0] = -sine
    matrix[:, 1, 1] = cosine
    matrix[:, :2, :2] /= scale[:, None, None]
    return matrix


def perspective(corners: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Matrices under which the corners of pictures of (height, width) appear at other points.

    `corners` are `(count, 4, 2)` points (x, y) of the result: where the corners top left, top right, bottom right and
    bottom left of the source go. They are solved for in units of the picture, where float32 is exact enough.
    Where the points lie on one line the matrix leaves the picture as it is.
    """
    height, width = size
    unit = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    points = corners / torch.tensor([float(width), float(height)])
    zero, one = torch.zeros_like(points[..., 0]), torch.ones_like(points[..., 0])
    x, y = points[..., 0], points[..., 1]
    rows_x = torch.stack([x, y, one, zero, zero, zero, -unit[:, 0] * x, -unit[:, 0] * y], dim=2)
    rows_y = torch.stack([zero, zero, zero, x, y, one, -unit[:, 1] * x, -unit[:, 1] * y], dim=2)
    wanted = torch.cat([unit[:, 0], unit[:, 1]]).expand(len(points), 8)
    solved, info = torch.linalg.solve_ex(torch.cat([rows_x, rows_y], dim=1), wanted)
    matrix = torch.cat([solved, torch.ones(len(solved), 1)], dim=1).view(-1, 3, 3)
    matrix[(info != 0) | ~solved.isfinite().all(dim=1)] = torch.eye(3)
    scale = torch.tensor([float(width), float(height), 1.0])
    return scale[:, None] * matrix / scale


def whole_boxes(matrices: torch.Tensor, source: tuple[int, int], size: tuple[int, int]) -> torch.Tensor | None:
    """The boxes of whole pixels in pictures of (height, width) that matrices show at another size.

    One row (left, top, right, bottom) for each, int64; left is larger than right where the picture is mirrored, top
    than bottom where it stands on its head. None if any of them shows something else than such a box.
    """
    (high, wide), (height, width) = source, size
    if matrices[:, (0, 1, 2, 2), (1, 0, 0, 1)].any() or (matrices[:, 2, 2] != 1).any():
        return None
    starts, scales = matrices[:, :2, 2], matrices.diagonal(dim1=1, dim2=2)[:, :2]
    corners = torch.cat([starts, starts + scales * torch.tensor([width, height])], dim=1)
    boxes = corners.round()
    inside = (boxes >= 0) & (boxes <= torch.tensor([wide, high, wide, high]))
    fits = inside.all() and (boxes[:, :2] != boxes[:, 2:]).all() and ((corners - boxes).abs() < ROUNDING).all()
    return boxes.to(torch.int64) if fits else None
