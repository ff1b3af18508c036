"""The measures of the heat map against hand-computed figures and second ways."""

from __future__ import annotations

import pytest
import torch

from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import Network, Node
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.costs import MEASURES
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import Analysis, analyse
from workbench.core.modelling.timing import Stopwatch, measured_times
from workbench.errors import WorkbenchError


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(open_network("cifar10cnn"))


def always() -> bool:
    return True


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.name)
def test_every_measure_tells_about_the_nodes_of_the_network(analysis: Analysis, measure) -> None:  # type: ignore[no-untyped-def]
    costs = measure.costs(analysis, always)
    assert set(costs) <= set(analysis.nodes)
    assert min(costs.values()) >= 0 < max(costs.values())
    assert measure.title and measure.about.endswith(".")


def test_parameters_and_multiply_adds_are_those_of_the_layers(analysis: Analysis) -> None:
    assert MEASURES["parameters"].costs(analysis, always)["conv1"] == 3 * 32 * 9 + 32
    assert MEASURES["macs"].costs(analysis, always)["conv1"] == 32 * 32 * 3 * 32 * 9


def test_training_memory_is_what_the_backward_pass_needs() -> None:
    nodes = [
        Node("input", "Input", {"shape": [3, 8, 8]}),
        Node("conv", "Conv2d", {"out_channels": 4, "padding": 1}, inputs=("input",)),
        Node("relu", "ReLU", inputs=("conv",)),
        Node("output", "Output", inputs=("relu",)),
    ]
    costs = MEASURES["memory"].costs(analyse(Network.of("small", nodes)), always)
    assert costs["relu"] == 4 * 8 * 8 * 4


def test_times_are_told_of_every_node_and_expressions_count_whole(analysis: Analysis) -> None:
    times = measured_times(analysis)
    assert set(times) == set(analysis.nodes)
    module = build_module(analysis.network).eval()
    stopwatch = Stopwatch(module)
    picture = torch.rand(2, 3, 32, 32)
    with torch.inference_mode():
        assert torch.equal(stopwatch.run(picture), module(picture))
    assert set(stopwatch.times) == set(analysis.nodes)


def test_an_unwanted_measurement_ends_at_once(analysis: Analysis) -> None:
    assert measured_times(analysis, lambda: False) == {}


@pytest.mark.parametrize("name", ["time", "memory"])
def test_a_network_that_cannot_run_is_refused_with_a_sentence(name: str) -> None:
    broken = set_arguments(open_network("cifar10cnn"), "conv3", {"kernel_size": 40})
    with pytest.raises(WorkbenchError, match="conv3"):
        MEASURES[name].costs(analyse(broken), always)
