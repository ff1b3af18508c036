"""A network that trains on `digits` in a moment."""

from __future__ import annotations

from workbench.core.graph.network import Network, Node, chain


def tiny(name: str = "tiny", *, classes: int = 10) -> Network:
    """One convolution and one linear layer on 8 x 8 pictures."""
    return chain(
        name,
        [
            Node("input", "Input", {"shape": [1, 8, 8]}),
            Node("conv", "Conv2d", {"out_channels": 8, "padding": 1}),
            Node("bn", "BatchNorm2d"),
            Node("relu", "ReLU"),
            Node("flatten", "Flatten"),
            Node("fc", "Linear", {"out_features": classes}),
            Node("output", "Output"),
        ],
    )
