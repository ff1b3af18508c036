"""Leaving out, relabelling, moving and undoing by keys and menus; what a training makes of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from workbench.core.data.decisions import read_decisions
from workbench.core.data.sources import open_data
from workbench.gui.data.class_picker import ClassPicker
from workbench.gui.data.room import DataRoom
from workbench.gui.shell import MainWindow
from workbench.gui.workspace import Workspace

Settle = Callable[[], None]
KEYS, PLAIN, CONTROL = Qt.Key, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(workspace: Workspace, folder: Path, qtbot: QtBot, settle: Settle, close_dialogs: None) -> MainWindow:
    """The whole window in the Data room: shortcuts are the window's affair."""
    workspace.data = str(folder)
    window = MainWindow(workspace)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.go("data")
    window.activateWindow()
    settle()
    return window


@pytest.fixture
def there(window: MainWindow) -> DataRoom:
    """The room in the window, the keyboard in its grid."""
    room = window.rooms["data"]
    assert isinstance(room, DataRoom)
    room.grid.setFocus()
    return room


def press(qtbot: QtBot, room: DataRoom, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    qtbot.keyClick(room.grid, key, modifier)


def names(room: DataRoom) -> list[str]:
    assert room.holding is not None
    return [room.holding.name(int(number)) for number in room.grid.chosen]


def choose(room: DataRoom, name: str) -> int:
    assert room.holding is not None
    number = next(n for n, file in enumerate(room.holding.index.files) if Path(file).name == name)
    room.grid.choose(number)
    return number


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".workbench")
    }


def test_e_leaves_out_goes_on_and_a_training_leaves_out_too(
    there: DataRoom, folder: Path, qtbot: QtBot, settle: Settle
) -> None:
    before = contents(folder)
    number = choose(there, "apple-02.png")
    press(qtbot, there, KEYS.Key_E)
    assert names(there) == ["apple-03.png"]
    settle()
    assert there.holding is not None and there.holding.excluded[number]
    assert there.sets.facts.text().endswith("1\u00a0excluded")
    data = open_data(str(folder))
    assert not any("apple-02" in file for file in (*data.train.files, *data.validation.files))
    assert contents(folder) == before


def test_ctrl_z_undoes_the_decision_and_not_the_network(
    there: DataRoom, window: MainWindow, workspace: Workspace, folder: Path, qtbot: QtBot, settle: Settle
) -> None:
    workspace.document.apply(lambda network: network, "Nothing")
    network = workspace.document.network
    choose(there, "apple-02.png")
    press(qtbot, there, KEYS.Key_E)
    press(qtbot, there, KEYS.Key_E)
    settle()
    assert [str(decision) for decision in read_decisions(str(folder)).made] == ["exclude 1 picture"] * 2
    press(qtbot, there, KEYS.Key_Z, CONTROL)
    settle()
    assert len(read_decisions(str(folder)).made) == 1
    press(qtbot, there, KEYS.Key_Z, CONTROL | SHIFT)
    settle()
    assert len(read_decisions(str(folder)).made) == 2
    for _ in range(3):
        press(qtbot, there, KEYS.Key_Z, CONTROL)
    settle()
    assert there.holding is not None and not there.holding.excluded.any()
    assert workspace.document.network is network
    assert not QApplication.activeModalWidget()


def test_digits_and_the_picker_relabel(there: DataRoom, folder: Path, qtbot: QtBot, settle: Settle) -> None:
    number = choose(there, "banana-01.png")
    press(qtbot, there, KEYS.Key_3)
    settle()
    assert there.holding is not None and there.holding.class_name(number) == "cherry"
    there.grid.choose(number)
    assert "cherry (was banana)" in there.desk.picture.facts.text()
    press(qtbot, there, KEYS.Key_L)
    picker = there.grid.findChild(ClassPicker)
    assert picker.list.accessibleName().endswith((" shows", "pictures show"))
    assert picker is not None
    qtbot.keyClicks(picker.search, "app")
    qtbot.keyClick(picker.search, KEYS.Key_Return)
    settle()
    assert there.holding.class_name(number) == "apple"
    data = open_data(str(folder))
    labels = {
        Path(file).name: label
        for part in (data.train, data.validation)
        for file, label in zip(part.files, part.labels, strict=True)
    }
    assert data.classes[labels["banana-01.png"]] == "apple"


def test_m_moves_to_the_other_part(there: DataRoom, folder: Path, qtbot: QtBot, settle: Settle) -> None:
    assert there.holding is not None
    number = int(np.flatnonzero(there.holding.held_out)[0])
    there.grid.choose(number)
    press(qtbot, there, KEYS.Key_M)
    settle()
    assert not there.holding.held_out[number]
    data, files = open_data(str(folder)), there.holding.index.files
    shown = {files[place] for place in np.flatnonzero(there.holding.held_out)}
    assert files[number] in data.train.files
    assert shown - set(data.validation.files) <= {str(folder / "banana" / "broken.png")}
    assert set(data.validation.files) <= shown, "the parts are those of a training"


def test_many_at_once_are_one_decision(there: DataRoom, folder: Path, qtbot: QtBot, settle: Settle) -> None:
    choose(there, "banana-00.png")
    for _ in range(4):
        press(qtbot, there, KEYS.Key_Right, SHIFT)
    press(qtbot, there, KEYS.Key_1)
    settle()
    decisions = read_decisions(str(folder)).made
    assert [str(decision) for decision in decisions] == ["call 5 pictures apple"]
    assert there.desk.decisions.list.item(0).text() == "Call 5 pictures apple"
    press(qtbot, there, KEYS.Key_1)  # they are called so already
    settle()
    assert len(read_decisions(str(folder)).made) == 1
    there.sets.part.setCurrentIndex(there.sets.part.findData("changed"))
    assert len(there.grid.numbers) == 5


def test_the_list_is_shown_as_soon_as_something_is_decided(there: DataRoom, qtbot: QtBot, settle: Settle) -> None:
    panel = there.desk.decisions
    assert panel.list.isHidden() and panel.note.text().startswith("Nothing is decided yet")
    choose(there, "banana-00.png")
    press(qtbot, there, KEYS.Key_E)
    settle()
    assert not panel.list.isHidden() and "Nothing" not in panel.note.text()


def test_fast_keys_lose_nothing(there: DataRoom, folder: Path, qtbot: QtBot, settle: Settle) -> None:
    choose(there, "apple-00.png")
    for _ in range(6):
        press(qtbot, there, KEYS.Key_E)
    settle()
    left_out = [picture for decision in read_decisions(str(folder)).made for picture in decision.pictures]
    assert left_out == [f"apple/apple-{number:02}.png" for number in range(6)]
    assert there.holding is not None and there.holding.excluded.sum() == 6


def test_decisions_about_arrays_are_kept_and_read_again(
    there: DataRoom, workspace: Workspace, qtbot: QtBot, settle: Settle
) -> None:
    there.open("digits")
    settle()
    there.grid.choose(int(there.grid.numbers[4]))
    number = there.grid.current
    press(qtbot, there, KEYS.Key_E)
    settle()
    there.reload()
    settle()
    assert there.holding is not None
    assert np.flatnonzero(there.holding.excluded).tolist() == [number]
    counts = [len(part) for part in (open_data("digits").train, open_data("digits").validation)]
    assert sum(counts) == len(there.holding) - 1


def test_an_answer_about_a_set_that_was_left_is_not_shown(
    there: DataRoom, folder: Path, qtbot: QtBot, settle: Settle
) -> None:
    choose(there, "apple-00.png")
    press(qtbot, there, KEYS.Key_E)
    there.open("digits")
    settle()
    assert there.holding is not None and there.holding.spec == "digits"
    assert not there.holding.excluded.any()
    assert len(read_decisions(str(folder)).made) == 1


def test_a_list_that_cannot_be_written_is_said_and_nothing_is_shown_as_decided(
    there: DataRoom, folder: Path, qtbot: QtBot, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.errors import WorkbenchError
    from workbench.gui.data import ledger

    def full(_place: str, _decisions: object) -> Path:
        raise WorkbenchError("The disk is full")

    monkeypatch.setattr(ledger, "write_decisions", full)
    choose(there, "apple-00.png")
    press(qtbot, there, KEYS.Key_E)
    settle()
    assert there.holding is not None and not there.holding.excluded.any()
    boxes = [box for box in there.window().findChildren(QMessageBox) if box.isVisible()]
    assert [box.text() for box in boxes] == ["The disk is full"]


def test_the_menu_offers_the_classes(there: DataRoom, qtbot: QtBot, settle: Settle) -> None:
    number = choose(there, "cherry-01.png")
    menu = there.deciding.menu(there._menu_actions, there.grid.place_of_current())
    relabel = menu.actions()[-1].menu()
    assert relabel is not None
    texts = [action.text() for action in relabel.actions()]  # type: ignore[attr-defined]
    assert texts == ["apple", "banana", "cherry"]
    relabel.actions()[1].trigger()  # type: ignore[attr-defined]
    menu.close()
    settle()
    assert there.holding is not None and there.holding.class_name(number) == "banana"


def test_without_pictures_nothing_can_be_decided(there: DataRoom, qtbot: QtBot, settle: Settle) -> None:
    there.sets.part.setCurrentIndex(there.sets.part.findData("excluded"))
    assert not there.actions_of_room["data-exclude"].isEnabled()
    there.deciding.exclude()
    there.deciding.move()
    there.deciding.ask_class()
    settle()
    assert there.holding is not None and not there.holding.decisions.made
