"""The history panel: what it lists, and going back and forth in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.modelling.opening import open_network
from workbench.gui.builder.history_panel import START, HistoryPanel
from workbench.gui.builder.room import BuildRoom


def panel(room: BuildRoom) -> HistoryPanel:
    room.history_dock.show()
    QApplication.processEvents()
    found = room.history_dock.widget()
    assert isinstance(found, HistoryPanel)
    return found


def edit(room: BuildRoom, channels: int) -> None:
    room.editor.set_argument("conv1", "out_channels", channels, session=channels)


def channels(room: BuildRoom) -> object:
    return room.workspace.document.network["conv1"].arguments["out_channels"]


def click(qtbot: QtBot, shown: HistoryPanel, row: int) -> None:
    place = shown.visualRect(shown.steps.index(row)).center()
    qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_steps_are_listed_by_name_and_undone_ones_stay(room: BuildRoom) -> None:
    shown = panel(room)
    assert shown.steps.labels == [START]
    edit(room, 8)
    room.editor.connect_nodes("relu1", "fc2")
    assert shown.steps.labels == [START, "Set out_channels of conv1", "Connect relu1 to fc2"]
    room.workspace.document.undo()
    assert len(shown.steps.labels) == 3
    assert shown.steps.present == 1
    spoken = shown.steps.data(shown.steps.index(2), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Connect relu1 to fc2, undone"


def test_a_click_goes_back_and_forth_in_one_change(room: BuildRoom, qtbot: QtBot) -> None:
    shown = panel(room)
    first = channels(room)
    for number in (8, 16, 24):
        edit(room, number)
    heard: list[object] = []
    room.workspace.network_changed.connect(lambda before, after: heard.append(after))
    click(qtbot, shown, 0)
    assert channels(room) == first
    assert len(heard) == 1
    click(qtbot, shown, 2)
    assert channels(room) == 16
    assert shown.currentIndex().row() == 2
    assert room.workspace.document.redo_label == "Set out_channels of conv1"


def test_the_keyboard_goes_there_too(room: BuildRoom, qtbot: QtBot) -> None:
    shown = panel(room)
    for number in (8, 16):
        edit(room, number)
    shown.setFocus()
    qtbot.keyClick(shown, Qt.Key.Key_Up)
    assert channels(room) == 16
    qtbot.keyClick(shown, Qt.Key.Key_Return)
    assert channels(room) == 8


def test_a_hidden_panel_catches_up_when_shown(room: BuildRoom) -> None:
    assert not room.history_dock.isVisible()
    edit(room, 8)
    assert len(panel(room).steps.labels) == 2


def test_another_network_begins_anew(room: BuildRoom) -> None:
    shown = panel(room)
    edit(room, 8)
    room.workspace.document.open(open_network("lenet5"))
    assert shown.steps.labels == [START]
