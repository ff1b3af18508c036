"""The canvas as a screen reader reads it: by way of `QAccessible`, as the platform's bridge does."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph.canvas import Remark
from workbench.core.graph.canvas_edits import add_remarks
from workbench.core.graph.network import Network
from workbench.core.modelling.opening import open_network
from workbench.gui.builder.accessible.canvas_accessible import PartInterface
from workbench.gui.builder.items.edge_item import EdgeKey
from workbench.gui.builder.room import BuildRoom
from workbench.gui.workspace import Workspace

Role, Text, Relation = QAccessible.Role, QAccessible.Text, QAccessible.RelationFlag


def read(room: BuildRoom) -> QAccessibleInterface:
    """The interface of the canvas."""
    return QAccessible.queryAccessibleInterface(room.view)


def children(interface: QAccessibleInterface) -> list[QAccessibleInterface]:
    return [interface.child(number) for number in range(interface.childCount())]


def everything(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """An interface and all that is in it, as an inspector of the desktop walks it."""
    yield interface
    for child in children(interface):
        yield from everything(child)


def is_part(interface: QAccessibleInterface) -> bool:
    """Whether it is of something on the canvas; PySide does not know when those of widgets go."""
    return isinstance(interface, PartInterface)


def name(interface: QAccessibleInterface) -> str:
    return interface.text(Text.Name)


def named(room: BuildRoom, start: str) -> QAccessibleInterface:
    """The first thing whose name begins like that."""
    return next(thing for thing in everything(read(room)) if name(thing).startswith(start))


def analysed(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.preload()
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)


def test_every_card_is_a_child_with_a_name_in_the_order_of_the_network(room: BuildRoom, qtbot: QtBot) -> None:
    analysed(room, qtbot)
    canvas = read(room)
    assert canvas.role() == Role.Canvas
    assert name(canvas) == "Network canvas"
    cards = children(canvas)[: len(room.scene.nodes)]
    assert [name(card).split(",")[0] for card in cards] == [*room.scene.nodes]
    conv = cards[1]
    assert name(conv) == "conv1, Conv2d, 32 · 3×3, output 32 × 32 × 32"
    assert conv.text(Text.Description).endswith("Fed by input. Feeds bn1.")
    assert conv.role() == Role.ListItem
    assert conv.parent() is canvas
    assert [canvas.indexOfChild(card) for card in cards] == list(range(len(cards)))


def test_a_problem_is_counted_in_the_name_and_told_in_the_description(room: BuildRoom, qtbot: QtBot) -> None:
    room.editor.set_argument("conv1", "kernel_size", (99, 99))
    analysed(room, qtbot)
    (problem,) = [problem for problem in room.scene.nodes["conv1"].problems if problem.level == "error"]
    conv = named(room, "conv1,")
    assert name(conv).endswith(", 1 problem")
    assert problem.title in conv.text(Text.Description)


def test_the_rectangle_is_where_the_card_is_seen(room: BuildRoom) -> None:
    conv = named(room, "conv1,")
    place = conv.rect().center()
    on_canvas = room.view.mapToScene(room.view.viewport().mapFromGlobal(place))
    card = room.view.node_at(on_canvas)
    assert card is not None
    assert card.name == "conv1"
    assert read(room).childAt(place.x(), place.y()) is conv
    assert not conv.state().offscreen
    room.view.pan(QPointF(5_000, 0))
    assert conv.state().offscreen


def test_states_follow_the_selection_and_the_keyboard(room: BuildRoom, qtbot: QtBot) -> None:
    room.activateWindow()
    qtbot.waitUntil(room.view.hasFocus)
    room.scene.select(["conv1", "bn1"])
    conv, norm = named(room, "conv1,"), named(room, "bn1,")
    assert (conv.state().selected, norm.state().selected) == (1, 1)
    assert (conv.state().focused, norm.state().focused) == (0, 1)
    assert read(room).focusChild() is norm
    chosen = read(room).selectionInterface().selectedItems()
    assert chosen == [conv, norm]
    room.scene.select([])
    assert conv.state().selected == 0
    assert read(room).focusChild() is read(room)


def test_what_is_selected_is_the_description_of_the_canvas(room: BuildRoom, qtbot: QtBot) -> None:
    canvas = read(room)

    def says(text: str) -> None:
        qtbot.waitUntil(lambda: canvas.text(Text.Description) == text)

    room.scene.select(["conv1"])
    says("Selected: conv1, Conv2d, 32 · 3×3")
    room.scene.select([])
    says("")
    room.scene.edges[EdgeKey("conv1", "bn1")].setSelected(True)
    says("Selected: Connection from conv1 to bn1")
    room.scene.select(["conv1", "bn1"])
    says("2 selected: conv1, Conv2d, 32 · 3×3; bn1, BatchNorm2d")


@pytest.fixture
def with_notes(room: BuildRoom) -> BuildRoom:
    """The room with a note, a frame, and a group."""
    notes = [
        Remark("note", "why so wide?", (600.0, 0.0), (180.0, 60.0)),
        Remark("frame", "Stem", (0.0, 0.0), (9e2, 9e2)),
    ]

    def edit(network: Network) -> Network:
        return add_remarks(network, notes)

    room.editor.apply(edit, "Notes")
    room.scene.select(["conv1", "bn1"])
    room.editor.group()
    return room


def test_groups_notes_and_frames_are_read_too(with_notes: BuildRoom, qtbot: QtBot) -> None:
    room = with_notes
    frame = named(room, "block,")
    assert name(frame).startswith("block, open group, 2 layers")
    assert frame.role() == Role.Grouping
    assert frame.state().expanded
    assert [name(card).split(",")[0] for card in children(frame)] == ["block.conv1", "block.bn1"]
    assert all(card.parent() is frame for card in children(frame))
    assert frame.indexOfChild(frame.child(1)) == 1
    note, other = named(room, "Note: why so wide?"), named(room, "Frame: Stem")
    assert (note.role(), other.role()) == (Role.Note, Role.Note)
    room.scene.select([])
    room.scene.select_remarks([key for key, item in room.scene.remarks.items() if item.remark.form == "note"])
    qtbot.waitUntil(lambda: read(room).text(Text.Description) == "Selected: Note: why so wide?")
    assert note.state().selected


def test_a_closed_group_is_opened_by_its_action(with_notes: BuildRoom, qtbot: QtBot) -> None:
    room = with_notes
    room.scene.unfold(())
    QApplication.processEvents()
    closed = named(room, "block, closed group")
    assert closed.state().collapsed
    assert closed.childCount() == 0
    actions = closed.actionInterface()
    assert "Toggle" in actions.actionNames()
    actions.doAction("Toggle")
    assert "block" in room.scene.frames
    QApplication.processEvents()
    assert not shiboken6.isValid(closed), "the card of the closed group is gone"
    assert named(room, "block, open group").state().expanded


def test_pressing_a_card_selects_and_edits_it(room: BuildRoom, qtbot: QtBot) -> None:
    with qtbot.waitSignal(room.view.edit_requested):
        named(room, "conv2,").actionInterface().doAction("Press")
    assert room.scene.chosen == ["conv2"]
    connection = named(room, "Connection from conv1 to bn1")
    connection.actionInterface().doAction("SetFocus")
    assert room.scene.selected_edges == [EdgeKey("conv1", "bn1")]


def test_what_feeds_a_card_is_a_relation(room: BuildRoom) -> None:
    found = {name(other).split(",")[0]: flag for other, flag in named(room, "conv1,").relations()}
    assert found == {"input": Relation.FlowsFrom, "bn1": Relation.FlowsTo}


def test_the_selection_can_be_made_by_a_screen_reader(room: BuildRoom) -> None:
    selection = read(room).selectionInterface()
    assert selection.select(named(room, "conv1,"))
    assert selection.select(named(room, "bn1,"))
    assert room.scene.chosen == ["conv1", "bn1"]
    assert selection.selectedItemCount() == 2
    assert selection.isSelected(named(room, "bn1,"))
    assert selection.unselect(named(room, "bn1,"))
    assert room.scene.chosen == ["conv1"]
    assert selection.clear()
    assert room.scene.chosen == []


def test_widgets_on_the_canvas_are_still_its_children(room: BuildRoom) -> None:
    objects = {child.object() for child in children(read(room))}
    assert room.view.viewport() in objects
    inner = QAccessible.queryAccessibleInterface(room.view.viewport())
    canvas = read(room)
    assert canvas.child(canvas.indexOfChild(inner)).object() is room.view.viewport()
    overlay = room.seeing.minimap
    overlay.show()
    place = overlay.mapToGlobal(QPoint(5, 5))
    assert canvas.childAt(place.x(), place.y()).object() is overlay


def test_an_interface_does_not_outlive_what_it_is_of(room: BuildRoom, qtbot: QtBot) -> None:
    """Somebody holds interfaces while everything is deleted, brought back, and replaced by another network."""
    held = [thing for thing in everything(read(room)) if is_part(thing)]
    conv = named(room, "conv1,")
    number = QAccessible.uniqueId(conv)
    room.scene.select(["conv1"])
    room.editor.delete()
    assert not conv.isValid(), "before Qt has taken the next turn"
    assert (name(conv), conv.rect().isEmpty(), conv.childCount(), conv.state().invalid) == ("", True, 0, 1)
    assert conv.actionInterface().actionNames() == []
    conv.actionInterface().doAction("Press")
    qtbot.waitUntil(lambda: not shiboken6.isValid(conv))
    assert QAccessible.accessibleInterface(number) is None
    room.workspace.document.undo()
    QApplication.processEvents()
    again = named(room, "conv1,")
    assert again is not conv
    room.workspace.document.open(open_network("resnet18"))
    QApplication.processEvents()
    gc.collect()
    assert all(thing.isValid() for thing in held if shiboken6.isValid(thing))
    assert len([*everything(read(room))]) > len(room.scene.nodes)


def test_a_closed_room_leaves_no_interface_behind(workspace: Workspace) -> None:
    room = BuildRoom(workspace)
    room.show()
    held = [thing for thing in everything(QAccessible.queryAccessibleInterface(room.view)) if is_part(thing)]
    numbers = [QAccessible.uniqueId(thing) for thing in held]
    assert len(numbers) == len(room.scene.nodes) + len(room.scene.edges)
    room.close()
    room.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del room
    gc.collect()
    assert [QAccessible.accessibleInterface(number) for number in numbers] == [None] * len(numbers)
    assert [thing for thing in held if shiboken6.isValid(thing)] == []


def test_absent_interfaces_are_told_as_absent(room: BuildRoom) -> None:
    """A wrong answer here is a pointer to nowhere in Qt's hands."""
    for thing in (read(room), named(room, "conv1,"), named(room, "Connection from")):
        assert thing.textInterface() is None
        assert thing.valueInterface() is None
        assert thing.tableCellInterface() is None
        assert thing.editableTextInterface() is None
    assert named(room, "conv1,").selectionInterface() is None


@pytest.fixture
def said(room: BuildRoom) -> list[str]:
    """What is read out."""
    sentences: list[str] = []
    room.announcing.said.connect(sentences.append)
    return sentences


def test_edits_undo_and_redo_are_announced(room: BuildRoom, said: list[str]) -> None:
    document = room.workspace.document
    room.editor.connect_nodes("conv1", "relu2")
    room.editor.connect_nodes("relu2", "conv1")
    room.scene.select(["bn3"])
    room.editor.delete()
    document.undo()
    document.redo()
    assert said[0] == document.history.done[0].label
    assert len(said) == 5
    assert "conv1" in said[1]
    assert said[2:] == ["Delete bn3", "Undone: Delete bn3", "Done again: Delete bn3"]
    document.open(open_network("resnet18"))
    assert "resnet18 opened, 71 nodes" in said


def test_a_run_of_small_changes_is_announced_once(room: BuildRoom, said: list[str]) -> None:
    room.scene.select(["conv1"])
    for _ in range(3):
        room.editor.nudge(10, 0)
    assert said == ["Move conv1"]


def test_problems_are_announced_when_they_come_and_when_they_have_gone(
    room: BuildRoom, said: list[str], qtbot: QtBot
) -> None:
    analysed(room, qtbot)
    room.editor.set_argument("conv1", "kernel_size", (99, 99))
    qtbot.waitUntil(lambda: any("roblem" in text for text in said), timeout=60_000)
    (text,) = [text for text in said if "roblem" in text]
    title = next(problem.title for problem in room.workspace.current_analysis.faults)  # type: ignore[union-attr]
    assert text in (f"Problem: conv1: {title}", f"{len(room.workspace.current_analysis.faults)} more problems")  # type: ignore[union-attr]
    room.workspace.document.undo()
    qtbot.waitUntil(lambda: said[-1] == "No problems left", timeout=60_000)


def test_groups_and_selections_are_announced(with_notes: BuildRoom, qtbot: QtBot) -> None:
    room = with_notes
    QApplication.processEvents()
    said: list[str] = []
    room.announcing.said.connect(said.append)
    room.scene.toggle("block")
    room.scene.toggle("block")
    room.view.dive("block")
    room.view.go_up()
    assert said == ["block closed", "block opened", "Looking at block alone", "Looking at everything"]
    room.scene.select([*room.scene.nodes])
    qtbot.waitUntil(lambda: said[-1] == f"{len(room.scene.nodes)} selected")


def test_events_are_sent_while_somebody_listens(room: BuildRoom, qtbot: QtBot) -> None:
    QAccessible.setActive(True)
    try:
        room.activateWindow()
        qtbot.waitUntil(room.view.hasFocus)
        for keys in (["conv1"], [], ["conv1", "bn1"]):
            room.scene.select(keys)
            QApplication.processEvents()
        room.editor.group()
        QTest.keyClick(room.view, "o")
        QApplication.processEvents()
        room.workspace.document.undo()
        QApplication.processEvents()
    finally:
        QAccessible.setActive(False)
    assert room.scene.network is room.workspace.document.network
