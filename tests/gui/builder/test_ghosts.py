"""What lies around a group that is looked at alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import Network, Node
from workbench.core.graph.outline import ROOT, outline
from workbench.core.modelling.opening import open_network
from workbench.gui.builder.items.ghost_item import GhostItem, row
from workbench.gui.builder.items.ghost_links import MOST, GhostKey, ghosts_of
from workbench.gui.builder.room import BuildRoom


def around(network: Network, root: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """The ghosts of a group: side and name, and the nodes inside that they are connected to."""
    return {(*ghost.key,): ghost.inside for ghost in ghosts_of(outline(network), root)}


def chain(*nodes: tuple[str, str]) -> Network:
    """Identities, each with the names of its inputs: `("b", "a")`."""
    return Network.of("net", (Node(name, "Identity", {}, tuple(inputs.split())) for name, inputs in nodes))


def test_everything_has_no_neighbours() -> None:
    assert ghosts_of(outline(open_network("resnet18")), ROOT) == ()
    assert ghosts_of(outline(open_network("resnet18")), "gone") == ()


def test_a_block_of_resnet_is_fed_by_the_layer_before_and_feeds_its_sibling() -> None:
    found = around(open_network("resnet18"), "layer2.0")
    assert found == {
        ("input", "layer1"): ("layer2.0.conv1", "layer2.0.downsample.0"),
        ("output", "layer2.1"): ("layer2.0.relu_1",),
    }


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "densenet121"])
def test_every_connection_across_the_boundary_belongs_to_one_ghost(name: str) -> None:
    network = open_network(name)
    tree = outline(network)
    for group in tree.groups:
        inside = {*tree.nodes(group)}
        crossing = {
            (source, node.name)
            for node in network
            for source in node.inputs
            if (source in inside) != (node.name in inside)
        }
        ghosts = ghosts_of(tree, group)
        told = [link for ghost in ghosts for link in ghost.links]
        assert sorted(told) == sorted(crossing)
        for ghost in ghosts:
            assert ghost.home in {*tree.around(group), ROOT}
            if not ghost.others:
                assert tree.parents[ghost.key.name] == ghost.home
                assert not inside & {*tree.nodes(ghost.key.name)}
        assert max(sum(ghost.key.side == side for ghost in ghosts) for side in ("input", "output")) <= MOST


def test_a_group_with_several_ways_in_and_out() -> None:
    network = chain(
        ("a", ""), ("b", ""), ("g.one", "a b"), ("g.two", "b"), ("h.c", "g.one"), ("h.d", "g.two"), ("e", "g.one")
    )
    assert around(network, "g") == {
        ("input", "a"): ("g.one",),
        ("input", "b"): ("g.one", "g.two"),
        ("output", "h"): ("g.one", "g.two"),
        ("output", "e"): ("g.one",),
    }


def test_a_neighbour_can_feed_and_take() -> None:
    network = chain(("h.a", ""), ("g.b", "h.a"), ("h.c", "g.b"))
    assert around(network, "g") == {("input", "h"): ("g.b",), ("output", "h"): ("g.b",)}


def test_inputs_that_do_not_exist_are_no_neighbours() -> None:
    assert around(chain(("g.a", "nowhere")), "g") == {}


def test_a_row_keeps_its_order_and_stays_near() -> None:
    assert row([10.0], 5, 1) == [10.0]
    assert row([0.0, 100.0], 5, 1) == [0.0, 100.0]
    close = row([0.0, 1.0, 2.0], 10, 2)
    assert close == sorted(close)
    assert [second - first for first, second in pairwise(close)] == [12, 12]
    assert sum(close) == pytest.approx(3.0)


def shown(room: BuildRoom) -> dict[str, str]:
    """The ghosts on the canvas with their shapes."""
    items = [item for item in room.scene.items() if isinstance(item, GhostItem)]
    assert {item.key for item in items} == set(room.scene.ghosts)
    return {f"{item.key.side} {item.ghost.name}": item.shape_text for item in items}


@pytest.fixture
def inside(room: BuildRoom) -> BuildRoom:
    """The room, looking at one block of a ResNet."""
    room.workspace.document.open(open_network("resnet18"))
    room.scene.unfold(["layer2"])
    room.view.dive("layer2.0")
    return room


def test_diving_shows_the_neighbours_with_shapes_and_going_up_takes_them_away(inside: BuildRoom, qtbot: QtBot) -> None:
    room = inside
    room.workspace.preload()
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)
    assert shown(room) == {"input layer1": "64 × 56 × 56", "output layer2.1": "128 × 28 × 28"}
    frame = room.scene.frames["layer2.0"].box()
    above = room.scene.ghosts[GhostKey("input", "layer1")].box()
    below = room.scene.ghosts[GhostKey("output", "layer2.1")].box()
    assert above.bottom() < frame.top()
    assert below.top() > frame.bottom()
    assert room.scene.content().contains(above)
    room.view.go_up()
    assert set(shown(room)) == {"input layer1", "output layer3"}
    room.view.go_up()
    assert shown(room) == {}


def test_a_click_goes_to_the_neighbour(inside: BuildRoom, hands: Any) -> None:
    room = inside
    ghost = room.scene.ghosts[GhostKey("output", "layer2.1")]
    hands.drag(ghost.box().center(), ghost.box().center() + QPointF(60, 0))
    assert room.scene.root == "layer2.0", "a drag goes nowhere"
    hands.click(ghost.box().center())
    assert room.scene.root == "layer2"
    assert room.scene.chosen == ["layer2.1"]
    hands.click(room.scene.ghosts[GhostKey("input", "layer1")].box().center())
    assert (room.scene.root, room.scene.chosen) == (ROOT, ["layer1"])


def test_keys_go_to_the_neighbour(inside: BuildRoom) -> None:
    room = inside
    QTest.keyClick(room.view, Qt.Key.Key_G)
    assert room.ghosts.current is not None
    assert room.ghosts.current.key.name == "layer1"
    QTest.keyClick(room.view, Qt.Key.Key_Escape)
    assert room.ghosts.current is None
    QTest.keyClick(room.view, Qt.Key.Key_G)
    QTest.keyClick(room.view, Qt.Key.Key_G)
    QTest.keyClick(room.view, Qt.Key.Key_Return)
    assert (room.scene.root, room.scene.chosen) == ("layer2", ["layer2.1"])
    QTest.keyClick(room.view, Qt.Key.Key_G)
    room.scene.select(["layer2.0"])
    assert room.ghosts.current is None, "what is selected has the keyboard"


def test_ghosts_are_no_part_of_what_is_selected_copied_or_deleted(inside: BuildRoom) -> None:
    room, before = inside, inside.workspace.document.network
    room.canvas_actions.all["build-select-all"].trigger()
    assert not {"layer1", "layer2.1"} & {*room.scene.chosen}
    assert all(key in room.scene.tree.nodes("layer2.0") or key.startswith("layer2.0.") for key in room.scene.chosen)
    assert not {"layer1", "layer2.1"} & {*room.scene.nodes_in(room.scene.content())}
    room.editor.delete()
    assert {name for name in before.nodes if not name.startswith("layer2.0.")} == {*room.scene.network.nodes}
    room.workspace.document.undo()
    assert room.workspace.document.network == before


def test_ghosts_follow_edits_undo_and_other_networks(inside: BuildRoom) -> None:
    room = inside
    room.editor.connect_nodes("maxpool", "layer2.0.add")
    assert set(shown(room)) == {"input layer1", "input maxpool", "output layer2.1"}
    room.workspace.document.undo()
    assert set(shown(room)) == {"input layer1", "output layer2.1"}
    room.scene.drag(["layer2.0.conv1"], [], QPointF(300, 0))
    room.scene.settle()
    room.workspace.document.apply(lambda network: set_arguments(network, "layer2.0.conv1", {"out_channels": 7}), "x")
    assert set(shown(room)) == {"input layer1", "output layer2.1"}
    room.workspace.document.open(open_network("cifar10cnn"))
    assert shown(room) == {}


def test_neighbours_are_read_and_pressed_by_a_screen_reader(inside: BuildRoom, qtbot: QtBot) -> None:
    room = inside
    canvas = QAccessible.queryAccessibleInterface(room.view)
    things = [canvas.child(number) for number in range(canvas.childCount())]
    start = "Outside this group, feeds it: layer1"
    found = next(thing for thing in things if thing.text(QAccessible.Text.Name).startswith(start))
    assert found.role() == QAccessible.Role.Link
    assert "layer2.0.conv1" in found.text(QAccessible.Text.Description)
    QTest.keyClick(room.view, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: "layer1" in canvas.text(QAccessible.Text.Description))
    found.actionInterface().doAction("Press")
    QApplication.processEvents()
    assert (room.scene.root, room.scene.chosen) == (ROOT, ["layer1"])


def test_a_stack_looked_at_alone_has_neighbours(room: BuildRoom) -> None:
    room.workspace.document.open(open_network("resnet50"))
    stack = next(key for key in room.scene.tree.stacks if key.startswith("layer3"))
    room.view.dive(stack)
    assert set(shown(room)) == {"input layer3.0", "output layer4"}
    copy = room.scene.tree.stacks[stack].members[0]
    room.view.dive(copy)
    assert set(shown(room)) == {"input layer3.0", "output layer3.2"}
