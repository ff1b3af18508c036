"""What differs between two networks adds up to the difference of their costs."""

from __future__ import annotations

import pytest

from workbench.core.graph.edits import remove_nodes, rename, set_arguments
from workbench.core.modelling.changes import compare_networks
from workbench.core.modelling.opening import open_network


@pytest.mark.parametrize(
    ("before", "after"),
    [("resnet18", "resnet34"), ("lenet5", "cifar10cnn"), ("vgg11", "vgg11_bn"), ("mobilenet_v2", "mobilenet_v3_small")],
)
def test_the_layers_add_up(before: str, after: str) -> None:
    found = compare_networks(open_network(before), open_network(after))
    assert sum(layer.parameters for layer in found.layers) == found.parameters[1] - found.parameters[0]
    assert sum(layer.macs for layer in found.layers) == found.macs[1] - found.macs[0]


def test_published_figures_differ_by_what_is_told() -> None:
    found = compare_networks(open_network("resnet18"), open_network("resnet34"))
    assert found.parameters == (11_689_512, 21_797_672)
    assert {layer.change for layer in found.layers} <= {"added", "changed"}


def test_each_sort_of_change_is_told() -> None:
    before = open_network("lenet5")
    convs = before.of_kind("Conv2d")
    after = set_arguments(before, convs[0].name, {"out_channels": 8})
    after = rename(remove_nodes(after, [after.of_kind("Tanh")[0].name]), convs[1].name, "second")
    told = {layer.name: layer for layer in compare_networks(before, after).layers}
    assert told[convs[0].name].what == "out_channels 6 → 8"
    assert told[convs[0].name].parameters == 2 * (25 + 1)
    assert f"was {convs[1].name}" in told["second"].what
    assert told["second"].parameters == 2 * 25 * 16
    assert "removed" in {layer.change for layer in told.values()}


def test_a_layer_whose_input_changed_follows() -> None:
    before = open_network("lenet5")
    first, second = (node.name for node in before.of_kind("Conv2d"))
    (follows,) = [
        layer
        for layer in compare_networks(before, set_arguments(before, first, {"out_channels": 8})).layers
        if layer.change == "follows" and layer.parameters
    ]
    assert (follows.name, follows.parameters) == (second, 800)


def test_equal_networks_and_broken_ones() -> None:
    network = open_network("lenet5")
    assert compare_networks(network, network).layers == ()
    broken = set_arguments(network, network.of_kind("Conv2d")[0].name, {"kernel_size": 99})
    found = compare_networks(network, broken)
    assert found.parameters[1] - found.parameters[0] == sum(layer.parameters for layer in found.layers)
