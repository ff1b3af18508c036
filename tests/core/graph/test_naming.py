"""Names that a file can hold and a module cannot: each finds a possible one, and nothing else is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.graph.canvas import Canvas, Remark
from workbench.core.graph.naming import misnamed, possible_name, rename_misnamed
from workbench.core.graph.network import BlockUse, Network, Node
from workbench.core.graph.rules import own_name_problem


def chain(*names: str) -> Network:
    """Nodes that feed one another."""
    nodes = [Node("input", "Input")]
    for name in names:
        nodes.append(Node(name, "ReLU", {}, (nodes[-1].name,)))
    return Network.of("chain", [*nodes, Node("output", "Output", {}, (nodes[-1].name,))])


def mended(network: Network) -> Network:
    """All impossible names replaced, one remedy after another."""
    for _ in range(2 * len(network)):
        wrong = next((node.name for node in network if own_name_problem(network, node.name)), None)
        if wrong is None:
            return network
        place = misnamed(network, wrong)
        network = rename_misnamed(network, place, possible_name(network, place))
    raise AssertionError("the names are never possible")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("self", "self_"),
        ("class", "class_"),
        ("forward", "forward_"),
        ("training", "training_"),
        ("conv 1", "conv_1"),
        ("1st", "node_1st"),
        ("-x", "x"),
        ("__init__", "init"),
        ("__", "node"),
        ("", "node"),
        ("über", "uber"),
        ("卷积", "node"),
        ("block.weight", "block.weight_"),
        ("block.for", "block.for_"),
    ],
)
def test_what_an_impossible_name_becomes(name: str, wanted: str) -> None:
    network = chain(name)
    assert misnamed(network, name) == name
    assert possible_name(network, name) == wanted
    assert list(mended(network).nodes) == ["input", wanted, "output"]


def test_a_possible_name_is_left_alone() -> None:
    network = chain("conv1", "layer1.0.conv", "a-b")
    assert [misnamed(network, node.name) for node in network] == [""] * 5


def test_a_name_that_is_taken_gets_a_number() -> None:
    network = chain("class_", "class")
    assert possible_name(network, "class") == "class__1"


def test_a_group_is_renamed_with_all_that_is_in_it() -> None:
    network = chain("class.conv", "class.0.bn").with_(
        blocks={"class.0": BlockUse("X", {})},
        canvas=Canvas({"note_1": Remark("note", "", (0, 0), (100, 50), group="class")}, frozenset({"class.conv"})),
    )
    assert {misnamed(network, name) for name in ("class.conv", "class.0.bn")} == {"class"}
    after = mended(network)
    assert list(after.nodes) == ["input", "class_.conv", "class_.0.bn", "output"]
    assert [node.inputs for node in after][1:] == [("input",), ("class_.conv",), ("class_.0.bn",)]
    assert list(after.blocks) == ["class_.0"]
    assert after.canvas.remarks["note_1"].group == "class_"
    assert after.canvas.fixed == {"class_.conv"}


def test_of_a_node_and_a_group_of_one_name_the_node_gives_way() -> None:
    network = chain("a", "a.b")
    assert misnamed(network, "a") == misnamed(network, "a.b") == "a"
    assert list(mended(network).nodes) == ["input", "a_1", "a.b", "output"]


def test_names_that_are_too_long_or_too_deep_end() -> None:
    deep, long = ".".join("abc" * 30), "x" * 400
    after = mended(chain(deep, long))
    assert len(after) == 4
    assert all(own_name_problem(after, node.name) is None for node in after)


@given(st.lists(st.text("ab.1 _-é", max_size=8) | st.sampled_from(["self", "if", "a.self", "to"]), unique=True))
def test_every_network_can_be_mended(names: list[str]) -> None:
    network = chain(*(name for name in names if name not in ("input", "output")))
    after = mended(network)
    assert len(after) == len(network)
    place = {old.name: new.name for old, new in zip(network, after, strict=True)}
    assert [tuple(place[name] for name in node.inputs) for node in network] == [node.inputs for node in after]
