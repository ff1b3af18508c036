"""The minimap: there when it helps, and a way to look elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

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
