"""Aligning, distributing, and laying out: one step each, what was placed by hand stays, cards glide."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from workbench.core.graph.canvas import Box
from workbench.core.graph.network import INPUT, Node, chain
from workbench.gui.builder import laying_out
from workbench.gui.builder.align import ORDERS, lined_up, spread
from workbench.gui.builder.room import BuildRoom

Hands = Any
BOXES: dict[str, Box] = {
    "a": (0.0, 10.0, 100.0, 50.0),
    "b": (30.0, 200.0, 100.0, 50.0),
    "c": (300.0, 120.0, 200.0, 70.0),
}


def moved(ways: dict[str, tuple[float, float]]) -> dict[str, Box]:
    return {key: (x + ways[key][0], y + ways[key][1], w, h) for key, (x, y, w, h) in BOXES.items()}


@pytest.mark.parametrize(
    ("side", "value"),
    [
        ("left", lambda box: box[0]),
        ("centre", lambda box: box[0] + box[2] / 2),
        ("right", lambda box: box[0] + box[2]),
        ("top", lambda box: box[1]),
        ("middle", lambda box: box[1] + box[3] / 2),
        ("bottom", lambda box: box[1] + box[3]),
    ],
)
def test_boxes_share_a_side_and_move_along_one_axis(side: str, value: Any) -> None:
    ways = lined_up(BOXES, side)
    assert len({value(box) for box in moved(ways).values()}) == 1
    still = 1 if side in ("left", "centre", "right") else 0
    assert all(way[still] == 0 for way in ways.values())


@pytest.mark.parametrize("axis", [0, 1])
def test_gaps_become_alike_and_the_outer_ones_stay(axis: int) -> None:
    after = moved(spread(BOXES, axis))
    order = sorted(after, key=lambda key: after[key][axis])
    gaps = [after[second][axis] - after[first][axis] - after[first][axis + 2] for first, second in pairwise(order)]
    assert gaps[0] == pytest.approx(gaps[1])
    assert after[order[0]] == BOXES[order[0]] and after[order[-1]] == BOXES[order[-1]]


def labels(room: BuildRoom) -> list[str]:
    return [step.label for step in room.workspace.document.history.done]


def test_keys_align_the_selection_as_one_step(room: BuildRoom) -> None:
    room.scene.select(["relu1", "bn3", "fc1"])
    before = room.scene.places
    keys = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(room.view, Qt.Key.Key_Up, keys)
    after = room.scene.places
    assert {after[name][1] for name in ("relu1", "bn3", "fc1")} == {
        min(before[name][1] for name in ("relu1", "bn3", "fc1"))
    }
    assert labels(room) == ["Align tops of 3 nodes"]
    room.workspace.document.undo()
    assert room.scene.places == before


def test_every_order_is_a_command_with_a_key_that_needs_enough_nodes(room: BuildRoom) -> None:
    actions = room.canvas_actions.all
    for count in range(4):
        room.scene.select(["relu1", "bn3", "fc1"][:count])
        for name, (_, keys, least, _) in ORDERS.items():
            action = actions[f"build-align-{name}"]
            assert action in room.commands() and action.shortcut().toString() == keys
            assert action.isEnabled() == (count >= least)


def test_a_layout_leaves_what_was_dragged_until_everything_is_laid_out_anew(room: BuildRoom, hands: Hands) -> None:
    before = room.scene.places
    start = hands.body("relu1")
    hands.drag(start, start + QPointF(-37, 33))
    placed = room.scene.places["relu1"]
    room.canvas_actions.all["build-layout"].trigger()
    assert room.scene.places["relu1"] == placed != before["relu1"]
    room.canvas_actions.all["build-layout-anew"].trigger()
    assert room.scene.places == before
    assert labels(room)[-1] == "Lay out everything anew"
    assert not room.workspace.document.network.canvas.fixed


def test_cards_glide_and_input_ends_it(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    start = hands.body("fc2")
    hands.drag(start, start + QPointF(0, 140))
    away = room.scene.nodes["fc2"].pos()
    glide = room.laying_out.glide
    room.canvas_actions.all["build-layout-anew"].trigger()
    home = QPointF(*room.scene.place("fc2"))
    assert glide.is_running and room.scene.nodes["fc2"].pos() == away
    glide.show_at(0.5)
    assert room.scene.nodes["fc2"].pos() == away + (home - away) * 0.5
    QTest.keyClick(room.view, Qt.Key.Key_Escape)
    assert not glide.is_running and room.scene.nodes["fc2"].pos() == home
    room.workspace.document.undo()
    room.canvas_actions.all["build-layout-anew"].trigger()
    qtbot.waitUntil(lambda: not glide.is_running)
    assert room.scene.nodes["fc2"].pos() == home


def test_an_edit_ends_the_glide_where_the_cards_are_then(room: BuildRoom, hands: Hands) -> None:
    start = hands.body("fc2")
    hands.drag(start, start + QPointF(0, 140))
    room.canvas_actions.all["build-layout-anew"].trigger()
    room.workspace.document.undo()
    assert not room.laying_out.glide.is_running
    assert all(item.pos() == QPointF(*room.scene.place(name)) for name, item in room.scene.nodes.items())


def test_a_frame_goes_along_with_a_layout(room: BuildRoom, hands: Hands) -> None:
    room.scene.select(["fc2"])
    room.canvas_actions.all["build-frame"].trigger()
    room.notes.field.keep()
    before = room.scene.remarks["frame_1"].box()
    start = before.topLeft() + QPointF(30, 8)
    hands.drag(start, start + QPointF(60, 150))
    assert room.scene.remarks["frame_1"].box() != before
    room.canvas_actions.all["build-layout-anew"].trigger()
    assert room.scene.remarks["frame_1"].box() == before


def test_a_large_network_is_laid_out_beside_and_escape_forgets_it(
    room: BuildRoom, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laying_out, "AT_ONCE", 10)
    nodes = [Node("input", INPUT), *(Node(f"n{number}", "ReLU", position=(0.0, 0.0)) for number in range(60))]
    room.workspace.document.open(chain("long", nodes))
    room.canvas_actions.all["build-layout"].trigger()
    assert room.laying_out.is_working and labels(room) == []
    QTest.keyClick(room.view, Qt.Key.Key_Escape)
    assert not room.laying_out.is_working
    room.canvas_actions.all["build-layout"].trigger()
    qtbot.waitUntil(lambda: labels(room) == ["Lay out the network"], timeout=20_000)
    assert not room.laying_out.is_working and len(set(room.scene.places.values())) == 61
