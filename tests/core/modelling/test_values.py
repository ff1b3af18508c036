"""A node's output is a value: all who take it get the same numbers, whatever others do to it; nobody is disturbed."""

from __future__ import annotations

import math
import threading

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.core.graph.network import Network, Node, chain
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.describe import describe
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse, node_facts
from workbench.core.modelling.trace import trace_module
from workbench.errors import WorkbenchError

IN_PLACE = [kind.name() for kind in CATALOG if "inplace" in kind.__struct_fields__]
SOURCES = ["Conv2d", "BatchNorm2d", "Tanh", "Sigmoid", "Identity", "MaxPool2d", "Softmax", "ReLU"]


def node(kind: str, *inputs: str, **arguments: object) -> Node:
    return Node(kind.lower(), kind, arguments, inputs)


@pytest.mark.parametrize("kind", IN_PLACE)
def test_a_layer_in_place_leaves_the_other_consumers_their_input(kind: str) -> None:
    nodes = [
        node("Input", shape=[3, 4, 4]),
        node("Conv2d", "input", out_channels=3, padding=1),
        Node("inside", kind, {"inplace": True}, ("conv2d",)),
        node("Add", "inside", "conv2d"),
        node("Output", "add"),
    ]
    module, images = build_module(Network.of("n", nodes)).eval(), torch.randn(2, 3, 4, 4)
    with torch.no_grad():
        conv = module.get_submodule("conv2d")(images)
        expected = module.get_submodule("inside")(conv.clone()) + conv
        assert torch.equal(module(images), expected)


@pytest.mark.parametrize("kind", IN_PLACE)
@pytest.mark.parametrize("source", SOURCES)
def test_a_layer_in_place_leaves_the_backward_pass_what_it_needs(kind: str, source: str) -> None:
    if source not in CATALOG:
        pytest.skip("the catalog has no such kind")
    first = [node("Input", shape=[3, 8, 8]), Node("first", source), Node("inside", kind, {"inplace": True})]
    module = build_module(chain("n", [*first, node("Output")])).train()
    images = torch.randn(2, 3, 8, 8)
    kept = images.clone()
    module(images.requires_grad_()).sum().backward()
    assert torch.equal(images, kept)


def test_published_networks_still_save_memory_in_place() -> None:
    module = build_module(open_network("resnet18"), device="meta")
    assert all(part.inplace for part in module.modules() if isinstance(part, nn.ReLU))


class Calls(nn.Module):
    """A module that computes what it is told to."""

    def __init__(self, compute, **parts: nn.Module) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self.compute = compute
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x: Tensor) -> Tensor:
        return self.compute(self, x)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "module",
    [
        Calls(lambda self, x: functional.max_pool2d(x, 3)),
        Calls(lambda self, x: functional.max_pool2d(x, kernel_size=3, return_indices=False)),
        Calls(lambda self, x: torch.flatten(x)),
        Calls(lambda self, x: torch.add(x, functional.relu(x), alpha=3)),
        Calls(lambda self, x: x + 1),
        Calls(lambda self, x: torch.cat([x, x])),
        Calls(lambda self, x: torch.cat([x, x], dim=2)),
        Calls(lambda self, x: self.c(self.c(x)), c=nn.Conv2d(3, 3, 1)),
        Calls(lambda self, x: getattr(self, "class")(x), **{"class": nn.Conv2d(3, 3, 1)}),
        Calls(lambda self, x: self.p(x), p=nn.AvgPool2d(2, divisor_override=1)),
        Calls(lambda self, x: self.p(x)[0], p=nn.MaxPool2d(2, return_indices=True)),
        Calls(lambda self, x: self.p(x), p=nn.AdaptiveAvgPool2d((None, 2))),
        Calls(lambda self, x: self.p(x), p=nn.BatchNorm2d(3, momentum=None)),
        Calls(lambda self, x: int("x")),
        Calls(lambda self, x: {}["a"]),
        Calls(lambda self, x: (x, x)),
        Calls(lambda self, x: self.d(functional.relu(x, inplace=True)) + x, d=nn.Conv2d(3, 3, 1)),
    ],
)
def test_a_module_is_opened_as_what_it_computes_or_refused(module: Calls) -> None:
    images = torch.randn(2, 3, 9, 9).abs()  # what is overwritten in place is not changed by it
    try:
        network = trace_module(module.eval(), input_shape=(3, 9, 9))
        built = build_module(network).eval()
    except WorkbenchError:
        return
    built.load_state_dict(module.state_dict(), strict=True)
    with torch.no_grad():
        assert torch.equal(built(images), module(images))


def test_analysing_and_opening_disturb_no_training() -> None:
    """Random numbers and hooks belong to the whole process; a training in another thread needs them."""
    state, hooks, over = torch.get_rng_state(), set(), threading.Event()

    def watch() -> None:
        while not over.is_set():
            hooks.update(nn.modules.module._global_forward_hooks, nn.modules.module._global_forward_pre_hooks)

    watching = threading.Thread(target=watch)
    watching.start()
    node_facts.cache_clear()
    for name in ("resnet18", "googlenet", "swin_t", "vit_b_16", "efficientnet_b0"):
        analyse(open_network(name))
    describe(open_network("resnet18"), batch=2)
    over.set()
    watching.join()
    assert hooks == set()
    assert torch.equal(state, torch.get_rng_state())


def test_branches_of_different_strides_have_no_field_of_one_size() -> None:
    lines = [
        Node("input", "Input", {"shape": [3, 8, 8]}),
        Node("near", "Conv2d", {"out_channels": 3, "padding": 1}, ("input",)),
        Node("far", "MaxPool2d", {"kernel_size": 2, "stride": 2}, ("input",)),
        Node("crop", "AdaptiveAvgPool2d", {"output_size": 4}, ("near",)),
        Node("valid", "Conv2d", {"out_channels": 3, "kernel_size": 5}, ("near",)),
        Node("alike", "Add", {}, ("near", "near")),
        Node("different", "Add", {}, ("far", "valid")),
        Node("behind", "ReLU", {}, ("different",)),
        Node("output", "Output", {}, ("behind",)),
    ]
    reports = analyse(Network.of("n", lines)).nodes
    assert reports["alike"].receptive_field == reports["near"].receptive_field
    for name in ("different", "behind"):
        assert reports[name].receptive_field is None
        assert "different strides" in reports[name].field_reason
    assert reports["crop"].field_reason == "whole picture"


def test_the_whole_field_is_that_of_the_last_node_with_pixels() -> None:
    lines = [Node("input", "Input", {"shape": [3, 64, 64]})]
    lines += [Node(f"c{number}", "Conv2d", {"kernel_size": [5, 1]}) for number in range(2)]
    lines += [Node("c2", "Conv2d", {"kernel_size": [1, 9]}), Node("output", "Output")]
    assert describe(chain("n", lines), batch=1).totals.receptive_field == (9, 9)


def test_a_field_beyond_every_picture_is_none() -> None:
    lines = [Node("input", "Input", {"shape": [3, 8, 8]})]
    lines += [Node(f"c{number}", "Conv2d", {"kernel_size": 1, "stride": 65536}) for number in range(6)]
    reports = analyse(chain("n", [*lines, Node("output", "Output")])).nodes
    assert [report.receptive_field is None for report in reports.values()] == [False, False, *[True] * 6]


def test_a_layer_beyond_every_computer_is_a_problem() -> None:
    lines = [Node("input", "Input"), Node("flatten", "Flatten")]
    lines += [Node(f"fc{number}", "Linear", {"out_features": 1_000_000}) for number in range(2)]
    errors = analyse(chain("n", [*lines, Node("output", "Output")])).errors
    assert [error.where for error in errors] == ["fc1"]
    assert "beyond every computer" in errors[0].reason
    assert math.prod((1_000_000, 1_000_000)) > 2**36
