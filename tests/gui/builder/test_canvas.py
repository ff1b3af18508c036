from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph.edits import remove_nodes
from workbench.core.graph.network import Network, Node
from workbench.core.graph.storage import save_network
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.zoo import READY
from workbench.errors import WorkbenchError
from workbench.gui.builder.canvas.view import KIND_MIME
from workbench.gui.builder.items.edge_item import EdgeKey
from workbench.gui.builder.room import BuildRoom

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Hands = Any


def layer(kind: str) -> QMimeData:
    mime = QMimeData()
    mime.setData(KIND_MIME, kind.encode())
    return mime


def shown_is_the_network(room: BuildRoom) -> bool:
    """Whether the scene mirrors the document: nodes, connections and places."""
    network = room.workspace.document.network
    edges = [
        (node.inputs.count(source), source, node.name)
        for node in network
        for source in set(node.inputs) & set(network.nodes)
    ]
    wanted = {EdgeKey(source, target, number) for count, source, target in edges for number in range(count)}
    places = all(
        item.node is network[name]
        and (item.pos().x(), item.pos().y()) == (item.node.position or room.scene.place(name))
        for name, item in room.scene.nodes.items()
    )
    return set(room.scene.nodes) == set(network.nodes) and set(room.scene.edges) == wanted and places


def test_the_scene_mirrors_the_network(room: BuildRoom) -> None:
    assert shown_is_the_network(room)
    assert len(room.scene.nodes) == 19
    assert len(room.scene.edges) == 18


def test_a_click_selects_and_a_click_beside_deselects(room: BuildRoom, hands: Hands) -> None:
    hands.click(hands.body("conv2"))
    assert room.scene.selected == ["conv2"]
    assert room.inspector.node == "conv2"
    hands.click(hands.body("bn2"), CTRL)
    assert room.scene.selected == ["conv2", "bn2"]
    hands.click(hands.body("conv2"), SHIFT)
    assert room.scene.selected == ["bn2"]
    hands.click(room.scene.content().bottomRight() + QPointF(20, 20))
    assert room.scene.selected == []


def test_dragging_a_node_moves_it_as_one_step(room: BuildRoom, hands: Hands) -> None:
    document, first = room.workspace.document, room.workspace.document.network
    x, y = room.scene.place("relu1")
    hands.drag(hands.body("relu1"), hands.body("relu1") + QPointF(40, 25) / room.view.zoom)
    moved = document.network["relu1"].position
    assert moved is not None
    assert moved[0] - x == pytest.approx(40 / room.view.zoom, abs=2)
    assert moved[1] - y == pytest.approx(25 / room.view.zoom, abs=2)
    assert [step.label for step in document.history.done] == ["Move relu1"]
    assert shown_is_the_network(room)
    document.undo()
    assert document.network is first
    assert (room.scene.nodes["relu1"].pos().x(), room.scene.nodes["relu1"].pos().y()) == (x, y)


def test_a_twitch_of_the_mouse_moves_nothing(room: BuildRoom, hands: Hands) -> None:
    hands.drag(hands.body("relu1"), hands.body("relu1") + QPointF(1, 1))
    assert room.workspace.document.undo_label is None


def test_escape_gives_up_a_gesture(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    before = room.scene.nodes["relu1"].pos()
    hands.press(hands.body("relu1"))
    hands.move(hands.body("relu1") + QPointF(90, 90))
    assert room.scene.nodes["relu1"].pos() != before
    qtbot.keyClick(room.view, Qt.Key.Key_Escape)
    hands.release(hands.body("relu1") + QPointF(90, 90))
    assert room.scene.nodes["relu1"].pos() == before
    assert room.workspace.document.undo_label is None


def test_connecting_by_dragging_from_port_to_port(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    document = room.workspace.document
    hands.drop(layer("Add"), room.scene.content().bottomRight() + QPointF(-260, -20))
    assert document.undo_label == "Add Add"
    for source in ("pool3", "gap"):
        hands.drag(room.scene.nodes[source].port("output"), room.scene.nodes["add"].port("input"))
    assert document.network["add"].inputs == ("pool3", "gap")
    assert document.undo_label == "Connect gap to add"
    assert shown_is_the_network(room)


def test_a_connection_can_be_drawn_backwards_and_dropped_anywhere_on_a_node(room: BuildRoom, hands: Hands) -> None:
    hands.drag(room.scene.nodes["conv3"].port("input"), hands.body("relu1"))
    assert room.workspace.document.network["conv3"].inputs == ("relu1",)


def test_an_impossible_connection_is_marked_and_refused_with_a_sentence(room: BuildRoom, hands: Hands) -> None:
    hands.press(room.scene.nodes["conv3"].port("output"))
    hands.move(room.scene.nodes["conv1"].port("input"))
    assert room.scene.nodes["conv1"].mark == "bad"
    assert room.scene.nodes["gap"].mark == "input"
    assert room.view.bubble.isVisible()
    assert "loop" in room.view.bubble.text()
    hands.release(room.scene.nodes["conv1"].port("input"))
    assert room.workspace.document.undo_label is None
    assert all(item.mark == "" for item in room.scene.nodes.values())
    assert "loop" in room.view.bubble.text()


def test_a_layer_dropped_on_the_canvas_is_added_where_it_is_dropped(room: BuildRoom, hands: Hands) -> None:
    place = room.scene.content().bottomRight() + QPointF(-120, 0)
    hands.drop(layer("Conv2d"), place)
    document = room.workspace.document
    assert document.undo_label == "Add Conv2d"
    assert document.network["conv4"].inputs == ()
    assert (room.scene.nodes["conv4"].box().center() - place).manhattanLength() < 4
    assert room.scene.selected == ["conv4"]


def test_a_layer_dropped_on_a_connection_goes_between_and_makes_room(room: BuildRoom, hands: Hands) -> None:
    edge = room.scene.edges[EdgeKey("conv1", "bn1")]
    hands.drop(layer("Dropout2d"), edge.path.pointAtPercent(0.5))
    network = room.workspace.document.network
    assert network["dropout2d"].inputs == ("conv1",)
    assert network["bn1"].inputs == ("dropout2d",)
    boxes = [item.box() for item in room.scene.nodes.values()]
    assert not any(one is not other and one.intersects(other) for one in boxes for other in boxes)
    assert room.workspace.document.undo_label == "Insert Dropout2d"
    room.workspace.document.undo()
    assert shown_is_the_network(room)


def test_delete_takes_the_selection_and_rewires(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    hands.click(hands.body("bn1"))
    qtbot.keyClick(room.view, Qt.Key.Key_Delete)
    document = room.workspace.document
    assert document.network["relu1"].inputs == ("conv1",)
    assert document.undo_label == "Delete bn1"
    room.scene.select(["conv1", "relu1", "conv2"])
    qtbot.keyClick(room.view, Qt.Key.Key_Delete)
    assert document.undo_label == "Delete 3 nodes"
    assert document.network["bn2"].inputs == ("input",)
    assert shown_is_the_network(room)


def test_a_connection_can_be_selected_and_deleted(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    hands.click(room.scene.edges[EdgeKey("conv1", "bn1")].path.pointAtPercent(0.5))
    assert room.scene.selected_edges == [EdgeKey("conv1", "bn1")]
    qtbot.keyClick(room.view, Qt.Key.Key_Delete)
    assert room.workspace.document.undo_label == "Disconnect conv1 from bn1"
    assert room.workspace.document.network["bn1"].inputs == ()


def test_a_rubber_band_selects_what_it_touches(room: BuildRoom, hands: Hands) -> None:
    area = room.scene.rectangle(["input", "conv1", "bn1"]).adjusted(-15, -15, 15, 5)
    hands.drag(area.topLeft(), area.bottomRight())
    assert room.scene.selected == ["input", "conv1", "bn1"]
    first = area.topLeft()
    hands.press(first, keys=SHIFT)
    hands.move(first + QPointF(30, 700), keys=SHIFT)
    hands.release(first + QPointF(30, 700), keys=SHIFT)
    assert room.scene.selected[:3] == ["input", "conv1", "bn1"]
    assert "pool2" in room.scene.selected


def test_copy_cut_paste_and_duplicate(room: BuildRoom, qtbot: QtBot) -> None:
    document = room.workspace.document
    room.scene.select(["conv1", "bn1"])
    qtbot.keyClick(room.view, Qt.Key.Key_C, CTRL)
    assert "cnn-workbench/network" in QApplication.clipboard().text()
    qtbot.keyClick(room.view, Qt.Key.Key_V, CTRL)
    assert document.undo_label == "Paste 2 nodes"
    assert room.scene.selected == ["conv4", "bn4"]
    assert document.network["bn4"].inputs == ("conv4",)
    qtbot.keyClick(room.view, Qt.Key.Key_V, CTRL)
    assert room.scene.place("conv5") != room.scene.place("conv4")
    room.scene.select(["relu1"])
    qtbot.keyClick(room.view, Qt.Key.Key_D, CTRL)
    assert document.undo_label == "Duplicate relu1"
    room.scene.select(["bn2"])
    qtbot.keyClick(room.view, Qt.Key.Key_X, CTRL)
    assert document.undo_label == "Cut bn2"
    qtbot.keyClick(room.view, Qt.Key.Key_V, CTRL)
    assert "bn2" in document.network
    assert shown_is_the_network(room)


def test_pasting_what_is_no_network_is_refused_in_words(room: BuildRoom, qtbot: QtBot) -> None:
    QApplication.clipboard().setText("hello")
    qtbot.keyClick(room.view, Qt.Key.Key_V, CTRL)
    assert "no nodes on the clipboard" in room.view.bubble.text()
    assert room.workspace.document.undo_label is None


def test_what_is_duplicated_comes_into_view(room: BuildRoom, qtbot: QtBot) -> None:
    room.view.real_size()
    room.scene.select(["output"])
    room.view.reveal("input")
    qtbot.keyClick(room.view, Qt.Key.Key_D, CTRL)
    (copy,) = room.scene.selected
    seen = room.view.mapToScene(room.view.viewport().rect()).boundingRect()
    assert seen.contains(room.scene.nodes[copy].box())


def test_a_part_of_a_network_file_is_refused_with_what_is_wrong(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["conv1", "bn1"])
    qtbot.keyClick(room.view, Qt.Key.Key_C, CTRL)
    QApplication.clipboard().setText(QApplication.clipboard().text()[:200])
    qtbot.keyClick(room.view, Qt.Key.Key_V, CTRL)
    assert "The text on the clipboard is not a network file" in room.view.bubble.text()


def test_a_group_made_by_hand_is_duplicated_as_a_group(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["conv2", "bn2", "relu2"])
    qtbot.keyClick(room.view, Qt.Key.Key_G, CTRL)
    for _ in range(2):
        room.scene.select(["block"])
        qtbot.keyClick(room.view, Qt.Key.Key_D, CTRL)
    assert {*room.workspace.document.network.groups} == {"block", "block_1", "block_2"}
    assert room.scene.selected == ["block_2.conv2", "block_2.bn2", "block_2.relu2"]


def test_arrow_keys_nudge_as_one_step(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["relu1"])
    x, y = room.scene.place("relu1")
    for _ in range(3):
        qtbot.keyClick(room.view, Qt.Key.Key_Right)
    qtbot.keyClick(room.view, Qt.Key.Key_Down, SHIFT)
    assert room.scene.place("relu1") == (x + 30, y + 1)
    assert len(room.workspace.document.history.done) == 1


def test_keys_select_connect_and_look(room: BuildRoom, qtbot: QtBot) -> None:
    qtbot.keyClick(room.view, Qt.Key.Key_A, CTRL)
    assert len(room.scene.selected) == 19
    qtbot.keyClick(room.view, Qt.Key.Key_Escape)
    qtbot.keyClick(room.view, Qt.Key.Key_N)
    qtbot.keyClick(room.view, Qt.Key.Key_N)
    assert room.scene.selected == ["conv1"]
    room.scene.select(["pool2", "gap"])
    qtbot.keyClick(room.view, Qt.Key.Key_C)
    assert room.workspace.document.network["gap"].inputs == ("pool2",)
    qtbot.keyClick(room.view, Qt.Key.Key_1)
    assert room.view.zoom == 1.0
    room.scene.select([])
    qtbot.keyClick(room.view, Qt.Key.Key_F)
    seen = room.view.mapToScene(room.view.viewport().rect()).boundingRect()
    assert seen.contains(room.scene.content())


def test_the_wheel_zooms_at_the_mouse(room: BuildRoom) -> None:
    place = QPoint(300, 200)
    before, zoom = room.view.mapToScene(place), room.view.zoom
    viewport = room.view.viewport()
    event = QWheelEvent(
        QPointF(place),
        QPointF(viewport.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)
    assert room.view.zoom > zoom * 1.1
    assert (room.view.mapToScene(place) - before).manhattanLength() < 4


@pytest.mark.parametrize("with_space", [False, True])
def test_the_canvas_is_panned_by_the_middle_button_or_space(
    room: BuildRoom, hands: Hands, qtbot: QtBot, with_space: bool
) -> None:
    start = room.view.mapToScene(QPoint(200, 300))
    before = room.view.mapFromScene(QPointF(0, 0))
    if with_space:
        qtbot.keyPress(room.view, Qt.Key.Key_Space)
    end = start + QPointF(80, 40) / room.view.zoom
    button = Qt.MouseButton.LeftButton if with_space else Qt.MouseButton.MiddleButton
    hands.press(start, button)
    at = hands.at(end)
    hands.move(room.view.mapToScene(at), button)
    hands.release(end, button)
    if with_space:
        qtbot.keyRelease(room.view, Qt.Key.Key_Space)
    moved = room.view.mapFromScene(QPointF(0, 0)) - before
    assert (moved.x(), moved.y()) == (pytest.approx(80, abs=2), pytest.approx(40, abs=2))
    assert room.workspace.document.undo_label is None
    assert not room.view.space_held


def test_a_network_file_dropped_on_the_canvas_is_opened(room: BuildRoom, hands: Hands, tmp_path: Path) -> None:
    path = save_network(READY["lenet5"].build(), tmp_path / "mine")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    hands.drop(mime, room.view.middle())
    assert room.workspace.document.network == READY["lenet5"].build()
    assert room.workspace.document.path == path
    assert shown_is_the_network(room)


def test_open_and_save_keep_what_was_moved(room: BuildRoom, hands: Hands, tmp_path: Path) -> None:
    hands.drag(hands.body("relu1"), hands.body("relu1") + QPointF(60, 0))
    place = room.scene.place("relu1")
    assert room.documents.save_file(tmp_path / "moved.network.json")
    room.workspace.document.open(READY["lenet5"].build())
    assert room.documents.open_file(tmp_path / "moved.network.json")
    assert room.scene.place("relu1") == place
    assert shown_is_the_network(room)


def test_laying_out_anew_puts_everything_back_as_one_step(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    places = room.scene.places
    hands.drag(hands.body("relu1"), hands.body("relu1") + QPointF(150, 300))
    room.view.setFocus()
    qtbot.keyClick(room.view, Qt.Key.Key_L, CTRL | Qt.KeyboardModifier.AltModifier)
    assert room.scene.places == places
    assert room.workspace.document.undo_label == "Lay out everything anew"


def test_a_very_strange_network_is_shown(room: BuildRoom) -> None:
    nodes = [
        Node("a", "FromTheFuture", {"x": [1, {"y": None}]}, ("ghost", "b", "b")),
        Node("b", "Conv2d", {"kernel_size": "wide", "padding": None}, ("a",)),
        Node("b2", "Conv2d", {"kernel_size": [1, 2, 3]}, ("b",), (1e7, -1e7)),
        Node("", "Input", {"shape": "round"}),
        Node("x" * 400, "Linear"),
    ]
    room.workspace.document.open(Network.of("odd", nodes))
    assert shown_is_the_network(room)
    for name in list(room.scene.nodes):
        room.scene.select([name])
    room.grab()


def test_thousand_random_gestures_can_all_be_undone(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    document = room.workspace.document
    first = document.network
    chance = random.Random(7)
    keys = [
        (Qt.Key.Key_Delete, None), (Qt.Key.Key_D, CTRL), (Qt.Key.Key_C, CTRL), (Qt.Key.Key_V, CTRL),
        (Qt.Key.Key_X, CTRL), (Qt.Key.Key_C, None), (Qt.Key.Key_N, None), (Qt.Key.Key_Left, None),
        (Qt.Key.Key_L, CTRL), (Qt.Key.Key_F, None), (Qt.Key.Key_Escape, None), (Qt.Key.Key_1, None),
    ]  # fmt: skip
    kinds = [kind.name() for kind in CATALOG]

    def somewhere() -> QPointF:
        items = list(room.scene.nodes.values())
        if items and chance.random() < 0.7:
            item = chance.choice(items)
            return chance.choice([item.port("input"), item.port("output"), item.box().center() - QPointF(60, 0)])
        rect = room.view.viewport().rect()
        return room.view.mapToScene(QPoint(chance.randrange(rect.width()), chance.randrange(rect.height())))

    for _ in range(1000):
        dice = chance.random()
        if dice < 0.4:
            hands.drag(somewhere(), somewhere())
        elif dice < 0.55:
            hands.click(somewhere(), chance.choice([CTRL, Qt.KeyboardModifier.NoModifier]))
        elif dice < 0.7 and len(document.network) < 40:
            hands.drop(layer(chance.choice(kinds)), somewhere())
        elif dice < 0.75:
            chance.choice([document.undo, document.redo])()
        elif dice < 0.78 and len(document.network) < 40:
            room.add_kind(chance.choice(kinds))
        else:
            key, modifier = chance.choice(keys)
            if len(document.network) < 40 or key not in (Qt.Key.Key_V, Qt.Key.Key_D):
                qtbot.keyClick(room.view, key, modifier or Qt.KeyboardModifier.NoModifier)
        assert set(room.scene.nodes) == set(document.network.nodes)
    assert shown_is_the_network(room)
    while document.undo():
        pass
    assert document.network == first
    assert shown_is_the_network(room)


def test_refusals_of_the_editor_become_sentences(room: BuildRoom) -> None:
    def refuse(_network: Network) -> Network:
        raise WorkbenchError("That cannot be", "for a reason")

    assert not room.editor.attempt(refuse, "Refuse")
    assert room.view.bubble.text() == "That cannot be. for a reason."


def test_a_change_from_elsewhere_ends_the_gesture(room: BuildRoom, hands: Hands) -> None:
    hands.press(hands.body("relu1"))
    hands.move(hands.body("relu1") + QPointF(90, 90))
    room.workspace.document.open(READY["lenet5"].build())
    hands.release(QPointF(0, 0))
    assert shown_is_the_network(room)
    hands.press(room.scene.nodes["conv1"].port("output"))
    hands.move(QPointF(300, 300))
    room.workspace.document.open(Network("nothing"))
    hands.release(QPointF(0, 0))
    assert room.workspace.document.undo_label is None
    room.grab()


def test_another_network_under_old_names_is_laid_out_anew(room: BuildRoom) -> None:
    other = READY["lenet5"].build()
    room.workspace.document.apply(lambda _network: other, "Restore")
    alone = room.scene.places
    room.workspace.document.open(other)
    assert room.scene.places == alone


def test_an_edit_made_while_another_one_is_shown_is_shown_after_it(room: BuildRoom) -> None:
    """A field that loses the keyboard because its layer goes writes what was typed."""
    document, order = room.workspace.document, list(room.workspace.document.network.nodes)
    room.scene.select(order[2:4])

    def edit() -> None:
        room.scene.selectionChanged.disconnect(edit)
        document.apply(lambda network: remove_nodes(network, order[4:6]), "Meanwhile")

    room.scene.selectionChanged.connect(edit)
    document.apply(lambda network: remove_nodes(network, order[2:4]), "Delete")
    assert shown_is_the_network(room)
    document.undo()
    document.undo()
    assert list(document.network.nodes) == order and shown_is_the_network(room)
