"""Stacks against what torchvision builds with other numbers of layers (one dense block has no transition)."""

from __future__ import annotations

import pytest
from torch import nn
from torchvision.models import DenseNet, ResNet
from torchvision.models.resnet import BasicBlock

from workbench.core.graph import blocks, edits, groups
from workbench.core.graph.network import BlockUse, Network, Node, chain
from workbench.core.graph.stacks import (
    Stack,
    resize_stack,
    set_stack_arguments,
    set_stack_block_arguments,
    stack_of,
    stack_of_one,
    stacks,
)
from workbench.core.layers.blocks.catalog import BLOCKS
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.trace import trace_module
from workbench.errors import WorkbenchError

PICTURE = (3, 64, 64)


def resnet(*layers: int) -> Network:
    return trace_module(ResNet(BasicBlock, list(layers)).eval(), input_shape=PICTURE, name="n")


def densenet(*layers: int) -> Network:
    module: nn.Module = DenseNet(8, layers, 16).eval()
    return trace_module(module, input_shape=PICTURE, name="n")


def row(count: int, use: BlockUse | None = None) -> Network:
    """input -> b.0 -> b.1 -> ... -> output."""
    network = chain("n", [Node("input", "Input"), Node("output", "Output")])
    for number in range(count):
        source = network["output"].inputs[0]
        network = blocks.insert_block_after(
            network, use or BlockUse("BasicBlock"), prefix=f"b.{number}", source=source, blocks=BLOCKS
        )
    return network


def test_identical_siblings_are_a_stack_and_the_first_with_its_stride_is_not() -> None:
    assert stacks(resnet(3, 4, 6, 3)) == (
        Stack("layer1", ("layer1.0", "layer1.1", "layer1.2")),
        Stack("layer2", ("layer2.1", "layer2.2", "layer2.3")),
        Stack("layer3", ("layer3.1", "layer3.2", "layer3.3", "layer3.4", "layer3.5")),
        Stack("layer4", ("layer4.1", "layer4.2")),
    )


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9])
def test_a_resized_stack_is_what_torchvision_builds(count: int) -> None:
    before = resnet(3, 1, 1, 1)
    assert resize_stack(before, stacks(before)[0], count) == resnet(count, 1, 1, 1)


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_the_layers_of_a_dense_block_are_a_stack_too(count: int) -> None:
    before = densenet(4)
    stack = stacks(before)[0]
    assert stack == Stack("features.denseblock1", tuple(f"features.denseblock1.denselayer{n}" for n in range(1, 5)))
    assert resize_stack(before, stack, count) == densenet(count)


def test_resizing_and_back_gives_the_same_network_and_keeps_the_blocks() -> None:
    network = row(3)
    grown = resize_stack(network, stacks(network)[0], 5)
    assert grown == row(5)
    assert [*grown.nodes] == [*row(5).nodes]
    assert resize_stack(grown, stacks(grown)[0], 3) == network


def test_a_new_copy_takes_the_next_free_name() -> None:
    network = edits.add_node(row(2), Node("b.2", "ReLU"))
    assert "b.3.conv1" in resize_stack(network, stacks(network)[0], 3)


def test_all_copies_are_edited_at_once() -> None:
    network = row(3)
    (stack,) = stacks(network)
    after = set_stack_arguments(network, stack, "conv1", {"bias": True})
    assert [after[f"b.{n}.conv1"].arguments["bias"] for n in range(3)] == [True] * 3
    assert stacks(after) == (stack,)
    as_blocks = set_stack_block_arguments(network, stack, {"bias": True, "inplace": False}, blocks=BLOCKS)
    assert stacks(as_blocks) == (stack,)
    assert len(as_blocks.blocks) == 3
    assert [use.arguments for use in as_blocks.blocks.values()] == [{"bias": True, "inplace": False}] * 3


def test_editing_one_copy_alone_splits_the_stack_there() -> None:
    network = row(5)
    (stack,) = stacks(network)
    after = edits.set_arguments(network, "b.2.conv1", {"bias": True})
    assert stacks(after) == stack.without("b.2") == (Stack("b", ("b.0", "b.1")), Stack("b", ("b.3", "b.4")))
    assert stack.without("b.0") == (Stack("b", ("b.1", "b.2", "b.3", "b.4")),)
    assert stack_of(after, "b.2") is None
    assert stack_of(after, "b.4") == Stack("b", ("b.3", "b.4"))


def test_a_copy_whose_output_is_taken_elsewhere_ends_a_stack() -> None:
    network = edits.insert_after(row(4), Node("side", "Add"), "b.3.relu_1", catalog=CATALOG)
    network = edits.connect(network, "b.1.relu_1", "side", catalog=CATALOG)
    assert stacks(network) == (Stack("b", ("b.0", "b.1")), Stack("b", ("b.2", "b.3")))


def test_the_order_in_which_copies_were_added_does_not_matter() -> None:
    network = row(4)
    shuffled = network.with_nodes(sorted(network, key=lambda node: node.name, reverse=True))
    assert stacks(shuffled) == stacks(network)


def test_how_often_a_branch_is_left_out_may_grow_with_the_depth() -> None:
    network = row(3, BlockUse("ConvNeXtBlock"))
    for number in range(3):
        network = edits.set_arguments(network, f"b.{number}.stochastic_depth", {"p": number / 10})
    assert [len(stack) for stack in stacks(network)] == [3]
    assert stacks(edits.set_arguments(network, "b.1.block.0", {"kernel_size": 5})) == ()


def test_a_group_made_by_hand_becomes_a_stack() -> None:
    network = groups.rename_group(row(1), "b.0", "block")
    alone = stack_of_one(network, "block")
    assert alone == Stack("", ("block",))
    after = resize_stack(network, alone, 3)
    assert stacks(after) == (Stack("", ("block", "block_1", "block_2")),)
    assert [*after.consumers["block_2.relu_1"]] == [*network.consumers["block.relu_1"]]
    assert stack_of_one(after, "block_1") == Stack("", ("block_1",))


def test_what_two_nodes_feed_or_leave_cannot_be_one_behind_the_other() -> None:
    network = edits.insert_after(row(2), Node("side", "Add"), "b.0.relu_1", catalog=CATALOG)
    assert stack_of_one(edits.connect(network, "b.0.bn1", "side", catalog=CATALOG), "b.0") is None


def test_branches_side_by_side_are_no_stack() -> None:
    inception = row(1, BlockUse("Inception"))
    assert stacks(inception) == ()
    assert stacks(Network("empty")) == ()


@pytest.mark.parametrize("count", [0, -1, 10_000])
def test_impossible_numbers_of_copies_are_refused(count: int) -> None:
    network = row(2)
    with pytest.raises(WorkbenchError, match="copies"):
        resize_stack(network, stacks(network)[0], count)


def test_loops_in_a_file_do_not_hang() -> None:
    nodes = [Node(f"b.{n}.a", "ReLU", {}, (f"b.{(n + 1) % 3}.a",)) for n in range(3)]
    assert stacks(Network.of("loop", nodes)) == ()


def test_a_node_with_others_below_its_name_is_no_copy() -> None:
    network = row(3)
    odd = network.with_nodes([*network, Node("b.1", "ReLU", {}, ("input",))])
    assert stacks(network) == (Stack("b", ("b.0", "b.1", "b.2")),)
    assert stacks(odd) == ()
