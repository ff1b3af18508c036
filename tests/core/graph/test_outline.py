"""The tree of groups and stacks, and what is seen of it: checked against the network and by drawing lots."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.graph import edits
from workbench.core.graph.canvas_edits import fix, run
from workbench.core.graph.housing import housed, laid_out, make_room, put_down, redirected
from workbench.core.graph.layout import LayoutCancelled, push_down
from workbench.core.graph.nesting import Arrangement, Sizes, arranged, cards, nested_layout
from workbench.core.graph.network import Network, Node, chain
from workbench.core.graph.orientation import DIRECTIONS, Direction
from workbench.core.graph.outline import GROUP, ROOT, Outline, outermost, outline, seen_network

SIZES = Sizes()


def blocks(copies: int = 3) -> Network:
    """A stem, a stage of identical residual blocks, and a head."""
    nodes = [Node("input", "Input"), Node("stem", "Conv2d")]
    for number in range(copies):
        before = nodes[-1].name
        nodes.append(Node(f"stage.{number}.conv", "Conv2d", {}, (before,)))
        nodes.append(Node(f"stage.{number}.add", "Add", {}, (f"stage.{number}.conv", before)))
    return chain(
        "blocks", [*nodes, Node("head.pool", "MaxPool2d"), Node("head.fc", "Linear"), Node("output", "Output")]
    )


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Networks of random groups and connections, loops and missing inputs too."""
    parts = st.sampled_from(["a", "b", "c", "0", "1"])
    drawn = draw(st.lists(st.lists(parts, min_size=1, max_size=4), min_size=1, max_size=14))
    names = list(dict.fromkeys(".".join(["g" + part for part in way[:-1]] + ["n" + way[-1]]) for way in drawn))
    sources = st.lists(st.sampled_from([*names, "ghost"]), max_size=3)
    return Network.of("lots", (Node(name, "Add", {}, tuple(draw(sources))) for name in names))


def boxes(tree: Outline, found: Arrangement) -> list[tuple[str, float, float, float, float]]:
    return [(key, x, y, *(SIZES.group if tree.is_group(key) else SIZES.node)) for key, (x, y) in found.cards.items()]


def overlapping(tree: Outline, found: Arrangement) -> list[tuple[str, str]]:
    """The pairs of cards that cover one another, and the frames that cover a card that is not in them."""
    cards_seen = boxes(tree, found)
    frames = [(key, *rectangle) for key, rectangle in found.frames.items()]
    pairs = [(one, other) for place, one in enumerate(cards_seen) for other in cards_seen[place + 1 :]]
    pairs += [(one, other) for one in frames for other in cards_seen if one[0] not in tree.around(other[0])]
    return [
        (one[0], other[0])
        for one, other in pairs
        if one[1] < other[1] + other[3] - 0.01
        and other[1] < one[1] + one[3] - 0.01
        and one[2] < other[2] + other[4] - 0.01
        and other[2] < one[2] + one[4] - 0.01
    ]


def test_the_tree_has_groups_and_stacks() -> None:
    tree = outline(blocks())
    assert tree.children[ROOT] == ("input", "stem", "stage", "head", "output")
    assert tree.children["stage"] == ("stage.0…2",)
    assert tree.children["stage.0…2"] == ("stage.0", "stage.1", "stage.2")
    assert [*tree.around("stage.1.add")] == ["stage.1", "stage.0…2", "stage"]
    assert tree.prefix("stage.0…2") == "stage" and tree.prefix(ROOT) == ""
    assert tree.nodes("stage.1") == ("stage.1.conv", "stage.1.add")
    assert outermost(tree, ["stage.1.add", "stem", "stage"]) == ["stem", "stage"]


def test_what_is_seen_of_closed_groups() -> None:
    tree = outline(blocks())
    seen = seen_network(tree, ())
    assert {node.name: node.inputs for node in seen} == {
        "input": (), "stem": ("input",), "stage": ("stem",), "head": ("stage",), "output": ("head",),
    }  # fmt: skip
    assert seen["stage"].kind == GROUP and seen["stem"] is tree.network["stem"]
    opened = seen_network(tree, {"stage", "stage.0…2", "stage.1"})
    assert opened["stage.1.add"] is tree.network["stage.1.add"] or opened["stage.1.add"].inputs == (
        "stage.1.conv", "stage.0",
    )  # fmt: skip
    assert opened["stage.2"].inputs == ("stage.1.add",)
    assert [*seen_network(tree, (), "stage").nodes] == ["stage.0…2"]


def test_everything_open_is_the_network_itself() -> None:
    network = blocks()
    tree = outline(network)
    assert dict(seen_network(tree, tree.groups).nodes) == dict(network.nodes)


@given(networks(), st.randoms(), st.sampled_from(DIRECTIONS))
@settings(max_examples=150, deadline=None)
def test_every_node_is_seen_once_and_nothing_overlaps(network: Network, chance: object, direction: Direction) -> None:
    tree = outline(run(network, direction))
    opened = {key for key in tree.groups if chance.random() < 0.6}  # type: ignore[attr-defined]
    owners = tree.owners(opened)
    assert owners.keys() == set(network.nodes)
    assert {*seen_network(tree, opened).nodes} == {*owners.values()}
    found = arranged(tree, nested_layout(tree, SIZES), opened, sizes=SIZES)
    assert found.cards.keys() == {*owners.values()}
    assert found.frames.keys() == {*tree.frames(opened)}
    assert overlapping(tree, found) == []


@given(networks())
@settings(max_examples=80, deadline=None)
def test_closing_brings_everything_back(network: Network) -> None:
    tree = outline(network)
    places = nested_layout(tree, SIZES)
    closed = cards(tree, places)
    everything = arranged(tree, places, tree.groups, sizes=SIZES)
    assert everything.cards.keys() == set(network.nodes)
    flat = [key for key in tree.children[ROOT] if not any(map(tree.is_group, tree.children[ROOT])) and key in places]
    assert all(everything.cards[key] == closed[key] for key in flat)


@given(networks(), st.data(), st.sampled_from(DIRECTIONS))
@settings(max_examples=80, deadline=None)
def test_places_by_hand_are_kept_and_the_others_found(
    network: Network, data: st.DataObject, direction: Direction
) -> None:
    kept = data.draw(st.sets(st.sampled_from([*network.nodes])))
    tree = outline(run(network, direction))
    layout = nested_layout(tree, SIZES)
    found = housed(tree, {name: layout[name] for name in kept}, SIZES)
    assert found.keys() == set(network.nodes)
    if len(kept) == len(network):
        assert found == layout


def test_a_group_put_down_makes_its_siblings_give_way() -> None:
    network = blocks(1)
    tree = outline(network)
    placed = network.with_nodes(node.with_(position=nested_layout(tree, SIZES)[node.name]) for node in network)
    corner = cards(tree, nested_layout(tree, SIZES))["stage"]
    moved = put_down(placed, "head", corner, SIZES)
    after = arranged(tree, {node.name: node.position or (0, 0) for node in moved}, (), sizes=SIZES)
    assert after.cards["head"][1] < after.cards["stage"][1]
    assert overlapping(tree, after) == []


def test_taking_a_group_apart_leaves_room_for_what_was_in_it() -> None:
    tree = outline(blocks(2))
    places = make_room(tree, "head", nested_layout(tree, SIZES), SIZES)
    down = places["output"][1] - nested_layout(tree, SIZES)["output"][1]
    assert down == pytest.approx(SIZES.node[1] + SIZES.gap[1])


def test_a_flat_network_is_pushed_as_before() -> None:
    network = chain("flat", [Node(name, "ReLU") for name in ("one", "two", "three")])
    places = nested_layout(outline(network), SIZES)
    placed = network.with_nodes(node.with_(position=places[node.name]) for node in network)
    moved = put_down(placed, "three", places["two"], SIZES)
    wanted = push_down({**places, "three": places["two"]}, "three", size=SIZES.node, gap=SIZES.gap[1])
    assert moved["two"].position == wanted["two"]


def to_the_right(network: Network) -> Network:
    return run(network, "right")


def test_to_the_right_a_group_opens_where_its_card_was_and_the_line_runs_on() -> None:
    tree = outline(to_the_right(blocks()))
    places = nested_layout(tree, SIZES)
    closed, opened = arranged(tree, places, (), sizes=SIZES), arranged(tree, places, ["head"], sizes=SIZES)
    left, top, width, height = opened.frames["head"]
    corner, card = closed.cards["head"], opened.cards["head.pool"]
    assert (left, card[1]) == corner
    assert (card[0] - left, card[1] - top) == SIZES.before
    assert width == 2 * SIZES.node[0] + SIZES.gap[0] + SIZES.before[0] + SIZES.behind[0]
    assert height == SIZES.node[1] + SIZES.before[1] + SIZES.behind[1]


def test_to_the_right_what_is_put_down_pushes_to_the_right() -> None:
    network = to_the_right(chain("flat", [Node(name, "ReLU") for name in ("one", "two", "three")]))
    places = nested_layout(outline(network), SIZES)
    moved = put_down(edits.move(network, places), "three", places["two"], SIZES)
    assert moved["two"].position == (places["two"][0] + SIZES.node[0] + SIZES.gap[0], places["two"][1])
    assert moved["one"].position == places["one"]


def test_to_the_right_new_things_come_behind_what_feeds_them_or_one_row_lower() -> None:
    network = to_the_right(chain("flat", [Node(name, "ReLU") for name in ("one", "two")]))
    found = housed(outline(network), {"one": (10.0, 20.0)}, SIZES)
    assert found["two"] == (10.0 + SIZES.node[0] + SIZES.gap[0], 20.0)
    fork = Network.of("fork", [*network, Node("side", "ReLU", {}, ("one",))])
    found = housed(outline(to_the_right(fork)), {"one": (10.0, 20.0), "two": found["two"]}, SIZES)
    assert found["side"] == (10.0 + SIZES.node[0] + SIZES.gap[0], 20.0 + SIZES.node[1] + SIZES.row)


def test_to_the_right_taking_a_group_apart_leaves_room_at_its_right() -> None:
    tree = outline(to_the_right(blocks(2)))
    places = nested_layout(tree, SIZES)
    after = make_room(tree, "head", places, SIZES)
    moved = {name: (after[name][0] - x, after[name][1] - y) for name, (x, y) in places.items()}
    assert moved["output"][0] == pytest.approx(SIZES.node[0] + SIZES.gap[0]) and moved["output"][1] == 0.0
    assert moved["stem"] == (0.0, 0.0)


@given(networks(), st.data())
@settings(max_examples=60, deadline=None)
def test_running_another_way_and_back_changes_nothing(network: Network, data: st.DataObject) -> None:
    placed = edits.move(network, nested_layout(outline(network), SIZES))
    chosen = data.draw(st.sets(st.sampled_from([*network.nodes]), max_size=4))
    steps = st.tuples(st.integers(-400, 400).map(float), st.integers(-400, 400).map(float))
    ways = {name: data.draw(steps) for name in sorted(chosen)}
    places = {name: node.position or (0.0, 0.0) for name, node in placed.nodes.items()}
    byhand = fix(
        edits.move(placed, {name: (places[name][0] + x, places[name][1] + y) for name, (x, y) in ways.items()}), chosen
    )
    back = redirected(redirected(byhand, "right", SIZES), "down", SIZES)
    assert back.canvas == byhand.canvas
    for name in network.nodes:
        was, came = byhand[name].position or (0, 0), back[name].position or (0, 0)
        assert abs(was[0] - came[0]) <= 2.5 and abs(was[1] - came[1]) <= 1.0  # rounded to whole units on the way


def test_a_column_beside_the_layout_becomes_a_row_below_it() -> None:
    network = chain("flat", [Node(name, "ReLU") for name in ("one", "two", "three")])
    places = nested_layout(outline(network), SIZES)
    column = SIZES.node[0] + SIZES.gap[0], SIZES.node[1] + SIZES.row
    aside = fix(edits.move(network, {**places, "two": (places["two"][0] + column[0], places["two"][1])}), ["two"])
    turned = redirected(aside, "right", SIZES)
    home = nested_layout(outline(turned), SIZES)
    assert turned["two"].position == (home["two"][0], home["two"][1] + column[1])
    assert turned["one"].position == places["one"], "the others wait for a layout"
    assert laid_out(outline(turned), SIZES, turned.canvas.fixed)["two"] == turned["two"].position
    assert redirected(network, "right", SIZES) == to_the_right(network)


def test_laying_out_and_turning_end_when_nobody_waits() -> None:
    network = fix(edits.move(blocks(), nested_layout(outline(blocks()), SIZES)), ["stem"])
    with pytest.raises(LayoutCancelled):
        laid_out(outline(network), SIZES, ["stem"], wanted=lambda: False)
    with pytest.raises(LayoutCancelled):
        redirected(network, "right", SIZES, wanted=lambda: False)


def test_a_network_whose_nodes_only_moved_keeps_its_tree() -> None:
    before = blocks()
    tree = outline(before)
    worlds = tree.worlds
    moved = edits.move(before, {name: (float(place), 0.0) for place, name in enumerate(before.nodes)})
    after = outline(moved)
    assert after.network is moved
    assert tree.network is before
    assert after.worlds is worlds
    assert [*seen_network(after, after.groups)] == [*moved]
    assert outline(edits.set_arguments(moved, "stage.1.conv", {"stride": 2})).stacks != after.stacks
