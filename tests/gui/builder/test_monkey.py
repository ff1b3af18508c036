"""A monkey at the canvas: whatever it does with mouse and keys can be undone, and nothing is left over."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable, Iterator
from math import dist
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDialog, QGraphicsItem, QLineEdit, QSpinBox, QWidget

from workbench.core.graph.outline import ROOT
from workbench.core.layers.blocks.library import known_blocks
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.opening import open_network
from workbench.errors import Problem
from workbench.gui import theme
from workbench.gui.builder.canvas.view import KIND_MIME
from workbench.gui.builder.items.card import Card
from workbench.gui.builder.items.edge_item import EdgeItem
from workbench.gui.builder.items.frame_item import FrameItem
from workbench.gui.builder.room import BuildRoom

NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
LEFT = Qt.MouseButton.LeftButton
ELSEWHERE = {
    "build-ready", "build-source", "build-code", "build-compare", "build-find-layer", "build-alive", "build-look",
}  # fmt: skip
"""Commands that open other windows or load weights."""
MOST_NODES = 60
GROWING = {"build-paste", "build-duplicate"}
RARELY = 0.005
PATIENCE = int(os.environ.get("MONKEY_GESTURES", "1500"))
"""Gestures of each patient monkey; 10000 take minutes."""
WORDS = ("", "7", "-1", "0", "99999999", "block", "a.b.c", "conv1", "x y", "3, 3", "conv")

FEW = ("1", "2", "3", "")
"""Numbers of copies: a thousand of them are a network on which nothing else would be tried."""


class Monkey:
    """Does one random gesture after the other, with real events."""

    def __init__(self, room: BuildRoom, hands: Any, seed: int) -> None:
        self.room, self.hands, self.chance = room, hands, random.Random(seed)
        self.document, self.scene, self.view = room.workspace.document, room.scene, room.view
        self.kinds = [*(kind.name() for kind in CATALOG), *(block.name() for block in known_blocks())]
        self.gestures: dict[Callable[[], object], int] = {
            self.drag: 24, self.click: 14, self.drop: 10, self.command: 22, self.double_click: 5, self.key: 6,
            self.add_behind: 3, self.give_up: 4, self.interrupt: 2, self.wheel: 2, self.rename: 3, self.argument: 8,
            self.travel: 1, self.undo_or_redo: 3, self.remedy: 2, self.choose: 4, self.group_of_a_few: 3,
            self.write: 3, self.heat: 2, self.live: 1, self.resize: 1, self.dress: 1,
        }  # fmt: skip
        self.rare: dict[Callable[[], object], int] = {self.look_beside: 3, self.look_around: 1}
        """They open windows, which takes as long as a hundred other gestures."""
        self.last = ""

    @property
    def may_grow(self) -> bool:
        return len(self.document.network) < MOST_NODES

    def step(self) -> None:
        """One gesture."""
        known = self.rare if self.chance.random() < RARELY else self.gestures
        (gesture,) = self.chance.choices([*known], [*known.values()])
        self.last = gesture.__name__
        gesture()

    # where

    def somewhere(self) -> QPointF:
        """On a card, at a port, on a connection, on a headline, or anywhere that can be seen."""
        dice, cards = self.chance.random(), [*self.scene.nodes.values()]
        if cards and dice < 0.6:
            card = self.chance.choice(cards)
            return self.chance.choice(
                [card.port("input"), card.port("output"), card.box().center(), card.box().topLeft() + QPointF(12, 12)]
            )
        if self.scene.edges and dice < 0.7:
            return self.chance.choice([*self.scene.edges.values()]).path.pointAtPercent(0.5)
        if self.scene.frames and dice < 0.8:
            return self.chance.choice([*self.scene.frames.values()]).box().topLeft() + QPointF(
                self.chance.choice([10, 60]), 10
            )
        if self.scene.remarks and dice < 0.9:
            box = self.chance.choice([*self.scene.remarks.values()]).box()
            return self.chance.choice([box.topLeft() + QPointF(8, 8), box.bottomRight() - QPointF(4, 4), box.center()])
        rect = self.view.viewport().rect()
        return self.view.mapToScene(
            QPoint(self.chance.randrange(rect.width() + 40), self.chance.randrange(rect.height() + 40))
        )

    def modifier(self) -> Qt.KeyboardModifier:
        return self.chance.choice([NONE, NONE, NONE, CTRL, SHIFT, Qt.KeyboardModifier.AltModifier])

    # the mouse

    def drag(self) -> None:
        start, end, keys = self.somewhere(), self.somewhere(), self.modifier()
        button = self.chance.choice([LEFT] * 9 + [Qt.MouseButton.MiddleButton])
        self.hands.press(start, button, keys)
        for share in (0.3, 1.0):
            self.hands.move(start + (end - start) * share, button, keys)
        self.hands.release(end, button, keys)

    def click(self) -> None:
        self.hands.click(self.somewhere(), self.modifier())

    def give_up(self) -> None:
        """Begin a drag, then press Escape before or after letting go."""
        start, end = self.somewhere(), self.somewhere()
        self.hands.press(start)
        self.hands.move(end)
        QTest.keyClick(self.view, Qt.Key.Key_Escape)
        self.hands.release(end)

    def interrupt(self) -> None:
        """Something else happens in the middle of a drag."""
        self.hands.press(self.somewhere())
        self.hands.move(self.somewhere())
        self.chance.choice([self.undo_or_redo, self.command, self.key, self.click, self.travel])()
        self.hands.release(self.somewhere())

    def double_click(self) -> None:
        place, viewport = self.hands.at(self.somewhere()), self.view.viewport()
        event = QMouseEvent(
            QEvent.Type.MouseButtonDblClick,
            QPointF(place),
            QPointF(viewport.mapToGlobal(place)),
            LEFT,
            LEFT,
            self.modifier(),
        )
        QApplication.sendEvent(viewport, event)
        self.hands.release(self.somewhere())

    def wheel(self) -> None:
        place = QPointF(self.hands.at(self.somewhere()))
        turn = QPoint(0, self.chance.choice([-360, -120, 120, 240]))
        event = QWheelEvent(
            place, place, QPoint(), turn, Qt.MouseButton.NoButton, self.modifier(), Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(self.view.viewport(), event)

    def drop(self) -> None:
        mime = QMimeData()
        mime.setData(KIND_MIME, self.chance.choice(self.kinds).encode())
        if self.may_grow:
            self.hands.drop(mime, self.somewhere())

    # keys and commands

    def commands(self) -> list[QAction]:
        """What can be done without leaving the canvas."""
        closed = ELSEWHERE if self.may_grow else ELSEWHERE | GROWING
        return [action for action in self.room.commands() if action.isEnabled() and action.objectName() not in closed]

    def command(self) -> None:
        action = self.chance.choice(self.commands())
        self.last = f"command {action.objectName()}"
        action.trigger()

    def key(self) -> None:
        keys = [Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_N, Qt.Key.Key_Space]
        QTest.keyClick(self.view, self.chance.choice(keys), self.chance.choice([NONE, SHIFT]))

    def choose(self) -> None:
        """Answer the chooser, opened by Tab or by whatever came before."""
        chooser = self.room.searches.chooser
        if not self.may_grow:
            return
        if not chooser.isVisible():
            self.room.canvas_actions.all[self.chance.choice(["build-add", "build-find", "build-connect-to"])].trigger()
        if chooser.isVisible():
            QTest.keyClicks(chooser.search, self.chance.choice(["conv", "add", "r", "", "basic", "zzz"]))
            QTest.keyClick(chooser.search, self.chance.choice([Qt.Key.Key_Return, Qt.Key.Key_Escape]))

    def add_behind(self) -> None:
        if self.may_grow:
            self.room.add_kind(self.chance.choice(self.kinds))

    def group_of_a_few(self) -> None:
        names = [*self.document.network.nodes]
        if names:
            first = self.chance.randrange(len(names))
            self.scene.select(names[first : first + self.chance.randint(1, 5)])
            self.room.canvas_actions.all["build-group"].trigger()

    def rename(self) -> None:
        name = self.chance.choice([*WORDS, f"n{self.chance.randrange(1000)}"])
        groups, names = [*self.document.network.groups], [*self.document.network.nodes]
        if groups and self.chance.random() < 0.5:
            self.room.editor.rename_group(self.chance.choice(groups), name)
        elif names:
            self.room.editor.rename(self.chance.choice(names), name)

    def argument(self) -> None:
        """Type into a field of the inspector, whatever it shows."""
        if not self.scene.chosen and self.scene.nodes:
            self.scene.select(self.chance.sample([*self.scene.nodes], min(2, len(self.scene.nodes))))
        fields = [child for sort in (QLineEdit, QSpinBox, QComboBox, QCheckBox) for child in self._fields(sort)]
        if not fields:
            return
        field = self.chance.choice(fields)
        self.last = f"argument {field.objectName()}"
        if isinstance(field, QComboBox) and field.count():
            field.setCurrentIndex(self.chance.randrange(field.count()))
        elif isinstance(field, QCheckBox):
            field.click()
        else:
            QTest.keyClick(field, Qt.Key.Key_A, CTRL)
            QTest.keyClicks(field, self.chance.choice(FEW if field.objectName() == "build-copies" else WORDS))
            QTest.keyClick(field, Qt.Key.Key_Return)

    def _fields(self, sort: type[QWidget]) -> list[QWidget]:
        return [child for child in self.room.inspector.findChildren(sort) if child.isVisible() and child.isEnabled()]

    def remedy(self) -> None:
        analysis = self.room.workspace.current_analysis
        found: list[Problem] = [*analysis.problems] if analysis else []
        remedies = [remedy for problem in found for remedy in problem.remedies]
        if remedies and self.may_grow:
            self.room.editor.mend(self.chance.choice(remedies))

    # what is laid over the canvas and lies around it

    def write(self) -> None:
        """Write a note or a title, keep it or not."""
        field = self.room.notes.field
        if not field.isVisible():
            self.room.canvas_actions.all[self.chance.choice(["build-note", "build-frame"])].trigger()
        if field.isVisible():
            QTest.keyClicks(field, self.chance.choice(WORDS))
            key = self.chance.choice([Qt.Key.Key_Escape, Qt.Key.Key_Return])
            QTest.keyClick(field, key, self.chance.choice([NONE, CTRL]))

    def heat(self) -> None:
        choice = self.room.seeing.legend.choice
        choice.setCurrentIndex(self.chance.randrange(choice.count()))
        if self.chance.random() < 0.5:
            self.room.canvas_actions.all["build-heat"].trigger()

    def live(self) -> None:
        """Have the network look at a picture, at another one, or at none."""
        panels = self.room.life.panels
        if panels is not None and panels.alive.is_on and self.chance.random() < 0.5:
            panels.well.set_wanted.emit()
        else:
            self.room.life.toggle()

    def resize(self) -> None:
        self.room.resize(self.chance.randint(600, 1500), self.chance.randint(400, 950))

    def dress(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, self.chance.choice(["light", "dark"]))

    def look_beside(self) -> None:
        """Open the network side by side with what was saved, and close that again."""
        self._open_and_leave(self.room.open_comparison())

    def look_around(self) -> None:
        """Open the gallery, and leave it."""
        self._open_and_leave(self.room.choose_ready())

    def _open_and_leave(self, dialog: QDialog) -> None:
        QApplication.processEvents()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    # time

    def undo_or_redo(self) -> None:
        self.chance.choice([self.document.undo, self.document.redo])()

    def travel(self) -> None:
        history = self.document.history
        present = len(history.done)
        self.document.travel(max(0, present + self.chance.randint(-3, 3)))


def shown(room: BuildRoom) -> None:
    """The scene shows exactly the network of the document."""
    scene, network = room.scene, room.workspace.document.network
    room.laying_out.glide.finish()
    assert scene.network is network
    for name in network.nodes:
        assert scene.item(name) is not None or scene.root not in scene.tree.around(name), name
    assert set(scene.nodes) == set(scene.picture.seen.nodes)
    assert {key for key in scene.edges if key.source not in scene.nodes or key.target not in scene.nodes} == set()
    for name, card in scene.nodes.items():
        assert dist((card.pos().x(), card.pos().y()), scene.picture.arrangement.cards[name]) < 1e-6, name
        assert card.mark == ""
    on_stage = [item for item in scene.items() if isinstance(item, Card | EdgeItem | FrameItem)]
    assert len(on_stage) == len(scene.nodes) + len(scene.edges) + len(scene.frames)


def others(room: BuildRoom) -> list[str]:
    """What lies on the canvas beside the network: lines of guides, a connection that is being drawn."""
    items: list[QGraphicsItem] = [*room.scene.items()]
    return sorted(type(item).__name__ for item in items if not isinstance(item, Card | EdgeItem | FrameItem))


def alive() -> int:
    """How many cards, connections and frames there are anywhere in the program."""
    gc.collect()
    return sum(issubclass(type(thing), Card | EdgeItem | FrameItem) for thing in gc.get_objects())


@pytest.fixture
def quiet(qtlog: Any) -> Iterator[None]:
    """Qt has nothing to complain about."""
    yield
    harmless = "This plugin does not support propagateSizeHints()"
    assert [record.message for record in qtlog.records if record.message != harmless] == []


@pytest.fixture
def in_light(qapp: QApplication) -> Iterator[None]:
    """Whatever was put on, the next test is in the light theme again."""
    yield
    theme.apply(qapp, "light")


def play(room: BuildRoom, hands: Any, network: str, *, seed: int, gestures: int) -> None:
    """So many gestures, then everything back."""
    document = room.workspace.document
    document.open(open_network(network))
    QApplication.processEvents()
    first, other, count = document.network, others(room), alive()
    monkey = Monkey(room, hands, seed)
    for number in range(gestures):
        monkey.step()
        try:
            assert room.view.gesture is None
            assert room.scene.network is document.network
            if number % 20 == 0:
                shown(room)
                QApplication.processEvents()
        except Exception as error:
            error.add_note(f"seed {seed}, gesture {number}: {monkey.last}")
            raise
    assert len(document.history.done) > 10
    while document.undo():
        pass
    assert document.network == first
    shown(room)
    room.life.switch(False)
    room.view.abandon()
    room.scene.dive(ROOT)
    room.scene.unfold(())
    QApplication.processEvents()
    assert others(room) == other
    assert alive() <= max(count, len(first) * 4)


@pytest.mark.parametrize(("network", "seed"), [("cifar10cnn", 1), ("resnet18", 2)])
def test_everything_a_monkey_does_can_be_undone(
    room: BuildRoom, hands: Any, quiet: None, in_light: None, network: str, seed: int
) -> None:
    play(room, hands, network, seed=seed, gestures=150)


@pytest.mark.slow
@pytest.mark.timeout(max(1_800, PATIENCE))
@pytest.mark.parametrize(("network", "seed"), [("cifar10cnn", 11), ("resnet18", 12)])
def test_everything_a_patient_monkey_does_can_be_undone(
    room: BuildRoom, hands: Any, quiet: None, in_light: None, network: str, seed: int
) -> None:
    play(room, hands, network, seed=seed, gestures=PATIENCE)
