"""Every lint rule: a network that provokes it, a near miss that must not, and the remedies that mend it."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch

from workbench.core.graph import edits
from workbench.core.graph.network import Network, Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.lint.findings import findings, linted
from workbench.core.modelling.lint.rule import RULES, DataFacts, Subject
from workbench.core.modelling.shapes import analyse
from workbench.core.modelling.sketch import Sketch
from workbench.errors import Problem, WorkbenchError

Draw = Callable[[Sketch], None]
NO_DATA = DataFacts()


@dataclass(frozen=True)
class Case:
    """A network with a finding of a rule at a node, and how many remedies that offers."""

    rule: str
    draw: Draw
    where: str
    level: str
    remedies: int = 1
    data: DataFacts = NO_DATA
    shape: tuple[int, int, int] = (3, 32, 32)
    words: str = ""


@dataclass(frozen=True)
class Miss:
    """A network of which a rule must say nothing."""

    rule: str
    draw: Draw
    data: DataFacts = NO_DATA
    shape: tuple[int, int, int] = (3, 32, 32)


CASES: dict[str, Case] = {}
MISSES: dict[str, Miss] = {}


def provokes(rule: str, where: str, level: str, **more: object) -> Callable[[Draw], Draw]:
    def register(draw: Draw) -> Draw:
        CASES[draw.__name__] = Case(rule, draw, where, level, **more)  # type: ignore[arg-type]
        return draw

    return register


def spares(rule: str, **more: object) -> Callable[[Draw], Draw]:
    def register(draw: Draw) -> Draw:
        MISSES[draw.__name__] = Miss(rule, draw, **more)  # type: ignore[arg-type]
        return draw

    return register


def drawn(case: Case | Miss) -> Network:
    sketch = Sketch("drawn", case.shape)
    case.draw(sketch)
    return sketch.finish()


def found(network: Network, case: Case | Miss) -> list[Problem]:
    return list(RULES[case.rule](Subject(analyse(network), case.data)))


def conv(net: Sketch, name: str, width: int, *inputs: str, **arguments: object) -> str:
    return net.add(name, "Conv2d", *inputs, **{"out_channels": width, "padding": 1, "bias": False, **arguments})


def head(net: Sketch, classes: int = 10) -> None:
    net.global_pool()
    net.add("fc", "Linear", out_features=classes)


# joins


@provokes("join mismatch", "add", "error", remedies=1, words="64 × 16 × 16")
def shortcut_of_other_width_and_size(net: Sketch) -> None:
    stem = conv(net, "stem", 32)
    body = conv(net, "body", 64, stride=2)
    net.add("add", "Add", body, stem)
    head(net)


@provokes("join mismatch", "add", "error", remedies=2)
def shortcut_of_unpadded_body(net: Sketch) -> None:
    stem = conv(net, "stem", 32, padding=0)
    body = conv(net, "body", 32, padding=0)
    net.add("add", "Add", stem, body)
    head(net)


@provokes("join mismatch", "cat", "error", remedies=1)
def branches_of_other_size(net: Sketch) -> None:
    stem = conv(net, "stem", 32)
    small = conv(net, "small", 16, stride=4)
    net.add("cat", "Concatenate", stem, small)
    head(net)


@provokes("join mismatch", "cat", "error", remedies=2)
def branches_of_nearly_the_same_size(net: Sketch) -> None:
    stem = conv(net, "stem", 32)
    small = conv(net, "small", 16, padding=0)
    net.add("cat", "Concatenate", stem, small)
    head(net)


@provokes("join mismatch", "scale", "error")
def gate_of_other_width(net: Sketch) -> None:
    stem = conv(net, "stem", 32)
    net.add("squeeze", "AdaptiveAvgPool2d")
    conv(net, "fc1", 8, kernel_size=1, padding=0)
    gate = net.add("gate", "Sigmoid")
    net.add("scale", "Multiply", gate, stem)
    head(net)


@provokes("join mismatch", "add", "error")
def vectors_of_other_length(net: Sketch) -> None:
    net.global_pool()
    start = net.last
    long = net.add("long", "Linear", out_features=8)
    net.add("add", "Add", long, start)
    net.add("fc", "Linear")


@provokes("join mismatch", "add", "error", remedies=0)
def picture_meets_vector(net: Sketch) -> None:
    stem = conv(net, "stem", 32)
    net.global_pool()
    net.add("add", "Add", stem, net.last)


@spares("join mismatch")
def shortcut_that_fits(net: Sketch) -> None:
    net.residual("block", 32, stride=2, project=True)
    head(net)


# windows


@provokes("window larger than picture", "conv2", "error", remedies=2, words="larger than", shape=(1, 8, 8))
def kernel_of_nine_on_eight(net: Sketch) -> None:
    net.add("conv2", "Conv2d", kernel_size=9)
    net.add("relu", "ReLU")
    head(net)


@provokes("window larger than picture", "conv2", "error", remedies=2, shape=(1, 8, 12))
def uneven_dilated_kernel(net: Sketch) -> None:
    net.add("conv2", "Conv2d", kernel_size=[5, 3], dilation=3)
    net.add("relu", "ReLU")
    head(net)


@provokes("window larger than picture", "pool", "error", remedies=1, shape=(1, 1, 1))
def pooling_of_one_pixel(net: Sketch) -> None:
    net.add("pool", "MaxPool2d")
    head(net)


@provokes("window larger than picture", "pool", "error", remedies=2, shape=(1, 4, 4))
def pooling_wider_than_the_picture(net: Sketch) -> None:
    net.add("pool", "AvgPool2d", kernel_size=7)
    head(net)


@spares("window larger than picture", shape=(1, 8, 8))
def kernel_that_fits_with_its_padding(net: Sketch) -> None:
    net.add("conv", "Conv2d", kernel_size=9, padding=1)


@provokes("picture too small", "conv4", "warning", shape=(3, 8, 8), words="8 of the 9")
def pooled_away(net: Sketch) -> None:
    for number in range(1, 4):
        net.conv_bn_relu(str(number), 8)
        net.add(f"pool{number}", "MaxPool2d")
    net.conv_bn_relu("4", 16)
    head(net)


@provokes("picture too small", "conv2", "warning", shape=(3, 8, 8))
def pooled_to_one_in_the_middle(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    net.add("gap", "AdaptiveAvgPool2d")
    net.conv_bn_relu("2", 16)
    net.add("flatten", "Flatten")
    net.add("fc", "Linear")


@provokes("picture too small", "layer.conv2", "warning", shape=(3, 8, 8))
def strided_away_within_a_block(net: Sketch) -> None:
    conv(net, "stem", 8, stride=4)
    net.add("relu", "ReLU")
    net.residual("layer", 8, stride=2, project=True)
    head(net)


@spares("picture too small", shape=(3, 8, 8))
def pixels_enough(net: Sketch) -> None:
    for number in range(1, 3):
        net.conv_bn_relu(str(number), 8)
        net.add(f"pool{number}", "MaxPool2d")
    net.conv_bn_relu("3", 16)
    net.add("gap", "AdaptiveAvgPool2d")
    conv(net, "pointwise", 16, kernel_size=1, padding=0)


@provokes("small receptive field", "relu1", "info", words="3 × 3 of 32 × 32")
def one_convolution(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    head(net)


@provokes("small receptive field", "relu2", "info", remedies=2, words="12 × 12 of 20 × 20", shape=(3, 20, 20))
def nearly_the_whole_picture(net: Sketch) -> None:
    conv(net, "conv1", 8, kernel_size=4, stride=4, padding=0)
    net.add("relu1", "ReLU")
    conv(net, "conv2", 8, kernel_size=3)
    net.add("bn2", "BatchNorm2d")
    net.add("relu2", "ReLU")
    head(net)


@spares("small receptive field")
def everything_is_seen(net: Sketch) -> None:
    conv(net, "conv1", 8, kernel_size=8, stride=8, padding=0)
    net.add("relu1", "ReLU")
    conv(net, "conv2", 8, kernel_size=5, padding=2)
    head(net)


@spares("small receptive field")
def flattened_maps_are_seen_whole(net: Sketch) -> None:
    conv(net, "conv1", 8)
    net.add("flatten", "Flatten")
    net.add("fc", "Linear")


@spares("small receptive field")
def squeezing_is_no_head(net: Sketch) -> None:
    stem = conv(net, "stem", 8, kernel_size=32, padding=0)
    net.add("squeeze", "AdaptiveAvgPool2d", stem)
    net.add("scale", "Multiply", stem, net.last)
    head(net)


# non-linearities


@provokes("missing non-linearity", "conv2", "warning", words="a kernel of 5 × 5")
def two_convolutions(net: Sketch) -> None:
    conv(net, "conv1", 16)
    conv(net, "conv2", 32)
    net.add("relu", "ReLU")
    head(net)


@provokes("missing non-linearity", "conv2", "warning")
def norm_and_dropout_bend_nothing(net: Sketch) -> None:
    conv(net, "conv1", 16)
    net.add("bn1", "BatchNorm2d")
    net.add("drop", "Dropout2d")
    net.add("pool", "AvgPool2d")
    conv(net, "conv2", 32)
    net.add("silu", "SiLU")
    head(net)


@provokes("missing non-linearity", "fc2", "warning")
def two_linear_layers(net: Sketch) -> None:
    net.add("flatten", "Flatten")
    net.add("fc1", "Linear", out_features=16)
    net.add("fc2", "Linear")


@spares("missing non-linearity")
def max_pooling_bends(net: Sketch) -> None:
    conv(net, "conv1", 16)
    net.add("pool", "MaxPool2d")
    conv(net, "conv2", 32)
    net.add("relu", "ReLU")


@spares("missing non-linearity")
def separable_on_purpose(net: Sketch) -> None:
    conv(net, "stem", 16)
    net.add("relu", "ReLU")
    conv(net, "depthwise", 16, groups=16)
    conv(net, "pointwise", 32, kernel_size=1, padding=0)
    net.add("relu2", "ReLU")
    conv(net, "tall", 32, kernel_size=[3, 1], padding=[1, 0])
    conv(net, "wide", 32, kernel_size=[1, 3], padding=[0, 1])


@spares("missing non-linearity")
def linear_bottleneck(net: Sketch) -> None:
    conv(net, "expand", 64)
    net.add("relu", "ReLU6")
    conv(net, "project", 16, kernel_size=1, padding=0)
    net.add("bn", "BatchNorm2d")
    conv(net, "expand2", 64, kernel_size=1, padding=0)


@spares("missing non-linearity")
def residual_stream(net: Sketch) -> None:
    stem = conv(net, "stem", 16)
    conv(net, "conv1", 16)
    net.add("relu", "ReLU")
    net.add("add", "Add", stem, net.last)
    conv(net, "conv2", 16)


@provokes("in-place on a shared value", "relu", "warning", words="add")
def inplace_before_a_skip(net: Sketch) -> None:
    stem = conv(net, "stem", 16)
    net.add("relu", "ReLU", stem, inplace=True)
    body = conv(net, "body", 16)
    net.add("add", "Add", body, stem)
    head(net)


@spares("in-place on a shared value")
def inplace_behind_the_fork(net: Sketch) -> None:
    conv(net, "stem", 16)
    skip = net.add("relu", "ReLU", inplace=True)
    body = conv(net, "body", 16)
    net.add("add", "Add", body, skip)


# norms


@provokes("bias before norm", "conv1", "info", words="conv1 and conv2")
def two_useless_biases(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    net.conv_bn_relu("2", 8)
    head(net)


@spares("bias before norm")
def biases_that_count(net: Sketch) -> None:
    conv(net, "conv1", 8)
    net.add("bn1", "BatchNorm2d")
    net.add("relu1", "ReLU")
    fork = conv(net, "conv2", 8, bias=True)
    net.add("bn2", "BatchNorm2d")
    net.add("add", "Add", net.last, fork)
    conv(net, "conv3", 8, bias=True)
    net.add("norm", "GroupNorm", num_groups=2)


@provokes("mixed norm order", "relu3", "info")
def one_norm_behind_its_activation(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    net.conv_bn_relu("2", 8)
    conv(net, "conv3", 8)
    net.add("relu3", "ReLU")
    net.add("bn3", "BatchNorm2d")
    head(net)


@provokes("mixed norm order", "bn3", "info", words="1 times this order, 2 times the other")
def one_norm_before_its_activation(net: Sketch) -> None:
    for number in (1, 2):
        conv(net, f"conv{number}", 8)
        net.add(f"relu{number}", "ReLU")
        net.add(f"bn{number}", "BatchNorm2d")
    net.conv_bn_relu("3", 8)
    head(net)


@spares("mixed norm order")
def the_same_order_everywhere(net: Sketch) -> None:
    for number in (1, 2):
        conv(net, f"conv{number}", 8)
        net.add(f"relu{number}", "ReLU")
        net.add(f"bn{number}", "BatchNorm2d")


@provokes("dropout before norm", "drop", "warning", remedies=2, words="bn2")
def dropout_between_blocks(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    net.add("drop", "Dropout2d", p=0.3)
    net.conv_bn_relu("2", 8)
    head(net)


@provokes("dropout before norm", "drop", "warning", remedies=1)
def dropout_before_the_last_norm(net: Sketch) -> None:
    net.global_pool()
    net.add("drop", "Dropout")
    net.add("fc", "Linear")
    net.add("bn", "BatchNorm1d")


@spares("dropout before norm")
def dropout_before_the_head(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    net.add("idle", "Dropout", p=0.0)
    net.conv_bn_relu("2", 8)
    net.global_pool()
    net.add("drop", "Dropout")
    net.add("fc", "Linear")


# the end


@provokes("bounded scores", "softmax", "warning", words="1.46")
def softmax_at_the_end(net: Sketch) -> None:
    head(net)
    net.add("softmax", "Softmax")


@provokes("bounded scores", "tanh", "warning", words="0.24")
def tanh_at_the_end(net: Sketch) -> None:
    head(net, classes=3)
    net.add("tanh", "Tanh")


@provokes("bounded scores", "logs", "info")
def log_softmax_at_the_end(net: Sketch) -> None:
    head(net)
    net.add("logs", "LogSoftmax")


@spares("bounded scores")
def softmax_inside_and_sigmoid_over_a_picture(net: Sketch) -> None:
    conv(net, "conv", 3)
    net.add("attention", "Softmax")
    net.add("picture", "Sigmoid")


@provokes("output not classes", "output", "info", words="8 × 32 × 32")
def no_head(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)


@provokes("output not classes", "output", "error", data=DataFacts(classes=4), words="4 classes")
def no_head_for_the_data(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)


@provokes("output not classes", "output", "error", data=DataFacts(classes=4))
def scores_of_one_pixel(net: Sketch) -> None:
    conv(net, "conv", 4)
    net.add("gap", "AdaptiveAvgPool2d")


@provokes("output not classes", "output", "info")
def tokens_without_a_head(net: Sketch) -> None:
    net.add("flatten", "Flatten", start_dim=2)


@provokes("output not classes", "fc", "error", data=DataFacts(classes=7), words="7 classes")
def head_for_other_classes(net: Sketch) -> None:
    head(net)


@provokes("output not classes", "output", "error", data=DataFacts(classes=7))
def head_that_does_not_decide(net: Sketch) -> None:
    head(net)
    net.add("part", "Chunk")


@spares("output not classes", data=DataFacts(classes=10))
def head_for_the_classes(net: Sketch) -> None:
    head(net)


@provokes("head larger than body", "fc1", "info", words="100 %")
def flattened_large_map(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    net.add("flatten", "Flatten")
    net.add("fc1", "Linear", out_features=64)
    net.add("relu", "ReLU")
    net.add("fc", "Linear")


@provokes("head larger than body", "fc", "info")
def head_behind_coarse_pooling(net: Sketch) -> None:
    net.conv_bn_relu("1", 64)
    net.add("pool", "AdaptiveAvgPool2d", output_size=7)
    net.add("flatten", "Flatten")
    net.add("fc", "Linear", out_features=100)


@spares("head larger than body")
def small_flattened_map(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    net.add("pool", "MaxPool2d", kernel_size=8, stride=8)
    net.add("flatten", "Flatten")
    net.add("fc", "Linear")


@spares("head larger than body")
def large_head_of_a_larger_body(net: Sketch) -> None:
    conv(net, "conv1", 256)
    net.add("relu1", "ReLU")
    conv(net, "conv2", 256)
    net.add("relu2", "ReLU")
    net.add("pool", "MaxPool2d", kernel_size=8, stride=8)
    net.add("flatten", "Flatten")
    net.add("fc", "Linear", out_features=100)


# branches and pictures


@provokes("dead branch", "lost2", "warning", words="2 layers")
def branch_to_nowhere(net: Sketch) -> None:
    stem = conv(net, "stem", 8)
    conv(net, "lost1", 8, stem)
    net.add("lost2", "ReLU")
    net.add("relu", "ReLU", stem)
    head(net)


@provokes("dead branch", "lost", "warning", words="for nothing")
def one_layer_without_parameters(net: Sketch) -> None:
    stem = conv(net, "stem", 8)
    net.add("lost", "MaxPool2d", stem)
    net.add("relu", "ReLU", stem)
    head(net)


@provokes("dead branch", "aux", "info", words="auxiliary head")
def scores_on_the_way(net: Sketch) -> None:
    stem = conv(net, "stem", 8)
    net.add("aux_pool", "AdaptiveAvgPool2d", stem)
    net.add("aux_flatten", "Flatten")
    net.add("aux", "Linear", out_features=10)
    net.add("relu", "ReLU", stem)
    head(net)


@spares("dead branch")
def all_branches_meet(net: Sketch) -> None:
    net.residual("block", 8, project=True)


@provokes("grey or colour", "input", "warning", data=DataFacts(10, 3), shape=(1, 32, 32))
def colours_thrown_away(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    head(net)


@provokes("grey or colour", "input", "info", data=DataFacts(10, 1))
def three_equal_channels(net: Sketch) -> None:
    net.conv_bn_relu("1", 8)
    head(net)


@spares("grey or colour", data=DataFacts(10, 3))
def colour_for_colour(net: Sketch) -> None:
    head(net)


@spares("grey or colour", data=DataFacts(10, 3), shape=(64, 32, 32))
def feature_maps_are_neither(net: Sketch) -> None:
    head(net)


# names


@provokes("impossible name", "class", "error", words="word of Python")
def a_layer_named_with_a_word_of_python(net: Sketch) -> None:
    net.add("class", "ReLU")
    head(net)


@provokes("impossible name", "self", "error", words="network itself")
def a_layer_named_self(net: Sketch) -> None:
    net.add("self", "ReLU")
    head(net)


@provokes("impossible name", "block.forward", "error", words="every PyTorch module")
def a_layer_named_as_what_every_module_has(net: Sketch) -> None:
    net.add("block.forward", "ReLU")
    head(net)


@spares("impossible name")
def names_that_only_look_impossible(net: Sketch) -> None:
    for name in ("self_", "class1", "block.self", "0", "a-b"):
        net.add(name, "ReLU")
    head(net)


def test_every_rule_has_a_case_and_a_near_miss() -> None:
    """The rules on blocks have theirs where blocks are tested."""
    rules = {rule for rule in RULES if not RULES[rule].__module__.endswith(".groups")}
    assert {case.rule for case in CASES.values()} == rules == {miss.rule for miss in MISSES.values()}


@pytest.mark.parametrize("rule", list(RULES))
def test_rules_say_what_they_are_for(rule: str) -> None:
    assert len(RULES.help(rule)) > 20


@pytest.mark.parametrize("name", CASES)
def test_a_rule_finds_what_provokes_it(name: str) -> None:
    case = CASES[name]
    problems = found(drawn(case), case)
    assert [(problem.where, problem.level) for problem in problems] == [(case.where, case.level)]
    assert len(problems[0].remedies) == case.remedies
    assert problems[0].reason
    assert case.words in str(problems[0])


@pytest.mark.parametrize("name", MISSES)
def test_a_rule_keeps_silent_about_a_near_miss(name: str) -> None:
    miss = MISSES[name]
    network = drawn(miss)
    assert analyse(network).errors == ()
    assert found(network, miss) == []


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name, case in CASES.items() for number in range(case.remedies)]
)
def test_a_remedy_mends_its_problem_and_breaks_nothing(name: str, number: int) -> None:
    case = CASES[name]
    network = drawn(case)
    before = analyse(network)
    mended = found(network, case)[0].remedies[number].edit(network)
    after = analyse(mended)
    assert found(mended, case) == []
    assert {problem.where for problem in after.errors} <= {problem.where for problem in before.errors} - {case.where}
    assert network == drawn(case)
    if not after.errors:
        shape = after.input_shape or ()
        assert build_module(mended).eval()(torch.zeros(1, *shape)).shape[1:] == after.output_shape


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name, case in CASES.items() for number in range(case.remedies)]
)
def test_remedies_of_one_rule_do_not_provoke_another(name: str, number: int) -> None:
    """No new errors or warnings; a hint may come up, as on the field of a network that has become shallower."""
    case = CASES[name]
    network = drawn(case)
    before = {problem.where for problem in findings(analyse(network), case.data) if problem.level != "info"}
    mended = found(network, case)[0].remedies[number].edit(network)
    after = {problem.where for problem in findings(analyse(mended), case.data) if problem.level != "info"}
    assert after <= before


def test_findings_join_the_problems_of_their_nodes() -> None:
    network = drawn(CASES["shortcut_of_unpadded_body"])
    plain, rich = analyse(network), linted(analyse(network))
    assert [problem.title for problem in rich.nodes["add"].problems] == [
        problem.title for problem in plain.nodes["add"].problems
    ]
    assert rich.nodes["add"].problems[0].remedies
    assert len(rich.errors) == len(plain.errors) == 1
    assert rich.network is network


def test_hints_are_no_faults() -> None:
    analysis = linted(analyse(drawn(CASES["two_useless_biases"])))
    assert analysis.faults == ()
    assert {problem.level for problem in analysis.hints} == {"info"}
    assert set(analysis.hints) == {problem for node in analysis.nodes.values() for problem in node.problems}


def test_problems_of_the_whole_network_stay() -> None:
    network = Network.of("lost", [Node("input", "Input")])
    assert [problem.title for problem in linted(analyse(network)).problems] == ["The network has no Output"]


def test_loops_and_strange_nodes_are_survived() -> None:
    loop = [Node("a", "Add", inputs=("b", "b")), Node("b", "ReLU", {"inplace": True}, inputs=("a",))]
    odd = [Node("x", "Nonsense", inputs=("missing",)), Node("c", "Conv2d", {"out_channels": -3}, ("input",))]
    network = Network.of("odd", [Node("input", "Input"), *loop, *odd, Node("output", "Output", inputs=("c",))])
    analysis = analyse(network)
    assert len(linted(analysis).errors) == len(analysis.errors)


def test_exchanging_keeps_what_follows() -> None:
    network = drawn(CASES["one_norm_behind_its_activation"])
    problem = found(network, CASES["one_norm_behind_its_activation"])[0]
    mended = problem.remedies[0].edit(network)
    assert mended["bn3"].inputs == ("conv3",)
    assert mended["relu3"].inputs == ("bn3",)
    assert mended["gap"].inputs == ("relu3",)


def test_a_dropout_moves_to_where_one_is_already() -> None:
    sketch = Sketch("two", (3, 32, 32))
    CASES["dropout_between_blocks"].draw(sketch)
    network = sketch.finish()
    network = edits.insert_between(network, Node("last", "Dropout"), "flatten", "fc")
    problem = found(network, CASES["dropout_between_blocks"])[0]
    mended = problem.remedies[0].edit(network)
    assert [node.name for node in mended if node.kind.startswith("Dropout")] == ["last"]


def test_a_moved_dropout_drops_single_values_as_often() -> None:
    network = drawn(CASES["dropout_between_blocks"])
    mended = found(network, CASES["dropout_between_blocks"])[0].remedies[0].edit(network)
    dropouts = [node for node in mended if node.kind.startswith("Dropout")]
    assert [(node.kind, node.arguments["p"], node.inputs) for node in dropouts] == [("Dropout", 0.3, ("flatten",))]


def test_the_promised_floor_of_the_loss_is_that_of_cross_entropy() -> None:
    """The best a softmax can do: all on one class; the number in the reason against PyTorch's own loss."""
    best = torch.zeros(1, 10)
    best[0, 3] = 1.0
    floor = torch.nn.functional.cross_entropy(best, torch.tensor([3])).item()
    assert f"{floor:.2f}" in found(drawn(CASES["softmax_at_the_end"]), CASES["softmax_at_the_end"])[0].reason


def test_a_bias_that_is_called_useless_changes_nothing() -> None:
    torch.manual_seed(0)
    convolution = torch.nn.Conv2d(3, 4, 3)
    module = torch.nn.Sequential(convolution, torch.nn.BatchNorm2d(4)).train()
    images = torch.randn(8, 3, 9, 9)
    before = module(images)
    assert convolution.bias is not None
    with torch.no_grad():
        convolution.bias += 5.0
    assert torch.allclose(before, module(images), atol=1e-4)


def test_two_convolutions_without_an_activation_are_one() -> None:
    """What the rule says, computed: a kernel of 5 does what two of 3 do."""
    torch.manual_seed(0)
    first, second = torch.randn(4, 3, 3, 3), torch.randn(5, 4, 3, 3)
    images = torch.randn(2, 3, 12, 12)
    twice = torch.conv2d(torch.conv2d(images, first), second)
    joined = torch.conv2d(first.permute(1, 0, 2, 3), second.flip(2, 3), padding=2).permute(1, 0, 2, 3)
    assert torch.allclose(twice, torch.conv2d(images, joined), atol=1e-3)


def mutilated(network: Network, luck: random.Random) -> Network:
    """The network after a few edits that nobody would make."""
    for _ in range(luck.randint(1, 6)):
        name = luck.choice(list(network.nodes))
        node = network[name]
        if luck.random() < 0.3:
            network = edits.remove_nodes(network, [name])
        elif luck.random() < 0.5:
            inputs = tuple(luck.choices([*network.nodes, "nowhere"], k=luck.randint(0, 3)))
            network = network.with_nodes(each.with_(inputs=inputs) if each is node else each for each in network)
        else:
            kind = luck.choice([kind.name() for kind in CATALOG])
            network = network.with_nodes(
                each.with_(kind=kind, arguments={"p": "x"} if luck.random() < 0.2 else {}) if each is node else each
                for each in network
            )
        if not len(network):
            return network
    return network


@pytest.mark.parametrize("seed", range(40))
def test_whatever_was_done_to_a_network_lint_and_its_remedies_come_through(seed: int) -> None:
    """A remedy may be refused where names have become impossible, but only in words."""
    luck = random.Random(seed)
    network = mutilated(drawn(CASES[luck.choice(list(CASES))]), luck)
    for problem in linted(analyse(network), DataFacts(3, luck.choice([1, 3]))).problems:
        for remedy in problem.remedies:
            with contextlib.suppress(WorkbenchError):
                analyse(remedy.edit(network))
