from __future__ import annotations

import pytest

from workbench.core.graph.network import Network, Node
from workbench.core.graph.rules import connection_problem, input_problem, name_problem


@pytest.mark.parametrize("name", ["conv", "layer1.0.conv1", "_x", "blocks.12", "attention.self.query"])
def test_usable_names(diamond: Network, name: str) -> None:
    assert name_problem(diamond, name) is None


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "a..b", "two words", "größe", "-x", "²", "a.weight", "train", "b.c", "a"),
        *("class", "a.lambda.b", "None", "__class__", "a.__init__", "_modules", "meta", "recompile", "self"),
        *("x" * 301, ".".join("x" * 51)),
    ],
)
def test_names_that_cannot_be(diamond: Network, name: str) -> None:
    problem = name_problem(diamond, name)
    assert problem is not None and problem.reason


def test_a_node_cannot_have_the_name_of_a_group() -> None:
    network = Network.of("g", [Node("layer1.0.conv", "Layer")])
    problem = name_problem(network, "layer1")
    assert problem is not None and "group" in problem.title


def test_connections_that_can_be(diamond: Network, toys: object) -> None:
    assert connection_problem(diamond, "input", "join", toys) is None
    assert connection_problem(diamond, "a", "join", toys) is None


@pytest.mark.parametrize(
    ("source", "target", "word"),
    [
        ("join", "a", "loop"),
        ("a", "a", "loop"),
        ("output", "a", "output"),
        ("a", "input", "no input"),
        ("a", "x", "no"),
    ],
)
def test_connections_that_cannot_be(diamond: Network, toys: object, source: str, target: str, word: str) -> None:
    problem = connection_problem(diamond, source, target, toys)
    assert problem is not None and word in problem.title


def test_too_few_too_many_and_missing_inputs(diamond: Network, toys: object) -> None:
    assert input_problem(diamond["join"], diamond, toys) is None
    assert "at least 2" in str(input_problem(diamond["join"].with_(inputs=("a",)), diamond, toys))
    assert "at most 1" in str(input_problem(diamond["b"].with_(inputs=("a", "a")), diamond, toys))
    assert "ghost" in str(input_problem(diamond["b"].with_(inputs=("ghost",)), diamond, toys))
