"""What convolutions learned: their kernels as pictures. Zero is mid grey, so the sign of a weight stays visible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.inspection.feature_maps import (
    Colouring,
    Layout,
    TileSheet,
    Values,
    as_values,
    assemble,
    tile_sheet,
    value_range,
)
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from torch import Tensor, nn


def filters(module: nn.Module, node: str) -> Tensor:
    """A copy of the kernels `(out_channels, in_channels / groups, height, width)` of a convolution.

    Raises `WorkbenchError` for a node without kernels.
    """
    from torch import nn

    layer = dict(module.named_modules()).get(node)
    if not isinstance(layer, nn.Conv2d):
        raise WorkbenchError(f"{node} has no filters", "only convolutions have kernels to look at")
    return layer.weight.detach().clone()


def filter_sheet(
    weights: Any,
    *,
    output: int | None = None,
    columns: int | None = None,
    scale: int = 1,
    gap: int = 1,
) -> TileSheet:
    """Kernels `(out, in, height, width)` as tiles.

    Kernels on three inputs are colours, on one input blue (negative) to red (positive), one tile for each output. With
    more inputs there is a tile for each input of the chosen `output`, or, without one, a tile for each output with the
    Euclidean norm over its inputs. All tiles share one scale, symmetric around zero except for norms.
    """
    values = as_values(weights)
    if output is not None:
        return tile_sheet(values[output], scaling="symmetric", columns=columns, scale=scale, gap=gap)
    if values.shape[1] == 3:
        return _colour_sheet(values, Layout(columns, scale, gap))
    if values.shape[1] == 1:
        return tile_sheet(values[:, 0], scaling="symmetric", columns=columns, scale=scale, gap=gap)
    norms = np.linalg.norm(values, axis=1)
    return tile_sheet(norms, scaling="shared", columns=columns, scale=scale, gap=gap)


def filter_meaning(in_channels: int, output: int | None = None) -> str:
    """What the tiles of `filter_sheet` are, in a sentence."""
    if output is not None:
        return f"Kernel of output channel {output}, one tile for each of its {in_channels} inputs; white is zero."
    if in_channels == 3:
        return "One tile for each output channel: red, green and blue are the three inputs, mid grey is zero."
    if in_channels == 1:
        return "One tile for each output channel: red is positive, blue negative, white is zero."
    return f"One tile for each output channel: the length (norm) of its weights over the {in_channels} inputs."


def _colour_sheet(values: Values, layout: Layout) -> TileSheet:
    """Each kernel as a small RGB picture, the largest absolute weight of all at full colour."""
    largest = max(map(abs, value_range(values))) or 1.0
    painted = np.rint(127.5 + 127.5 * np.nan_to_num(values / largest).clip(-1, 1)).astype(np.uint8)
    colouring = Colouring("symmetric", "rgb", ((-largest, largest),) * len(values))
    channels = tuple(range(len(values)))
    return assemble(painted.transpose(0, 2, 3, 1), values, channels, colouring=colouring, layout=layout)
