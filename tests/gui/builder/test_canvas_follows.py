"""The canvas that has followed edits shows what one that is opened on the same network shows."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from tests.gui.builder.conftest import Hands
from workbench.core.graph.canvas import Remark
from workbench.core.graph.canvas_edits import add_remarks, remove_remarks, run
from workbench.core.graph.edits import connect, free_name, move, remove_nodes, rename
from workbench.core.graph.groups import copy_group, free_group, ungroup
from workbench.core.graph.network import Network, Node, chain
from workbench.core.graph.outline import ROOT
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.opening import open_network
from workbench.errors import Problem
from workbench.gui.builder.items.edge_item import EdgeKey
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.items.group_facts import GroupReport, GroupText
from workbench.gui.builder.mirror.scene import MARGIN, NetworkScene
from workbench.gui.builder.room import BuildRoom


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[NetworkScene]:
    """A canvas that nobody looks at."""
    made = NetworkScene()
    yield made
    made.clear()


def test_a_node_that_gets_a_name_that_others_wait_for_feeds_them(scene: NetworkScene) -> None:
    waiting = Network.of(
        "n", [Node("input", "Input"), Node("y", "ReLU", {}, ("input",)), Node("b", "ReLU", {}, ("x",))]
    )
    scene.open(waiting)
    named = rename(waiting, "y", "x")
    scene.follow(waiting, named)
    assert EdgeKey("x", "b") in scene.edges
    scene.follow(named, waiting)
    assert set(scene.edges) == {EdgeKey("input", "y")}


def test_a_group_that_feeds_nodes_which_wait_for_its_name_can_be_undone(scene: NetworkScene) -> None:
    nodes = [Node("input", "Input"), Node("g.y", "ReLU", {}, ("input",)), Node("g.b", "ReLU", {}, ("g.x",))]
    waiting = Network.of("n", nodes)
    scene.open(waiting, [])
    named = rename(waiting, "g.y", "g.x")
    scene.follow(waiting, named)
    scene.toggle("g")
    assert EdgeKey("g.x", "g.b") in scene.edges
    scene.follow(named, waiting)
    assert set(scene.edges) == {EdgeKey("input", "g.y")}


def test_a_connection_that_a_selected_node_gets_stands_out(scene: NetworkScene) -> None:
    before = chain("n", [Node("input", "Input"), Node("a", "ReLU"), Node("add", "Add")])
    scene.open(before)
    scene.select(["input"])
    scene.follow(before, connect(before, "input", "add", catalog=CATALOG))
    assert scene.edges[EdgeKey("input", "add")].near
    assert not scene.edges[EdgeKey("a", "add")].near


def test_a_frame_tells_of_problems_for_as_long_as_there_are_some(qapp: QApplication) -> None:
    frame = FrameItem("block")
    frame.show_group(GroupText("block", "2 layers", 0, 2, "convolution"), 0)
    plain = frame.toolTip()
    frame.show_report(GroupReport(problems=(Problem("block.conv", "Conv2d needs an input"),)))
    assert "needs an input" in frame.toolTip()
    frame.show_group(GroupText("block", "3 layers", 0, 3, "convolution"), 0)
    assert "3 layers" in frame.toolTip()
    assert "needs an input" in frame.toolTip()
    frame.show_group(GroupText("block", "2 layers", 0, 2, "convolution"), 0)
    frame.show_report(GroupReport())
    assert frame.toolTip() == plain


def test_what_is_old_of_one_network_does_not_fade_another(scene: NetworkScene) -> None:
    scene.open(chain("n", [Node("input", "Input"), Node("a", "ReLU")]))
    scene.show_stale()
    scene.open(chain("n", [Node("input", "Input"), Node("b", "ReLU")]))
    assert not scene._fading.isActive()


def test_a_card_that_is_dropped_on_a_connection_stands_in_its_way(room: BuildRoom, hands: Hands) -> None:
    document = room.workspace.document
    nodes = [Node("input", "Input"), Node("a", "ReLU"), Node("b", "ReLU"), Node("c", "ReLU"), Node("d", "ReLU")]
    places = {node.name: (0.0, 78.0 * row) for row, node in enumerate(nodes)} | {"b": (300.0, 156.0)}
    document.open(move(chain("n", nodes), places))
    scene = room.scene
    skip = scene.edges[EdgeKey("b", "c")]
    document.apply(lambda network: move(network, {"c": (300.0, 500.0), "d": (300.0, 600.0)}), "Move")
    start = hands.body("a")
    hands.drag(start, start + QPointF(300, 230))
    box, path = scene.nodes["a"].box(), skip.path
    assert box.contains(408, 330)  # on the straight way from b to c
    assert not any(box.contains(path.pointAtPercent(share / 200)) for share in range(201))


def test_one_can_pan_to_notes_and_neighbours_that_lie_outside(room: BuildRoom) -> None:
    document, scene = room.workspace.document, room.scene
    before = scene.sceneRect()
    document.apply(lambda network: add_remarks(network, [Remark("note", "far", (9000.0, 0.0), (80.0, 40.0))]), "Write")
    assert scene.sceneRect().right() == pytest.approx(9080.0 + MARGIN)
    document.apply(lambda network: remove_remarks(network, ["note_1"]), "Delete")
    assert scene.sceneRect() == before


def test_a_layer_dragged_into_a_group_lies_where_it_was_let_go(room: BuildRoom, hands: Hands) -> None:
    nodes = [Node("input", "Input"), Node("g.a", "ReLU"), Node("g.b", "ReLU"), Node("c", "ReLU")]
    places = {"input": (0.0, 0.0), "g.a": (0.0, 78.0), "g.b": (300.0, 178.0), "c": (300.0, 600.0)}
    room.workspace.document.open(move(chain("n", nodes), places))
    scene = room.scene
    start, aim = hands.body("c"), scene.nodes["g.b"].box().center() - QPointF(60, 0) - QPointF(300, -30)
    corner = scene.nodes["c"].box().topLeft() + (aim - start)
    hands.drag(start, aim)
    landed = scene.nodes["g.c"].box().topLeft() - corner
    assert abs(landed.x()) < 12 and abs(landed.y()) < 12


def told(scene: NetworkScene) -> dict[str, object]:
    """Everything that is said of what is seen, but the ways of connections: those may keep a detour."""
    cards = {
        name: (card.node.with_(position=None), card.box(), card.category, card.toolTip(), card.flow, card.isSelected())
        for name, card in scene.nodes.items()
    }
    frames = {key: (frame.box(), frame.text, frame.depth, frame.toolTip()) for key, frame in scene.frames.items()}
    edges = {key: edge.near for key, edge in scene.edges.items()}
    return {"order": [*cards], "cards": cards, "frames": frames, "edges": edges, "room": scene.sceneRect()}


def edited(network: Network, scene: NetworkScene, chance: random.Random) -> Network:
    """The network after a random edit."""
    name, group = chance.choice([*network.nodes]), chance.choice([*network.groups, ""])
    shown = scene.pinned(network)
    choices = {
        "move": lambda: move(shown, {name: (float(chance.randrange(900)), float(chance.randrange(900)))}),
        "take": lambda: remove_nodes(shown, [name]) if len(network) > 30 else shown,
        "name": lambda: rename(shown, name, free_name(shown, name)),
        "open": lambda: ungroup(shown, group) if group else shown,
        "copy": lambda: copy_group(shown, group, free_group(shown, group), offset=(400.0, 0.0)) if group else shown,
        "turn": lambda: run(shown, chance.choice(["down", "right"])),
    }
    return choices[chance.choice([*choices])]()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_canvas_that_has_followed_shows_what_a_fresh_one_shows(scene: NetworkScene, seed: int) -> None:
    chance, network = random.Random(seed), open_network("resnet18")
    scene.open(network)
    past = [network]
    for number in range(40):
        after = chance.choice(past) if chance.random() < 0.1 else edited(scene.network, scene, chance)
        scene.follow(scene.network, after)
        past.append(after)
        if chance.random() < 0.4:
            groups = [key for key in scene.tree.groups if chance.random() < 0.5]
            scene.unfold(groups, chance.choice([ROOT, *groups]))
        scene.select(chance.sample([*scene.nodes], min(2, len(scene.nodes))))
        fresh = NetworkScene()
        fresh.open(scene.pinned(scene.network), scene.opened)
        fresh.dive(scene.root)
        fresh.select(scene.chosen)
        assert told(scene) == told(fresh), f"seed {seed}, edit {number}"
        fresh.clear()
