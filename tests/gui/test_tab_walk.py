"""Every room walked through with Tab and Shift+Tab: all is reached, nothing traps, each stop is named and seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTableView,
    QTabWidget,
    QTextEdit,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from workbench.core.modelling.zoo import empty_network
from workbench.gui.builder.canvas.view import CanvasView
from workbench.gui.builder.room import BuildRoom
from workbench.gui.rooms import ROOMS
from workbench.gui.shell import MainWindow
from workbench.gui.widgets.collapsible import Collapsible
from workbench.gui.widgets.tab_stops import tab_stops
from workbench.gui.workspace import Workspace

PATIENCE_MS, LONGEST = 60_000, 200
HANDLED = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)
"""What one does something with; a class of our own that the mouse can use takes the keyboard or is one of these."""
AROUND, FACTOR, SHARE = 3, 3.0, 1.0
"""Pixels looked at around a widget; the ratio of contrast that counts as a change; how much of its rim has to change.

WCAG 2.2, 2.4.13: 3 to 1 between the same pixels with and without the keyboard, on an area as large as a line around it.
"""
KEYS = {
    1: (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
    -1: (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier),
}


@pytest.fixture
def window(workspace: Workspace, qtbot: QtBot, close_dialogs: None) -> Iterator[MainWindow]:
    made = MainWindow(workspace)
    made.resize(1280, 800)
    made.show()
    made.activateWindow()
    QTest.qWaitForWindowActive(made)
    yield made
    workspace.document.mark_saved(Path("nowhere.network.json"))
    made.close()
    made.deleteLater()
    QApplication.processEvents()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A few plain pictures of two classes."""
    for name, colour in (("blue", (40, 60, 200)), ("red", (200, 50, 40))):
        (tmp_path / "squares" / name).mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (32, 32), colour).save(tmp_path / "squares" / name / f"{number}.png")
    return tmp_path / "squares"


def press(way: int) -> QWidget:
    """Tab on, or back; what has the keyboard then."""
    key, shift = KEYS[way]
    QTest.keyClick(_focus(), key, shift)
    QApplication.processEvents()
    return _focus()


def walked(way: int) -> list[QWidget]:
    """All stops until the first is come to again, or, on the way forward, the canvas: there Tab adds a layer."""
    stops = [_focus()]
    for _ in range(LONGEST):
        if way > 0 and isinstance(stops[-1], CanvasView):
            return stops
        found = press(way)
        if found is stops[-1] and links_left(found):
            continue
        if found in stops:
            assert found is stops[0], f"from {told(stops[-1])} back to {told(found)}"
            return stops
        stops.append(found)
    raise AssertionError(f"the walk does not come round, last {told(stops[-1])}")


def links_left(widget: QWidget) -> bool:
    """A sentence with several remedies is a stop for each of them."""
    remedies = getattr(getattr(widget, "problem", None), "remedies", ())
    return len(remedies) > 1


def panes_walked(way: int) -> list[QWidget]:
    """The stops from every part of the Build room that F6 leads to; elsewhere F6 does nothing, and one walk is all."""
    start = _focus()
    found: list[QWidget] = []
    seen: list[QWidget] = []
    while (at := _focus()) not in seen:
        seen.append(at)
        found += [stop for stop in walked(way) if stop not in found]
        at.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(at, Qt.Key.Key_F6)
        QApplication.processEvents()
    start.setFocus(Qt.FocusReason.TabFocusReason)
    return found


def not_reached(window: QWidget, stops: list[QWidget]) -> list[str]:
    """What could be used and is no stop, no part of one, and not next to one with the arrow keys."""
    usable = [widget for widget in window.findChildren(QWidget) if isinstance(widget, HANDLED) and _is_open(widget)]
    usable += tab_stops(window)
    return [told(widget) for widget in usable if not any(_belongs(widget, stop) for stop in stops)]


def _is_open(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled() and not isinstance(widget, QScrollBar)


def _belongs(widget: QWidget, stop: QWidget) -> bool:
    if isinstance(widget, QAbstractButton) and isinstance(stop, QAbstractButton) and _is_one_choice(widget, stop):
        return True
    if isinstance(widget, QToolButton) and isinstance(widget.parentWidget(), QLineEdit | QTabBar):
        return True  # Qt's own: the cross that empties a field, the arrows of many tabs
    return widget is stop or stop.isAncestorOf(widget)


def _is_one_choice(one: QAbstractButton, other: QAbstractButton) -> bool:
    if one.group() is not None:
        return one.group() is other.group() and one.group().exclusive()
    return one.autoExclusive() and other.autoExclusive() and one.parentWidget() is other.parentWidget()


def name_of(widget: QWidget) -> str:
    """What a screen reader says first."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def told(widget: QWidget) -> str:
    around = widget.parentWidget()
    inside = around.objectName() or type(around).__name__ if around is not None else ""
    return f"{type(widget).__name__} {widget.objectName() or '?'} in {inside}"


def mark_of(widget: QWidget) -> float:
    """By how much more than a line around it a widget looks different with the keyboard."""
    with_it = _picture(widget)
    widget.clearFocus()
    without = _picture(widget)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    one, other = _brightness(with_it), _brightness(without)
    changed = np.maximum(one / other, other / one) >= FACTOR
    rim = 2 * (widget.width() + widget.height())
    return float(changed.sum() / rim)


def _picture(widget: QWidget) -> NDArray[np.uint8]:
    window = widget.window()
    QApplication.processEvents()
    area = QRect(widget.mapTo(window, QPoint()), widget.size()).adjusted(-AROUND, -AROUND, AROUND, AROUND)
    image = window.grab(area & window.rect()).toImage().convertToFormat(QImage.Format.Format_RGBX8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)[..., :3].copy()


def _brightness(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance by WCAG 2, with the flare of 0.05."""
    values = pixels / 255
    linear = np.where(values <= 0.03928, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    brightness: NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722]) + 0.05
    return brightness


def _focus() -> QWidget:
    at = QApplication.focusWidget()
    assert at is not None, "nothing has the keyboard"
    return at


def enter(window: MainWindow, room: str, qtbot: QtBot) -> None:
    """Go to a room by its keys, and wait until it has come to rest; it must have the keyboard then."""
    number = [entry.name for entry in ROOMS].index(room) + 1
    QTest.keyClick(window, str(number), Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)
    assert window.rooms[room].isAncestorOf(_focus()), told(_focus())


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=PATIENCE_MS)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=PATIENCE_MS)


def holds(window: QWidget) -> None:
    """The whole promise for what a window shows."""
    forward, backward = panes_walked(1), panes_walked(-1)
    assert set(map(told, forward)) == set(map(told, backward))
    assert not not_reached(window, forward)
    assert not [told(stop) for stop in forward if not name_of(stop).strip()], "a screen reader has no name for them"
    faint = {told(stop): round(mark, 2) for stop in forward if (mark := marked(stop)) < SHARE}
    assert not faint, "one does not see that they have the keyboard"


def marked(stop: QWidget) -> float:
    stop.setFocus(Qt.FocusReason.TabFocusReason)
    return mark_of(stop)


@pytest.mark.parametrize("room", [entry.name for entry in ROOMS])
def test_a_room_is_walked_through_with_tab_alone(window: MainWindow, qtbot: QtBot, room: str) -> None:
    enter(window, room, qtbot)
    holds(window)


@pytest.mark.parametrize("names", [["conv1"], ["conv1", "conv2"], ["fc2"]])
def test_the_form_of_what_is_selected(window: MainWindow, qtbot: QtBot, names: list[str]) -> None:
    enter(window, "build", qtbot)
    room = window.rooms["build"]
    assert isinstance(room, BuildRoom)
    room.scene.select(names)
    settle(window, qtbot)
    holds(window)


@pytest.mark.parametrize(
    ("room", "tabs", "page"),
    [
        *(("data", "data-details", page) for page in range(1, 4)),
        ("data", "data-views", 1),
        *(("inspect", "inspect-tabs", page) for page in range(3)),
    ],
)
def test_a_page_of_a_room(
    window: MainWindow, qtbot: QtBot, two_runs: Path, monkeypatch: pytest.MonkeyPatch, room: str, tabs: str, page: int
) -> None:
    monkeypatch.setenv("WORKBENCH_RUNS", str(two_runs))
    enter(window, room, qtbot)
    window.findChild(QTabWidget, tabs).setCurrentIndex(page)
    settle(window, qtbot)
    holds(window)


def test_the_open_parts_of_the_plan(window: MainWindow, qtbot: QtBot) -> None:
    enter(window, "train", qtbot)
    for part in window.rooms["train"].findChildren(Collapsible):
        part.set_open(True)
    settle(window, qtbot)
    holds(window)


@pytest.mark.parametrize("count", [1, 2])
def test_runs_that_are_chosen(
    window: MainWindow, qtbot: QtBot, two_runs: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setenv("WORKBENCH_RUNS", str(two_runs))
    enter(window, "runs", qtbot)
    table = window.findChild(QTableView, "runs-table")
    table.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: table.model().rowCount() == 2)
    table.selectRow(0)
    for _ in range(count - 1):
        QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    settle(window, qtbot)
    holds(window)


def test_an_empty_network(window: MainWindow, workspace: Workspace, qtbot: QtBot) -> None:
    enter(window, "build", qtbot)
    workspace.document.open(empty_network())
    settle(window, qtbot)
    holds(window)


def test_photos_that_were_read(window: MainWindow, qtbot: QtBot, photos: Path) -> None:
    enter(window, "transfer", qtbot)
    assert _focus().objectName() == "transfer-folder"
    QTest.keyClicks(_focus(), str(photos))
    QTest.keyClick(_focus(), Qt.Key.Key_Return)
    further = window.findChild(QAbstractButton, "transfer-next")
    qtbot.waitUntil(further.isEnabled, timeout=PATIENCE_MS)
    settle(window, qtbot)
    holds(window)
    QTest.keyClick(further, Qt.Key.Key_Space)
    settle(window, qtbot)
    holds(window)


@pytest.mark.parametrize("action", ["build-ready", "build-source", "build-compare", "help-shortcuts"])
def test_a_dialog(window: MainWindow, qtbot: QtBot, action: str) -> None:
    enter(window, "build", qtbot)
    window.findChild(QAction, action).trigger()
    qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), QDialog), timeout=PATIENCE_MS)
    dialog = QApplication.activeWindow()
    qtbot.waitUntil(lambda: dialog.isAncestorOf(_focus()))
    holds(dialog)
