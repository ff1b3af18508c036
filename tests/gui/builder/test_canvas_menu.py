"""The menu of the right button: short, about what is below the mouse, and nothing in it that cannot be done."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.gui.builder.conftest import Hands
from workbench.gui.builder.canvas.canvas_menu import ON_CANVAS, ON_CONNECTION, ON_NODES, ON_REMARK, SECTIONS, Rows
from workbench.gui.builder.room import BuildRoom

MOST = 20


def asked(room: BuildRoom, place: QPointF, qtbot: QtBot) -> list[str]:
    """What the menu offers that a click of the right button opens at a place of the scene; it is closed again."""
    at = room.view.mapFromScene(place)
    qtbot.mouseClick(room.view.viewport(), Qt.MouseButton.RightButton, pos=at)
    return opened(room, QContextMenuEvent.Reason.Mouse, at)


def opened(room: BuildRoom, reason: QContextMenuEvent.Reason, at: QPoint) -> list[str]:
    """What is offered by the menu that an event opens."""
    QApplication.sendEvent(room.view.viewport(), QContextMenuEvent(reason, at, room.view.viewport().mapToGlobal(at)))
    menu = next(menu for menu in room.view.findChildren(QMenu, "build-menu") if menu.isVisible())
    names = [action.objectName() for action in menu.actions() if not action.isSeparator()]
    assert all(action.isEnabled() for action in menu.actions())
    menu.close()
    return names


def test_a_click_on_a_card_selects_it_and_offers_what_is_done_to_nodes(
    room: BuildRoom, hands: Hands, qtbot: QtBot
) -> None:
    names = asked(room, hands.body("conv2"), qtbot)
    assert room.scene.selected == ["conv2"]
    assert {"build-edit", "build-delete", "build-group", "build-duplicate"} <= {*names}
    assert not {"build-fit", "build-ungroup", "build-connect"} & {*names}
    assert len(names) <= MOST


def test_a_click_on_one_of_several_keeps_them(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    room.scene.select(["conv2", "bn2"])
    assert "build-connect" in asked(room, hands.body("bn2"), qtbot)
    assert room.scene.selected == ["conv2", "bn2"]


def test_a_click_beside_everything_is_about_the_canvas(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["conv2"])
    names = asked(room, room.scene.content().bottomLeft() + QPointF(-30, -5), qtbot)
    assert {"build-add", "build-paste", "build-layout", "build-fit"} <= {*names}
    assert "build-delete" not in names
    assert len(names) <= MOST


def test_a_click_on_a_connection_selects_it(room: BuildRoom, qtbot: QtBot) -> None:
    below = room.scene.nodes["conv1"].port("output")
    above = room.scene.nodes["bn1"].port("input")
    middle = below + (above - below) * 0.5
    if room.view.port_near(middle) is not None:
        room.view.zoom_by(2)
    assert asked(room, middle, qtbot) == ["build-add", "build-delete"]
    assert [(edge.source, edge.target) for edge in room.scene.selected_edges] == [("conv1", "bn1")]


def test_the_menu_key_is_about_what_is_selected(room: BuildRoom) -> None:
    key, nowhere = QContextMenuEvent.Reason.Keyboard, QPoint(1, 1)
    assert "build-delete" not in opened(room, key, nowhere)
    room.scene.select(["conv2"])
    assert "build-delete" in opened(room, key, nowhere)


@pytest.mark.parametrize("rows", [ON_NODES, ON_CONNECTION, ON_REMARK, ON_CANVAS])
def test_every_row_names_actions_of_the_canvas(room: BuildRoom, rows: Rows) -> None:
    known = {action.objectName() for action in room.view.actions()}
    names = [name for row in rows for name in row]
    assert {*names} <= known and len({*names}) == len(names) <= MOST


def test_every_action_of_the_canvas_is_in_one_part_of_the_menu_or_beside_them(room: BuildRoom) -> None:
    sorted_in = [f"build-{name}" for names in SECTIONS.values() for name in names.split()]
    assert len(sorted_in) == len({*sorted_in})
    assert {*room.canvas_actions.all} - {*sorted_in} == {"build-add"}
