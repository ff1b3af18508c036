"""Guides: what is dragged lines up with its neighbours, unless Alt is held."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsLineItem

from workbench.gui.builder.items import style
from workbench.gui.builder.room import BuildRoom

Hands = Any
ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


def guides(room: BuildRoom) -> list[QGraphicsLineItem]:
    return [item for item in room.scene.items() if isinstance(item, QGraphicsLineItem)]


def drag(room: BuildRoom, hands: Hands, name: str, way: QPointF, keys: Qt.KeyboardModifier = NONE) -> None:
    """Drag and hold."""
    start = hands.body(name)
    hands.press(start)
    hands.move(start + way / 2, keys=keys)
    hands.move(start + way, keys=keys)


def left(room: BuildRoom, name: str) -> float:
    return float(room.scene.nodes[name].box().left())


@pytest.mark.parametrize("off", [-4, 3, 5])
def test_a_card_lines_up_with_the_column_it_comes_near_to(room: BuildRoom, hands: Hands, off: int) -> None:
    content = room.scene.content()
    way = QPointF(left(room, "conv3") - left(room, "relu1") + off, content.bottom() + 40 - room.scene.place("relu1")[1])
    drag(room, hands, "relu1", way)
    assert left(room, "relu1") == left(room, "conv3")
    assert guides(room)
    hands.release(hands.body("relu1"))
    assert left(room, "relu1") == pytest.approx(left(room, "conv3"), abs=6 / room.view.zoom + 1)
    assert guides(room) == []


def test_what_is_dropped_stays_where_it_snapped(room: BuildRoom, hands: Hands) -> None:
    start = hands.body("relu1")
    way = QPointF(left(room, "conv3") - left(room, "relu1") + 4, 300)
    hands.drag(start, start + way)
    place = room.workspace.document.network["relu1"].position
    assert place is not None and place[0] == left(room, "conv3")
    assert [step.label for step in room.workspace.document.history.done] == ["Move relu1"]


def test_with_alt_nothing_snaps(room: BuildRoom, hands: Hands) -> None:
    before = left(room, "relu1")
    drag(room, hands, "relu1", QPointF(3, 40), ALT)
    assert left(room, "relu1") == pytest.approx(before + 3, abs=1.5)
    assert guides(room) == []
    hands.release(hands.body("relu1"), keys=ALT)


def test_below_a_card_the_distance_of_the_layout_is_kept(room: BuildRoom, hands: Hands) -> None:
    last = room.scene.nodes["gap"].box()
    own = room.scene.nodes["relu1"].box()
    way = QPointF(last.left() - own.left(), last.bottom() + style.GAP[1] + 4 - own.top())
    drag(room, hands, "relu1", way)
    assert room.scene.nodes["relu1"].box().top() == last.bottom() + style.GAP[1]
    hands.release(hands.body("relu1"))


def test_escape_takes_the_guides_away(room: BuildRoom, hands: Hands) -> None:
    drag(room, hands, "relu1", QPointF(2, 60))
    assert guides(room)
    room.view.abandon()
    assert guides(room) == []
    assert room.workspace.document.undo_label is None
