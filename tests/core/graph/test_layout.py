from __future__ import annotations

import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.graph.layout import STRIP, Chain, LayoutCancelled, Rows, layered_layout, layers_of, push_down
from workbench.core.graph.network import Network, Node, Position, chain
from workbench.core.graph.orientation import DIRECTIONS, Direction

WIDTH, HEIGHT = 100.0, 40.0
GAP = (30.0, 20.0)


def laid_out(network: Network, aspect: float = 1.2, direction: Direction = "down") -> dict[str, Position]:
    return layered_layout(network, size=(WIDTH, HEIGHT), gap=GAP, aspect=aspect, direction=direction)


def overlapping(places: dict[str, Position]) -> list[tuple[str, str]]:
    return [
        (a, b)
        for a, b in combinations(places, 2)
        if abs(places[a][0] - places[b][0]) < WIDTH and abs(places[a][1] - places[b][1]) < HEIGHT
    ]


def line(count: int) -> Network:
    return chain("line", [Node("input", "Input"), *(Node(f"n.{number}", "Layer") for number in range(count - 1))])


def residual(blocks: int, depth: int = 5) -> Network:
    nodes = [Node("input", "Input")]
    for block in range(blocks):
        start = nodes[-1].name
        for layer in range(depth):
            nodes.append(Node(f"b{block}.l{layer}", "Layer", {}, (nodes[-1].name,)))
        nodes.append(Node(f"b{block}.add", "Join", {}, (nodes[-1].name, start)))
        nodes.append(Node(f"b{block}.relu", "Layer", {}, (nodes[-1].name,)))
    return Network.of("residual", nodes)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    count = draw(st.integers(0, 24))
    nodes = [
        Node(f"n{i}", "Join", {}, tuple(f"n{j}" for j in draw(st.lists(st.integers(0, i - 1), max_size=3)) if i))
        if i
        else Node("n0", "Input")
        for i in range(count)
    ]
    return Network.of("any", nodes)


@settings(max_examples=80, deadline=None)
@given(networks(), st.sampled_from(DIRECTIONS))
def test_every_node_has_a_place_of_its_own_and_always_the_same(network: Network, direction: Direction) -> None:
    places = laid_out(network, direction=direction)
    assert set(places) == set(network.nodes)
    assert not overlapping(places)
    assert laid_out(network, direction=direction) == places


def test_to_the_right_a_chain_is_one_straight_line_and_branches_lie_below_one_another() -> None:
    places = list(laid_out(line(6), direction="right").values())
    assert places == [(number * (WIDTH + GAP[0]), 0.0) for number in range(6)]
    network = Network.of(
        "b", [*line(3), Node("side", "Layer", {}, ("input",)), Node("end", "Join", {}, ("side", "n.1"))]
    )
    found = laid_out(network, direction="right")
    assert found["n.0"][1] == found["input"][1] == found["end"][1]
    assert found["side"][0] < found["end"][0]
    assert abs(found["side"][1] - found["n.0"][1]) >= HEIGHT + GAP[1]


@pytest.mark.parametrize("aspect", [0.5, 1.2, 3.0])
def test_to_the_right_long_networks_are_folded_into_rows_that_are_read_downwards(aspect: float) -> None:
    places = laid_out(line(120), aspect, "right")
    width = max(x for x, _ in places.values()) + WIDTH
    height = max(y for _, y in places.values()) + HEIGHT
    assert aspect / 2 < width / height < aspect * 2
    order = [places[node.name] for node in line(120)]
    assert sorted(order, key=lambda place: (place[1], place[0])) == order


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_layout_that_nobody_waits_for_ends_soon(direction: Direction) -> None:
    asked = 0

    def wanted() -> bool:
        nonlocal asked
        asked += 1
        return asked <= 3

    with pytest.raises(LayoutCancelled):
        layered_layout(residual(20), direction=direction, wanted=wanted)
    assert asked == 4


chains = st.builds(
    lambda start, widths: Chain((), dict(enumerate(widths, start)), ()),
    st.integers(0, 3),
    st.lists(st.sampled_from([WIDTH, STRIP]), min_size=1, max_size=3),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(chains, st.integers(-400, 400)), max_size=14), chains, st.integers(-400, 400))
def test_a_chain_comes_to_the_nearest_place_where_it_has_room(
    others: list[tuple[Chain, int]], chain: Chain, wanted: int
) -> None:
    rows, taken = Rows(GAP[0]), []
    for other, place in others:
        at = rows.nearest(other, float(place))
        rows.occupy(other, at)
        taken += [(layer, at, width) for layer, width in other.widths.items()]

    def is_free(place: float) -> bool:
        return all(
            abs(place - at)
            >= (width + chain.widths[layer]) / 2
            + (GAP[0] if min(width, chain.widths[layer]) > STRIP else GAP[0] / 4)
            - 0.02
            for layer, at, width in taken
            if layer in chain.widths
        )

    found = rows.nearest(chain, float(wanted))
    assert is_free(found)
    assert not any(is_free(wanted + away) for step in range(int(abs(found - wanted))) for away in (step, -step))


def test_nothing_at_all() -> None:
    assert laid_out(Network("empty")) == {}


def test_a_short_chain_is_one_straight_line_from_top_to_bottom() -> None:
    places = list(laid_out(line(8)).values())
    assert len({x for x, _ in places}) == 1
    assert [y for _, y in places] == [number * (HEIGHT + GAP[1]) for number in range(8)]


def test_the_main_path_is_straight_and_the_shortcut_has_room_beside_it() -> None:
    network = residual(1)
    places = laid_out(network)
    assert len({x for x, _ in places.values()}) == 1
    branch = Network.of(
        "b", [*network, Node("side", "Layer", {}, ("input",)), Node("end", "Join", {}, ("side", "b0.relu"))]
    )
    places = laid_out(branch)
    assert len({places[name][0] for name in network.nodes}) == 1
    assert places["side"][0] >= places["input"][0] + WIDTH + GAP[0]


@pytest.mark.parametrize("aspect", [0.5, 1.2, 3.0])
def test_long_networks_are_folded_into_columns_of_the_wanted_shape(aspect: float) -> None:
    places = laid_out(line(120), aspect)
    width = max(x for x, _ in places.values()) + WIDTH
    height = max(y for _, y in places.values()) + HEIGHT
    assert aspect / 2 < width / height < aspect * 2


def test_columns_are_cut_where_only_one_connection_is_cut() -> None:
    network = residual(12)
    places = laid_out(network)
    up = [
        (source, node.name) for node in network for source in node.inputs if places[source][1] >= places[node.name][1]
    ]
    assert up
    assert len(up) == len({x for x, _ in places.values()}) - 1


def test_loose_nodes_and_loops_are_placed_too() -> None:
    loose = [Node(f"x{number}", "Layer") for number in range(5)]
    loop = [Node("a", "Layer", {}, ("b",)), Node("b", "Layer", {}, ("a",)), Node("c", "Layer", {}, ("ghost",))]
    network = Network.of("odd", [*line(4), *loose, *loop])
    assert not overlapping(laid_out(network))


def test_layers_follow_the_longest_path() -> None:
    layers = layers_of(residual(1, depth=3))
    assert layers == {"input": 0, "b0.l0": 1, "b0.l1": 2, "b0.l2": 3, "b0.add": 4, "b0.relu": 5}


def test_a_dense_network_takes_no_time() -> None:
    """Connections over many layers get no strips of their own: 400 nodes, 10,000 connections."""
    nodes = [Node("n0", "Input")]
    nodes += [Node(f"n{i}", "Join", {}, tuple(f"n{j}" for j in range(max(0, i - 25), i))) for i in range(1, 400)]
    started = time.perf_counter()
    places = laid_out(Network.of("dense", nodes))
    assert time.perf_counter() - started < 10.0  # a second here; minutes if every connection had a strip
    assert not overlapping(places)


def test_what_is_put_down_pushes_the_nodes_below_it() -> None:
    places = laid_out(line(4))
    step = HEIGHT + GAP[1]
    new = {**places, "new": (places["input"][0], step)}
    moved = push_down(new, "new", size=(WIDTH, HEIGHT), gap=GAP[1])
    assert moved == {f"n.{number}": (0.0, (number + 2) * step) for number in range(3)}


def test_nodes_beside_and_above_are_not_pushed() -> None:
    places = {"above": (0.0, -60.0), "beside": (130.0, 0.0), "far": (0.0, 300.0), "new": (0.0, 0.0)}
    assert push_down(places, "new", size=(WIDTH, HEIGHT), gap=GAP[1]) == {}
