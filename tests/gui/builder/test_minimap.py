"""The minimap: there when it helps, and a way to look elsewhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph.canvas import Form, Remark
from workbench.core.graph.canvas_edits import add_remarks
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.zoo import empty_network
from workbench.gui.builder.room import BuildRoom


def open_wide(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(open_network("resnet18"))
    room.scene.unfold(room.scene.tree.groups)
    room.view.real_size()
    qtbot.waitUntil(lambda: not room.seeing.minimap._timer.isActive())
    assert room.seeing.minimap.isVisible()


def test_it_is_there_only_while_not_everything_is_seen(room: BuildRoom, qtbot: QtBot) -> None:
    open_wide(room, qtbot)
    room.workspace.document.open(open_network("lenet5"))
    qtbot.waitUntil(lambda: not room.seeing.minimap._timer.isActive())
    room.view.fit()
    assert not room.seeing.minimap.isVisible()
    room.view.zoom_by(3.0)
    assert room.seeing.minimap.isVisible()


def test_a_click_looks_there(room: BuildRoom, qtbot: QtBot) -> None:
    open_wide(room, qtbot)
    minimap = room.seeing.minimap
    place = QPoint(minimap.width() // 2, minimap.height() // 4)
    wanted = minimap.place_of(QPointF(place))
    qtbot.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=place)
    assert (room.view.middle() - wanted).manhattanLength() < 4
    assert room.workspace.document.undo_label is None
    assert room.scene.selected == []


def test_the_whole_network_is_on_it(room: BuildRoom, qtbot: QtBot) -> None:
    open_wide(room, qtbot)
    minimap, content = room.seeing.minimap, room.scene.content()
    for corner in (content.topLeft(), content.bottomRight()):
        on_map = corner * minimap._scale() + minimap._origin()
        assert minimap.rect().contains(on_map.toPoint())
        assert (minimap.place_of(on_map) - corner).manhattanLength() < 1e-6
    picture = minimap.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert len(colours) > 4


def colours_at(room: BuildRoom, place: QPointF) -> str:
    minimap = room.seeing.minimap
    on_map = place * minimap._scale() + minimap._origin()
    return minimap._drawn(1.0).toImage().pixelColor(on_map.toPoint()).name()


@pytest.mark.parametrize("form", ["note", "frame"])
def test_notes_and_frames_are_on_it(room: BuildRoom, qtbot: QtBot, form: Form) -> None:
    open_wide(room, qtbot)
    remark = Remark(form, "Stem", (room.scene.content().right() + 100, 0.0), (900.0, 900.0), "blue")
    room.workspace.document.apply(lambda network: add_remarks(network, [remark]), "Add")
    (item,) = room.scene.remarks.values()
    qtbot.waitUntil(lambda: room.seeing.minimap._content.contains(item.box()), timeout=10_000)
    blue, empty = colours_at(room, item.box().center()), colours_at(room, item.box().center() - QPointF(0, -2000))
    assert blue != empty
    room.scene.select_remarks([item.key])
    room.notes.paint("red")
    qtbot.waitUntil(lambda: colours_at(room, item.box().center()) not in (blue, empty), timeout=10_000)


def test_a_card_that_moves_within_the_network_moves_on_it(room: BuildRoom, qtbot: QtBot) -> None:
    open_wide(room, qtbot)
    minimap = room.seeing.minimap
    minimap.grab()
    before = minimap._picture
    middle = next(name for name in room.scene.nodes if name not in ("x", "output"))
    room.editor.move({middle: (room.scene.places[middle][0] + 4, room.scene.places[middle][1])})
    qtbot.waitUntil(lambda: minimap._picture is None or minimap._picture is not before, timeout=10_000)


def test_the_key_hides_it(room: BuildRoom, qtbot: QtBot) -> None:
    open_wide(room, qtbot)
    qtbot.keyClick(room.view, Qt.Key.Key_M)
    assert not room.seeing.minimap.isVisible()
    assert not room.canvas_actions.all["build-map"].isChecked()
    qtbot.keyClick(room.view, Qt.Key.Key_M)
    assert room.seeing.minimap.isVisible()


def test_an_empty_network_has_none(room: BuildRoom) -> None:
    room.workspace.document.open(empty_network())
    for node in list(room.workspace.document.network.nodes):
        room.scene.select([node])
        room.editor.delete()
    QApplication.processEvents()
    room.seeing.minimap._renew()
    assert not room.seeing.minimap.isVisible()
