"""Differences of networks: making them again gives the second network; what is the same layer is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.graph import edits
from workbench.core.graph.difference import Difference, apply, difference
from workbench.core.graph.matching import matched
from workbench.core.graph.network import BlockUse, Network, Node, chain
from workbench.core.modelling.opening import open_network
from workbench.errors import WorkbenchError

Gesture = Callable[[Network, int, int], Network]
numbers = st.integers(0, 40)
scripts = st.lists(st.tuples(numbers, numbers, numbers), max_size=12)


def edited(network: Network, script: list[tuple[int, int, int]], gestures: Mapping[str, Gesture]) -> Network:
    names = sorted(gestures)
    for which, i, j in script:
        try:
            network = gestures[names[which % len(names)]](network, i, j)
        except WorkbenchError:
            continue
    return network


def same(one: Network, other: Network) -> bool:
    return one == other and list(one.nodes) == list(other.nodes)


@settings(max_examples=200, deadline=None)
@given(one=scripts, other=scripts)
def test_a_difference_made_again_gives_the_second_network(
    one: list[tuple[int, int, int]],
    other: list[tuple[int, int, int]],
    gestures: Mapping[str, Gesture],
    start: Network,
) -> None:
    before, after = edited(start, one, gestures), edited(start, other, gestures)
    there, back = difference(before, after), difference(after, before)
    assert same(apply(there, before), after)
    assert same(apply(back, after), before)
    assert bool(there) == bool(back) == (not same(before, after))


@settings(max_examples=100, deadline=None)
@given(script=scripts)
def test_equal_networks_have_no_difference(
    script: list[tuple[int, int, int]], gestures: Mapping[str, Gesture], start: Network
) -> None:
    network = edited(start, script, gestures)
    copy = Network(network.name, {node.name: node.with_() for node in network}, network.blocks)
    assert difference(network, copy) == Difference()
    assert not difference(network, copy)


@settings(max_examples=100, deadline=None)
@given(script=scripts)
def test_every_layer_is_matched_once(
    script: list[tuple[int, int, int]], gestures: Mapping[str, Gesture], start: Network
) -> None:
    after = edited(start, script, gestures)
    matches = matched(start, after)
    assert len(set(matches.values())) == len(matches)
    assert set(matches) <= set(start.nodes)
    assert set(matches.values()) <= set(after.nodes)


def test_what_was_done_is_told(diamond: Network) -> None:
    changed = edits.set_arguments(diamond, "b", {"size": 5, "bias": True})
    changed = edits.move(changed, {"a": (1.0, 2.0)})
    found = {pair.before.name: pair for pair in difference(diamond, changed).changed}
    assert found["b"].arguments == {"size": (3, 5), "bias": ("–", True)}
    assert (found["b"].renamed, found["b"].rewired, found["b"].moved) == (False, False, False)
    assert found["a"].moved
    assert set(found) == {"a", "b"}


def test_moving_on_the_canvas_is_no_difference_in_structure(diamond: Network) -> None:
    assert not difference(diamond, edits.move(diamond, {"a": (1.0, 2.0)})).structural
    assert not difference(diamond, edits.retitle(diamond, "other")).structural
    assert difference(diamond, edits.rename(diamond, "a", "first")).structural


def test_a_renamed_layer_is_the_same_and_rewires_nobody(diamond: Network) -> None:
    found = difference(diamond, edits.rename(diamond, "a", "first"))
    (change,) = found.changed[:1]
    assert (found.added, found.removed) == ((), ())
    assert {pair.before.name: pair.after.name for pair in found.changed if pair.renamed} == {"a": "first"}
    assert not any(pair.rewired for pair in found.changed)
    assert change.before.name == "a"
    assert same(apply(found, diamond), edits.rename(diamond, "a", "first"))


def test_an_inserted_layer_is_added_and_its_consumer_rewired(diamond: Network) -> None:
    found = difference(diamond, edits.insert_between(diamond, Node("new", "Layer"), "b", "join"))
    assert [node.name for node in found.added] == ["new"]
    assert [(pair.after.name, pair.rewired) for pair in found.changed] == [("join", True)]


def test_a_removed_layer_is_removed(diamond: Network) -> None:
    found = difference(diamond, edits.remove_nodes(diamond, ["b"]))
    assert [node.name for node in found.removed] == ["b"]
    assert [(pair.after.name, pair.sources, pair.after.inputs) for pair in found.changed] == [
        ("join", ("b", "a"), ("a", "a"))
    ]


def numbered(*kinds: str) -> Network:
    """A sequence in PyTorch's way: the names are places, and all behind an inserted layer have other ones."""
    layers = [Node(f"features.{number}", kind) for number, kind in enumerate(kinds)]
    return chain("n", [Node("input", "Input"), *layers, Node("output", "Output")])


def test_an_insertion_into_a_numbered_sequence_renames_what_follows() -> None:
    plain = numbered("Conv2d", "ReLU", "MaxPool2d", "Conv2d", "ReLU", "Flatten")
    normed = numbered("Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Conv2d", "ReLU", "Flatten")
    found = difference(plain, normed)
    assert [node.kind for node in found.added] == ["BatchNorm2d"]
    assert found.removed == ()
    assert not any(pair.replaced for pair in found.changed)
    assert [pair.after.name for pair in found.changed if pair.rewired] == ["features.2"]


def test_another_kind_in_the_same_place_replaces(diamond: Network) -> None:
    nodes = [node.with_(kind="Other") if node.name == "b" else node for node in diamond]
    (change,) = difference(diamond, diamond.with_nodes(nodes)).changed
    assert change.replaced
    assert not change.renamed


def test_a_renamed_and_changed_layer_is_known_by_its_neighbours(diamond: Network) -> None:
    changed = edits.set_arguments(edits.rename(diamond, "b", "second"), "second", {"size": 9})
    found = difference(diamond, changed)
    assert (found.added, found.removed) == ((), ())
    change = next(pair for pair in found.changed if pair.before.name == "b")
    assert (change.after.name, change.arguments) == ("second", {"size": (3, 9)})


def test_another_group_name_renames_all_inside_and_nothing_else() -> None:
    network = open_network("resnet18")
    names = {name: name.replace("layer3.", "stage3.") for name in network.nodes}
    renamed = Network.of(
        network.name,
        [node.with_(name=names[node.name], inputs=tuple(names[source] for source in node.inputs)) for node in network],
    )
    found = difference(network, renamed)
    assert (found.added, found.removed, found.order) == ((), (), None)
    assert {pair.before.name: pair.after.name for pair in found.changed if pair.renamed} == {
        old: new for old, new in names.items() if old != new
    }
    assert not any(pair.rewired or pair.arguments for pair in found.changed)


def test_resnet34_is_resnet18_with_more_blocks() -> None:
    found = difference(open_network("resnet18"), open_network("resnet34"))
    assert found.removed == ()
    assert {node.name.rpartition(".")[0] for node in found.added} >= {"layer1.2", "layer3.5"}
    entries = {f"layer{stage}.0.{part}" for stage in (2, 3, 4) for part in ("conv1", "downsample.0")}
    assert {pair.after.name for pair in found.changed} == {*entries, "avgpool"}
    assert all(pair.rewired and not pair.arguments for pair in found.changed)


def test_blocks_and_titles_are_told(diamond: Network) -> None:
    blocked = Network("other", diamond.nodes, {"a": BlockUse("B", {"x": 1})})
    found = difference(diamond, blocked)
    assert found.titles == ("diamond", "other")
    assert found.blocks == {"a": (None, BlockUse("B", {"x": 1}))}
    assert same(apply(difference(blocked, diamond), blocked), diamond)


@pytest.mark.parametrize("other", ["b", "join"])
def test_a_difference_refuses_another_network(diamond: Network, other: str) -> None:
    found = difference(diamond, edits.set_arguments(diamond, "b", {"size": 5}))
    with pytest.raises(WorkbenchError, match="does not fit"):
        apply(found, edits.remove_nodes(diamond, ["b"]))
    added = difference(diamond, edits.add_node(diamond, Node("n", "Layer")))
    with pytest.raises(WorkbenchError, match="does not fit"):
        apply(added, edits.rename(diamond, other, "n"))
