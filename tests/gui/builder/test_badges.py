"""The signs of problems on cards: what a click on one and the key P tell, and that it survives the edit it makes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph.network import Network
from workbench.core.modelling.sketch import Sketch
from workbench.gui.builder.items.card import BADGE
from workbench.gui.builder.room import BuildRoom

LEFT = Qt.MouseButton.LeftButton
Hands = Any


def faulty() -> Network:
    """A sum of pictures of different sizes; two remedies make them equal."""
    net = Sketch("faulty", (3, 32, 32))
    stem = net.add("stem", "Conv2d")
    body = net.add("body", "Conv2d")
    net.add("add", "Add", stem, body)
    net.global_pool()
    net.add("fc", "Linear", out_features=10)
    return net.finish()


def analysed(qtbot: QtBot, room: BuildRoom) -> None:
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=120_000)


@pytest.fixture
def faults(room: BuildRoom, qtbot: QtBot) -> BuildRoom:
    room.workspace.preload()
    room.workspace.document.open(faulty())
    analysed(qtbot, room)
    room.view.fit()
    room.view.zoom_by(1 / room.view.zoom)
    room.view.reveal("add")
    return room


def badge(room: BuildRoom, name: str) -> QPointF:
    return room.scene.nodes[name].pos() + BADGE.center()


def test_a_click_on_the_sign_tells_and_a_click_on_a_remedy_mends(faults: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    bubble = faults.badges.bubble
    hands.click(badge(faults, "add"))
    assert bubble.isVisible() and faults.scene.selected == ["add"]
    assert [button.text() for button in bubble.buttons] == ["Pad body to 30 × 30", "Pool stem to 28 × 28"]
    assert faults.view.viewport().rect().contains(bubble.geometry())
    qtbot.mouseClick(bubble.buttons[1], LEFT)
    assert faults.workspace.document.undo_label == "Pool stem to 28 × 28"
    analysed(qtbot, faults)
    assert faults.scene.nodes["add"].problems == ()
    qtbot.waitUntil(lambda: not bubble.isVisible())
    assert faults.view.hasFocus()


def test_a_click_beside_the_sign_takes_the_card(faults: BuildRoom, hands: Hands) -> None:
    hands.click(hands.body("add"))
    assert faults.scene.selected == ["add"]
    assert not faults.badges.bubble.isVisible()
    assert not faults.badges.is_at(badge(faults, "fc")), "a card without a problem has no sign"


def test_the_keyboard_opens_goes_through_and_mends(faults: BuildRoom, qtbot: QtBot) -> None:
    bubble = faults.badges.bubble
    faults.scene.select(["add"])
    qtbot.keyClick(faults.view, Qt.Key.Key_P)
    assert QApplication.focusWidget() is bubble.buttons[0]
    qtbot.keyClick(bubble.buttons[0], Qt.Key.Key_Down)
    assert QApplication.focusWidget() is bubble.buttons[1]
    qtbot.keyClick(bubble.buttons[1], Qt.Key.Key_Up)
    qtbot.keyClick(bubble.buttons[0], Qt.Key.Key_Return)
    assert faults.workspace.document.undo_label == "Pad body to 30 × 30"


def test_escape_closes_and_changes_nothing(faults: BuildRoom, qtbot: QtBot) -> None:
    faults.scene.select(["add"])
    qtbot.keyClick(faults.view, Qt.Key.Key_P)
    qtbot.keyClick(faults.badges.bubble.buttons[0], Qt.Key.Key_Escape)
    assert not faults.badges.bubble.isVisible()
    assert faults.view.hasFocus() and faults.scene.selected == ["add"]
    assert not faults.workspace.document.history.done


def test_what_is_left_after_an_edit_is_told_again(faults: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    hands.click(badge(faults, "add"))
    faults.editor.set_argument("stem", "kernel_size", 1)
    assert not any(button.isEnabled() for button in faults.badges.bubble.buttons), "what is told is out of date"
    analysed(qtbot, faults)
    first = faults.badges.bubble.buttons[0]
    assert first.text() == "Pad body to 32 × 32" and first.isEnabled()


def test_it_goes_with_its_card(faults: BuildRoom, hands: Hands) -> None:
    hands.click(badge(faults, "add"))
    faults.editor.delete()
    assert "add" not in faults.scene.nodes
    assert not faults.badges.bubble.isVisible()


def test_where_nothing_is_wrong_it_says_so(room: BuildRoom, qtbot: QtBot) -> None:
    said: list[str] = []
    room.editor.refused.connect(said.append)
    qtbot.keyClick(room.view, Qt.Key.Key_P)
    room.scene.select(["fc1"])
    qtbot.keyClick(room.view, Qt.Key.Key_P)
    assert said == ["Select a node with a problem first.", "Nothing is known to be wrong with fc1."]


def test_in_the_overview_there_is_no_sign_to_click(faults: BuildRoom) -> None:
    assert faults.badges.is_at(badge(faults, "add"))
    faults.view.zoom_by(0.2 / faults.view.zoom)
    assert not faults.badges.is_at(badge(faults, "add"))


def test_an_open_group_has_a_sign_for_what_cannot_run_in_it(faults: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    faults.scene.select(["body", "add"])
    faults.editor.group()
    qtbot.waitUntil(lambda: bool(faults.scene.frames["block"].problems), timeout=60_000)
    frame = faults.scene.frames["block"]
    assert [problem.where for problem in frame.problems] == ["block.add"]
    faults.view.reveal("block")
    hands.click(frame.badge().center() + frame.pos())
    assert faults.badges.bubble.isVisible() and faults.scene.chosen == ["block"]
    qtbot.mouseClick(faults.badges.bubble.buttons[0], LEFT)
    qtbot.waitUntil(lambda: not faults.scene.frames["block"].problems, timeout=60_000)
    assert not frame.has_badge_at(frame.badge().center() + frame.pos())
