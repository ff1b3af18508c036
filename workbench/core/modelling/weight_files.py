"""Writing the weights that came with an opened network, by node name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from torch import Tensor

from workbench.files import replace_atomically


def write_weights(weights: Mapping[str, Tensor], path: Path) -> Path:
    """Write a `.safetensors` file, whole or not at all, and return where."""
    path = path if path.suffix else path.with_suffix(".safetensors")
    replace_atomically(path, lambda temporary: safetensors.torch.save_file(dict(weights), temporary))
    return path
