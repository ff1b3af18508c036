"""Modules that PyTorch and torchvision do not have in this form, each with the name of its kind.

Imported when the first of them is built.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class MultiheadAttention(nn.MultiheadAttention):
    """Multi-head attention of a sequence with itself: one input, one output, the weights of `nn.MultiheadAttention`."""

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """The attended sequence, `(batch, tokens, features)`."""
        attended: Tensor = super().forward(x, x, x, need_weights=False)[0]
        return attended


class PatchMerging(nn.Module):
    """The four pixels of each 2x2 window behind one another as channels, `(batch, height, width, channels)`."""

    def forward(self, x: Tensor) -> Tensor:
        """The merged picture; a missing last row or column is zero (Swin's order: down first, then right)."""
        height, width = x.shape[-3:-1]
        x = functional.pad(x, (0, 0, 0, width % 2, 0, height % 2))
        corners = [x[..., row::2, column::2, :] for column in (0, 1) for row in (0, 1)]
        return torch.cat(corners, -1)


class WindowPartition(nn.Module):
    """A picture `(batch, channels, height, width)` as `(batch, windows, pixels of a window, channels)`."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        """The windows row by row, the pixels of each row by row."""
        channels, height, width = x.shape[1:]
        size = self.size
        x = x.reshape(-1, channels, height // size, size, width // size, size).permute(0, 2, 4, 3, 5, 1)
        return x.reshape(-1, (height // size) * (width // size), size * size, channels)


class WindowDepartition(nn.Module):
    """The inverse of `WindowPartition`."""

    def __init__(self, size: int, rows: int, columns: int) -> None:
        super().__init__()
        self.size, self.rows, self.columns = size, rows, columns

    def forward(self, x: Tensor) -> Tensor:
        """The picture, `(batch, channels, rows * size, columns * size)`."""
        channels, size = x.shape[-1], self.size
        x = x.reshape(-1, self.rows, self.columns, size, size, channels).permute(0, 5, 1, 3, 2, 4)
        return x.reshape(-1, channels, self.rows * size, self.columns * size)
