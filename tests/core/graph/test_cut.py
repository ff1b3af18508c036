"""Cutting a network across: what lies above a line, its shortest names, and how it survives edits."""

from __future__ import annotations

import pytest

from workbench.core.graph import edits
from workbench.core.graph.cut import carried_over, covered, cuts, is_below, named_together, with_sources
from workbench.core.graph.network import Network, Node, chain
from workbench.core.modelling.opening import open_network

FORKED = Network.of(
    "forked",
    [
        Node("input", "Input"),
        Node("a.conv", "Conv2d", {}, ("input",)),
        Node("a.norm", "BatchNorm2d", {}, ("a.conv",)),
        Node("b", "Conv2d", {}, ("input",)),
        Node("sum", "Add", {}, ("a.norm", "b")),
        Node("head", "Conv2d", {}, ("sum",)),
        Node("output", "Output", {}, ("head",)),
    ],
)


def test_a_line_runs_between_the_layers_of_the_longest_path() -> None:
    assert [sorted(cut) for cut in cuts(FORKED)] == [
        [],
        ["input"],
        ["a.conv", "b", "input"],
        ["a.conv", "a.norm", "b", "input"],
        ["a.conv", "a.norm", "b", "input", "sum"],
        ["a.conv", "a.norm", "b", "head", "input", "sum"],
    ]


@pytest.mark.parametrize("name", ["cifar10net", "resnet18", "googlenet", "densenet121"])
def test_what_feeds_a_node_above_a_line_is_above_it_too(name: str) -> None:
    network = open_network(name)
    for cut in cuts(network):
        assert cut == with_sources(network, cut)


@pytest.mark.parametrize("name", ["cifar10net", "resnet18", "googlenet"])
def test_short_names_stand_for_exactly_their_nodes(name: str) -> None:
    network = open_network(name)
    ends = {node.name for kind in ("Input", "Output") for node in network.of_kind(kind)}
    for cut in cuts(network):
        assert covered(network, named_together(network, cut)) == cut - ends


def test_a_group_that_is_whole_is_named_as_one() -> None:
    assert named_together(FORKED, ["input", "a.conv", "a.norm", "b"]) == ("a", "b")
    assert named_together(FORKED, ["a.conv", "b"]) == ("a.conv", "b")
    assert named_together(FORKED, ["gone"]) == ()


def test_a_name_that_only_begins_alike_is_not_below() -> None:
    assert is_below("layer1.conv", ("layer1",)) and is_below("layer1", ("layer1",))
    assert not is_below("layer10.conv", ("layer1",))


def test_names_follow_a_rename_and_take_in_what_is_inserted_above() -> None:
    before = chain("n", [Node("input", "Input"), Node("c1", "Conv2d"), Node("c2", "Conv2d"), Node("output", "Output")])
    renamed = edits.rename(before, "c1", "first")
    assert carried_over(before, renamed, ("c1",)) == ("first",)
    inserted = chain("n", [Node("input", "Input"), Node("c1", "Conv2d"), Node("r", "ReLU"), Node("c2", "Conv2d")])
    assert carried_over(before, inserted, ("c1", "c2")) == ("c1", "r", "c2")
    assert carried_over(before, edits.remove_nodes(before, ["c2"]), ("c1", "c2")) == ("c1",)
    assert carried_over(before, renamed, ()) == ()
