"""A network made by keys alone: every key goes to whatever has the keyboard, and nothing else is called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.core.graph.document import Document
from workbench.core.graph.network import Network
from workbench.core.graph.storage import load_network
from workbench.core.modelling.zoo import empty_network
from workbench.gui.builder.room import BuildRoom
from workbench.gui.shell import MainWindow
from workbench.gui.workspace import Workspace

Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier


class Keyboard:
    """Types into whatever has the keyboard."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        room = window.rooms["build"]
        assert isinstance(room, BuildRoom)
        self.room = room

    @property
    def network(self) -> Network:
        return self.room.workspace.document.network

    @property
    def at(self) -> QWidget:
        """What has the keyboard."""
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the keyboard"
        return widget

    def press(self, key: Key, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.at, key, keys)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        QTest.keyClicks(self.at, text)
        QApplication.processEvents()

    def choose(self, text: str) -> None:
        """Answer the chooser: it has the keyboard, and gives it back to the canvas."""
        assert self.at is self.room.searches.chooser.search
        self.type(text)
        self.press(Key.Key_Return)
        assert self.at is self.room.view

    def add(self, kind: str) -> None:
        self.press(Key.Key_Tab)
        self.choose(kind)

    def walk_to(self, name: str) -> None:
        """Step from node to node until one is selected."""
        for _ in range(len(self.network) + 1):
            if self.room.scene.chosen == [name]:
                return
            self.press(Key.Key_N)
        raise AssertionError(f"{name} is not on the way")

    def walk_to_connection(self, source: str, target: str) -> None:
        for _ in range(len(self.room.scene.edges) + 1):
            if [(key.source, key.target) for key in self.room.scene.selected_edges] == [(source, target)]:
                return
            self.press(Key.Key_E)
        raise AssertionError(f"no connection from {source} to {target} on the way")

    def tab_to(self, name: str, *, keys: Qt.KeyboardModifier = NONE) -> None:
        """Tab, or Shift+Tab, until the field of an accessible name has the keyboard."""
        for _ in range(40):
            if self.at.accessibleName() == name:
                return
            self.press(Key.Key_Backtab if keys == SHIFT else Key.Key_Tab, keys)
        raise AssertionError(f"no {name} on the way")

    def back_to_canvas(self) -> None:
        for _ in range(8):
            if self.at is self.room.view:
                return
            self.press(Key.Key_F6)
        raise AssertionError("F6 does not lead to the canvas")


@pytest.fixture
def keyboard(tmp_path: Path, qapp: QApplication, no_leftover_threads: None, close_dialogs: None) -> Iterator[Keyboard]:
    """A window with an empty network that has a file."""
    workspace = Workspace(Document(empty_network(), tmp_path / "keys.network.json"))
    window = MainWindow(workspace)
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    window.rooms["build"].view.setFocus()  # type: ignore[attr-defined]
    QApplication.processEvents()
    yield Keyboard(window)
    workspace.document.open(workspace.document.network)
    window.close()
    window.deleteLater()
    QApplication.processEvents()
    workspace.close()


def test_a_network_with_a_skip_connection_is_made_by_keys_alone(keyboard: Keyboard, tmp_path: Path) -> None:
    keys, room = keyboard, keyboard.room
    keys.press(Key.Key_N)
    for kind in ("Conv2d", "BatchNorm2d", "ReLU", "Conv2d", "Add", "AdaptiveAvgPool2d", "Flatten", "Linear"):
        keys.add(kind)
    names = {node.kind: node.name for node in keys.network}
    first, relu, add = next(node.name for node in keys.network.of_kind("Conv2d")), names["ReLU"], names["Add"]

    keys.walk_to(relu)
    keys.press(Key.Key_C, SHIFT)
    keys.choose(add)
    assert relu in keys.network[add].inputs
    assert len(keys.network[add].inputs) == 2

    keys.walk_to(first)
    keys.press(Key.Key_Return)
    keys.tab_to("out channels")
    keys.press(Key.Key_A, CTRL)
    keys.type("24")
    keys.press(Key.Key_Return)
    assert keys.network[first].arguments["out_channels"] == 24
    keys.tab_to("Name of the node", keys=SHIFT)
    keys.press(Key.Key_A, CTRL)
    keys.type("stem")
    keys.press(Key.Key_Return)
    assert "stem" in keys.network
    keys.back_to_canvas()

    keys.walk_to("stem")
    keys.press(Key.Key_J)
    keys.press(Key.Key_J)
    assert len(room.scene.chosen) == 3
    keys.press(Key.Key_G, CTRL)
    assert [*keys.network.groups] == ["block"]
    keys.press(Key.Key_O)
    assert "block" in room.scene.nodes, "closed"
    keys.press(Key.Key_O)
    assert "block" in room.scene.frames, "open"
    keys.press(Key.Key_Down, ALT)
    assert room.scene.root == "block"
    keys.press(Key.Key_G)
    keys.press(Key.Key_Return)
    assert room.scene.root != "block", "gone to the neighbour"

    keys.walk_to_connection("flatten", names["Linear"])
    keys.add("Dropout")
    assert keys.network[names["Linear"]].inputs == ("dropout",)
    keys.walk_to("dropout")
    keys.press(Key.Key_Delete)
    assert "dropout" not in keys.network
    keys.press(Key.Key_Z, CTRL)
    assert "dropout" in keys.network
    keys.press(Key.Key_Z, CTRL | SHIFT)
    assert "dropout" not in keys.network

    keys.press(Key.Key_S, CTRL)
    assert load_network(tmp_path / "keys.network.json") == keys.network


def test_f6_goes_through_the_parts_of_the_room_and_back(keyboard: Keyboard) -> None:
    keys = keyboard
    parts = []
    for _ in range(10):
        parts.append(keys.at)
        keys.press(Key.Key_F6)
        if keys.at is keys.room.view:
            break
    assert keys.room.view in parts
    assert any(keys.room.palette_panel.isAncestorOf(part) for part in parts)
    assert any(keys.room.inspector.isAncestorOf(part) for part in parts)
    assert len(parts) == len(set(parts)) >= 4
    keys.press(Key.Key_F6, SHIFT)
    assert keys.at is parts[-1]


def test_the_canvas_shows_that_keys_brought_the_keyboard_back(keyboard: Keyboard, qtbot: QtBot) -> None:
    room = keyboard.room
    keyboard.press(Key.Key_F6)
    without = room.view.grab().toImage()
    keyboard.back_to_canvas()
    assert room.view.grab().toImage().pixelColor(0, 40) != without.pixelColor(0, 40)
