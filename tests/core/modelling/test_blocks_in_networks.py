"""Blocks found in opened networks, and blocks whose inputs have changed."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from workbench.core.graph import blocks, edits
from workbench.core.graph.network import BlockUse, Network, Node, chain
from workbench.core.graph.parts import inputs_as_made
from workbench.core.layers.blocks.catalog import BLOCKS
from workbench.core.modelling.blocks import fit_blocks, misfits, recognize_blocks
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.lint.findings import findings
from workbench.core.modelling.opening import open_network, torchvision_network
from workbench.core.modelling.shapes import analyse

FOUND = {
    "resnet18": {"BasicBlock": 8},
    "resnext50_32x4d": {"Bottleneck": 16},
    "mobilenet_v2": {"InvertedResidual": 17},
    "mobilenet_v3_small": {"MobileNetV3Block": 11, "SqueezeExcitation": 9},
    "efficientnet_b0": {"MBConv": 16, "SqueezeExcitation": 16},
    "efficientnet_v2_s": {"FusedMBConv": 10, "MBConv": 30, "SqueezeExcitation": 30},
    "convnext_tiny": {"ConvNeXtBlock": 18},
    "densenet121": {"DenseBlock": 4, "DenseLayer": 58, "Transition": 3},
    "googlenet": {"Inception": 9, "ConvNormAct": 57},
    "vgg11": {},
}


def bare(network: Network) -> Network:
    return Network(network.name, network.nodes)


@pytest.mark.parametrize("name", FOUND)
def test_the_blocks_of_torchvisions_networks_are_all_found(name: str) -> None:
    network = recognize_blocks(bare(torchvision_network(name)))
    assert Counter(use.block for use in network.blocks.values()) == FOUND[name]
    for prefix, use in network.blocks.items():
        assert inputs_as_made(network, prefix, use, blocks=BLOCKS), prefix
    assert [*misfits(analyse(network))] == []


def test_a_block_that_was_found_can_be_edited() -> None:
    network = recognize_blocks(bare(torchvision_network("resnet18")))
    use = network.blocks["layer2.0"]
    assert use == BlockUse("BasicBlock", {"out_channels": 128, "stride": 2})
    after = blocks.set_block_arguments(network, "layer2.0", {"stride": 1}, blocks=BLOCKS)
    assert analyse(after).problems == ()
    assert (analyse(after).nodes["layer2.1.add"].output_shape or ())[1:] == (56, 56)


def test_what_was_edited_inside_is_not_found() -> None:
    network = edits.set_arguments(bare(torchvision_network("resnet18")), "layer1.0.conv1", {"bias": True})
    found = recognize_blocks(network)
    assert "layer1.0" not in found.blocks
    assert recognize_blocks(found) is found


@pytest.mark.parametrize("name", ["mini_resnet", "residual_stack", "modern_cnn"])
def test_the_repeated_parts_of_the_tutorial_networks_are_blocks(name: str) -> None:
    network = open_network(name)
    assert network.blocks
    for prefix, use in network.blocks.items():
        assert inputs_as_made(network, prefix, use, blocks=BLOCKS), prefix
    assert [*misfits(analyse(network))] == []


def row() -> Network:
    """input -> stem (32) -> basic block -> squeeze-excitation -> depthwise separable -> output."""
    network = chain("n", [Node("input", "Input"), Node("stem", "Conv2d", {"padding": 1}), Node("output", "Output")])
    for name in ("DepthwiseSeparable", "SqueezeExcitation", "BasicBlock"):
        use = BLOCKS.fitted(BlockUse(name), [(32 if name == "BasicBlock" else 64, 32, 32)])
        network = blocks.insert_block_after(network, use, prefix=name.lower(), source="stem", blocks=BLOCKS)
    return network


def test_blocks_are_fitted_to_an_input_that_has_changed() -> None:
    network = row()
    assert analyse(network).problems == ()
    wider = edits.set_arguments(network, "stem", {"out_channels": 64})
    (finding,) = [found for found in findings(analyse(wider)) if "another input" in found.title]
    assert "in_channels 32 → 64" in finding.reason
    assert finding.remedy is not None
    mended = finding.remedy.edit(wider)
    assert mended == fit_blocks(wider)
    assert "basicblock.downsample.0" in network
    assert "basicblock.downsample.0" not in mended
    assert [*misfits(analyse(mended))] == []


def test_fitting_goes_on_from_block_to_block() -> None:
    network = blocks.set_block_arguments(row(), "basicblock", {"out_channels": 48}, blocks=BLOCKS)
    assert analyse(network).errors
    mended = fit_blocks(network)
    assert analyse(mended).problems == ()
    assert mended["depthwiseseparable.depthwise.conv"].arguments["groups"] == 48
    assert mended["squeezeexcitation.fc2"].arguments["out_channels"] == 48
    assert build_module(mended).eval()(torch.zeros(1, 3, 32, 32)).shape == (1, 64, 32, 32)
    assert fit_blocks(mended) is mended


@pytest.mark.parametrize(
    ("use", "reason"),
    [
        (BlockUse("FromTheFuture"), "Unknown block"),
        (BlockUse("BasicBlock", {"stride": -1}), "stride"),
        (BlockUse("BasicBlock", {"out_channels": 7}), "its nodes are others"),
    ],
)
def test_a_group_that_a_file_calls_a_block_and_that_is_none_is_told(use: BlockUse, reason: str) -> None:
    network = row()
    lying = Network(network.name, network.nodes, {**network.blocks, "basicblock": use})
    (finding,) = [found for found in findings(analyse(lying)) if "cannot be edited as" in found.title]
    assert reason in finding.reason
    assert finding.where in network
    assert finding.remedy is not None
    assert "basicblock" not in finding.remedy.edit(lying).blocks
    ghost = Network(network.name, network.nodes, {**network.blocks, "nowhere": BlockUse("BasicBlock")})
    assert any("nowhere" in found.title for found in findings(analyse(ghost)))
    assert fit_blocks(ghost) == ghost
