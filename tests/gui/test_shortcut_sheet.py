"""The sheet of shortcuts against the actions that the whole window really has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from workbench.gui.shell import MainWindow
from workbench.gui.shortcuts import ShortcutSheet
from workbench.gui.workspace import Workspace

NATIVE = QKeySequence.SequenceFormat.NativeText


@pytest.fixture
def window(workspace: Workspace, close_dialogs: None) -> Iterator[MainWindow]:
    made = MainWindow(workspace)
    made.show()
    yield made
    workspace.document.mark_saved(Path("nowhere.network.json"))
    made.close()
    made.deleteLater()
    QApplication.processEvents()


def test_the_sheet_lists_every_shortcut_of_every_room(window: MainWindow) -> None:
    window.findChild(QAction, "help-shortcuts").trigger()
    sheet = window.findChild(ShortcutSheet)
    listed = {key for _, keys in sheet.texts() for key in keys.split(", ")}
    keys = [(action, key) for action in window.findChildren(QAction) for key in action.shortcuts()]
    keys += [(shortcut, key) for shortcut in window.findChildren(QShortcut) for key in QShortcut.keys(shortcut)]
    assert all(
        any(room.isAncestorOf(made.parent()) or made.parent() is room for made, _ in keys) for room in rooms(window)
    )
    missing = [(made.objectName(), key.toString(NATIVE)) for made, key in keys if key.toString(NATIVE) not in listed]
    assert not missing


def rooms(window: MainWindow) -> list[QWidget]:
    """Those with actions that have keys: the wizard is led by its buttons."""
    assert set(window.rooms) == set(window.entries), "the sheet makes what was not visited yet"
    return [room for name, room in window.rooms.items() if name != "transfer"]
