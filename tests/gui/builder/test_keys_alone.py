"""The main jobs of the Build room with keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from workbench.core.graph.storage import load_network
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.zoo import empty_network
from workbench.gui.builder.items.edge_item import EdgeKey
from workbench.gui.builder.room import BuildRoom

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def press(room: BuildRoom, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    """A key, wherever the keyboard is."""
    QTest.keyClick(room.focusWidget() or room.view, key, keys)


def choose(room: BuildRoom, text: str) -> None:
    """Answer the chooser that is open."""
    chooser = room.searches.chooser
    assert chooser.isVisible()
    QTest.keyClicks(chooser.search, text)
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    room.view.setFocus()


def fed(room: BuildRoom, name: str) -> list[str]:
    """What feeds a node."""
    return [*room.workspace.document.network[name].inputs]


def test_a_network_is_made_connected_grouped_edited_and_saved(room: BuildRoom, qtbot: QtBot, tmp_path: Path) -> None:
    document = room.workspace.document
    document.open(empty_network())
    press(room, Qt.Key.Key_N)
    for kind in ("Conv2d", "ReLU", "AdaptiveAvgPool2d", "Flatten", "Linear"):
        press(room, Qt.Key.Key_Tab)
        choose(room, kind)
    kinds = [document.network[name].kind for name in document.network.execution_order]
    assert kinds == ["Input", "Conv2d", "ReLU", "AdaptiveAvgPool2d", "Flatten", "Linear", "Output"][: len(kinds)]
    assert document.network["relu1"].inputs == ("conv1",)
    room.scene.select(["conv1"])
    press(room, Qt.Key.Key_J)
    assert room.scene.chosen == ["conv1", "relu1"]
    press(room, Qt.Key.Key_G, CTRL)
    assert [*document.network.groups] == ["block"]
    assert room.scene.chosen == ["block"]
    room.scene.select(["fc1"])
    press(room, Qt.Key.Key_Return)
    field = QApplication.focusWidget() or room.inspector.focusWidget()
    assert field is not None
    assert room.inspector.isAncestorOf(field)
    assert room.documents.save_file(tmp_path / "keys.network.json")
    assert load_network(tmp_path / "keys.network.json") == document.network


def test_connections_are_walked_deleted_and_filled(room: BuildRoom) -> None:
    room.scene.select(["conv1"])
    press(room, Qt.Key.Key_E)
    assert room.scene.selected_edges == [EdgeKey("conv1", "bn1")]
    press(room, Qt.Key.Key_E)
    assert room.scene.selected_edges == [EdgeKey("bn1", "relu1")]
    press(room, Qt.Key.Key_E, SHIFT)
    press(room, Qt.Key.Key_Tab)
    choose(room, "Dropout2d")
    assert fed(room, "dropout2d") == ["conv1"]
    assert fed(room, "bn1") == ["dropout2d"]
    room.scene.select(["bn1"])
    press(room, Qt.Key.Key_E, SHIFT)
    assert room.scene.selected_edges == [EdgeKey("dropout2d", "bn1")]
    press(room, Qt.Key.Key_Delete)
    assert fed(room, "bn1") == []
    room.scene.select(["dropout2d"])
    press(room, Qt.Key.Key_C, SHIFT)
    choose(room, "bn1")
    assert fed(room, "bn1") == ["dropout2d"]


def test_walking_goes_round_and_begins_at_the_ends(room: BuildRoom) -> None:
    room.scene.select([])
    press(room, Qt.Key.Key_E, SHIFT)
    (last,) = room.scene.selected_edges
    press(room, Qt.Key.Key_E)
    assert room.scene.selected_edges == [EdgeKey("input", "conv1")]
    press(room, Qt.Key.Key_E, SHIFT)
    assert room.scene.selected_edges == [last]
    room.workspace.document.open(empty_network())
    room.scene.select([])
    for key in (Qt.Key.Key_E, Qt.Key.Key_J):
        press(room, key)
        press(room, key, SHIFT)


def test_nodes_are_taken_along_until_there_is_none(room: BuildRoom) -> None:
    room.scene.select([])
    press(room, Qt.Key.Key_J)
    press(room, Qt.Key.Key_J)
    assert room.scene.chosen == ["input", "conv1"]
    cards = [*room.scene.nodes]
    room.scene.select(cards[-1:])
    press(room, Qt.Key.Key_J)
    assert room.scene.chosen == cards[-1:]
    press(room, Qt.Key.Key_J, SHIFT)
    assert room.scene.chosen == [cards[-1], cards[-2]]


def test_every_command_has_keys_of_its_own(room: BuildRoom) -> None:
    keys = [key.toString() for action in room.commands() for key in action.shortcuts() if action.shortcuts()]
    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
    without = [
        action.objectName() for action in room.canvas_actions.all.values() if action.shortcut() == QKeySequence()
    ]
    assert without == []


@pytest.mark.parametrize("network", ["cifar10cnn", "resnet18"])
def test_what_takes_the_keyboard_has_a_name(room: BuildRoom, network: str) -> None:
    room.workspace.document.open(open_network(network))
    first = next(iter(room.scene.nodes))
    nameless = []
    for key in (first, [*room.scene.nodes][-1], ""):
        room.scene.select([key] if key else [])
        QApplication.processEvents()
        for widget in room.findChildren(QWidget):
            takes = isinstance(widget, QAbstractButton | QLineEdit | QComboBox | QAbstractSpinBox)
            inner = isinstance(widget.parent(), QAbstractSpinBox | QComboBox)
            if takes and widget.isVisible() and not inner and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                text = widget.text() if isinstance(widget, QAbstractButton) else ""
                if not (widget.accessibleName() or text):
                    nameless.append(f"{type(widget).__name__} {widget.objectName()}")
    assert nameless == []
