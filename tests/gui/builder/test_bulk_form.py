"""Several nodes of one kind are edited together."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from workbench.core.graph.edits import set_arguments, set_arguments_of_all
from workbench.core.modelling.opening import open_network
from workbench.gui.builder.inspector.bulk_form import DIFFERS, BulkForm
from workbench.gui.builder.room import BuildRoom

CONVOLUTIONS = ["conv1", "conv2", "conv3"]


def form(room: BuildRoom) -> BulkForm:
    found = room.inspector.bulk.form
    assert found is not None
    return found


def label(room: BuildRoom, argument: str) -> str:
    shown = form(room)
    return shown.rows.labelForField(shown.fields[argument]).text()


def test_one_field_changes_all_as_one_step(room: BuildRoom) -> None:
    room.scene.select(CONVOLUTIONS)
    form(room).fields["bias"].box.setChecked(False)
    network, history = room.workspace.document.network, room.workspace.document.history
    assert [network[name].arguments["bias"] for name in CONVOLUTIONS] == [False] * 3
    assert [step.label for step in history.done] == ["Set bias of 3 nodes"]
    room.workspace.document.undo()
    assert form(room).fields["bias"].box.isChecked()


def test_what_is_typed_in_one_field_is_one_step(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(CONVOLUTIONS)
    box = form(room).fields["out_channels"].box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "128")
    network = room.workspace.document.network
    assert [network[name].arguments["out_channels"] for name in CONVOLUTIONS] == [128] * 3
    assert len(room.workspace.document.history.done) == 1


def test_labels_say_where_the_nodes_differ(room: BuildRoom) -> None:
    room.scene.select(CONVOLUTIONS)
    assert label(room, "out_channels").endswith(DIFFERS)
    assert not label(room, "kernel_size").endswith(DIFFERS)
    form(room).fields["out_channels"].box.setValue(7)
    assert not label(room, "out_channels").endswith(DIFFERS)


def test_there_is_one_only_for_nodes_of_one_kind(room: BuildRoom) -> None:
    for chosen in (["conv1"], ["conv1", "bn1"], []):
        room.scene.select(chosen)
        assert room.inspector.bulk.form is None and room.inspector.bulk.isHidden()
    room.scene.select(["fc1", "fc2"])
    assert room.inspector.title.text() == "2 Linear nodes selected"
    assert form(room).name.isHidden()


def test_groups_have_no_common_form(room: BuildRoom) -> None:
    room.workspace.document.open(open_network("resnet18"))
    room.scene.unfold([])
    room.scene.select(["layer1", "layer2"])
    assert room.inspector.bulk.form is None


def test_enter_goes_into_the_common_form(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["fc1", "fc2"])
    qtbot.keyClick(room.view, Qt.Key.Key_Return)
    assert form(room).isAncestorOf(room.window().focusWidget())


def test_a_removed_node_ends_the_form(room: BuildRoom) -> None:
    room.scene.select(["fc1", "fc2"])
    room.editor.delete()
    assert room.inspector.bulk.form is None


def test_the_edit_is_the_same_as_one_after_the_other() -> None:
    network = open_network("resnet18")
    names = [node.name for node in network.of_kind("Conv2d")]
    together, one_by_one = set_arguments_of_all(network, names, {"bias": True}), network
    for name in names:
        one_by_one = set_arguments(one_by_one, name, {"bias": True})
    assert together == one_by_one
