"""The mouse in a network that runs from left to right: a wire drawn into empty space, a layer dropped on a wire."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from workbench.gui.builder.canvas.view import KIND_MIME
from workbench.gui.builder.items.flow import DOWN
from workbench.gui.builder.room import BuildRoom

Hands = Any


@pytest.fixture
def sideways(room: BuildRoom, qtbot: QtBot) -> BuildRoom:
    room.canvas_actions.all["build-direction"].trigger()
    qtbot.waitUntil(lambda: room.scene.flow is not DOWN, timeout=60_000)
    room.view.zoom_by(0.8 / room.view.zoom)
    room.view.reveal("pool2")
    qtbot.waitUntil(lambda: room.scene.nodes["pool2"].pos().x() > room.scene.nodes["relu2"].pos().x(), timeout=60_000)
    room.laying_out.glide.finish()
    room.view.fit()
    return room


def empty_place(room: BuildRoom, near: QPointF) -> QPointF:
    """A place in sight where there is nothing, near another."""
    sight = room.view.mapToScene(room.view.viewport().rect()).boundingRect().adjusted(40, 40, -40, -40)
    steps = range(-400, 400, 20)
    ways = sorted((QPointF(x, y) for x in steps for y in steps), key=QPointF.manhattanLength)
    free = (near + way for way in ways if way.manhattanLength() > 60)
    around = QRectF(-20, -20, 40, 40)
    return next(at for at in free if sight.contains(at) and not room.scene.items(around.translated(at)))


def test_a_wire_drawn_into_empty_space_asks_what_to_feed(sideways: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    start = sideways.scene.nodes["pool2"].port("output")
    end = empty_place(sideways, start)
    hands.drag(start, end)
    field = sideways.findChild(QLineEdit, "build-choose-search")
    assert field is not None
    qtbot.waitUntil(field.isVisible, timeout=60_000)
    qtbot.keyClicks(field, "tanh")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    made = next(node for node in sideways.workspace.document.network if node.kind == "Tanh")
    assert made.inputs == ("pool2",)
    away = sideways.scene.nodes[made.name].port("input") - end
    assert away.manhattanLength() < 4


def test_a_layer_dropped_on_a_wire_lies_between(sideways: BuildRoom, hands: Hands) -> None:
    ends = sideways.scene.nodes["conv2"].port("output"), sideways.scene.nodes["bn2"].port("input")
    mime = QMimeData()
    mime.setData(KIND_MIME, b"Dropout2d")
    hands.drop(mime, (ends[0] + ends[1]) / 2)
    network = sideways.workspace.document.network
    made = next(node for node in network if node.kind == "Dropout2d")
    assert made.inputs == ("conv2",) and network["bn2"].inputs == (made.name,)
