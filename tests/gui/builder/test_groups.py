"""Groups on the canvas with mouse and keys: opened and closed in place, made and taken apart, dragged in and out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.gui.builder.conftest import Hands
from workbench.core import open_network
from workbench.core.graph import edits
from workbench.core.graph.groups import remove_group
from workbench.core.graph.network import Network, Node, chain
from workbench.core.graph.outline import ROOT
from workbench.core.graph.stacks import Stack
from workbench.core.layers.blocks.library import known_blocks
from workbench.core.layers.catalog import CATALOG
from workbench.gui.builder.inspector.group_form import GroupForm
from workbench.gui.builder.items import style
from workbench.gui.builder.items.group_item import GroupItem
from workbench.gui.builder.items.node_item import NodeItem
from workbench.gui.builder.room import BuildRoom

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def network_of(room: BuildRoom) -> Network:
    return room.workspace.document.network


def stages(copies: int = 4) -> Network:
    """A stem, a stage of some identical blocks of two layers, and a head."""
    nodes = [Node("input", "Input", {"shape": [3, 16, 16]}), Node("stem", "Conv2d", {"out_channels": 8})]
    for number in range(copies):
        nodes.append(Node(f"stage.{number}.conv", "Conv2d", {"out_channels": 8, "padding": "same"}))
        nodes.append(Node(f"stage.{number}.relu", "ReLU"))
    return chain("stages", [*nodes, Node("flatten", "Flatten"), Node("fc", "Linear"), Node("output", "Output")])


@pytest.fixture
def staged(room: BuildRoom) -> BuildRoom:
    """The room with `stages`, all groups closed."""
    room.workspace.document.open(stages())
    room.scene.unfold(())
    return room


@pytest.fixture
def hands(staged: BuildRoom) -> Hands:
    return Hands(staged.view)


STACK = "stage.0…3"


def seen(room: BuildRoom) -> list[str]:
    return [*room.scene.nodes]


def chevron(room: BuildRoom, key: str) -> QPointF:
    item = room.scene.item(key)
    assert item is not None
    return item.box().topLeft() + QPointF(14, 14)


def headline(room: BuildRoom, key: str) -> QPointF:
    frame = room.scene.frames[key].box()
    return QPointF(frame.left() + 60, frame.top() + 15)


def nothing_overlaps(room: BuildRoom) -> bool:
    boxes = [item.box() for item in room.scene.nodes.values()]
    return not any(a.intersects(b) for number, a in enumerate(boxes) for b in boxes[number + 1 :])


def is_within_its_frames(room: BuildRoom) -> bool:
    scene = room.scene
    return all(
        scene.frames[around].box().contains(item.box())
        for key, item in {**scene.nodes, **scene.frames}.items()
        for around in scene.tree.around(key)
        if around in scene.frames and around != key
    )


def test_the_chevron_opens_in_place_and_closes_again(staged: BuildRoom, hands: Hands) -> None:
    before = {name: item.pos() for name, item in staged.scene.nodes.items()}
    assert seen(staged) == ["input", "stem", "stage", "flatten", "fc", "output"]
    hands.click(chevron(staged, "stage"))
    assert seen(staged) == ["input", "stem", STACK, "flatten", "fc", "output"]
    hands.click(chevron(staged, STACK))
    hands.click(chevron(staged, "stage.2"))
    assert {"stage.1", "stage.2.conv", "stage.2.relu"} <= set(seen(staged))
    assert nothing_overlaps(staged) and is_within_its_frames(staged)
    hands.click(chevron(staged, "stage"))
    assert {name: item.pos() for name, item in staged.scene.nodes.items()} == before
    assert staged.workspace.document.undo_label is None


def test_what_is_clicked_stays_under_the_mouse(staged: BuildRoom, hands: Hands) -> None:
    place = hands.at(staged.scene.nodes["stage"].box().topLeft())
    hands.click(chevron(staged, "stage"))
    assert (hands.at(staged.scene.frames["stage"].box().topLeft()) - place).manhattanLength() <= 4


def test_a_layer_may_take_the_name_of_a_group_and_give_it_back(staged: BuildRoom) -> None:
    scene, document = staged.scene, staged.workspace.document
    scene.select(["stage"])

    def replaced(network: Network) -> Network:
        return edits.insert_after(remove_group(network, "stage"), Node("stage", "ReLU"), "stem", catalog=CATALOG)

    document.apply(replaced, "Replace the group")
    assert isinstance(scene.nodes["stage"], NodeItem) and scene.nodes["stage"].isSelected()
    document.undo()
    assert isinstance(scene.nodes["stage"], GroupItem) and scene.nodes["stage"].isSelected()
    assert scene.chosen == ["stage"]
    assert set(scene.nodes) == set(scene.picture.seen.nodes)


def test_a_stack_says_how_many_it_is(staged: BuildRoom) -> None:
    staged.scene.toggle("stage")
    card = staged.scene.nodes[STACK]
    assert isinstance(card, GroupItem)
    assert card.badge() == "×4"


def test_each_shape_is_written_once_around_open_groups(staged: BuildRoom, qtbot: QtBot) -> None:
    staged.scene.unfold(["stage"])
    frame, stack = staged.scene.frames["stage"], staged.scene.nodes[STACK]
    assert frame._ends == (None, None), "the card in front and the closed stack in it tell their shapes"
    assert isinstance(stack, GroupItem)
    staged.view.dive("stage")
    entry, outlet = staged.scene.frames["stage"]._ends
    assert entry is not None and outlet is None, "what feeds it is not seen there"
    staged.view.dive(ROOT)
    staged.scene.unfold(["stage", STACK, "stage.3"])
    assert staged.scene.frames["stage"]._ends[1] is not None, "an ordinary card is the last"


def test_a_closed_group_shows_its_shapes_and_parameters(staged: BuildRoom, qtbot: QtBot) -> None:
    staged.workspace.preload()
    qtbot.waitUntil(lambda: staged.workspace.current_analysis is not None, timeout=60_000)
    card = staged.scene.nodes["stage"]
    assert isinstance(card, GroupItem)
    assert card.report.shape_in == card.report.shape_out == "8 × 14 × 14"
    assert card.report.parameters == 4 * (8 * 8 * 9 + 8)
    staged.scene.toggle("stage")
    assert staged.scene.frames["stage"].report == card.report
    staged.editor.set_argument("stage.2.conv", "kernel_size", 90)
    qtbot.waitUntil(lambda: staged.workspace.current_analysis is not None, timeout=60_000)
    assert staged.scene.item("stage.2.conv") is not None
    assert [problem.where for problem in staged.scene.nodes["stage.2"].problems] == []


def test_a_problem_inside_marks_the_closed_card(staged: BuildRoom, qtbot: QtBot) -> None:
    staged.workspace.preload()
    staged.editor.set_argument("stage.2.conv", "stride", 3)

    def faulty() -> set[str]:
        return {problem.where for problem in staged.scene.nodes["stage"].problems}

    qtbot.waitUntil(lambda: "stage.2.conv" in faulty(), timeout=60_000)


def test_double_click_opens_and_the_headline_closes(staged: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    view = staged.view
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=hands.at(hands.body("stage")))
    assert "stage" in staged.scene.frames
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=hands.at(headline(staged, "stage")))
    assert "stage" in staged.scene.nodes


def test_shift_double_click_dives_in_and_the_breadcrumb_leads_out(
    staged: BuildRoom, hands: Hands, qtbot: QtBot
) -> None:
    view = staged.view
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, SHIFT, hands.at(hands.body("stage")))
    assert seen(staged) == [STACK]
    crumbs = staged.findChild(object, "build-breadcrumb")
    assert not crumbs.isHidden()
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, SHIFT, hands.at(hands.body(STACK)))
    assert seen(staged) == ["stage.0", "stage.1", "stage.2", "stage.3"]
    qtbot.keyClick(view, Qt.Key.Key_Backspace)
    assert staged.scene.root == "stage" and staged.scene.chosen == [STACK]
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert staged.scene.root == ROOT and crumbs.isHidden()


def test_keys_open_close_and_open_all(staged: BuildRoom, qtbot: QtBot) -> None:
    staged.scene.select(["stage"])
    qtbot.keyClick(staged.view, Qt.Key.Key_O)
    assert "stage" in staged.scene.frames and staged.scene.chosen == ["stage"]
    qtbot.keyClick(staged.view, Qt.Key.Key_Return)
    assert "stage" in staged.scene.nodes
    qtbot.keyClick(staged.view, Qt.Key.Key_O, SHIFT)
    assert set(staged.scene.nodes) == set(network_of(staged).nodes)
    assert nothing_overlaps(staged) and is_within_its_frames(staged)
    qtbot.keyClick(staged.view, Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier)
    assert "stage" in staged.scene.nodes


def test_selecting_a_hidden_node_opens_the_groups_around_it(staged: BuildRoom) -> None:
    staged.scene.select(["stage.2.relu"])
    assert staged.scene.chosen == staged.scene.selected == ["stage.2.relu"]
    staged.scene.unfold((), "stage.1")
    staged.scene.select(["fc"])
    assert staged.scene.root == ROOT and staged.scene.chosen == ["fc"]


def test_group_and_ungroup_lose_nothing(staged: BuildRoom, qtbot: QtBot) -> None:
    before = network_of(staged)
    staged.scene.select(["flatten", "fc"])
    qtbot.keyClick(staged.view, Qt.Key.Key_G, CTRL)
    assert staged.scene.chosen == ["block"] and staged.workspace.document.undo_label == "Group 2 nodes"
    assert {"block.flatten", "block.fc"} <= set(network_of(staged).nodes)
    qtbot.keyClick(staged.view, Qt.Key.Key_G, CTRL | SHIFT)
    after = network_of(staged)
    assert [(n.name, n.kind, n.arguments, n.inputs) for n in after] == [
        (n.name, n.kind, n.arguments, n.inputs) for n in before
    ]
    assert staged.scene.selected == ["flatten", "fc"] and nothing_overlaps(staged)
    staged.workspace.document.undo()
    staged.workspace.document.undo()
    assert network_of(staged) == before


def test_what_cannot_be_a_group_is_refused_in_a_sentence(staged: BuildRoom, qtbot: QtBot) -> None:
    staged.scene.select(["stem", "fc"])
    with qtbot.waitSignal(staged.editor.refused) as refused:
        assert not staged.editor.group()
    assert "feed itself" in refused.args[0]


def test_ungrouping_makes_room(staged: BuildRoom) -> None:
    staged.editor.move({"fc": staged.scene.places["fc"]})
    staged.scene.select(["stage"])
    staged.editor.ungroup()
    staged.scene.unfold(staged.scene.tree.groups)
    assert nothing_overlaps(staged)
    assert len(network_of(staged)) == len(stages()) and not any(
        name.startswith("stage") for name in network_of(staged).nodes
    )


def test_a_group_is_moved_with_all_that_is_in_it(staged: BuildRoom, hands: Hands) -> None:
    before = staged.scene.places
    hands.drag(hands.body("stage"), hands.body("stage") + QPointF(300, 40))
    after = staged.scene.places
    ways = {(after[n][0] - before[n][0], after[n][1] - before[n][1]) for n in before if n.startswith("stage")}
    assert len(ways) == 1 and ways != {(0.0, 0.0)}
    assert after["fc"] == before["fc"]
    staged.workspace.document.undo()
    assert staged.scene.places == before


def test_an_open_group_is_dragged_by_its_headline(staged: BuildRoom, hands: Hands) -> None:
    hands.click(chevron(staged, "stage"))
    corner = staged.scene.frames["stage"].box().topLeft()
    hands.drag(headline(staged, "stage"), headline(staged, "stage") + QPointF(320, 30))
    moved = staged.scene.frames["stage"].box().topLeft() - corner
    assert abs(moved.x() - 320) < 6 and abs(moved.y() - 30) < 6


def test_a_node_is_dragged_into_a_group_and_out_again(staged: BuildRoom, hands: Hands) -> None:
    staged.scene.unfold({"stage"})
    staged.view.fit()
    before = network_of(staged)
    over = staged.scene.frames["stage"].box().topLeft() + QPointF(110, 32)
    hands.drag(hands.body("flatten"), over)
    assert "stage.flatten" in network_of(staged)
    assert network_of(staged)["fc"].inputs == ("stage.flatten",)
    assert staged.workspace.document.undo_label == "Move flatten into stage"
    assert staged.scene.chosen == ["stage.flatten"]
    assert nothing_overlaps(staged)
    away = staged.scene.frames["stage"].box().bottomLeft() + QPointF(-200, 100)
    hands.drag(hands.body("stage.flatten"), away)
    assert "flatten" in network_of(staged) and "stage.flatten" not in network_of(staged)
    staged.workspace.document.undo()
    staged.workspace.document.undo()
    assert network_of(staged) == before


def test_a_cancelled_drag_changes_nothing(staged: BuildRoom, hands: Hands, qtbot: QtBot) -> None:
    staged.scene.unfold({"stage"})
    frame, card = staged.scene.frames["stage"].box(), staged.scene.nodes[STACK].box()
    hands.press(headline(staged, "stage"))
    hands.move(headline(staged, "stage") + QPointF(90, 90))
    qtbot.keyClick(staged.view, Qt.Key.Key_Escape)
    assert staged.scene.frames["stage"].box() == frame and staged.scene.nodes[STACK].box() == card
    assert staged.workspace.document.undo_label is None


def test_a_group_is_deleted_as_a_whole(staged: BuildRoom, qtbot: QtBot) -> None:
    staged.scene.select(["stage"])
    qtbot.keyClick(staged.view, Qt.Key.Key_Delete)
    assert network_of(staged)["flatten"].inputs == ("stem",)
    assert staged.workspace.document.undo_label == "Delete stage"


def test_a_layer_comes_into_the_open_group_it_is_dropped_on(staged: BuildRoom) -> None:
    staged.scene.unfold({"stage"})
    name = staged.editor.add("Dropout", staged.scene.frames["stage"].box().center() + QPointF(0, 30))
    assert name == "stage.dropout"
    staged.scene.select(["stage"])
    staged.scene.unfold(())
    behind = staged.editor.add_after("ReLU", "stage")
    assert "." not in behind and network_of(staged)[behind].inputs == ("stage.3.relu",)
    assert nothing_overlaps(staged)


def test_a_closed_group_can_feed_and_a_plain_one_says_why_it_cannot_be_fed(
    staged: BuildRoom, hands: Hands, qtbot: QtBot
) -> None:
    staged.editor.add("Add", QPointF(600, 400))
    hands.drag(staged.scene.nodes["stage"].port("output"), staged.scene.nodes["add"].port("input"))
    assert network_of(staged)["add"].inputs == ("stage.3.relu",)
    hands.drag(staged.scene.nodes["input"].port("output"), staged.scene.nodes["stage"].port("input"))
    assert "Open it" in staged.view.bubble.text()


def test_editing_one_copy_splits_the_stack_and_keeps_it_in_sight(staged: BuildRoom) -> None:
    staged.scene.unfold(staged.scene.tree.groups)
    staged.editor.set_argument("stage.2.conv", "kernel_size", 5)
    assert {"stage.0.conv", "stage.1.conv", "stage.2.conv", "stage.3.conv"} <= set(seen(staged))
    assert [*staged.scene.tree.stacks] == ["stage.0…1"]
    assert nothing_overlaps(staged) and is_within_its_frames(staged)
    staged.workspace.document.undo()
    assert set(staged.scene.nodes) == set(network_of(staged).nodes)


@pytest.mark.parametrize("name", ["resnet50", "densenet121", "googlenet", "mobilenet_v2"])
def test_known_networks_open_without_overlaps(room: BuildRoom, name: str) -> None:
    room.workspace.document.open(open_network(name))
    assert len(room.scene.nodes) < 35 and nothing_overlaps(room)
    for key in room.scene.tree.groups[:4]:
        room.scene.unfold({*room.scene.opened, key, *room.scene.tree.around(key)})
        assert nothing_overlaps(room) and is_within_its_frames(room)
    room.scene.unfold(room.scene.tree.groups)
    assert set(room.scene.nodes) == set(network_of(room).nodes)
    assert is_within_its_frames(room)


def test_open_groups_are_remembered_with_the_file(room: BuildRoom, tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "stages.network.json"
    room.workspace.document.open(stages(), path)
    room.scene.unfold({"stage"})
    room.workspace.document.open(stages(2))
    room.workspace.document.open(stages(), path)
    assert room.scene.opened == {"stage"}
    assert room.open_groups.save()
    assert type(room.open_groups)().recall(path) == ["stage"]


def block_stages(room: BuildRoom, qtbot: QtBot, copies: int = 3) -> None:
    """The room with identical basic blocks behind one another, in sight and closed."""
    room.workspace.preload()
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)
    room.scene.select(["conv1"])
    for _ in range(copies):
        room.add_kind("BasicBlock")
        qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)


def test_the_inspector_edits_the_arguments_of_a_block(room: BuildRoom, qtbot: QtBot) -> None:
    block_stages(room, qtbot, 1)
    room.scene.select(["basicblock"])
    form = room.inspector.form
    assert isinstance(form, GroupForm) and room.inspector.title.text() == "BasicBlock"
    assert not {"in_channels", "in_size"} & set(form.fields)
    form.fields["out_channels"].focusProxy().setValue(48)  # type: ignore[union-attr]
    assert network_of(room)["basicblock.conv1"].arguments["out_channels"] == 48
    assert room.workspace.document.undo_label == "Set out_channels of basicblock"
    assert room.inspector.form is form
    room.workspace.document.undo()
    assert network_of(room)["basicblock.conv1"].arguments["out_channels"] != 48


def test_all_copies_of_a_stack_are_edited_at_once_or_one_is_split_off(staged: BuildRoom) -> None:
    staged.scene.select(["stage.2.conv"])
    form = staged.inspector.form
    assert form is not None and form.all_copies.text() == "Change all 4 copies"
    form.fields["kernel_size"].changed.emit(5)
    assert [network_of(staged)[f"stage.{n}.conv"].arguments.get("kernel_size") for n in range(4)] == [5] * 4
    assert staged.workspace.document.undo_label == "Set kernel_size of conv in 4 copies of stage.0"
    form.all_copies.click()
    form.fields["kernel_size"].changed.emit(7)
    assert [network_of(staged)[f"stage.{n}.conv"].arguments.get("kernel_size") for n in range(4)] == [5, 5, 7, 5]
    assert staged.inspector.form is form and form.all_copies.isHidden()
    staged.workspace.document.undo()
    staged.workspace.document.undo()
    assert network_of(staged) == stages()


def test_the_inspector_counts_the_copies_of_a_stack(staged: BuildRoom) -> None:
    staged.scene.toggle("stage")
    staged.scene.select([STACK])
    form = staged.inspector.form
    assert isinstance(form, GroupForm) and form.count.value() == 4
    form.count.setValue(6)
    assert staged.scene.chosen == ["stage.0…5"] and staged.inspector.form is form
    assert network_of(staged)["flatten"].inputs == ("stage.5.relu",)
    form.count.setValue(2)
    assert staged.scene.chosen == ["stage.0…1"] and len(network_of(staged)) == 5 + 2 * 2
    staged.workspace.document.undo()
    assert network_of(staged) == stages()


BLOCKS = ("block", "block_1", "block_2")


def test_a_single_group_is_made_a_stack_by_its_number_of_copies(room: BuildRoom) -> None:
    room.scene.select(["conv2", "bn2", "relu2"])
    room.editor.group()
    form = room.inspector.form
    assert isinstance(form, GroupForm) and form.count.isVisibleTo(form) and form.count.value() == 1
    form.count.setValue(3)
    network = network_of(room)
    assert network["pool2"].inputs == ("block_2.relu2",)
    assert network["block_1.conv2"].inputs == ("block.relu2",)
    assert room.scene.chosen == ["block"] and room.scene.tree.stacks["block…2"] == Stack("", BLOCKS)
    assert room.inspector.form is form and form.count.value() == 3
    form.count.setValue(1)
    assert room.scene.chosen == ["block"] and {*network_of(room).groups} == {"block"}


def test_a_group_is_renamed_and_kept_as_a_block(staged: BuildRoom) -> None:
    staged.scene.select(["stage"])
    form = staged.inspector.form
    assert isinstance(form, GroupForm)
    form.name.setText("body")
    form.name.editingFinished.emit()
    assert staged.scene.chosen == ["body"] and "body.0.conv" in network_of(staged)
    form = staged.inspector.form
    assert isinstance(form, GroupForm)
    form.block_name.setText("not a name")
    assert not form.keep.isEnabled()
    form.block_name.setText("Body")
    form.keep.click()
    assert "Body" in known_blocks()
    assert "My blocks" in [headline.text(0) for headline in staged.palette_panel.tree.headlines]


def test_the_inspector_sums_up_a_group(staged: BuildRoom, qtbot: QtBot) -> None:
    staged.workspace.preload()
    qtbot.waitUntil(lambda: staged.workspace.current_analysis is not None, timeout=60_000)
    staged.scene.select(["stage"])
    texts = staged.inspector.facts.texts()
    assert texts["Input"] == "8 × 14 × 14" and texts["Layers"] == "8" and texts["Parameters"] == f"{4 * 584:,}"


def test_a_refused_argument_leaves_the_form_as_the_block_is(room: BuildRoom, qtbot: QtBot) -> None:
    block_stages(room, qtbot, 1)
    room.scene.select(["basicblock"])
    form = room.inspector.form
    assert isinstance(form, GroupForm)
    before = network_of(room)
    form.argument_changed.emit("stride", 0, form.session)
    assert network_of(room) is before and "stride" in room.view.bubble.text()
    assert form.fields["stride"].focusProxy().value() == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("title", ["0", "layer1", "downsample_of_the_third_stage", "a_name_that_no_headline_holds" * 3])
def test_the_title_of_an_open_group_lies_beside_what_comes_in(staged: BuildRoom, title: str) -> None:
    key = next(iter(staged.scene.tree.groups))
    staged.view.toggle(key)
    frame, look = staged.scene.frames[key], style.current()
    assert frame._entry is not None
    wire, width = frame._entry - frame.box().left(), frame.box().width()
    frame.text = replace(frame.text, title=title)
    shown, left = frame.title(30.0, width - 12.0, look)
    right = left + look.strong_metrics.horizontalAdvance(shown)
    assert shown and right <= width - 12.0 + 1
    assert right < wire or left > wire


def test_a_group_that_could_not_be_renamed_leaves_the_next_edit_alone(staged: BuildRoom) -> None:
    editor, scene = staged.editor, staged.scene
    scene.select(["stem"])
    assert editor.group()
    made = scene.chosen[0]
    assert scene.opened == {made}
    assert not editor.rename_group(made, "stage")
    editor.move({"input": (500.0, 0.0)})
    assert scene.opened == {made}
