"""The freeze line: dragged, moved with keys, kept through edits, and what a training then leaves alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.gui.builder.conftest import Hands
from workbench.core.graph import edits
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.shapes import analyse
from workbench.gui.builder.room import BuildRoom
from workbench.gui.training.plan_form import PlanForm

FIRST = ("conv1", "bn1", "relu1")


def switch_on(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.preload()
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)
    room.canvas_actions.all["build-freeze"].trigger()


def frosted(room: BuildRoom) -> set[str]:
    return {name for name, card in room.scene.nodes.items() if card.frozen}


def middle(room: BuildRoom, place: int) -> QPointF:
    piece = room.freezing.way(place)[0]
    return piece.pointAt(0.9)


def test_it_begins_below_the_input_with_nothing_frozen(room: BuildRoom, qtbot: QtBot) -> None:
    assert not room.freezing.line.isVisible() or room.freezing.line.way == ()
    switch_on(room, qtbot)
    line, cards = room.freezing.line, room.scene.nodes
    assert line.isVisible() and line.label == "Nothing frozen"
    assert cards["input"].box().bottom() < line.way[0].y1() < cards["conv1"].box().top()
    assert room.workspace.frozen == () and not frosted(room)


def test_dragging_it_freezes_what_is_above(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    hands.drag(middle(room, 0), middle(room, 3) + QPointF(0, 4))
    assert room.workspace.frozen == FIRST and frosted(room) == set(FIRST)
    card = room.scene.nodes["relu1"].box()
    assert room.freezing.line.way[0].y1() > card.bottom()
    parameters = sum(room.workspace.analysis.nodes[name].parameters for name in FIRST)  # type: ignore[union-attr]
    assert room.freezing.line.label == f"{parameters:,} frozen"
    assert f"3 nodes with {parameters:,} of " in room.freezing.line.toolTip()
    hands.drag(middle(room, 3), middle(room, 0) - QPointF(0, 40))
    assert room.workspace.frozen == () and not frosted(room)


def test_while_it_is_dragged_nothing_is_decided_and_escape_forgets_it(
    room: BuildRoom, hands: Hands, qtbot: QtBot
) -> None:
    switch_on(room, qtbot)
    hands.press(middle(room, 0))
    hands.move(middle(room, 4))
    assert frosted(room) == {*FIRST, "conv2"} and room.workspace.frozen == ()
    qtbot.keyClick(room.view, Qt.Key.Key_Escape)
    assert room.workspace.frozen == () and not frosted(room)
    hands.release(middle(room, 4))
    assert room.workspace.frozen == ()


def test_keys_move_it_and_its_ends_hold(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    more, less = (room.canvas_actions.all[f"build-freeze-{way}"] for way in ("more", "less"))
    more.trigger()
    more.trigger()
    assert room.workspace.frozen == ("conv1", "bn1")
    less.trigger()
    assert room.workspace.frozen == ("conv1",)
    for _ in range(40):
        more.trigger()
    assert set(room.workspace.frozen) == set(room.scene.network.nodes) - {"input", "output"}
    for _ in range(40):
        less.trigger()
    assert room.workspace.frozen == ()


def test_up_to_the_selected_node_with_all_that_feeds_it(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(open_network("resnet18"))
    switch_on(room, qtbot)
    room.scene.select(["layer2.0.add"])
    room.canvas_actions.all["build-freeze-here"].trigger()
    frozen = room.freezing.frozen()
    assert frozen == room.scene.network.upstream("layer2.0.add") - {"input"}
    assert "layer1" in room.workspace.frozen and "layer2.0.downsample" in room.workspace.frozen


def test_a_closed_group_is_frozen_as_a_whole_and_named_as_one(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(open_network("resnet18"))
    room.scene.unfold([])
    switch_on(room, qtbot)
    room.freezing.freeze_through(5)
    assert room.workspace.frozen == ("conv1", "bn1", "relu", "maxpool", "layer1")
    assert frosted(room) == set(room.workspace.frozen)
    room.scene.unfold(room.scene.tree.groups)
    inside = {name for name in room.scene.nodes if name.startswith("layer1.")}
    assert inside and inside <= frosted(room) and not any(name.startswith("layer2") for name in frosted(room))


def test_edits_keep_the_frozen_part(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    room.freezing.freeze_through(3)
    document = room.workspace.document
    document.apply(lambda network: edits.rename(network, "conv1", "stem"), "Rename")
    assert set(room.workspace.frozen) == {"stem", "bn1", "relu1"}
    document.undo()
    assert set(room.workspace.frozen) == set(FIRST)
    document.open(open_network("lenet5"))
    assert room.workspace.frozen == () and not frosted(room)
    assert room.freezing.line.isVisible()


def test_the_train_room_and_the_line_say_the_same(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    form = PlanForm(room.workspace)
    room.freezing.freeze_through(2)
    assert form.plan().frozen == ("conv1", "bn1")
    assert form.plan().all_phases()[0].frozen == ("conv1", "bn1")
    field = form.findChild(QLineEdit, "train-frozen")
    assert field is not None and field.text() == "conv1, bn1"
    field.setText("conv1, bn1, relu1")
    assert room.workspace.frozen == FIRST and frosted(room) == set(FIRST) and room.freezing.place() == 3
    form.deleteLater()
    QApplication.processEvents()


def test_taken_away_it_lets_everything_train_and_comes_back_where_it_was(room: BuildRoom, qtbot: QtBot) -> None:
    switch_on(room, qtbot)
    room.freezing.freeze_through(3)
    room.canvas_actions.all["build-freeze"].trigger()
    assert room.workspace.frozen == () and not frosted(room) and not room.freezing.line.isVisible()
    room.canvas_actions.all["build-freeze"].trigger()
    assert room.workspace.frozen == FIRST


def test_in_a_folded_network_it_runs_below_the_cards_that_feed_what_trains(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(open_network("cifar10net"))
    switch_on(room, qtbot)
    ends = {place: room.freezing.way(place) for place in range(len(room.freezing.lines()))}
    assert all(ends.values())
    for place, way in ends.items():
        above = room.freezing.lines()[place]
        feeding = [name for name in above if not above & set(room.scene.picture.seen.consumers[name])]
        bottoms = {room.scene.nodes[name].box().bottom() for name in feeding}
        assert all(any(0 < piece.y1() - bottom < 40 for bottom in bottoms) for piece in way)


def test_the_toggles_are_in_the_bar(room: BuildRoom) -> None:
    for name in ("build-alive", "build-freeze"):
        action = room.canvas_actions.all[name]
        assert action.isCheckable() and not action.icon().isNull() and not action.shortcut().isEmpty()


def test_a_shortcut_over_the_line_gives_it_no_second_piece(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(open_network("resnet18"))
    room.scene.unfold(room.scene.tree.groups)
    switch_on(room, qtbot)
    room.scene.select(["layer1.0.relu"])
    room.canvas_actions.all["build-freeze-here"].trigger()
    (piece,) = room.freezing.line.way
    assert 0 < piece.y1() - room.scene.nodes["layer1.0.relu"].box().bottom() < 40


def test_a_drag_that_an_edit_interrupts_is_forgotten(room: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    """The analysis of what was edited is there before the canvas shows it."""
    switch_on(room, qtbot)
    room.freezing.freeze_through(3)
    hands.press(middle(room, 3))
    hands.move(middle(room, 5))
    edited = edits.rename(room.workspace.document.network, "conv1", "first")
    room.workspace.analysis = analyse(edited)
    room.workspace.document.apply(lambda _network: edited, "Rename conv1")
    qtbot.waitUntil(lambda: "first" in room.scene.nodes)
    assert frosted(room) == {"first", *FIRST[1:]}
    hands.release(middle(room, 3))
