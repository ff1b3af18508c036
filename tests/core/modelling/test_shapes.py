"""Shapes, parameters, costs and receptive fields against published numbers; problems that do not stop the rest."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from torch.utils._python_dispatch import TorchDispatchMode

from workbench.core.graph.edits import disconnect, move, rename, retitle, set_arguments
from workbench.core.graph.network import Network, Node, chain
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse, node_facts


def single(kind: str, shape: tuple[int, ...], **arguments: object) -> Network:
    return chain(
        "one", [Node("input", "Input", {"shape": list(shape)}), Node("node", kind, arguments), Node("output", "Output")]
    )


@pytest.mark.parametrize(
    ("kind", "shape", "arguments", "output", "parameters"),
    [
        ("Conv2d", (3, 32, 32), {"out_channels": 16, "padding": 1}, (16, 32, 32), 448),
        ("Conv2d", (64, 56, 56), {"out_channels": 128, "stride": 2, "padding": 1}, (128, 28, 28), 73_856),
        ("Conv2d", (8, 9, 9), {"out_channels": 8, "groups": 8, "padding": "same"}, (8, 9, 9), 80),
        ("MaxPool2d", (4, 7, 7), {}, (4, 3, 3), 0),
        ("MaxPool2d", (4, 7, 7), {"ceil_mode": True}, (4, 4, 4), 0),
        ("AdaptiveAvgPool2d", (4, 7, 7), {"output_size": [2, 3]}, (4, 2, 3), 0),
        ("Flatten", (3, 32, 32), {}, (3072,), 0),
        ("Dropout2d", (3, 4, 4), {}, (3, 4, 4), 0),
    ],
)
def test_layer(
    kind: str, shape: tuple[int, ...], arguments: dict[str, object], output: tuple[int, ...], parameters: int
) -> None:
    report = analyse(single(kind, shape, **arguments)).nodes["node"]
    assert (report.output_shape, report.parameters) == (output, parameters)


@pytest.mark.parametrize(("features", "parameters"), [(3_072, 1_573_376), (150_528, 77_070_848)])
def test_linear_after_flatten(features: int, parameters: int) -> None:
    side = {3_072: 32, 150_528: 224}[features]
    nodes = [
        Node("input", "Input", {"shape": [3, side, side]}),
        Node("flatten", "Flatten"),
        Node("fc", "Linear", {"out_features": 512}),
        Node("output", "Output"),
    ]
    assert analyse(chain("dense", nodes)).nodes["fc"].parameters == parameters


@pytest.mark.parametrize(
    ("name", "parameters", "giga_macs"),
    [
        ("alexnet", 61_100_840, 0.714),
        ("vgg16", 138_357_544, 15.47),
        ("googlenet", 6_624_904, 1.498),
        ("resnet18", 11_689_512, 1.814),
        ("resnet50", 25_557_032, 4.089),
        ("mobilenet_v2", 3_504_872, 0.301),
    ],
)
def test_torchvision_costs_are_the_published_ones(name: str, parameters: int, giga_macs: float) -> None:
    analysis = analyse(open_network(name))
    assert analysis.parameters == parameters
    assert analysis.macs / 1e9 == pytest.approx(giga_macs, abs=0.0006)


@pytest.mark.parametrize(
    ("network", "node", "size", "stride", "padding"),
    [
        ("alexnet", "features.12", 195, 32, 66),
        ("vgg16", "features.30", 212, 32, 90),
        ("resnet18", "conv1", 7, 2, 3),
        ("resnet18", "maxpool", 11, 4, 5),
        ("resnet18", "layer1.1.conv2", 43, 4, 21),
        ("resnet18", "layer2.1.conv2", 99, 8, 49),
        ("resnet18", "layer3.1.conv2", 211, 16, 105),
        ("resnet18", "layer4.1.conv2", 435, 32, 217),
        ("resnet50", "layer1.2.conv3", 35, 4, 17),
        ("resnet50", "layer4.2.conv3", 427, 32, 213),
    ],
)
def test_receptive_fields_are_the_published_ones(network: str, node: str, size: int, stride: int, padding: int) -> None:
    field = analyse(open_network(network)).nodes[node].receptive_field
    assert field is not None
    assert (field.size, field.stride, field.padding) == ((size,) * 2, (stride,) * 2, (padding,) * 2)


@pytest.mark.parametrize(("network", "node"), [("efficientnet_b0", "features.8.2"), ("regnet_y_400mf", "trunk_output")])
def test_a_gate_of_the_whole_picture_leaves_the_geometric_field(network: str, node: str) -> None:
    reports = analyse(open_network(network)).nodes
    last = next(report for name, report in reversed(reports.items()) if name.startswith(node))
    assert last.receptive_field is not None
    assert last.receptive_field.stride == (32, 32)


def test_receptive_field_of_five_convolutions_and_of_a_dilated_one() -> None:
    convolutions = [Node(f"conv{number}", "Conv2d") for number in range(5)]
    stack = chain("stack", [Node("input", "Input"), *convolutions, Node("output", "Output")])
    field = analyse(stack).nodes["conv4"].receptive_field
    assert field is not None
    assert field.size == (11, 11)
    assert field.centre(0, 0) == (5.0, 5.0)
    dilated = analyse(single("Conv2d", (3, 32, 32), dilation=2)).nodes["node"].receptive_field
    assert dilated is not None
    assert dilated.size == (5, 5)


def test_a_broken_node_is_named_and_the_rest_still_analysed() -> None:
    network = set_arguments(open_network("cifar10cnn"), "conv2", {"kernel_size": 77})
    analysis = analyse(network)
    assert [problem.where for problem in analysis.problems] == ["conv2"]
    assert "77 × 77 is larger than the picture of 32 × 32, 34 × 34 with its padding" in analysis.problems[0].reason
    assert analysis.nodes["relu1"].output_shape == (32, 32, 32)
    assert analysis.nodes["fc2"].output_shape is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"out_channels": 0}, "out_channels"),
        ({"kernel_size": "wide"}, "kernel_size"),
        ({"colour": "red"}, "colour"),
        ({"stride": [1, 2, 3]}, "stride"),
        ({"groups": 5}, "5 groups do not divide 3"),
        ({"padding": "same", "stride": 2}, "stride 1"),
    ],
)
def test_bad_arguments_are_explained(arguments: dict[str, object], words: str) -> None:
    problems = analyse(single("Conv2d", (3, 32, 32), **arguments)).problems
    assert len(problems) == 1
    assert words in str(problems[0])


def test_unknown_kinds_missing_inputs_and_lost_ends_are_problems() -> None:
    network = Network.of(
        "odd", [Node("input", "Input"), Node("magic", "Warp", {}, ("input",)), Node("sum", "Add", {}, ("input",))]
    )
    found = {problem.where: problem.title for problem in analyse(network).problems}
    assert "Warp" in found["magic"]
    assert "at least 2" in found["sum"]
    assert "no Output" in found[""]


def test_a_loop_is_a_problem_of_its_nodes() -> None:
    nodes = [
        Node("input", "Input"),
        Node("a", "Add", {}, ("input", "b")),
        Node("b", "ReLU", {}, ("a",)),
        Node("output", "Output", {}, ("b",)),
    ]
    found = {problem.where for problem in analyse(Network.of("loop", nodes)).problems}
    assert found == {"a", "b", "output"}


def test_adding_different_shapes_names_both() -> None:
    network = set_arguments(open_network("mini_resnet"), "layer2.0.conv2", {"out_channels": 65})
    problem = next(problem for problem in analyse(network).problems if problem.where == "layer2.0.add")
    assert "65 × 16 × 16" in problem.reason
    assert "64 × 16 × 16" in problem.reason


def test_a_picture_of_no_pixels_is_a_problem() -> None:
    halves = [Node(f"half{number}", "Upsample", {"scale_factor": 0.25}) for number in range(2)]
    lines = [Node("input", "Input", {"shape": [3, 8, 8]}), *halves, Node("output", "Output")]
    (problem,) = analyse(chain("n", lines)).problems
    assert problem.where == "half1"
    assert "3 × 0 × 0" in problem.reason


def test_a_name_that_pytorch_cannot_hold_is_a_problem() -> None:
    network = Network.of(
        "names",
        [Node("input", "Input"), Node("forward", "ReLU", {}, ("input",)), Node("output", "Output", {}, ("forward",))],
    )
    assert [problem.where for problem in analyse(network).problems] == ["forward"]


class Operators(TorchDispatchMode):
    """Counts the operators that run inside it, those of counters within it included."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.runs[str(func.overloadpacket)] += 1
        return func(*args, **(kwargs or {}))


def convolutions_run(network: Network) -> int:
    with Operators() as operators:
        assert not analyse(network).errors
    return operators.runs["aten.convolution"]


def test_an_edit_runs_again_only_what_changed() -> None:
    layers = []
    for number in range(500):
        channels = 1 + number % 100 if number < 499 else 7
        layers += [Node(f"conv{number}", "Conv2d", {"out_channels": channels, "padding": 1})]
        layers += [Node(f"relu{number}", "ReLU")]
    lines = [Node("input", "Input", {"shape": [3, 12, 12]}), *layers, Node("output", "Output")]
    network = chain("long", lines)
    node_facts.cache_clear()
    assert 100 <= convolutions_run(network) <= 103  # a layer like another one for the same shape is not run again
    assert convolutions_run(network) == 0
    last = set_arguments(network, "conv499", {"kernel_size": 5})
    assert convolutions_run(last) == 1
    assert convolutions_run(set_arguments(last, "conv250", {"bias": False})) == 1
    wider = set_arguments(last, "conv497", {"out_channels": 1000})
    assert convolutions_run(wider) == 2
    for unchanged in (move(last, {"conv3": (1.0, 2.0)}), rename(last, "conv3", "first"), retitle(last, "n"), network):
        with Operators() as operators:
            analyse(unchanged)
        assert not operators.runs


def test_problems_disappear_when_they_are_mended() -> None:
    network = open_network("lenet5")
    broken = disconnect(network, "tanh1", "pool1")
    assert analyse(broken).problems
    assert analyse(rename(network, "fc3", "head")).problems == ()
