"""What a unit sees of the picture: the same pixels that have a gradient."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from workbench.core.graph.network import Network, Node, chain
from workbench.core.inspection.sight import Sight, middle_unit, sight_of, told
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse

INPUT = Node("input", "Input", {"shape": [1, 24, 18]})
NETWORKS = {
    "convolutions": chain(
        "convolutions",
        [
            INPUT,
            Node("a", "Conv2d", {"out_channels": 2, "kernel_size": [3, 5], "padding": [1, 2]}),
            Node("b", "Conv2d", {"out_channels": 2, "kernel_size": 3, "stride": 2, "padding": 1}),
            Node("c", "Conv2d", {"out_channels": 2, "kernel_size": 3, "dilation": 2, "padding": 2}),
            Node("out", "Output"),
        ],
    ),
    "enlarged": chain(
        "enlarged",
        [
            INPUT,
            Node("a", "Conv2d", {"out_channels": 2, "kernel_size": 3, "stride": 2, "padding": 1}),
            Node("b", "ConvTranspose2d", {"out_channels": 2, "kernel_size": 4, "stride": 2, "padding": 1}),
            Node("out", "Output"),
        ],
    ),
}


def pixels_with_gradient(network: Network, node: str, unit: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last row and column of the picture on which a unit depends, with all weights positive."""
    module = build_module(network)
    for parameter in module.parameters():
        nn.init.constant_(parameter, 0.1)
    picture = torch.ones(1, 1, 24, 18, requires_grad=True)
    kept: list[torch.Tensor] = []
    module.get_submodule(node).register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    module(picture)
    (gradient,) = torch.autograd.grad(kept[0][0, :, unit[0], unit[1]].sum(), picture)
    rows, columns = (gradient[0, 0].abs().sum(dim=axis).nonzero().flatten() for axis in (1, 0))
    return (int(rows[0]), int(rows[-1])), (int(columns[0]), int(columns[-1]))


@pytest.mark.parametrize(("name", "node"), [(name, node.name) for name in NETWORKS for node in [*NETWORKS[name]][1:-1]])
def test_the_field_is_what_has_a_gradient_cut_at_the_edges(name: str, node: str) -> None:
    network = NETWORKS[name]
    report = analyse(network).nodes[node]
    assert report.output_shape is not None
    _, height, width = report.output_shape
    for unit in ((0, 0), (height // 2, width // 2), (height - 1, width - 1), (1, width - 2)):
        sight = sight_of(report, (1, 24, 18), unit)
        assert sight is not None
        rows, columns = pixels_with_gradient(network, node, unit)
        assert (max(0, sight.rows[0]), min(23, sight.rows[1])) == rows
        assert (max(0, sight.columns[0]), min(17, sight.columns[1])) == columns


def test_what_lies_beyond_the_picture_is_counted() -> None:
    assert Sight((0, 0), (-3, 5), (10, 21)).beyond(24, 18) == (3, 0, 0, 4)
    assert Sight((0, 0), (-3, 5), (10, 21)).size == (9, 12)


def test_the_middle_unit_is_taken_and_a_whole_picture_is_said() -> None:
    network = open_network("cifar10cnn")
    analysis = analyse(network)
    assert middle_unit((8, 5, 7)) == (2, 3) and middle_unit((10,)) == (0, 0)
    conv, flat = sight_of(analysis.nodes["conv2"], (3, 32, 32)), sight_of(analysis.nodes["fc1"], (3, 32, 32))
    assert conv is not None and conv.unit == (16, 16) and conv.size == (5, 5)
    assert flat is not None and flat.rows == (0, 31)
    assert "whole picture" in told(analysis.nodes["fc1"], flat, (3, 32, 32))
    assert told(analysis.nodes["conv2"], conv, (3, 32, 32)).startswith("a unit sees 5 × 5 pixels, the next one 1 ")
    assert sight_of(None, (3, 32, 32)) is None and sight_of(analysis.nodes["conv2"], None) is None
