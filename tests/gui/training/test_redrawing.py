"""Redrawing: at once after a rest, seldom in a storm, never unseen, and the last state is always drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from workbench.gui.training.redrawing import Redrawing

PATIENCE_MS = 30_000


class Sheet:
    """Notes what it shows."""

    def __init__(self, qtbot: QtBot) -> None:
        self.pages = QStackedWidget()
        self.widget, self.other = QWidget(), QWidget()
        self.pages.addWidget(self.widget)
        self.pages.addWidget(self.other)
        qtbot.addWidget(self.pages)
        self.state, self.drawn = 0, []
        self.redrawing = Redrawing(self.widget, lambda: self.drawn.append(self.state))

    def tell(self, state: int) -> None:
        self.state = state
        self.redrawing.ask()


def test_after_a_rest_it_is_drawn_at_once_and_in_a_storm_seldom(qtbot: QtBot) -> None:
    sheet = Sheet(qtbot)
    sheet.pages.show()
    sheet.tell(1)
    assert sheet.drawn == [1]
    for state in range(2, 2000):
        sheet.tell(state)
    assert len(sheet.drawn) <= 2
    qtbot.waitUntil(lambda: sheet.drawn[-1] == 1999, timeout=PATIENCE_MS)
    assert len(sheet.drawn) <= 3


def test_what_nobody_sees_is_not_drawn_until_it_is_seen_again(qtbot: QtBot) -> None:
    sheet = Sheet(qtbot)
    sheet.pages.show()
    sheet.pages.setCurrentWidget(sheet.other)
    sheet.tell(1)
    sheet.tell(2)
    assert sheet.drawn == []
    sheet.pages.setCurrentWidget(sheet.widget)
    assert sheet.drawn == [2]


def test_a_minimized_window_is_not_drawn(qtbot: QtBot) -> None:
    sheet = Sheet(qtbot)
    sheet.pages.show()
    sheet.pages.setWindowState(Qt.WindowState.WindowMinimized)
    sheet.tell(1)
    assert sheet.drawn == []
    sheet.pages.setWindowState(Qt.WindowState.WindowNoState)
    qtbot.waitUntil(lambda: sheet.drawn == [1], timeout=PATIENCE_MS)


def test_what_is_over_is_drawn_in_any_case_and_once(qtbot: QtBot) -> None:
    sheet = Sheet(qtbot)
    sheet.tell(1)
    sheet.redrawing.now()
    assert sheet.drawn == [1]
    sheet.pages.show()
    assert sheet.drawn == [1]
