"""Notes and coloured frames on the canvas, by mouse and by keys."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench.core.graph.canvas import COLOURS, Remark
from workbench.gui import theme
from workbench.gui.builder.items.notes_item import base, paper
from workbench.gui.builder.room import BuildRoom

Hands = Any
Key = Qt.Key


def remarks(room: BuildRoom) -> dict[str, Remark]:
    return dict(room.workspace.document.network.canvas.remarks)


def labels(room: BuildRoom) -> list[str]:
    return [step.label for step in room.workspace.document.history.done]


def run(room: BuildRoom, name: str) -> None:
    room.canvas_actions.all[name].trigger()


def write(room: BuildRoom, text: str, key: Key = Key.Key_Return) -> None:
    room.notes.field.setPlainText(text)
    QTest.keyClick(room.notes.field, key, Qt.KeyboardModifier.ControlModifier)


@pytest.fixture
def note(room: BuildRoom) -> str:
    """A note to the right of the network."""
    room.view._mouse = room.view.mapFromScene(room.scene.content().topRight() + QPointF(40, 0))
    run(room, "build-note")
    write(room, "Why so deep?")
    return "note_1"


@pytest.fixture
def frame(room: BuildRoom) -> str:
    """A frame around the first three nodes."""
    room.scene.select(["conv1", "bn1", "relu1"])
    run(room, "build-frame")
    write(room, "Stem")
    return "frame_1"


def title(room: BuildRoom, key: str) -> QPointF:
    return room.scene.remarks[key].box().topLeft() + QPointF(40, 10)


def test_a_note_is_written_in_place_as_one_step(room: BuildRoom, note: str) -> None:
    assert remarks(room)[note].text == "Why so deep?"
    assert labels(room) == ["Add a note"]
    assert room.scene.chosen_remarks == [note]
    assert not room.notes.field.isVisible()
    assert room.view.hasFocus()


def test_nothing_written_is_nothing_done(room: BuildRoom) -> None:
    run(room, "build-note")
    write(room, "  ")
    run(room, "build-note")
    room.notes.field.setPlainText("no")
    QTest.keyClick(room.notes.field, Key.Key_Escape)
    assert remarks(room) == {} and labels(room) == []


def test_a_double_click_writes_again_and_an_empty_text_deletes(room: BuildRoom, hands: Hands, note: str) -> None:
    place = room.scene.remarks[note].box().center()
    room.notes.double_click(place)
    assert room.notes.field.isVisible() and room.notes.field.toPlainText() == "Why so deep?"
    write(room, "Because")
    assert labels(room) == ["Add a note", "Write the note"]
    room.scene.select_remarks([note])
    QTest.keyClick(room.view, Key.Key_Return)
    write(room, "")
    assert remarks(room) == {}
    room.workspace.document.undo()
    assert remarks(room)[note].text == "Because" and note in room.scene.remarks


def test_a_frame_lies_around_what_is_selected(room: BuildRoom, frame: str) -> None:
    box = room.scene.remarks[frame].box()
    assert box.contains(room.scene.rectangle(["conv1", "bn1", "relu1"]))
    assert labels(room) == ["Add a frame"]
    assert remarks(room)[frame].text == "Stem"


def test_moving_a_frame_moves_what_is_in_it(room: BuildRoom, hands: Hands, frame: str) -> None:
    places = room.scene.places
    before = room.scene.remarks[frame].box()
    start = title(room, frame)
    hands.drag(start, start + QPointF(120, 60))
    after = room.scene.places
    moved = {name for name in places if after[name] != places[name]}
    assert moved == {"conv1", "bn1", "relu1"}
    way = QPointF(*after["conv1"]) - QPointF(*places["conv1"])
    assert room.scene.remarks[frame].box().topLeft() - before.topLeft() == way
    assert way.x() == pytest.approx(120, abs=3)
    assert labels(room)[1:] == ["Move the frame “Stem”"]
    room.workspace.document.undo()
    assert room.scene.places == places and room.scene.remarks[frame].box() == before


def test_escape_brings_a_dragged_frame_back(room: BuildRoom, hands: Hands, frame: str) -> None:
    before, card = room.scene.remarks[frame].box(), room.scene.nodes["conv1"].box()
    start = title(room, frame)
    hands.press(start)
    hands.move(start + QPointF(90, 0))
    assert room.scene.nodes["conv1"].box() != card
    room.view.abandon()
    assert (room.scene.remarks[frame].box(), room.scene.nodes["conv1"].box()) == (before, card)
    assert labels(room) == ["Add a frame"]


def test_the_corner_changes_the_size(room: BuildRoom, hands: Hands, frame: str) -> None:
    before = remarks(room)[frame].size
    corner = room.scene.remarks[frame].box().bottomRight() - QPointF(5, 5)
    assert room.notes.cursor_at(corner) == Qt.CursorShape.SizeFDiagCursor
    hands.drag(corner, corner + QPointF(60, 40))
    after = remarks(room)[frame].size
    assert after[0] - before[0] == pytest.approx(60, abs=3)
    assert after[1] - before[1] == pytest.approx(40, abs=3)
    assert labels(room)[1:] == ["Resize the frame “Stem”"]


def test_within_a_frame_the_cards_are_taken_not_the_frame(room: BuildRoom, hands: Hands, frame: str) -> None:
    room.scene.select([])
    hands.click(hands.body("conv1"))
    assert room.scene.chosen == ["conv1"] and room.scene.chosen_remarks == []
    hands.click(title(room, frame))
    assert room.scene.chosen == [] and room.scene.chosen_remarks == [frame]


def test_delete_copy_paste_and_arrows_are_for_notes_too(room: BuildRoom, note: str) -> None:
    before = remarks(room)[note].position
    QTest.keyClick(room.view, Key.Key_Right)
    QTest.keyClick(room.view, Key.Key_Right)
    assert remarks(room)[note].position == (before[0] + 20, before[1])
    assert labels(room) == ["Add a note", "Move the note"]
    run(room, "build-copy")
    assert "Why so deep?" in QApplication.clipboard().text()
    run(room, "build-paste")
    assert room.scene.chosen_remarks == ["note_2"]
    assert remarks(room)["note_2"].position != remarks(room)[note].position
    run(room, "build-delete")
    assert list(remarks(room)) == [note]
    assert labels(room)[-2:] == ["Paste the note", "Delete the note"]
    room.scene.select_remarks([note])
    run(room, "build-cut")
    assert remarks(room) == {}


def test_nodes_and_notes_are_duplicated_together(room: BuildRoom, frame: str) -> None:
    room.scene.select(["conv1", "bn1", "relu1"])
    room.scene.select_remarks([frame])
    run(room, "build-duplicate")
    assert len(remarks(room)) == 2 and len(room.workspace.document.network.of_kind("Conv2d")) == 4
    assert room.scene.chosen_remarks == ["frame_2"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_colour_is_readable(qapp: QApplication, mode: Any) -> None:
    before = theme.current().name
    theme.apply(qapp, mode)
    papers = [paper(colour) for colour in COLOURS]
    assert len({colour.name() for colour in papers}) == len(COLOURS)
    assert min(theme.contrast(theme.current().text, colour) for colour in papers) >= 7
    assert min(theme.contrast(base(colour), theme.current().canvas) for colour in COLOURS) >= 3
    theme.apply(qapp, before)


def test_colours_go_round_with_a_key(room: BuildRoom, note: str) -> None:
    for colour in (*COLOURS[1:], COLOURS[0]):
        QTest.keyClick(room.view, Key.Key_K)
        assert remarks(room)[note].colour == colour
    assert labels(room)[1] == "Paint the note green"


def test_alt_n_goes_from_one_to_the_next(room: BuildRoom, note: str, frame: str) -> None:
    room.scene.select([])
    QTest.keyClick(room.view, Key.Key_N, Qt.KeyboardModifier.AltModifier)
    first = room.scene.chosen_remarks
    QTest.keyClick(room.view, Key.Key_N, Qt.KeyboardModifier.AltModifier)
    assert {*first, *room.scene.chosen_remarks} == {note, frame}


def test_a_rubber_band_takes_notes_too(room: BuildRoom, hands: Hands, note: str) -> None:
    room.scene.select([])
    box = room.scene.remarks[note].box().adjusted(-12, -12, 12, 12)
    hands.drag(box.topLeft(), box.bottomRight())
    assert room.scene.chosen_remarks == [note]


def test_a_frame_around_a_group_follows_it_when_it_opens(room: BuildRoom) -> None:
    room.scene.select(["conv1", "bn1", "relu1"])
    room.editor.group()
    (group,) = room.scene.chosen
    room.scene.select([group])
    run(room, "build-frame")
    write(room, "Stem")
    is_open = room.scene.remarks["frame_1"].box()
    assert is_open.contains(room.scene.item(group).box())
    room.view.toggle(group)
    closed = room.scene.remarks["frame_1"].box()
    assert closed.contains(room.scene.nodes[group].box()) and closed.height() < is_open.height()


def test_what_is_written_in_a_group_is_seen_while_that_is(room: BuildRoom) -> None:
    room.scene.select(["conv1", "bn1", "relu1"])
    room.editor.group()
    (group,) = room.scene.chosen
    room.scene.select([f"{group}.conv1"])
    run(room, "build-frame")
    write(room, "First")
    assert remarks(room)["frame_1"].group == group
    room.view.toggle(group)
    assert "frame_1" not in room.scene.remarks
    room.view.dive(group)
    assert "frame_1" in room.scene.remarks
    room.view.go_up()
    room.view.toggle(group)
    shown = room.scene.remarks["frame_1"]
    assert shown.box().contains(room.scene.nodes[f"{group}.conv1"].box())
    assert room.scene.frames[group].zValue() < shown.zValue() < room.scene.frames[group].zValue() + 1


def test_another_network_has_other_notes(room: BuildRoom, note: str) -> None:
    document = room.workspace.document
    saved = document.network
    document.open(saved.with_(canvas=type(saved.canvas)()))
    assert room.scene.remarks == {}
    document.open(saved)
    assert list(room.scene.remarks) == [note]


def select_both(room: BuildRoom) -> None:
    room.scene.select(["conv2", "bn2"])
    room.scene.select_remarks(["note_1"])


def places(room: BuildRoom) -> dict[str, tuple[float, float]]:
    return {**room.scene.places, **{key: remark.position for key, remark in remarks(room).items()}}


@pytest.mark.parametrize("grip", ["conv2", "note_1", "keys"])
def test_nodes_and_notes_move_together_as_one_step(room: BuildRoom, hands: Hands, note: str, grip: str) -> None:
    select_both(room)
    before, steps = places(room), len(labels(room))
    if grip == "keys":
        for _ in range(3):
            QTest.keyClick(room.view, Key.Key_Right)
        way = (30.0, 0.0)
    else:
        at = hands.body("conv2") if grip == "conv2" else room.scene.remarks[note].box().center()
        hands.drag(at, at + QPointF(150, 0))
        after = places(room)
        way = (after[note][0] - before[note][0], after[note][1] - before[note][1])
        assert abs(way[0] - 150) < 20
    after = places(room)
    moved = {key for key in before if after[key] != before[key]}
    assert moved == {"conv2", "bn2", note}
    assert all((after[key][0] - before[key][0], after[key][1] - before[key][1]) == way for key in moved)
    assert labels(room)[steps:] == ["Move 2 nodes and the note"]
    assert (set(room.scene.chosen), room.scene.chosen_remarks) == ({"conv2", "bn2"}, [note])
    assert {"conv2", "bn2"} <= room.workspace.document.network.canvas.fixed
    assert room.scene.remarks[note].pos() == QPointF(0, 0)
    room.workspace.document.undo()
    assert places(room) == before


def test_escape_brings_back_notes_that_were_dragged_with_nodes(room: BuildRoom, hands: Hands, note: str) -> None:
    select_both(room)
    shown, at = room.scene.remarks[note].box(), hands.body("conv2")
    hands.press(at)
    hands.move(at + QPointF(80, 0))
    assert room.scene.remarks[note].box() != shown
    QTest.keyClick(room.view, Key.Key_Escape)
    hands.release(at)
    assert room.scene.remarks[note].box() == shown
    assert labels(room) == ["Add a note"]


def test_a_click_with_shift_keeps_the_notes_that_are_selected(room: BuildRoom, hands: Hands, note: str) -> None:
    room.scene.select_remarks([note])
    hands.click(hands.body("conv1"), Qt.KeyboardModifier.ShiftModifier)
    assert (room.scene.chosen, room.scene.chosen_remarks) == (["conv1"], [note])


def test_a_plain_click_selects_one_of_several(room: BuildRoom, hands: Hands, note: str) -> None:
    room.scene.select(["conv1"])
    room.scene.select_remarks([note])
    hands.click(hands.body("conv1"))
    assert (room.scene.chosen, room.scene.chosen_remarks) == (["conv1"], [])


def test_a_frame_and_what_it_holds_are_not_moved_twice(room: BuildRoom, hands: Hands, frame: str) -> None:
    room.scene.select(["conv1"])
    room.scene.select_remarks([frame])
    before, at = places(room), title(room, frame)
    hands.drag(at, at + QPointF(90, 0))
    after = places(room)
    assert {key for key in before if after[key] != before[key]} == {"conv1", "bn1", "relu1", frame}
    assert len({after[key][0] - before[key][0] for key in ("conv1", "bn1", "relu1", frame)}) == 1


def test_a_note_that_is_left_while_an_edit_is_shown_is_written(room: BuildRoom) -> None:
    run(room, "build-note")
    QTest.keyClicks(room.notes.field, "begun")
    room.scene.unfolded.connect(room.view.setFocus)  # heard in the middle of showing the group
    room.scene.select(["conv1"])
    assert room.editor.group()
    assert [remark.text for remark in remarks(room).values()] == ["begun"]
    assert [item.remark.text for item in room.scene.remarks.values()] == ["begun"]
