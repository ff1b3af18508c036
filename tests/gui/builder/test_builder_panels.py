from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.graph.network import Network
from workbench.core.layers.blocks.catalog import BLOCKS
from workbench.core.layers.catalog import CATALOG
from workbench.core.modelling.zoo import READY, empty_network
from workbench.errors import Problem, Remedy
from workbench.gui.builder.gallery.ready_networks import ReadyNetworks
from workbench.gui.builder.items.labels import large, summary
from workbench.gui.builder.room import BuildRoom

CTRL = Qt.KeyboardModifier.ControlModifier


def analysed(qtbot: QtBot, room: BuildRoom) -> None:
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)


def field(room: BuildRoom, name: str) -> QWidget:
    assert room.inspector.form is not None
    return room.inspector.form.fields[name]


def type_number(qtbot: QtBot, box: QSpinBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)


def test_editing_kernel_size_changes_the_shape_that_is_shown(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.preload()
    analysed(qtbot, room)
    assert room.scene.nodes["conv1"].shape_text == "32 × 32 × 32"
    room.scene.select(["conv1"])
    assert room.inspector.facts.texts()["Output"] == "32 × 32 × 32"
    type_number(qtbot, field(room, "kernel_size").height_box, "5")
    assert room.workspace.document.network["conv1"].arguments["kernel_size"] == 5
    assert room.workspace.document.undo_label == "Set kernel_size of conv1"
    assert room.scene.nodes["conv1"].shape_text == "32 × 32 × 32"
    analysed(qtbot, room)
    assert room.scene.nodes["conv1"].shape_text == "32 × 30 × 30"
    assert not room.scene.nodes["conv1"].stale
    assert room.inspector.facts.texts()["Output"] == "32 × 30 × 30"
    assert room.inspector.facts.texts()["Receptive field"] == "5 × 5"


def test_typing_is_one_step_and_entering_the_field_anew_another(room: BuildRoom, qtbot: QtBot) -> None:
    history = room.workspace.document.history
    room.scene.select(["conv1"])
    box = field(room, "out_channels").box
    type_number(qtbot, box, "128")
    assert room.workspace.document.network["conv1"].arguments["out_channels"] == 128
    assert len(history.done) == 1
    field(room, "groups").box.setFocus()
    type_number(qtbot, box, "64")
    assert len(history.done) == 2
    room.workspace.document.undo()
    assert box.value() == 128


def test_undo_in_a_field_is_that_of_the_document(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["conv1"])
    box = field(room, "out_channels").box
    type_number(qtbot, box, "7")
    line = box.findChild(QLineEdit)
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, CTRL)
    event.ignore()
    QApplication.sendEvent(line, event)
    assert not event.isAccepted()


def test_every_kind_has_a_form_whose_fields_change_the_node(room: BuildRoom, qtbot: QtBot) -> None:
    document = room.workspace.document
    for kind in CATALOG:
        name = room.editor.add(kind.name(), room.view.middle())
        form = room.inspector.form
        assert form is not None and form.node.name == name
        assert set(form.fields) == set(kind.__struct_fields__)
        for argument, editor in form.fields.items():
            before = document.network[name].arguments.get(argument, editor.argument.default)
            editor.show_value(before)
            assert document.network[name].arguments.get(argument, editor.argument.default) == before


@pytest.mark.parametrize("value", [3, [3, 5], "same", [4, 4], 0])
def test_a_pair_field_shows_and_returns_every_form_of_padding(room: BuildRoom, value: object) -> None:
    room.editor.set_argument("conv1", "padding", value)
    room.scene.select(["conv1"])
    told: list[object] = []
    padding = field(room, "padding")
    padding.changed.connect(told.append)
    assert padding._value() == value
    padding.show_value(1)
    padding.show_value(value)
    assert padding._value() == value
    assert told == []


def test_a_list_of_numbers_is_written_with_commas(room: BuildRoom, qtbot: QtBot) -> None:
    name = room.editor.add("Permute", room.view.middle())
    numbers = field(room, "dims")
    assert numbers.line.text() == "0, 2, 3, 1"
    numbers.line.setFocus()
    numbers.line.selectAll()
    qtbot.keyClicks(numbers.line, "0,3, 1 2")
    qtbot.keyClick(numbers.line, Qt.Key.Key_Return)
    assert room.workspace.document.network[name].arguments["dims"] == [0, 3, 1, 2]
    numbers.line.clear()
    qtbot.keyClick(numbers.line, Qt.Key.Key_Return)
    assert numbers.line.text() == "0, 3, 1, 2"


def test_a_pair_is_split_and_joined(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["conv1"])
    pair = field(room, "kernel_size")
    qtbot.mouseClick(pair.apart, Qt.MouseButton.LeftButton)
    assert room.workspace.document.network["conv1"].arguments["kernel_size"] == [3, 3]
    assert not pair.width_box.isHidden()
    type_number(qtbot, pair.width_box, "7")
    assert room.workspace.document.network["conv1"].arguments["kernel_size"] == [3, 7]
    qtbot.mouseClick(pair.apart, Qt.MouseButton.LeftButton)
    assert room.workspace.document.network["conv1"].arguments["kernel_size"] == 3


def test_renaming_in_the_inspector(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["conv1"])
    form = room.inspector.form
    assert form is not None
    form.name.setFocus()
    form.name.selectAll()
    qtbot.keyClicks(form.name, "conv2")
    assert not form.name_hint.isHidden() and "taken" in form.name_hint.text()
    qtbot.keyClick(form.name, Qt.Key.Key_Return)
    assert "conv1" in room.workspace.document.network
    form.name.selectAll()
    qtbot.keyClicks(form.name, "stem")
    qtbot.keyClick(form.name, Qt.Key.Key_Return)
    assert room.workspace.document.network["bn1"].inputs == ("stem",)
    assert room.workspace.document.undo_label == "Rename conv1 to stem"
    assert room.scene.selected == ["stem"]


def test_the_network_has_a_name_too(room: BuildRoom, qtbot: QtBot) -> None:
    edit = room.inspector.title_edit
    assert edit.text() == "cifar10cnn"
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "mine")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert room.workspace.document.network.name == "mine"


def test_problems_are_shown_on_the_node_in_the_strip_and_in_the_inspector(room: BuildRoom, qtbot: QtBot) -> None:
    room.editor.set_argument("conv1", "kernel_size", 99)
    analysed(qtbot, room)
    problems = room.scene.nodes["conv1"].problems
    assert problems and problems[0].level == "error"
    assert problems[0].title in room.scene.nodes["conv1"].toolTip()
    assert room.problems.isVisible()
    assert room.scene.nodes["bn1"].shape_text == ""
    assert room.scene.nodes["input"].shape_text == "3 × 32 × 32"
    item = room.problems.item(0)
    room.scene.select([])
    qtbot.mouseClick(
        room.problems.viewport(), Qt.MouseButton.LeftButton, pos=room.problems.visualItemRect(item).center()
    )
    assert room.scene.selected == ["conv1"]
    assert not room.inspector._problems[0].isHidden()
    room.workspace.document.undo()
    analysed(qtbot, room)
    assert not room.problems.isVisible()
    assert room.scene.nodes["conv1"].problems == ()


def test_a_remedy_is_one_undo_step(room: BuildRoom) -> None:
    remedy = Remedy("Set the kernel to 3", lambda network: edits.set_arguments(network, "conv1", {"kernel_size": 3}))
    room.editor.set_argument("conv1", "kernel_size", 9)
    room.scene.select(["conv1"])
    room.inspector._show_problems([Problem("conv1", "Too large", remedy=remedy)])
    room.inspector._problems[0].linkActivated.emit("#")
    assert room.workspace.document.undo_label == "Set the kernel to 3"
    assert room.workspace.document.network["conv1"].arguments["kernel_size"] == 3


def test_searching_and_enter_insert_after_the_selection(room: BuildRoom, qtbot: QtBot) -> None:
    room.scene.select(["relu1"])
    qtbot.keyClick(room.view, Qt.Key.Key_Slash)
    search = room.palette_panel.search
    qtbot.waitUntil(search.hasFocus)
    qtbot.keyClicks(search, "drop")
    qtbot.keyClick(search, Qt.Key.Key_Down)
    qtbot.keyClick(search, Qt.Key.Key_Return)
    network = room.workspace.document.network
    assert network["dropout2d"].inputs == ("relu1",)
    assert network["conv2"].inputs == ("dropout2d",)
    assert room.scene.selected == ["dropout2d"]
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    assert room.view.hasFocus()


def test_searching_finds_by_name_category_and_purpose(room: BuildRoom, qtbot: QtBot) -> None:
    palette = room.palette_panel

    def found(text: str) -> set[str]:
        palette.search.setText(text)
        shown = (headline.child(row) for headline in palette.tree.headlines for row in range(headline.childCount()))
        return {item.text(0) for item in shown if not item.isHidden()}

    assert found("conv") >= {"Conv2d"}
    assert "ReLU" in found("activation")
    assert {"Add", "BasicBlock", "Bottleneck"} <= found("residual")
    assert "Conv2d" not in found("residual")
    assert found("") == {kind.name() for kind in CATALOG} | {block.name() for block in BLOCKS}
    assert found("zzz") == set()
    assert palette.nothing.isVisible()


def test_the_palette_drags_the_name_of_a_kind(room: BuildRoom) -> None:
    tree = room.palette_panel.tree
    item = tree.findItems("Conv2d", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]
    mime = tree.mimeData([item])
    assert bytes(mime.data("application/x-cnn-workbench-kind").data()) == b"Conv2d"


def test_a_network_is_built_from_nothing_with_the_keyboard(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.document.open(empty_network())
    room.scene.select(["output"])
    for kind in ("Conv2d", "ReLU", "AdaptiveAvgPool2d", "Flatten", "Linear"):
        room.add_kind(kind)
        room.scene.select(["output"])
    network = room.workspace.document.network
    first = next(node.name for node in network if node.kind == "Conv2d")
    room.scene.select(["input", first])
    qtbot.keyClick(room.view, Qt.Key.Key_C)
    analysed(qtbot, room)
    assert room.workspace.current_analysis is not None
    assert room.workspace.current_analysis.faults == ()
    assert room.workspace.current_analysis.output_shape == (10,)


def test_buttons_undo_and_redo_with_the_label(room: BuildRoom, qtbot: QtBot) -> None:
    undo, redo = (room.findChild(QToolButton, name) for name in ("build-undo", "build-redo"))
    assert not undo.isEnabled()
    first = room.workspace.document.network
    room.scene.select(["bn1"])
    room.editor.delete()
    assert undo.isEnabled()
    assert "Delete bn1" in undo.defaultAction().text()
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert room.workspace.document.network is first
    assert "Delete bn1" in redo.defaultAction().text()
    qtbot.mouseClick(redo, Qt.MouseButton.LeftButton)
    assert "bn1" not in room.workspace.document.network


def test_the_gallery_opens_a_tutorial_network(room: BuildRoom, qtbot: QtBot) -> None:
    gallery = room.choose_ready()
    qtbot.keyClicks(gallery.search, "cheques")
    assert gallery.chosen == "lenet5"
    qtbot.mouseClick(gallery.open_button, Qt.MouseButton.LeftButton)
    assert room.workspace.document.network == READY["lenet5"].build()
    assert set(room.scene.nodes) == set(READY["lenet5"].build().nodes)


def test_the_gallery_is_gone_before_a_question_about_unsaved_changes(
    room: BuildRoom, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = room.choose_ready()
    seen: list[bool] = []
    monkeypatch.setattr(room.documents, "may_discard", lambda: seen.append(gallery.isVisible()))
    gallery.choose("lenet5")
    qtbot.mouseClick(gallery.open_button, Qt.MouseButton.LeftButton)
    assert seen == [False]
    assert room.workspace.document.network.name == "cifar10cnn"


def test_the_gallery_opens_a_landmark(room: BuildRoom, qtbot: QtBot) -> None:
    gallery = ReadyNetworks(room.workspace.jobs, room)
    opened: list[Network] = []
    gallery.opened.connect(opened.append)
    gallery.open()
    gallery.choose("resnet18")
    gallery.open_chosen()
    assert gallery.busy.isVisible()
    qtbot.waitUntil(lambda: bool(opened), timeout=60_000)
    assert "layer1.0.conv1" in opened[0]
    assert not gallery.isVisible()


def test_the_room_does_not_load_torch_by_itself() -> None:
    import subprocess
    import sys

    code = "import workbench.gui.builder.room, sys; print('torch' in sys.modules, 'torchvision' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.split() == ["False", "False"]


def test_the_panels_come_back_where_they_were(room: BuildRoom, qtbot: QtBot, tmp_path: Path) -> None:
    room.palette_dock.close()
    assert room.close_room()
    again = BuildRoom(room.workspace)
    qtbot.addWidget(again)
    assert again.palette_dock.isHidden()
    assert not again.inspector_dock.isHidden()


def test_summaries_name_what_matters() -> None:
    network = READY["cifar10cnn"].build()
    assert summary(network["conv2"]) == "64 · 3×3"
    assert summary(network["dropout1"]) == "p 0.5"
    assert summary(network["bn1"]) == ""
    strided = edits.set_arguments(network, "conv1", {"stride": [2, 1], "kernel_size": [3, 5]})["conv1"]
    assert summary(strided) == "32 · 3×5 · stride 2×1"
    assert [large(number) for number in (1234, 41_600_000, 4_089_000_000)] == ["1,234", "41.6 M", "4.09 G"]


def test_everything_that_can_be_used_has_a_name(room: BuildRoom) -> None:
    wanted = {
        "build-canvas", "build-palette", "build-search", "build-undo", "build-redo", "build-open", "build-save",
        "build-inspector", "build-problems", "build-train",
    }  # fmt: skip
    for name in wanted:
        widget = room.findChild(QWidget, name)
        assert widget is not None, name
        assert widget.accessibleName(), name


def test_the_inspector_writes_the_arithmetic_out_and_follows_edits(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.preload()
    room.scene.select(["conv2"])
    formulas = room.inspector.formulas
    qtbot.waitUntil(lambda: "⌊(32 + 2·1 − 3) / 1⌋ + 1 = 32" in formulas.text(), timeout=60_000)
    assert "32 · 3 · 3 · 64 + 64 = 18,496" in formulas.text()
    room.editor.set_argument("conv2", "stride", 2)
    qtbot.waitUntil(lambda: "⌊(32 + 2·1 − 3) / 2⌋ + 1 = 16" in formulas.text(), timeout=60_000)
    room.scene.select(["relu2"])
    assert formulas.isHidden()
    room.scene.select([])
    assert formulas.isHidden()
