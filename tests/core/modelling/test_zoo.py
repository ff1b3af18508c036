"""The tutorial networks against the published parameter counts, and the compiled module against the analysis."""

from __future__ import annotations

import pytest
import torch

from workbench.core.graph.storage import from_json, to_json
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.zoo import READY
from workbench.errors import WorkbenchError

PARAMETERS = {
    "cifar10cnn": 102_602,
    "cifar10net": 141_354,
    "simple_cnn_gap": 94_986,
    "simple_cnn_fc": 620_810,
    "modern_cnn": 1_904_554,
    "mini_resnet": 696_618,
    "mini_vgg": 1_149_770,
    "tiny_cnn": 1_392,
    "residual_stack": 1_482_240,
    "lenet5": 61_706,
    "quicknet": 312 + 9 * 24 * 32 + 9 * 32**2 + 9 * 32 * 128 + 3 * 9 * 128**2 + 2 * (2 * 32 + 4 * 128) + 10 * 128,
}


def test_every_tutorial_network_is_checked() -> None:
    assert set(READY) == set(PARAMETERS)


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_parameters_are_the_published_ones(name: str, parameters: int) -> None:
    network = open_network(name)
    module = build_module(network)
    assert analyse(network).parameters == parameters
    assert sum(value.numel() for value in module.parameters()) == parameters


@pytest.mark.parametrize("name", READY)
def test_predicted_shapes_are_those_of_a_real_forward_pass(name: str) -> None:
    network = open_network(name)
    analysis = analyse(network)
    assert analysis.problems == ()
    output = build_module(network).eval()(torch.zeros(2, *(analysis.input_shape or ())))
    assert tuple(output.shape[1:]) == analysis.output_shape


@pytest.mark.parametrize("name", READY)
def test_state_dict_keys_are_node_names(name: str) -> None:
    network = open_network(name)
    owners = {key.rpartition(".")[0] for key in build_module(network).state_dict()}
    assert owners <= set(network.nodes)


@pytest.mark.parametrize("name", READY)
def test_network_files_give_the_same_network_back(name: str) -> None:
    network = open_network(name)
    assert from_json(to_json(network)) == network


def test_unknown_network_suggests_a_close_name() -> None:
    with pytest.raises(WorkbenchError, match="cifar10net"):
        open_network("cifar10nett")
