"""Aligning, distributing, and laying out: one step each, what was placed by hand stays, cards glide."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.graph.canvas import Box
from workbench.core.graph.canvas_edits import run
from workbench.core.graph.layout import LayoutCancelled, Wanted
from workbench.core.graph.network import INPUT, Network, Node, Position, chain
from workbench.core.graph.storage import load_network, save_network
from workbench.core.modelling.preview import preview
from workbench.gui.builder.canvas import laying_out
from workbench.gui.builder.canvas.align import ORDERS, lined_up, spread
from workbench.gui.builder.compare.compare_layout import aligned
from workbench.gui.builder.editing.editor import layout_of
from workbench.gui.builder.items.flow import DOWN
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


def long_chain(count: int = 60) -> Network:
    nodes = [Node("input", INPUT), *(Node(f"n{number}", "ReLU", position=(0.0, 0.0)) for number in range(count))]
    return chain("long", nodes)


def test_a_large_network_is_laid_out_beside_and_escape_forgets_it(
    room: BuildRoom, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laying_out, "AT_ONCE", 10)
    room.workspace.document.open(long_chain())
    room.canvas_actions.all["build-layout"].trigger()
    assert room.laying_out.is_working and labels(room) == []
    QTest.keyClick(room.view, Qt.Key.Key_Escape)
    assert not room.laying_out.is_working
    room.canvas_actions.all["build-layout"].trigger()
    qtbot.waitUntil(lambda: labels(room) == ["Lay out the network"], timeout=20_000)
    assert not room.laying_out.is_working and len(set(room.scene.places.values())) == 61


class Held:
    """Holds a layout on its lane, from its first question whether it is wanted to the time when it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.error: list[type[Exception]] = []
        monkeypatch.setattr(laying_out, "AT_ONCE", 10)
        monkeypatch.setattr(laying_out, "layout_of", self._held)

    def _held(self, network: Network, wanted: Wanted) -> dict[str, Position]:
        self.asked.set()
        self.go.wait(20)
        try:
            return layout_of(network, wanted)
        except LayoutCancelled as error:
            self.error.append(type(error))
            raise
        finally:
            self.ended.set()


@pytest.mark.parametrize("way", ["escape", "button", "escape on the button", "edit"])
def test_a_layout_says_that_it_is_being_made_and_what_is_cancelled_computes_no_further(
    room: BuildRoom, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    held, progress, document = Held(monkeypatch), room.laying_out.progress, room.workspace.document
    document.open(long_chain())
    before = room.workspace.document.network
    room.canvas_actions.all["build-direction"].trigger()
    assert not progress.isVisible()
    qtbot.waitUntil(lambda: held.asked.is_set() and progress.isVisible(), timeout=20_000)
    assert not room.canvas_actions.all["build-direction"].isChecked()
    match way:
        case "escape":
            QTest.keyClick(room.view, Qt.Key.Key_Escape)
        case "button":
            QTest.mouseClick(progress.button, Qt.MouseButton.LeftButton)
        case "escape on the button":
            QTest.keyClick(progress.button, Qt.Key.Key_Escape)
        case "edit":
            document.apply(lambda network: edits.rename(network, "n3", "third"), "Rename")
    assert not room.laying_out.is_working and not progress.isVisible()
    held.go.set()
    qtbot.waitUntil(held.ended.is_set, timeout=20_000)
    assert held.error == [LayoutCancelled]
    assert (document.network is before) == (way != "edit")
    assert room.scene.flow is DOWN


def test_running_to_the_right_is_one_step_and_back(room: BuildRoom) -> None:
    action, document = room.canvas_actions.all["build-direction"], room.workspace.document
    before = room.scene.places
    assert action in room.commands() and not action.isChecked()
    action.trigger()
    assert action.isChecked() and document.network.canvas.direction == "right"
    assert labels(room) == ["Lay out left to right"]
    flow = [node.name for node in document.network]
    ways = [room.scene.place(second)[0] - room.scene.place(first)[0] for first, second in pairwise(flow)]
    assert sum(way > 0 for way in ways) > len(ways) / 2
    for key, edge in room.scene.edges.items():
        start, end = (room.scene.nodes[name].box() for name in (key.source, key.target))
        first, last = edge.path.elementAt(0), edge.path.currentPosition()
        assert (first.x, start.top() < first.y < start.bottom()) == (start.right(), True)
        assert end.left() - 6 < last.x() < end.left() and end.top() < last.y() < end.bottom()
    document.undo()
    assert not action.isChecked() and room.scene.places == before
    assert all(
        edge.path.elementAt(0).y == room.scene.nodes[key.source].box().bottom()
        for key, edge in room.scene.edges.items()
    )
    document.redo()
    action.trigger()
    assert labels(room)[-1] == "Lay out top to bottom" and room.scene.places == before


def test_a_file_that_runs_to_the_right_opens_so_and_is_saved_so(room: BuildRoom, tmp_path: Path) -> None:
    room.canvas_actions.all["build-direction"].trigger()
    network = room.workspace.document.network
    saved = save_network(network, tmp_path / "right")
    room.workspace.document.open(load_network(saved))
    assert room.scene.flow.direction == "right" and room.canvas_actions.all["build-direction"].isChecked()
    assert room.workspace.document.network == network
    room.workspace.document.open(long_chain(4))
    assert room.scene.flow is DOWN and not room.canvas_actions.all["build-direction"].isChecked()


def test_what_was_placed_by_hand_keeps_its_place_beside_the_layout_when_the_network_turns(
    room: BuildRoom, hands: Hands
) -> None:
    start = hands.body("fc2")
    hands.drag(start, start + QPointF(0, 140))
    room.canvas_actions.all["build-direction"].trigger()
    canvas = room.workspace.document.network.canvas
    assert canvas.fixed == {"fc2"}
    turned = room.scene.place("fc2")
    room.canvas_actions.all["build-layout-anew"].trigger()
    home = room.scene.place("fc2")
    assert turned[0] > home[0] + 200 and turned[1] == home[1]
    assert room.scene.flow.direction == "right"


def test_gestures_follow_the_direction(room: BuildRoom, hands: Hands) -> None:
    room.canvas_actions.all["build-direction"].trigger()
    room.view.fit()
    scene = room.scene
    card = scene.nodes["conv1"]
    assert card.port("input") == QPointF(card.box().left(), card.box().top() + 25)
    assert card.port_at(card.port("output") + QPointF(4, 0)) == "output"
    assert card.port_at(QPointF(card.box().center().x(), card.box().bottom())) is None
    name = room.editor.add_after("ReLU", "conv1")
    assert scene.place(name) == (scene.place("conv1")[0] + 260, scene.place("conv1")[1])
    room.searches.add.add_fed("ReLU", "conv1", QPointF(3000.0, 2000.0))
    assert scene.nodes[scene.chosen[0]].port("input") == QPointF(3000.0, 2000.0)
    room.searches.add.add_feeding("ReLU", "fc1", QPointF(4000.0, 2000.0))
    assert scene.nodes[scene.chosen[0]].port("output") == QPointF(4000.0, 2000.0)


def test_the_freeze_line_stands_upright_in_a_row(room: BuildRoom) -> None:
    nodes = [Node("input", INPUT), *(Node(name, "ReLU") for name in ("one", "two", "three"))]
    room.workspace.document.open(chain("row", nodes))
    room.canvas_actions.all["build-direction"].trigger()
    room.laying_out.glide.finish()
    room.freezing.switch(True)
    room.freezing.freeze_through(1)
    (piece,) = room.freezing.line.way
    assert piece.x1() == piece.x2() and piece.y2() > piece.y1()
    assert room.scene.nodes["one"].box().right() < piece.x1() < room.scene.nodes["two"].box().left()
    assert room.freezing.cursor_at(piece.p1()) == Qt.CursorShape.SizeHorCursor
    assert "to the right" in room.freezing.told(())[1]


def test_a_comparison_runs_as_the_second_network_does() -> None:
    network = chain("row", [Node("input", INPUT), *(Node(name, "ReLU") for name in ("one", "two"))])
    other = run(network.with_nodes([*network, Node("three", "ReLU", {}, ("two",))]), "right")
    before, after = aligned(network, other)
    assert before.canvas.direction == after.canvas.direction == "right"
    assert all(before[name].position == after[name].position for name in network.nodes)
    assert [node.position[1] for node in after if node.position] == [0.0] * 4


def test_a_drawing_in_the_gallery_runs_as_its_network_does() -> None:
    network = run(chain("row", [Node("input", INPUT), Node("one", "ReLU")]), "right")
    shown = preview(network)
    first, second = shown.cards
    (line,) = shown.lines
    assert (line.x1, line.y1) == (first.left + first.width, first.top + first.height / 2)
    assert (line.x2, line.y2) == (second.left, second.top + second.height / 2)
