"""Groups under a thousand random gestures: the canvas keeps showing the network, and everything can be undone."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.gui.builder.conftest import Hands
from tests.gui.builder.test_groups import chevron, headline, stages
from workbench.core.graph.outline import outline, seen_network
from workbench.gui.builder.inspector.group_form import GroupForm
from workbench.gui.builder.items.group_item import GroupItem
from workbench.gui.builder.room import BuildRoom

NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
KEYS = [
    (Qt.Key.Key_G, CTRL), (Qt.Key.Key_G, CTRL), (Qt.Key.Key_G, CTRL | SHIFT), (Qt.Key.Key_O, NONE),
    (Qt.Key.Key_O, SHIFT), (Qt.Key.Key_O, ALT), (Qt.Key.Key_Down, ALT), (Qt.Key.Key_Backspace, NONE),
    (Qt.Key.Key_Delete, NONE), (Qt.Key.Key_D, CTRL), (Qt.Key.Key_C, CTRL), (Qt.Key.Key_V, CTRL),
    (Qt.Key.Key_X, CTRL), (Qt.Key.Key_A, CTRL), (Qt.Key.Key_N, NONE), (Qt.Key.Key_L, CTRL), (Qt.Key.Key_F, NONE),
    (Qt.Key.Key_Return, NONE), (Qt.Key.Key_Left, NONE), (Qt.Key.Key_Escape, NONE),
]  # fmt: skip
GROWING = (Qt.Key.Key_V, Qt.Key.Key_D)
MOST = 50


class Monkey:
    """Does something to the room, drawn by lot."""

    def __init__(self, room: BuildRoom, hands: Hands, qtbot: QtBot, seed: int) -> None:
        self.room, self.hands, self.qtbot, self.chance = room, hands, qtbot, random.Random(seed)

    def act(self) -> None:
        dice = self.chance.random()
        if dice < 0.3:
            self.hands.drag(self.somewhere(), self.somewhere())
        elif dice < 0.5:
            self.hands.click(self.somewhere(), self.chance.choice([CTRL, NONE, NONE]))
        elif dice < 0.56:
            place = self.hands.at(self.somewhere())
            keys = self.chance.choice([NONE, SHIFT])
            self.qtbot.mouseDClick(self.room.view.viewport(), Qt.MouseButton.LeftButton, keys, place)
        elif dice < 0.62 and len(self.room.scene.network) < MOST:
            self.room.add_kind(self.chance.choice(["BasicBlock", "ReLU", "Conv2d", "SqueezeExcitation"]))
        elif dice < 0.7:
            self.chance.choice([self.room.workspace.document.undo, self.room.workspace.document.redo])()
        elif dice < 0.75 and isinstance(self.room.inspector.form, GroupForm):
            self.fill_in(self.room.inspector.form)
        else:
            key, modifiers = self.chance.choice(KEYS)
            if key not in GROWING or len(self.room.scene.network) < MOST:
                self.qtbot.keyClick(self.room.view, key, modifiers)

    def fill_in(self, form: GroupForm) -> None:
        if form.stack and self.chance.random() < 0.4:
            form.count.setValue(self.chance.randint(1, 4))
        elif "out_channels" in form.fields:
            form.fields["out_channels"].changed.emit(self.chance.choice([8, 16, 24]))
        else:
            form.name_changed.emit(self.chance.choice(["body", "head", "stage", "0", "not a name"]))

    def somewhere(self) -> QPointF:
        cards, frames = [*self.room.scene.nodes.values()], [*self.room.scene.frames]
        dice = self.chance.random()
        if frames and dice < 0.2:
            key = self.chance.choice(frames)
            return self.chance.choice([chevron(self.room, key), headline(self.room, key)])
        if cards and dice < 0.8:
            item = self.chance.choice(cards)
            places = [item.port("input"), item.port("output"), item.box().center() - QPointF(60, 0)]
            return self.chance.choice(
                [*places, chevron(self.room, item.name)] if isinstance(item, GroupItem) else places
            )
        area = self.room.view.viewport().rect()
        place = QPoint(self.chance.randrange(area.width()), self.chance.randrange(area.height()))
        return self.room.view.mapToScene(place)


def shows_the_network(room: BuildRoom) -> bool:
    scene, network = room.scene, room.workspace.document.network
    seen = seen_network(outline(network), scene.opened, scene.root)
    edges = sum(len([source for source in node.inputs if source in seen]) for node in seen)
    return scene.network is network and set(scene.nodes) == {*seen.nodes} and len(scene.edges) == edges


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_random_gestures_with_groups_can_all_be_undone(room: BuildRoom, qtbot: QtBot, seed: int) -> None:
    document = room.workspace.document
    document.open(stages())
    first, hands = document.network, Hands(room.view)
    monkey = Monkey(room, hands, qtbot, seed)
    for _ in range(350):
        monkey.act()
        assert shows_the_network(room)
        assert all(frame.pos() == QPointF() for frame in room.scene.frames.values())
    room.grab()
    while document.undo():
        pass
    assert document.network == first
    assert shows_the_network(room)
