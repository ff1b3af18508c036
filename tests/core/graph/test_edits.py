from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.core.graph import edits
from workbench.core.graph.network import BlockUse, Network, Node, chain
from workbench.errors import WorkbenchError


class Toys:
    LIMITS: dict[str, tuple[int, int | None]] = {  # noqa: RUF012
        "Input": (0, 0),
        "Output": (1, 1),
        "Layer": (1, 1),
        "Join": (2, None),
    }

    def input_limits(self, kind: str) -> tuple[int, int | None]:
        return self.LIMITS.get(kind, (0, None))


TOYS = Toys()


def test_edits_leave_the_old_network_alone(diamond: Network) -> None:
    before = list(diamond)
    edits.remove_nodes(diamond, ["a"])
    edits.rename(diamond, "a", "first")
    edits.insert_after(diamond, Node("n", "Layer"), "a", catalog=TOYS)
    assert list(diamond) == before


def test_nodes_that_are_not_touched_are_shared(diamond: Network) -> None:
    changed = edits.set_arguments(diamond, "b", {"size": 5})
    assert changed["a"] is diamond["a"]
    assert changed["b"].arguments == {"size": 5}


def test_removing_rewires_the_consumers(diamond: Network) -> None:
    without = edits.remove_nodes(diamond, ["b"])
    assert without["join"].inputs == ("a", "a")
    assert edits.remove_nodes(diamond, ["a", "b"])["join"].inputs == ("input", "input")


def test_removing_a_join_leaves_its_consumers_open(diamond: Network) -> None:
    assert edits.remove_nodes(diamond, ["join"])["output"].inputs == ()


def test_removing_a_loop_ends() -> None:
    loop = Network.of(
        "l", [Node("a", "Layer", {}, ("b",)), Node("b", "Layer", {}, ("a",)), Node("c", "Layer", {}, ("b",))]
    )
    assert edits.remove_nodes(loop, ["a", "b"])["c"].inputs == ()


def test_connecting_adds_an_input_or_replaces_the_only_one(diamond: Network) -> None:
    assert edits.connect(diamond, "input", "join", catalog=TOYS)["join"].inputs == ("b", "a", "input")
    assert edits.connect(diamond, "input", "b", catalog=TOYS)["b"].inputs == ("input",)


def test_connecting_what_cannot_be_connected_says_why(diamond: Network) -> None:
    with pytest.raises(WorkbenchError, match="close a loop"):
        edits.connect(diamond, "join", "a", catalog=TOYS)


def test_disconnecting_takes_one_of_two(diamond: Network) -> None:
    twice = edits.connect(diamond, "a", "join", catalog=TOYS)
    assert edits.disconnect(twice, "a", "join")["join"].inputs == ("b", "a")
    with pytest.raises(WorkbenchError, match="does not feed"):
        edits.disconnect(diamond, "input", "join")


def test_inserting_keeps_the_order_of_the_inputs(diamond: Network) -> None:
    changed = edits.insert_between(diamond, Node("n", "Layer"), "b", "join")
    assert changed["join"].inputs == ("n", "a")
    assert changed["n"].inputs == ("b",)


@pytest.mark.parametrize(("source", "target"), [("input", "join"), ("ghost", "join"), ("a", "ghost")])
def test_inserting_needs_a_connection(diamond: Network, source: str, target: str) -> None:
    with pytest.raises(WorkbenchError):
        edits.insert_between(diamond, Node("n", "Layer"), source, target)


def test_inserting_after_a_node_takes_over_all_its_consumers(diamond: Network) -> None:
    changed = edits.insert_after(diamond, Node("n", "Layer"), "a", catalog=TOYS)
    assert (changed["n"].inputs, changed["b"].inputs, changed["join"].inputs) == (("a",), ("n",), ("b", "n"))


def test_inserting_after_the_output_goes_before_it(diamond: Network) -> None:
    changed = edits.insert_after(diamond, Node("n", "Layer"), "output", catalog=TOYS)
    assert (changed["n"].inputs, changed["output"].inputs) == (("join",), ("n",))
    loose = Network.of("o", [Node("output", "Output")])
    assert edits.insert_after(loose, Node("n", "Layer"), "output", catalog=TOYS)["output"].inputs == ("n",)


def test_inserting_an_input_connects_nothing(diamond: Network) -> None:
    changed = edits.insert_after(diamond, Node("second", "Input"), "a", catalog=TOYS)
    assert changed["b"].inputs == ("a",)
    assert changed["second"].inputs == ()


def test_renaming_renames_the_inputs_too(diamond: Network) -> None:
    changed = edits.rename(diamond, "a", "layer1.0")
    assert changed["join"].inputs == ("b", "layer1.0")
    assert list(changed.nodes) == ["input", "layer1.0", "b", "join", "output"]
    with pytest.raises(WorkbenchError, match="taken"):
        edits.rename(diamond, "a", "b")


def test_pasting_keeps_the_connections_among_the_copies(diamond: Network) -> None:
    copied = [diamond["a"].with_(position=(10.0, 20.0)), diamond["b"]]
    changed = edits.paste(diamond, copied, offset=(5.0, 5.0))
    assert changed["b_1"].inputs == ("a_1",)
    assert changed["a_1"].inputs == ()
    assert changed["a_1"].position == (15.0, 25.0)
    assert changed["b_1"].position is None


@pytest.mark.parametrize("stem", ["", "two words", "train.x", "a.b", "weight", "größe", "b"])
def test_every_stem_gives_a_name_that_can_be_used(diamond: Network, stem: str) -> None:
    name = edits.free_name(diamond, stem)
    assert name in edits.add_node(diamond, Node(name, "Layer"))


def test_what_is_a_number_in_its_group_gets_the_next_number() -> None:
    network = Network.of("n", [Node(f"features.{number}", "Layer") for number in range(3)] + [Node("a.7x", "Layer")])
    assert edits.free_name(network, "features.1") == "features.3"
    assert edits.free_name(network, "features.9") == "features.9"
    assert edits.free_name(chain("n", [Node("0", "Input"), Node("1", "ReLU")]), "0") == "2"
    copies = edits.paste(network, [network["features.1"], network["features.0"]])
    assert [*copies.nodes][-2:] == ["features.3", "features.4"]


def test_editing_inside_a_block_forgets_the_block_and_moving_does_not() -> None:
    network = Network("n", chain("n", [Node("l.0", "Layer"), Node("m.0", "Layer")]).nodes, {"l": BlockUse("Residual")})
    assert edits.move(network, {"l.0": (1.0, 1.0)}).blocks
    assert edits.set_arguments(network, "m.0", {"x": 1}).blocks
    assert not edits.set_arguments(network, "l.0", {"x": 1}).blocks
    assert not edits.rename(network, "l.0", "l.1").blocks
    assert not edits.remove_nodes(network, ["l.0"]).blocks


@pytest.mark.parametrize(
    "edit",
    [
        lambda network: edits.remove_nodes(network, ["ghost"]),
        lambda network: edits.set_arguments(network, "ghost", {}),
        lambda network: edits.rename(network, "ghost", "x"),
        lambda network: edits.move(network, {"ghost": (0.0, 0.0)}),
        lambda network: edits.disconnect(network, "a", "ghost"),
        lambda network: edits.connect(network, "ghost", "a", catalog=TOYS),
        lambda network: edits.insert_after(network, Node("n", "Layer"), "ghost", catalog=TOYS),
        lambda network: edits.add_node(network, Node("a", "Layer")),
    ],
)
def test_what_cannot_be_done_is_said(diamond: Network, edit: Callable[[Network], Network]) -> None:
    with pytest.raises(WorkbenchError):
        edit(diamond)
