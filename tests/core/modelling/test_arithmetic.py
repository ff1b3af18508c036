"""What is written out evaluates to what it says, and to what the analysis has found."""

from __future__ import annotations

import math
import re

import pytest

from workbench.core.graph.network import Network, Node
from workbench.core.modelling.arithmetic import written_out
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import Analysis, analyse


def lines(kind: str, shape: tuple[int, int, int] = (3, 32, 32), **arguments: object) -> dict[str, str]:
    source = Node("input", "Input", {"shape": list(shape)})
    node = Node("tried", kind, arguments, inputs=("input",))
    return {line.title: line.text for line in written_out(node, analyse(Network.of("x", [source, node])))}


def value(formula: str) -> float:
    """What the part before the equals sign evaluates to, by Python."""
    python = formula.replace("·", "*").replace("−", "-")
    python = re.sub(r"⌊(.*)⌋", r"math.floor(\1)", python)
    python = re.sub(r"⌈(.*)⌉", r"math.ceil(\1)", python)
    return float(eval(python, {"math": math}))


def test_the_formula_of_the_course() -> None:
    assert lines("Conv2d", kernel_size=3, padding=1)["Size"] == "⌊(32 + 2·1 − 3) / 1⌋ + 1 = 32"
    assert lines("Conv2d", kernel_size=3, padding=1)["Parameters"] == "3 · 3 · 3 · 32 + 32 = 896"
    assert lines("Conv2d", kernel_size=3)["Receptive field"] == "1 + (3 − 1) · 1 = 3"


def test_height_and_width_are_told_apart_where_they_differ() -> None:
    found = lines("Conv2d", (3, 32, 20), kernel_size=[3, 5], dilation=2)
    assert found["Height"] == "⌊(32 − (2·(3 − 1) + 1)) / 1⌋ + 1 = 28"
    assert found["Width"] == "⌊(20 − (2·(5 − 1) + 1)) / 1⌋ + 1 = 12"
    assert found["Field, width"] == "1 + (5 − 1) · 2 · 1 = 9"


def test_transposed_convolutions_and_rounding_up() -> None:
    assert lines("ConvTranspose2d", output_padding=1, stride=3)["Size"] == "(32 − 1)·3 + 2 + 1 = 96"
    assert lines("MaxPool2d", (3, 31, 31), ceil_mode=True)["Size"] == "⌈(31 − 2) / 2⌉ + 1 = 16"


def test_depthwise_convolutions_count_the_channels_of_a_group() -> None:
    found = lines("Conv2d", (8, 10, 10), out_channels=8, groups=8, bias=False)
    assert found["Parameters"] == "8/8 · 3 · 3 · 8 = 72"


@pytest.mark.parametrize("kind", ["ReLU", "Flatten", "AdaptiveAvgPool2d", "Dropout"])
def test_where_there_is_nothing_to_compute_nothing_is_written(kind: str) -> None:
    assert lines(kind) == {}


def test_what_cannot_run_has_no_arithmetic() -> None:
    assert lines("Conv2d", (3, 4, 4), kernel_size=9) == {}
    assert written_out(Node("gone", "Conv2d", inputs=("nowhere",)), Analysis(Network("x"), {}, ())) == ()


@pytest.mark.parametrize("name", ["cifar10cnn", "resnet18", "mobilenet_v2", "googlenet", "alexnet"])
def test_every_line_of_published_networks_is_right(name: str) -> None:
    analysis = analyse(open_network(name))
    checked = 0
    for node in analysis.network:
        report = analysis.nodes[node.name]
        for title, text in written_out(node, analysis):
            formula, _, result = text.rpartition(" = ")
            number = int(result.replace(",", ""))
            assert value(formula) == number, (node.name, text)
            expected = {
                "Parameters": report.parameters,
                "Multiply-adds": report.macs,
                "Size": (report.output_shape or (0,))[-1],
                "Receptive field": report.receptive_field.size[0] if report.receptive_field else None,
            }
            assert expected[title] == number, (node.name, text)
            checked += 1
    convolutions = analysis.network.of_kind("Conv2d")
    assert checked >= 2 * len(convolutions)
