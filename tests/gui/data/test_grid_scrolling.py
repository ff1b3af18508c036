"""Scrolling the grid: what is on the screen is what would be drawn, and little is drawn for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.gui.data.room import DataRoom

Settle = Callable[[], None]


def on_screen(room: DataRoom) -> QImage:
    """What was really drawn of the grid, not what would be drawn."""
    view, window = room.grid.viewport(), room.window()
    corner = view.mapTo(window, QPoint(0, 0))
    return window.screen().grabWindow(window.winId(), corner.x(), corner.y(), view.width(), view.height()).toImage()


def test_what_is_moved_by_scrolling_looks_as_if_it_was_drawn(room: DataRoom, qtbot: QtBot, settle: Settle) -> None:
    """Scrolling draws the rows that come into sight; the rest is moved, also while pictures arrive and are chosen."""
    grid = room.grid
    grid.set_side(96)
    room.resize(700, 420)
    settle()
    bar = grid.verticalScrollBar()
    assert bar.maximum() > 60
    rows: list[int] = []

    class Watcher(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                rows.append(event.region().boundingRect().height())
            return False

    watcher = Watcher()
    grid.viewport().installEventFilter(watcher)
    try:
        for value in (7, 30, 33, 90, 60, 10, 0, 55):
            bar.setValue(min(value, bar.maximum()))
            if value == 90:
                grid.choose(int(grid.numbers[len(grid.numbers) // 2]))
            before = len(rows)
            qtbot.waitUntil(lambda before=before: len(rows) > before)
            settle()
            QApplication.processEvents()
            assert on_screen(room) == grid.viewport().grab().toImage().convertToFormat(on_screen(room).format()), value
    finally:
        grid.viewport().removeEventFilter(watcher)
    assert min(rows) < grid.viewport().height() / 3, "a small step draws little"
