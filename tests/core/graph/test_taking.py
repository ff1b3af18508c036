"""Taking single layers over from another network: all of them, one after another, make the networks alike."""

from __future__ import annotations

import pytest

from workbench.core.graph import edits
from workbench.core.graph.difference import difference
from workbench.core.graph.network import Network, Node
from workbench.core.graph.taking import take_away, take_back, take_version
from workbench.core.layers.catalog import CATALOG
from workbench.errors import WorkbenchError


def branched() -> Network:
    """Two branches from one stem, added, and a tail."""
    return Network.of(
        "branched",
        [
            Node("input", "Input"),
            Node("stem", "Conv2d", {"out_channels": 8}, ("input",)),
            Node("left", "ReLU", {}, ("stem",)),
            Node("right", "Tanh", {}, ("stem",)),
            Node("add", "Add", {}, ("left", "right")),
            Node("tail", "Sigmoid", {}, ("add",)),
            Node("output", "Output", {}, ("tail",)),
        ],
    )


@pytest.mark.parametrize("name", ["stem", "left", "right", "tail"])
def test_what_was_removed_comes_back_with_its_connections(name: str) -> None:
    before = branched()
    after = take_back(edits.remove_nodes(before, [name]), before, name)
    assert {node.name: (node.kind, node.arguments, node.inputs) for node in after} == {
        node.name: (node.kind, node.arguments, node.inputs) for node in before
    }


def test_a_chain_that_was_removed_comes_back_from_its_beginning() -> None:
    before = branched()
    short = edits.remove_nodes(before, ["stem", "left"])
    with pytest.raises(WorkbenchError, match="takes stem, which is not here: take that over first"):
        take_back(short, before, "left")
    after = take_back(take_back(short, before, "stem"), before, "left")
    assert {node.name: node.inputs for node in after} == {node.name: node.inputs for node in before}


def test_what_was_added_goes_again() -> None:
    before = branched()
    more = edits.insert_between(before, Node("extra", "ReLU"), "add", "tail")
    assert take_away(more, "extra") == before


def test_what_joins_does_not_go_alone() -> None:
    with pytest.raises(WorkbenchError, match="2 inputs"):
        take_away(branched(), "add")
    with pytest.raises(WorkbenchError, match="an input and an output"):
        take_away(branched(), "output")


def test_what_feeds_nothing_any_more_is_told() -> None:
    before = branched()
    other = edits.disconnect(edits.remove_nodes(before, ["tail"]), "add", "output")
    other = edits.add_node(other, Node("aside", "ReLU", {}, ("input",)))
    other = edits.connect(other, "aside", "output", catalog=CATALOG)
    with pytest.raises(WorkbenchError, match="feeds output, and that takes something else"):
        take_back(other, before, "tail")


def test_the_version_of_a_layer_that_was_rewired() -> None:
    before = branched()
    after = edits.disconnect(before, "add", "tail")
    after = edits.connect(after, "right", "tail", catalog=CATALOG)
    after = edits.set_arguments(after, "stem", {"out_channels": 9})
    for change in difference(before, after).changed:
        after = take_version(after, change)
    assert after == before


def test_of_a_layer_that_was_only_renamed_the_name_is_taken() -> None:
    before = branched()
    after = edits.rename(before, "left", "other")
    (change, *_) = difference(before, after).changed
    assert take_version(after, change) == before


def test_a_version_that_closes_a_loop_is_refused() -> None:
    before = branched()
    after = edits.disconnect(before, "add", "tail")
    after = edits.connect(after, "left", "tail", catalog=CATALOG)
    (change,) = difference(before, after).changed
    looped = edits.disconnect(after, "stem", "left")
    looped = edits.connect(looped, "input", "left", catalog=CATALOG)
    assert take_version(looped, change)["tail"].inputs == ("add",)
    turned = after.with_nodes(node.with_(inputs=("tail",)) if node.name == "right" else node for node in after)
    with pytest.raises(WorkbenchError, match="loop"):
        take_version(turned, change)


def test_a_name_that_is_taken_gets_another() -> None:
    before = branched()
    other = edits.remove_nodes(before, ["left"])
    other = edits.add_node(other, Node("left", "MaxPool2d"))
    other = take_back(other, before, "left")
    assert other["left_1"].kind == "ReLU" and other["add"].inputs == ("left_1", "right")
