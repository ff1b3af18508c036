from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.modelling.zoo import READY
from workbench.gui import theme
from workbench.gui.builder.room import BuildRoom
from workbench.gui.shell import MainWindow
from workbench.gui.workspace import Workspace

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(workspace: Workspace, close_dialogs: None) -> Iterator[MainWindow]:
    made = MainWindow(workspace)
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    yield made
    workspace.document.open(workspace.document.network)  # nothing unsaved to ask about
    made.close()
    made.deleteLater()
    QApplication.processEvents()


def test_shortcuts_work_in_the_whole_window(window: MainWindow, qtbot: QtBot) -> None:
    room = window.rooms["build"]
    assert isinstance(room, BuildRoom)
    document = window.workspace.document
    room.view.setFocus()
    qtbot.waitUntil(room.view.hasFocus)
    room.scene.select(["bn1"])
    qtbot.keyClick(room.view, Qt.Key.Key_Delete)
    assert document.undo_label == "Delete bn1"
    qtbot.keyClick(room.view, Qt.Key.Key_Z, CTRL)
    assert "bn1" in document.network
    qtbot.keyClick(room.view, Qt.Key.Key_Z, CTRL | SHIFT)
    assert "bn1" not in document.network


def test_undo_works_while_a_field_has_the_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    room = window.rooms["build"]
    assert isinstance(room, BuildRoom)
    room.scene.select(["conv1"])
    assert room.inspector.form is not None
    box = room.inspector.form.fields["out_channels"].box
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    box.selectAll()
    qtbot.keyClicks(box, "99")
    assert window.workspace.document.network["conv1"].arguments["out_channels"] == 99
    qtbot.keyClick(box, Qt.Key.Key_Z, CTRL)
    assert window.workspace.document.network["conv1"].arguments["out_channels"] == 32
    assert box.value() == 32


def test_letters_in_a_text_field_are_no_commands(window: MainWindow, qtbot: QtBot) -> None:
    room = window.rooms["build"]
    assert isinstance(room, BuildRoom)
    first = window.workspace.document.network
    room.scene.select(["conv1", "gap"])
    search = room.palette_panel.search
    search.setFocus()
    qtbot.waitUntil(search.hasFocus)
    qtbot.keyClicks(search, "cfn1/")
    assert search.text() == "cfn1/"
    assert window.workspace.document.network is first


def test_the_room_uses_the_actions_of_its_window(window: MainWindow) -> None:
    room = window.rooms["build"]
    assert isinstance(room, BuildRoom)
    assert room.documents is window.document_actions


def test_the_theme_changes_at_once(window: MainWindow, qapp: QApplication) -> None:
    room = window.rooms["build"]
    assert isinstance(room, BuildRoom)
    light = room.view.grab().toImage().pixelColor(3, 3)
    theme.apply(qapp, "dark")
    try:
        QApplication.processEvents()
        dark = room.view.grab().toImage().pixelColor(3, 3)
        assert light.lightness() > 200 > 60 > dark.lightness()
    finally:
        theme.apply(qapp, "light")


def test_a_network_that_comes_back_is_shown_whole(window: MainWindow) -> None:
    """Bringing back an autosave is an edit, so that it can be undone, but the view starts anew."""
    room, document = window.rooms["build"], window.workspace.document
    assert isinstance(room, BuildRoom)
    before = room.view.zoom
    document.apply(lambda _network: READY["lenet5"].build(), "Restore unsaved changes")
    assert room.view.zoom > before
    content, seen = room.scene.content(), room.view.mapToScene(room.view.viewport().rect()).boundingRect()
    assert abs(content.center().x() - seen.center().x()) < 3
    room.view.zoom_by(0.5)
    zoom = room.view.zoom
    document.apply(lambda network: edits.set_arguments(network, "conv1", {"out_channels": 9}), "Edit")
    assert room.view.zoom == zoom
