"""What is offered behind a node is what runs behind it."""

from __future__ import annotations

import pytest
import torch

from workbench.core.graph.network import Network, Node
from workbench.core.layers.blocks.catalog import BLOCKS
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.fitting import block_fit, fits, kind_fit


@pytest.fixture(scope="module")
def for_pictures() -> dict:
    return fits((16, 12, 12), BLOCKS)


def test_everything_that_takes_an_input_is_judged(for_pictures: dict) -> None:
    takers = {kind.name() for kind in CATALOG if kind.most_inputs != 0}
    assert set(for_pictures) == takers | {block.name() for block in BLOCKS}


@pytest.mark.parametrize("name", sorted(kind.name() for kind in CATALOG if kind.most_inputs == 1))
def test_a_kind_that_fits_runs_with_that_shape_and_no_other_does(name: str, for_pictures: dict) -> None:
    nodes = [Node("input", "Input", {"shape": [16, 12, 12]}), Node("tried", name, inputs=("input",))]
    if name != "Output":
        nodes.append(Node("output", "Output", inputs=("tried",)))
    if isinstance(for_pictures[name], str):
        with pytest.raises(Exception, match=r".+"):
            build_module(Network.of("tried", nodes))(torch.rand(2, 16, 12, 12))
        return
    module = build_module(Network.of("tried", nodes)).eval()
    assert tuple(module(torch.rand(2, 16, 12, 12)).shape[1:]) == for_pictures[name]


def test_vectors_and_small_pictures_are_refused_with_the_reason() -> None:
    assert "channels" in str(kind_fit("Conv2d", (128,)))
    assert kind_fit("Linear", (128,)) == (10,)
    assert "larger than the picture" in str(kind_fit("Conv2d", (3, 2, 2)))
    assert "channels × height × width" in str(block_fit("BasicBlock", (128,), BLOCKS))


def test_joining_layers_are_tried_with_as_many_inputs_as_they_need() -> None:
    assert kind_fit("Concatenate", (8, 4, 4)) == (8, 4, 4)
    assert kind_fit("Add", (8, 4, 4)) == (8, 4, 4)


def test_blocks_are_fitted_to_the_channels_of_the_input(for_pictures: dict) -> None:
    assert for_pictures["BasicBlock"] == (64, 12, 12)
    assert for_pictures["SqueezeExcitation"] == (16, 12, 12)
