"""Whitening: a first convolution that begins with the directions in which patches of the pictures vary.

Its filters are the eigenvectors of the covariance of all patches, strongest first, each divided by the deviation in
its direction, and each once more with the other sign, since what follows lets only one side through. So the layers
behind it get features of equal strength that have nothing to do with one another, and learn in fewer steps
(github.com/tysam-code/hlb-CIFAR10, arXiv 2404.00498).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.graph.network import Network, Node
from workbench.core.layers.lazy import LazyModule
from workbench.core.modelling.heads import first_layers

if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

PICTURES = 1_000
"""So many pictures have patches enough."""
LEAST_VARIANCE = 5e-4
"""Added to every variance: directions in which nothing happens are not blown up."""


def first_convolution(network: Network) -> Node | None:
    """The layer that sees the picture, if it is one convolution that sees all channels."""
    layers = first_layers(network)
    plain = len(layers) == 1 and layers[0].kind == "Conv2d" and layers[0].arguments.get("groups", 1) == 1
    return layers[0] if plain else None


def whiten_first(module: torch.nn.Module, network: Network, pictures: torch.Tensor) -> None:
    """Let the first convolution begin with whitening filters for `pictures` `(count, channels, height, width)`.

    Filters beyond twice the numbers in a patch keep their beginning; of fewer the strongest directions are taken.
    """
    node = first_convolution(network)
    layer = module.get_submodule(node.name) if node else None
    if not isinstance(layer, torch.nn.Conv2d):
        return
    with torch.no_grad():
        filters = whitening_filters(pictures, layer.kernel_size)[: layer.out_channels // 2]
        both = torch.cat([filters, -filters]).to(layer.weight)
        layer.weight[: len(both)] = both
        if layer.bias is not None:
            layer.bias.zero_()


def whitening_filters(pictures: torch.Tensor, size: tuple[int, ...]) -> torch.Tensor:
    """Filters `(channels * height * width, channels, height, width)`: their answers deviate by one, each on its own."""
    height, width = size
    patches = pictures.double().cpu().unfold(2, height, 1).unfold(3, width, 1)
    rows = patches.permute(0, 2, 3, 1, 4, 5).reshape(-1, pictures.shape[1] * height * width)
    variances, directions = torch.linalg.eigh(rows.T @ rows / len(rows))
    filters: torch.Tensor = directions.T / (variances + LEAST_VARIANCE).sqrt()[:, None]
    return filters.flip(0).reshape(-1, pictures.shape[1], height, width)
