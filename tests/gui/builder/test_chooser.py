"""Adding, finding and connecting by a few letters."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph.edits import connect
from workbench.core.graph.network import Network
from workbench.core.graph.parts import members
from workbench.core.graph.rules import connection_problem
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.zoo import empty_network
from workbench.gui.builder.items.edge_item import EdgeKey
from workbench.gui.builder.room import BuildRoom
from workbench.gui.builder.search.chooser import Choice, Chooser, ranked

Hands = Any


def network_of(room: BuildRoom) -> Network:
    return room.workspace.document.network


def chooser(room: BuildRoom) -> Chooser:
    return room.searches.chooser


def press(room: BuildRoom, name: str) -> None:
    room.canvas_actions.all[name].trigger()


def resnet() -> Network:
    return open_network("resnet18")


def choose(qtbot: QtBot, room: BuildRoom, text: str) -> None:
    assert chooser(room).isVisible()
    qtbot.keyClicks(chooser(room).search, text)
    qtbot.keyClick(chooser(room).search, Qt.Key.Key_Return)


def double_click(room: BuildRoom, place: QPointF) -> None:
    viewport, at = room.view.viewport(), QPointF(room.view.mapFromScene(place))
    kind, left, none = QEvent.Type.MouseButtonDblClick, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QMouseEvent(kind, at, viewport.mapToGlobal(at), left, left, none))


def analysed(qtbot: QtBot, room: BuildRoom) -> None:
    room.workspace.preload()
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)


def free_place(room: BuildRoom) -> QPointF:
    return room.view.mapToScene(room.view.viewport().rect().bottomLeft()) + QPointF(120, -60)


def test_names_that_begin_with_the_text_come_before_others_and_misfits_last() -> None:
    def choice(title: str, about: str = "", enabled: bool = True) -> Choice:
        return Choice(title, about, "", lambda: None, enabled)

    choices = [choice("AvgPool2d"), choice("Mean", "pool all"), choice("PoolTokens", enabled=False), choice("Pool")]
    assert [found.title for found in ranked(choices, "pool")] == ["Pool", "AvgPool2d", "Mean", "PoolTokens"]
    assert [found.title for found in ranked(choices, "")] == ["AvgPool2d", "Mean", "Pool"]
    assert ranked(choices, "xyz") == []


def test_a_double_click_on_the_paper_adds_what_is_typed_there(room: BuildRoom, qtbot: QtBot) -> None:
    place = free_place(room)
    double_click(room, place)
    choose(qtbot, room, "maxp")
    assert room.workspace.document.undo_label == "Add MaxPool2d"
    added = room.scene.nodes[room.scene.selected[0]]
    assert (added.box().center() - place).manhattanLength() < 4
    assert added.node.inputs == ()
    assert not chooser(room).isVisible()
    assert room.view.hasFocus()


def test_a_double_click_on_a_connection_inserts(room: BuildRoom, qtbot: QtBot) -> None:
    double_click(room, room.scene.edges[EdgeKey("conv1", "bn1")].path.pointAtPercent(0.5))
    choose(qtbot, room, "dropout2")
    added = room.scene.selected[0]
    assert network_of(room)["bn1"].inputs == (added,)
    assert network_of(room)[added].inputs == ("conv1",)


def test_a_double_click_on_a_node_still_edits_it(room: BuildRoom, hands: Hands) -> None:
    double_click(room, hands.body("conv2"))
    assert not chooser(room).isVisible()


def test_tab_adds_behind_the_selected_node(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["relu1"])
    qtbot.keyClick(room.view, Qt.Key.Key_Tab)
    choose(qtbot, room, "dropout2d")
    added = room.scene.selected[0]
    assert network_of(room)["conv2"].inputs == (added,)


def test_tab_works_in_an_empty_network(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(empty_network())
    room.scene.select([])
    press(room, "build-add")
    choose(qtbot, room, "conv2d")
    assert [node.kind for node in network_of(room)].count("Conv2d") == 1


def test_a_connection_drawn_into_empty_space_offers_only_what_fits(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    analysed(qtbot, room)
    place = free_place(room)
    hands.drag(room.scene.nodes["flatten"].port("output"), place)
    found = chooser(room)
    qtbot.waitUntil(lambda: bool(found.note.text()), timeout=60_000)
    offered = {choice.title for choice in found.found("")}
    assert {"Linear", "ReLU", "BatchNorm1d"} <= offered
    assert not {"Conv2d", "MaxPool2d", "BasicBlock", "Input"} & offered
    refused = next(choice for choice in found.found("conv2d") if choice.title == "Conv2d")
    assert not refused.enabled and "channels" in refused.place
    choose(qtbot, room, "linear")
    added = room.scene.selected[0]
    assert network_of(room)[added].inputs == ("flatten",)
    assert network_of(room)["fc1"].inputs == ("flatten",)
    assert [step.label for step in room.workspace.document.history.done] == ["Add Linear behind flatten"]


def test_a_connection_drawn_backwards_into_empty_space_feeds_the_node(
    room: BuildRoom, hands: Hands, qtbot: QtBot
) -> None:
    hands.drag(room.scene.nodes["conv3"].port("input"), free_place(room))
    assert "Output" not in {choice.title for choice in chooser(room).found("")}
    choose(qtbot, room, "upsample")
    assert network_of(room)["conv3"].inputs == (room.scene.selected[0],)
    room.workspace.document.undo()
    assert network_of(room)["conv3"].inputs == ("pool2",)


def test_a_block_at_the_end_of_a_connection_is_one_step(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    analysed(qtbot, room)
    hands.drag(room.scene.nodes["pool3"].port("output"), free_place(room))
    choose(qtbot, room, "basicblock")
    document = room.workspace.document
    assert document.undo_label == "Add BasicBlock behind pool3"
    assert [use.arguments["in_channels"] for use in document.network.blocks.values()] == [128]
    assert any("pool3" in node.inputs for node in members(document.network, next(iter(document.network.blocks))))


@pytest.mark.parametrize(("port", "node"), [("output", "layer1.1.relu_1"), ("input", "layer1.0.conv1")])
def test_a_closed_group_stands_for_the_node_at_its_end(room: BuildRoom, port: str, node: str) -> None:
    network = resnet()
    room.workspace.document.open(network)
    room.scene.unfold([])
    room.view.end_dropped.emit("layer1", port, free_place(room))
    assert node in chooser(room).search.placeholderText()


def test_finding_opens_the_groups_around_a_node(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(resnet())
    room.scene.unfold([])
    press(room, "build-find")
    qtbot.keyClicks(chooser(room).search, "layer3.0.bn2")
    assert room.scene.chosen == ["layer3.0.bn2"]
    assert "layer3.0.bn2" in room.scene.nodes


def test_a_click_on_a_port_opens_nothing(room: BuildRoom, hands: Hands) -> None:
    hands.click(room.scene.nodes["conv3"].port("output"))
    assert not chooser(room).isVisible()


def test_escape_closes_and_changes_nothing(room: BuildRoom, qtbot: QtBot) -> None:
    press(room, "build-add")
    qtbot.keyClick(chooser(room).search, Qt.Key.Key_Escape)
    assert not chooser(room).isVisible()
    assert room.workspace.document.undo_label is None


def test_finding_shows_nodes_while_typing(room: BuildRoom, qtbot: QtBot) -> None:
    analysed(qtbot, room)
    qtbot.keyClick(room.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(chooser(room).search, "linear")
    assert room.scene.selected == ["fc1"]
    qtbot.keyClick(chooser(room).search, Qt.Key.Key_Down)
    assert room.scene.selected == ["fc2"]
    qtbot.keyClick(chooser(room).search, Qt.Key.Key_Return)
    assert room.scene.selected == ["fc2"]
    assert room.workspace.document.undo_label is None


@pytest.mark.parametrize(("text", "node"), [("128x8x8", "pool3"), ("pool3", "pool3"), ("p 0.5", "dropout1")])
def test_nodes_are_found_by_shape_name_and_argument(room: BuildRoom, qtbot: QtBot, text: str, node: str) -> None:
    analysed(qtbot, room)
    press(room, "build-find")
    assert chooser(room).found(text)[0].title == node


def test_connecting_from_the_keyboard_offers_what_can_be_fed(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["relu2"])
    press(room, "build-connect-to")
    refused = next(choice for choice in chooser(room).found("conv1") if choice.title == "conv1")
    assert not refused.enabled and "loop" in refused.place
    choose(qtbot, room, "fc2")
    assert network_of(room)["fc2"].inputs[-1] == "relu2"


def test_connecting_without_a_selection_says_what_to_do(room: BuildRoom) -> None:
    press(room, "build-connect-to")
    assert not chooser(room).isVisible()
    assert "Select" in room.view.bubble.text()


def test_the_chooser_stays_inside_the_canvas(room: BuildRoom) -> None:
    room.view.resize(240, 200)
    room.searches.add.open_at(room.view.mapToScene(room.view.viewport().rect().bottomRight()))
    assert room.view.rect().contains(chooser(room).geometry())


@pytest.mark.parametrize("source", ["input", "relu2", "fc2"])
def test_what_can_be_fed_is_what_the_rules_say(room: BuildRoom, source: str) -> None:
    room.workspace.document.apply(lambda network: connect(network, "relu1", "fc2", catalog=CATALOG), "Connect")
    network = network_of(room)
    for choice in room.searches.finder._targets(source, network):
        allowed = connection_problem(network, source, choice.title, CATALOG) is None
        assert choice.enabled == allowed, choice


def test_a_connection_from_a_closed_group_can_be_inserted_on(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(resnet())
    room.scene.unfold([])
    analysed(qtbot, room)
    double_click(room, room.scene.edges[EdgeKey("layer1", "layer2")].path.pointAtPercent(0.5))
    assert chooser(room).search.placeholderText() == "Insert between layer1 and layer2"
    qtbot.waitUntil(lambda: bool(chooser(room).note.text()), timeout=60_000)
    qtbot.keyClick(chooser(room).search, Qt.Key.Key_Escape)


def test_what_is_added_in_an_open_group_belongs_to_it(room: BuildRoom) -> None:
    room.workspace.document.open(resnet())
    room.scene.unfold(["layer1"])
    room.searches.add.add_fed("ReLU", "conv1", room.scene.frames["layer1"].box().center())
    added = room.scene.chosen[0]
    assert added.startswith("layer1.")
    assert network_of(room)[added].inputs == ("conv1",)


def test_tab_behind_a_closed_group(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(resnet())
    room.scene.unfold([])
    room.scene.select(["layer4"])
    press(room, "build-add")
    choose(qtbot, room, "dropout2d")
    added = network_of(room).of_kind("Dropout2d")[0].name
    assert added in network_of(room)["avgpool"].inputs
