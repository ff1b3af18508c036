"""A window whose theme is switched while it is open looks as one that was opened in that theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui import theme
from workbench.gui.builder.room import BuildRoom
from workbench.gui.rooms import ROOMS
from workbench.gui.shell import MainWindow
from workbench.gui.viewer.tiles import TileView
from workbench.gui.widgets.collapsible import Collapsible
from workbench.gui.workspace import Workspace

PATIENCE_MS = 60_000
TOLD_APART = 16
"""Steps of 255 from which two colours are taken for two."""
Open = Callable[[], MainWindow]


@pytest.fixture
def opened(workspace: Workspace, qapp: QApplication) -> Iterator[Open]:
    """Opens windows on one workspace, so that they show the same; light again at the end."""
    windows: list[MainWindow] = []

    def window() -> MainWindow:
        made = MainWindow(workspace)
        made.resize(1280, 800)
        made.show()
        windows.append(made)
        return made

    yield window
    workspace.document.mark_saved(Path("nowhere.network.json"))
    theme.apply(qapp, "light")
    for made in windows:
        made.close()
        made.deleteLater()
    QApplication.processEvents()


def settle(window: MainWindow, qtbot: QtBot) -> None:
    jobs = window.workspace.jobs
    for _ in range(3):
        QApplication.processEvents()
        qtbot.waitUntil(lambda: not jobs.busy, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.workspace.current_analysis is not None, timeout=PATIENCE_MS)


def visit(window: MainWindow, room: str, qtbot: QtBot) -> QWidget:
    """The room as it is when all that it has is open."""
    window.go(room)
    settle(window, qtbot)
    made = window.rooms[room]
    if isinstance(made, BuildRoom):
        made.scene.select(["conv1"])
    for part in made.findChildren(Collapsible):
        part.set_open(True)
    settle(window, qtbot)
    window.setFocus(Qt.FocusReason.OtherFocusReason)
    return made


def without_sheets(room: QWidget) -> NDArray[np.int16]:
    """The room without its sheets of maps: they have no colour of a theme, and are made for the room there just was."""
    picture = pixels(room)
    for sheet in filter(QWidget.isVisible, room.findChildren(TileView)):
        place = QRect(sheet.mapTo(room, QPoint()), sheet.size())
        picture[place.top() : place.bottom() + 1, place.left() : place.right() + 1] = 0
    return picture


def pixels(widget: QWidget) -> NDArray[np.int16]:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGBX8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return rows[..., :3].astype(np.int16)


def differs(one: QWidget, other: QWidget) -> tuple[int, ...]:
    """The box around what two widgets show differently: left, top, right, bottom; nothing if they look the same."""
    first, second = without_sheets(one), without_sheets(other)
    assert first.shape == second.shape
    rows, columns = np.nonzero(np.abs(first - second).max(axis=-1) > TOLD_APART)
    return () if not len(rows) else (columns.min(), rows.min(), columns.max(), rows.max())


@pytest.mark.parametrize("room", [entry.name for entry in ROOMS])
def test_a_room_follows_the_theme(
    opened: Open, workspace: Workspace, qtbot: QtBot, two_runs: Path, monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    monkeypatch.setenv("WORKBENCH_RUNS", str(two_runs))
    workspace.preload()
    switched = opened()
    visit(switched, room, qtbot)
    before = pixels(switched)
    switched.set_theme("dark")
    settle(switched, qtbot)
    fresh = opened()
    visit(fresh, room, qtbot)
    assert np.abs(before - pixels(switched)).max() > 100
    assert not differs(switched.rooms[room], fresh.rooms[room])
    assert not differs(switched.rail, fresh.rail)
    for tabs in switched.rooms[room].findChildren(QTabWidget):
        twin = fresh.findChild(QTabWidget, tabs.objectName())
        for page in range(tabs.count()):
            tabs.setCurrentIndex(page)
            twin.setCurrentIndex(page)
            settle(fresh, qtbot)
            assert not differs(switched.rooms[room], fresh.rooms[room]), tabs.tabText(page)
