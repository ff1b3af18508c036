"""The living network: pictures on the cards, the large map under the mouse, and what the selected node sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.builder.conftest import LEFT, NONE, Hands
from workbench.core import train
from workbench.core.graph.edits import set_arguments
from workbench.core.inspection.sample import FileSample, SetSample
from workbench.core.modelling.opening import open_network
from workbench.core.training.plan import TrainingPlan
from workbench.gui.builder.alive.life_panels import LifePanels
from workbench.gui.builder.room import BuildRoom


def come_alive(room: BuildRoom, qtbot: QtBot) -> LifePanels:
    if room.workspace.current_analysis is None:
        room.workspace.preload()
        qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)
    room.canvas_actions.all["build-alive"].trigger()
    settle(room, qtbot)
    assert room.life.panels is not None
    return room.life.panels


def settle(room: BuildRoom, qtbot: QtBot) -> None:
    """Wait until every answer has been delivered."""
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)
    qtbot.waitUntil(lambda: not room.workspace.jobs.busy, timeout=60_000)
    QApplication.processEvents()


def pictures(room: BuildRoom) -> dict[str, QImage | None]:
    return {name: card.glimpse.toImage() if card.glimpse else None for name, card in room.scene.nodes.items()}


def test_every_card_shows_what_its_node_makes_and_nothing_when_off(room: BuildRoom, qtbot: QtBot) -> None:
    assert room.life.panels is None, "nothing is made before it is wanted"
    panels = come_alive(room, qtbot)
    assert all(card.glimpse is not None for card in room.scene.nodes.values())
    assert panels.dock.isVisible() and room.canvas_actions.all["build-alive"].isChecked()
    room.canvas_actions.all["build-alive"].trigger()
    assert all(card.glimpse is None for card in room.scene.nodes.values())
    assert not panels.dock.isVisible() and not room.workspace.jobs.busy


def test_an_edit_changes_the_pictures_behind_it_and_no_others(room: BuildRoom, qtbot: QtBot) -> None:
    come_alive(room, qtbot)
    before = pictures(room)
    room.editor.set_argument("conv2", "out_channels", 48)
    settle(room, qtbot)
    after, behind = pictures(room), room.scene.network.downstream("conv2")
    for name in before:
        assert (before[name] == after[name]) == (name not in behind), name
    room.workspace.document.undo()
    settle(room, qtbot)
    assert pictures(room) == before


def test_a_broken_layer_loses_its_picture_and_those_above_keep_theirs(room: BuildRoom, qtbot: QtBot) -> None:
    panels = come_alive(room, qtbot)
    room.editor.set_argument("conv3", "kernel_size", 40)
    settle(room, qtbot)
    behind = room.scene.network.downstream("conv3")
    assert {name for name, picture in pictures(room).items() if picture is None} == set(behind)
    room.scene.select(["bn3"])
    assert "conv3" in panels.look.map.figures.text()


def test_a_closed_group_shows_what_leaves_it(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(open_network("resnet18"))
    room.scene.unfold([])
    panels = come_alive(room, qtbot)
    closed = pictures(room)["layer1"]
    assert closed is not None and panels.alive.node_behind("layer1").startswith("layer1.1.")
    room.scene.unfold(room.scene.tree.groups)
    assert pictures(room)[panels.alive.node_behind("layer1")] == closed


def test_resting_on_a_connection_shows_the_map_with_its_values(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    panels = come_alive(room, qtbot)
    edge = next(item for key, item in room.scene.edges.items() if key.source == "conv1")
    hands.move(edge.path.pointAtPercent(0.5), Qt.MouseButton.NoButton)
    qtbot.waitUntil(panels.peek.isVisible)
    assert panels.peek.title.text() == "conv1"
    settle(room, qtbot)
    tiles = panels.peek.map.tiles
    assert tiles.sheet is not None
    x, y, width, height = tiles.sheet.box(0)
    middle = tiles.mapFromScene(QPointF(x + width / 2, y + height / 2))
    qtbot.mouseMove(tiles.viewport(), middle)
    row, column = (side // 2 for side in tiles.sheet.tile)
    glimpse = panels.alive.glimpse("conv1")
    assert glimpse is not None
    value = float(tiles.sheet.maps[0, row, column])
    assert panels.peek.map.value.text() == f"channel {glimpse.channels[0]}, row {row}, column {column}: {value:.4g}"
    assert f"{glimpse.least:.4g} to {glimpse.most:.4g}" in panels.peek.map.figures.text()
    hands.press(QPointF(-400, -400))
    hands.release(QPointF(-400, -400))
    assert not panels.peek.isVisible()


def test_a_port_an_input_and_a_small_picture_tell_whose_map_it_is(room: BuildRoom, qtbot: QtBot) -> None:
    panels = come_alive(room, qtbot)
    card = room.scene.nodes["bn1"]
    assert panels.peek.node_at(card.port("output")) == "bn1"
    assert panels.peek.node_at(card.port("input")) == "conv1"
    assert panels.peek.node_at(card.box().center() + QPointF(card.box().width() / 2 - 20, 0)) == "bn1"
    assert panels.peek.node_at(card.box().center() - QPointF(60, 0)) == ""


def test_the_selected_node_is_looked_at_in_the_inspector(room: BuildRoom, qtbot: QtBot) -> None:
    panels = come_alive(room, qtbot)
    room.scene.select(["conv2"])
    settle(room, qtbot)
    look = panels.look
    assert look.isVisible() and look.map.tiles.sheet is not None and look.kernels.sheet is not None
    assert len(look.kernels.sheet.channels) == 32 or len(look.kernels.sheet.channels) == 64
    room.scene.select(["relu2"])
    settle(room, qtbot)
    assert look.kernels.sheet is None and not look.kernels.isVisible() and look.map.tiles.sheet is not None
    room.scene.select([])
    assert not look.isVisible()


def test_the_key_puts_the_keyboard_into_the_map(room: BuildRoom, qtbot: QtBot) -> None:
    panels = come_alive(room, qtbot)
    room.activateWindow()
    room.scene.select(["conv2"])
    settle(room, qtbot)
    room.canvas_actions.all["build-look"].trigger()
    tiles = panels.look.map.tiles
    qtbot.waitUntil(tiles.hasFocus)
    qtbot.keyClick(tiles, Qt.Key.Key_Right)
    assert panels.look.map.value.text().startswith(f"channel {panels.look.map._closeup.channels[0]}: from")  # type: ignore[union-attr]


def test_the_field_of_the_middle_unit_is_drawn_and_moves_with_the_unit(room: BuildRoom, qtbot: QtBot) -> None:
    panels = come_alive(room, qtbot)
    room.scene.select(["conv2"])
    settle(room, qtbot)
    sight = panels.well.picture.sight
    assert sight is not None and sight.unit == (16, 16) and sight.size == (5, 5)
    assert sight.rows == (14, 18)
    panels.look.map.unit_pointed.emit((0, 31))
    moved = panels.well.picture.sight
    assert moved is not None and moved.rows == (-2, 2) and moved.columns == (29, 33)
    assert panels.well.picture.shown().top() == -2 and panels.well.picture.shown().right() == 34
    assert "5 × 5 pixels" in panels.well.field.text()
    room.scene.select(["fc1"])
    settle(room, qtbot)
    assert "whole picture" in panels.well.field.text()


def test_the_way_from_the_picture_to_the_selected_node_stands_out(room: BuildRoom, qtbot: QtBot) -> None:
    come_alive(room, qtbot)
    room.scene.select(["conv2"])
    above = room.scene.network.upstream("conv2")
    assert {key for key, item in room.scene.edges.items() if item.on_path} == {
        key for key in room.scene.edges if key.target in above
    }
    room.scene.select([])
    assert not any(item.on_path for item in room.scene.edges.values())
    room.scene.select(["conv2"])
    room.life.switch(False)
    assert not any(item.on_path for item in room.scene.edges.values())


def test_the_weights_of_a_run_are_taken_where_they_fit_and_counted(room: BuildRoom, qtbot: QtBot) -> None:
    network, folder = open_network("lenet5"), room.workspace.runs_folder / "trained"
    assert list(train(TrainingPlan(network="lenet5", data="digits", epochs=1, device="cpu"), out=folder))
    room.workspace.document.open(set_arguments(network, "fc2", {"out_features": 33}))
    panels = come_alive(room, qtbot)
    random = pictures(room)
    well = panels.well
    assert well.weights.count() == 2
    well.weights.setCurrentIndex(1)
    settle(room, qtbot)
    layers = [node.name for node in network if node.kind in ("Conv2d", "Linear")]
    assert well.status.text().startswith(f"{len(layers) - 2} of {len(layers)} layers have weights of this run.")
    assert pictures(room)["conv1"] != random["conv1"]
    origins = {name: panels.alive.all_known()[name].origin for name in layers}
    assert origins["conv1"] == "given" and origins["fc2"] == "random"
    asked: list[object] = []
    room.workspace.node_inspect_requested.connect(asked.append)
    room.scene.select(["conv1"])
    panels.look.more.click()
    assert asked == [(folder, "conv1")]
    well.weights.setCurrentIndex(0)
    settle(room, qtbot)
    assert pictures(room) == random


def test_another_sample_by_button_drop_and_clipboard(room: BuildRoom, qtbot: QtBot, tmp_path: Path) -> None:
    panels = come_alive(room, qtbot)
    first = panels.well.picture._image.copy()
    qtbot.mouseClick(panels.well.following, LEFT)
    settle(room, qtbot)
    assert panels.alive.choice.sample == SetSample("shapes", 1) and panels.well.picture._image != first
    path = tmp_path / "red.png"
    Image.new("RGB", (40, 40), (255, 0, 0)).save(path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    at, action = QPoint(20, 60), Qt.DropAction.CopyAction
    QApplication.sendEvent(panels.well, QDragEnterEvent(at, action, mime, LEFT, NONE))
    QApplication.sendEvent(panels.well, QDropEvent(QPointF(at), action, mime, LEFT, NONE))
    settle(room, qtbot)
    assert panels.alive.choice.sample == FileSample(path) and panels.well.title.text() == "red.png"
    assert panels.well.picture._image.pixelColor(3, 3).name() == "#ff0000"
    assert not panels.well.following.isEnabled()
    blue = QImage(8, 8, QImage.Format.Format_RGB32)
    blue.fill(Qt.GlobalColor.blue)
    QGuiApplication.clipboard().setImage(blue)
    panels.well.paste()
    settle(room, qtbot)
    assert panels.well.picture._image.pixelColor(3, 3).name() == "#0000ff"


def test_a_file_that_is_no_picture_is_said_and_can_be_replaced(room: BuildRoom, qtbot: QtBot, tmp_path: Path) -> None:
    panels = come_alive(room, qtbot)
    (tmp_path / "broken.png").write_bytes(b"nothing")
    panels.alive.choose(sample=FileSample(tmp_path / "broken.png"))
    settle(room, qtbot)
    assert "broken.png" in panels.well.status.text() and panels.well.status.isVisible()
    assert all(card.glimpse is None for card in room.scene.nodes.values())
    panels.alive.choose(sample=SetSample("digits", 2))
    settle(room, qtbot)
    assert all(card.glimpse is not None for card in room.scene.nodes.values())


def test_what_it_shows_is_remembered(room: BuildRoom, qtbot: QtBot) -> None:
    panels = come_alive(room, qtbot)
    panels.well.look.setCurrentIndex(1)
    settle(room, qtbot)
    assert panels.alive.choice.look == "first"
    glimpse = panels.alive.glimpse("conv1")
    assert glimpse is not None and glimpse.channels == (0, 1, 2, 3)
    room.close_room()
    again = BuildRoom(room.workspace)
    assert again.life.remembered.is_on and again.canvas_actions.all["build-alive"].isChecked()
    room.workspace.analysed.emit(room.workspace.analysis)
    settle(room, qtbot)
    assert again.life.panels is not None and again.life.panels.alive.choice.look == "first"
    again.deleteLater()


def test_opening_in_inspect_names_the_node(room: BuildRoom, qtbot: QtBot) -> None:
    panels = come_alive(room, qtbot)
    room.scene.select(["conv3"])
    settle(room, qtbot)
    asked: list[object] = []
    room.workspace.node_inspect_requested.connect(asked.append)
    qtbot.mouseClick(panels.look.findChild(QPushButton, "build-look-inspect"), LEFT)
    assert asked == [(None, "conv3")]


def test_closing_while_it_works_leaves_nothing_behind(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(open_network("resnet18"))
    room.workspace.preload()
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)
    room.life.switch(True)
    room.workspace.document.open(open_network("lenet5"))
    room.life.switch(False)
    room.life.switch(True)
    settle(room, qtbot)
    assert all(card.glimpse is not None for card in room.scene.nodes.values())
    room.life.switch(False)


@pytest.mark.parametrize("name", ["lenet5", "cifar10cnn"])
def test_the_input_is_the_picture_itself(room: BuildRoom, qtbot: QtBot, name: str) -> None:
    room.workspace.document.open(open_network(name))
    panels = come_alive(room, qtbot)
    glimpse, now = panels.alive.glimpse("input"), panels.alive.now
    assert glimpse is not None and glimpse.image is not None and now is not None
    pixels = now.picture.pixels
    assert np.array_equal(glimpse.image, pixels if pixels.shape[2] == 3 else pixels.repeat(3, axis=2))
