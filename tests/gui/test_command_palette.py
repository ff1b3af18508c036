"""The command palette: finding by letters, running by keys, closing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.command_palette import Command, CommandPalette, matching

RAN: list[str] = []
COMMANDS = [
    Command("Stop training", "Train", "", lambda: RAN.append("stop"), enabled=False),
    Command("Train", "Train", "Ctrl+R", lambda: RAN.append("train")),
    Command("Open", "File", "Ctrl+O", lambda: RAN.append("open")),
    Command("Light", "Theme", "", lambda: RAN.append("light")),
]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    RAN.clear()
    window = QWidget()
    window.resize(700, 500)
    window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    window.setFocus()
    return window


@pytest.fixture
def palette(window: QWidget) -> CommandPalette:
    palette = CommandPalette(window)
    palette.open_with(COMMANDS)
    return palette


def titles(palette: CommandPalette) -> list[str]:
    return [palette.list.item(row).text() for row in range(palette.list.count())]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Train", "Open", "Light", "Stop training"]),
        ("tr", ["Train", "Stop training"]),
        ("TRAIN stop", ["Stop training"]),
        ("theme", ["Light"]),
        ("  ", ["Train", "Open", "Light", "Stop training"]),
        ("xyz", []),
    ],
)
def test_letters_narrow_the_list(text: str, found: list[str]) -> None:
    assert [command.title for command in matching(COMMANDS, text)] == found


def test_type_and_return_runs_the_first_match(palette: CommandPalette, qtbot: QtBot) -> None:
    assert palette.objectName() == "command-palette"
    qtbot.keyClicks(palette.search, "op")
    assert titles(palette) == ["Open", "Stop training"]
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert RAN == ["open"]
    assert not palette.isVisible()


def test_arrows_choose(palette: CommandPalette, qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        qtbot.keyClick(palette.search, key)
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert RAN == ["open"]


def test_a_disabled_command_does_not_run(palette: CommandPalette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "stop")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert RAN == []
    assert palette.isVisible()


def test_nothing_found_and_return_does_nothing(palette: CommandPalette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "xyz")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert RAN == []


def test_a_click_runs(palette: CommandPalette, qtbot: QtBot) -> None:
    middle = palette.list.visualItemRect(palette.list.item(2)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(middle))
    assert RAN == ["light"]


def test_escape_closes_and_gives_the_focus_back(window: QWidget, qtbot: QtBot) -> None:
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    palette = CommandPalette(window)
    palette.open_with(COMMANDS)
    qtbot.waitUntil(palette.search.hasFocus)
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert field.hasFocus()
    assert RAN == []


def test_focus_elsewhere_closes(palette: CommandPalette, window: QWidget, qtbot: QtBot) -> None:
    qtbot.waitUntil(palette.search.hasFocus)
    window.setFocus()
    assert not palette.isVisible()


def test_it_fits_into_a_small_window(window: QWidget) -> None:
    window.resize(400, 300)
    palette = CommandPalette(window)
    palette.open_with(COMMANDS * 30)
    assert window.rect().contains(palette.geometry())


def test_an_action_becomes_a_command(qtbot: QtBot) -> None:
    action = QAction("&Save As…")
    action.setShortcut(QKeySequence("Ctrl+Shift+S"))
    command = Command.of(action, "File")
    assert (command.title, command.place, command.shortcut) == ("Save As", "File", "Ctrl+Shift+S")
    with qtbot.waitSignal(action.triggered):
        command.run()
