"""A part of a form that opens and closes by mouse and keyboard and says in short what is in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from workbench.gui.widgets.collapsible import Collapsible


@pytest.fixture
def part(qtbot: QtBot) -> Collapsible:
    part = Collapsible("Loss", QLabel("inside"), object_name="train-section-loss")
    qtbot.addWidget(part)
    part.resize(300, 100)
    part.show()
    return part


def test_it_begins_closed_with_its_summary(part: Collapsible) -> None:
    part.summarize("label smoothing 0.1")
    assert not part.is_open and not part.body.isVisible()
    assert part.summary.isVisible() and part.summary.text() == "label smoothing 0.1"
    assert part.button.accessibleName() == "Loss" and part.button.accessibleDescription() == "label smoothing 0.1"


def test_mouse_and_keyboard_open_and_close_it(qtbot: QtBot, part: Collapsible) -> None:
    told: list[bool] = []
    part.toggled.connect(told.append)
    qtbot.mouseClick(part.button, Qt.MouseButton.LeftButton)
    assert part.is_open and part.body.isVisible() and not part.summary.isVisible()
    qtbot.keyClick(part.button, Qt.Key.Key_Space)
    assert not part.is_open and not part.body.isVisible()
    part.set_open(False)
    assert told == [True, False]


def test_a_summary_without_room_is_shortened_and_whole_in_the_tool_tip(part: Collapsible) -> None:
    text = "weight decay 0.0005, decays weights, clip gradients at 1, accumulation 4, momentum 0.95"
    part.resize(160, 60)
    part.summarize(text)
    assert part.summary.text().endswith("…") and part.summary.toolTip() == text
