"""Batch normalization on meta tensors as it runs on real ones: one operation that keeps its input and two vectors.

For meta tensors PyTorch takes it apart into some forty operations, each in Python: most of the time of a description.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm


def is_batch_norm(part: nn.Module) -> bool:
    """Whether a layer normalizes by the statistics of the batch it is given."""
    return isinstance(part, _BatchNorm) and part.training


def normalized(part: nn.Module, pictures: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
    """An output that depends on the input and the weights, and what the backward pass keeps of it.

    That is the input, and for each channel the mean and the inverse of the deviation. Raises `ValueError` for a batch
    in which a channel has a single value, as PyTorch does.
    """
    functional._verify_batch_size(pictures.size())  # type: ignore[attr-defined]
    statistics = (torch.empty(pictures.shape[1], device="meta"), torch.empty(pictures.shape[1], device="meta"))
    weight = getattr(part, "weight", None)
    axes = (1, -1) + (1,) * (pictures.ndim - 2)
    output = pictures + (0 if weight is None else weight.to(pictures.dtype).view(axes))
    return output, (pictures, *statistics)
