"""Two networks side by side: marks, list, totals, one place for both, and taking over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench.core.graph import edits
from workbench.core.graph.network import Network, Node, chain
from workbench.core.graph.storage import save_network
from workbench.core.modelling.opening import open_network
from workbench.core.modelling.zoo import READY
from workbench.gui import theme
from workbench.gui.builder.compare.compare import CompareDialog
from workbench.gui.builder.compare.compare_canvas import LookCanvas
from workbench.gui.builder.compare.compare_facts import facts, taken_over
from workbench.gui.builder.compare.compare_layout import aligned
from workbench.gui.builder.compare.compare_marks import SIGNS
from workbench.gui.builder.room import BuildRoom

LEFT = Qt.MouseButton.LeftButton


def changed(network: Network) -> Network:
    """The network with a wider layer and without another one."""
    network = edits.set_arguments(network, "conv2", {"out_channels": 96})
    return edits.remove_nodes(network, ["pool2"])


@pytest.fixture
def dialog(room: BuildRoom) -> Iterator[CompareDialog]:
    """The comparison of an edited `cifar10cnn` with itself as it was opened."""
    room.workspace.document.apply(changed, "Change")
    made = room.open_comparison()
    QApplication.processEvents()
    yield made
    made.close()
    QApplication.processEvents()


def center(canvas: LookCanvas, name: str) -> QPoint:
    return canvas.mapFromScene(canvas.network_scene.nodes[name].box().center())


def test_what_differs_is_marked_on_the_side_where_it_is(dialog: CompareDialog) -> None:
    left, right = (marks.shown for marks in dialog.marks)
    assert {name: mark.change for name, mark in left.items()} == {
        "conv2": "changed",
        "pool2": "removed",
        "conv3": "changed",
    }
    assert {name: mark.change for name, mark in right.items()} == {"conv2": "changed", "conv3": "changed"}
    assert left["pool2"].text == SIGNS["removed"] and len(set(SIGNS.values())) == 3


def test_the_list_says_how(dialog: CompareDialog) -> None:
    texts = {
        item.text(1): item.text(3)
        for number in range(dialog.list.topLevelItemCount())
        if (item := dialog.list.topLevelItem(number))
    }
    assert texts["conv2"] == "out_channels 64 → 96"
    assert "takes relu2" in texts["conv3"]
    assert dialog.summary.text() == "3 layers differ: 1 removed, 2 changed"


def test_the_totals_are_those_of_describe(dialog: CompareDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.totals.cells[1][1].text() not in ("", "…"), timeout=60_000)
    assert dialog.totals.cells[1][1].text() == "102,602"
    assert dialog.totals.cells[1][3].text().startswith("+")
    assert dialog.totals.cells[3][1].text().endswith("B")


def test_what_is_in_both_stands_at_the_same_place() -> None:
    before, after = READY["cifar10net"].build(), READY["cifar10cnn"].build()
    one, other = aligned(before, after)
    for name in ("input", "pool2", "conv3", "flatten", "output"):
        assert one[name].position == other[name].position
    assert all(len({node.position for node in network}) == len(network) for network in (one, other))


def test_a_layer_of_either_side_may_have_the_name_of_another_one() -> None:
    before = chain(
        "a", [Node("input", "Input", {"shape": [3, 8, 8]}), Node("x", "Conv2d", {"out_channels": 4}), Node("y", "ReLU")]
    )
    after = chain(
        "b", [Node("input", "Input", {"shape": [3, 8, 8]}), Node("y", "Conv2d", {"out_channels": 4}), Node("x", "ReLU")]
    )
    one, other = aligned(before, after)
    assert len(one) == len(other) == 3 and all(node.position for node in (*one, *other))


def test_both_look_at_the_same_place_until_they_are_let_go(dialog: CompareDialog, qtbot: QtBot) -> None:
    left, right = dialog.left, dialog.right
    wheel(left)
    assert right.zoom == pytest.approx(left.zoom)
    assert distance(left.middle(), right.middle()) < 3 / left.zoom
    drag(qtbot, right, QPoint(60, 40))
    assert distance(left.middle(), right.middle()) < 3 / left.zoom
    dialog.linked.trigger()
    drag(qtbot, right, QPoint(80, 0))
    assert distance(left.middle(), right.middle()) > 40 / left.zoom
    dialog.linked.trigger()
    assert distance(left.middle(), right.middle()) < 3 / left.zoom


def test_a_click_on_a_card_chooses_the_difference_on_both_sides(dialog: CompareDialog, qtbot: QtBot) -> None:
    qtbot.mouseClick(dialog.left.viewport(), LEFT, pos=center(dialog.left, "conv2"))
    assert dialog.facts.rows[dialog.list.current].name == "conv2"
    assert dialog.right.network_scene.chosen == ["conv2"] == dialog.left.network_scene.chosen
    qtbot.mouseClick(dialog.left.viewport(), LEFT, pos=center(dialog.left, "conv1"))
    assert dialog.list.current == -1 and dialog.right.network_scene.chosen == ["conv1"]


def test_keys_go_from_difference_to_difference(dialog: CompareDialog, qtbot: QtBot) -> None:
    count = len(dialog.facts.rows)
    seen = []
    for _ in range(count + 1):
        qtbot.keyClick(dialog.right, Qt.Key.Key_N)
        seen.append(dialog.list.current)
    assert seen == [*range(count), 0]
    qtbot.keyClick(dialog.right, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert dialog.list.current == count - 1


def test_taking_over_is_one_step_that_can_be_undone(dialog: CompareDialog, room: BuildRoom, qtbot: QtBot) -> None:
    before = room.workspace.document.network
    dialog.list.choose(dialog.facts.row_of(right="conv2") or 0)
    assert dialog.take.isEnabled()
    qtbot.keyClick(dialog.right, Qt.Key.Key_T)
    assert room.workspace.document.network["conv2"].arguments["out_channels"] == 64
    assert "conv2" not in dialog.marks[1].shown
    room.workspace.document.undo()
    assert room.workspace.document.network == before
    assert "conv2" in dialog.marks[1].shown


def test_what_was_removed_is_taken_back_with_its_connections(
    dialog: CompareDialog, room: BuildRoom, qtbot: QtBot
) -> None:
    left, before = dialog.facts.left, room.workspace.document.network
    dialog.list.choose(dialog.facts.row_of(left="pool2") or 0)
    assert dialog.take.isEnabled() and "Take back pool2" in dialog.take.toolTip()
    qtbot.keyClick(dialog.right, Qt.Key.Key_T)
    after = room.workspace.document.network
    assert after["pool2"].inputs == left["pool2"].inputs
    assert [after[name].inputs for name in left.consumers["pool2"]] == [("pool2",)]
    assert "pool2" not in dialog.marks[0].shown
    assert room.workspace.document.undo_label == "Take back pool2 (as it was opened)"
    room.workspace.document.undo()
    assert room.workspace.document.network == before


def test_what_was_added_is_taken_away(dialog: CompareDialog, room: BuildRoom, qtbot: QtBot) -> None:
    before = room.workspace.document.network
    room.editor.add_after("ReLU", "conv1")
    (extra,) = set(room.workspace.document.network.nodes) - set(before.nodes)
    dialog.list.choose(dialog.facts.row_of(right=extra) or 0)
    qtbot.keyClick(dialog.right, Qt.Key.Key_T)
    assert {node.name: node.inputs for node in room.workspace.document.network} == {
        node.name: node.inputs for node in before
    }


def test_what_cannot_be_taken_over_alone_says_why(dialog: CompareDialog, room: BuildRoom) -> None:
    room.workspace.document.apply(lambda network: edits.remove_nodes(network, ["relu2"]), "Without")
    dialog.list.choose(dialog.facts.row_of(left="pool2") or 0)
    assert not dialog.take.isEnabled()
    assert "take that over first" in dialog.summary.text()
    before = room.workspace.document.network
    dialog.take_over()
    assert room.workspace.document.network is before
    dialog.list.choose(dialog.facts.row_of(left="relu2") or 0)
    assert dialog.take.isEnabled() and "differ" in dialog.summary.text()


def test_networks_that_are_alike_say_so(room: BuildRoom) -> None:
    dialog = room.open_comparison()
    assert "alike" in dialog.summary.text() and not dialog.next.isEnabled()
    assert dialog.marks[0].shown == {} == dialog.marks[1].shown
    dialog.step(1)
    dialog.close()


def test_groups_open_on_both_sides_and_closed_ones_count(room: BuildRoom, qtbot: QtBot) -> None:
    document = room.workspace.document
    document.open(open_network("resnet18"))
    document.apply(lambda network: edits.set_arguments(network, "layer2.1.conv1", {"out_channels": 64}), "Narrow")
    document.apply(lambda network: edits.set_arguments(network, "layer2.1.conv2", {"bias": True}), "Bias")
    dialog = room.open_comparison()
    (key,) = dialog.marks[1].shown
    assert dialog.marks[1].shown[key].text == f"{SIGNS['changed']} 2"
    place = center(dialog.right, key)
    qtbot.mouseClick(dialog.right.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(dialog.right.viewport(), LEFT, pos=place)
    assert key in dialog.right.network_scene.opened and key in dialog.left.network_scene.opened
    dialog.step(1)
    assert "layer2.1.conv1" in dialog.marks[1].shown and "layer2.1.conv1" in dialog.marks[0].shown
    dialog.close()


def test_other_networks_to_compare_with(dialog: CompareDialog, tmp_path: Path) -> None:
    path = save_network(READY["lenet5"].build(), tmp_path / "mine")
    dialog.choice.take_file(path)
    assert dialog.names[0].text() == "lenet5 (mine.network.json)"
    gallery = dialog.choice.ask_ready()
    gallery.choose("tiny_cnn")
    gallery.open_chosen()
    assert dialog.left.network_scene.network.name == "tiny_cnn"
    save_network(READY["mini_vgg"].build(), tmp_path / "run" / "network.json")
    dialog.choice.take_run(tmp_path / "run")
    assert dialog.names[0].text() == "mini_vgg (run run)"
    dialog.choice.take_saved()
    assert dialog.left.network_scene.network.name == "cifar10cnn"


def test_what_is_no_network_is_told_and_nothing_changes(
    dialog: CompareDialog, tmp_path: Path, close_dialogs: None
) -> None:
    before = dialog.facts
    (tmp_path / "broken.network.json").write_text("{")
    dialog.choice.take_file(tmp_path / "broken.network.json")
    dialog.choice.take_run(tmp_path)
    assert dialog.facts is before


@pytest.mark.parametrize("other", sorted(READY))
def test_every_pair_of_tutorial_networks(other: str) -> None:
    left, right = READY[other].build(), READY["cifar10net"].build()
    found = facts(left, right)
    assert set(found.left_marks) <= set(left.nodes) and set(found.right_marks) <= set(right.nodes)
    for row in found.rows:
        if not found.obstacle(row):
            new = taken_over(right, row, left)
            assert len(new.execution_order) == len(new)
            assert len(new) - len(right) == {"added": -1, "removed": 1, "changed": 0}[row.change]
            if row.pair is not None:
                took = row.right if row.right in new else row.pair.before.name  # of a mere renaming
                assert (new[took].arguments, new[took].inputs) == (row.pair.before.arguments, row.pair.sources)
    aligned(left, right)


def test_the_theme_is_followed(dialog: CompareDialog, qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    QApplication.processEvents()
    colour = dialog.list.topLevelItem(0).foreground(0).color()  # type: ignore[union-attr]
    theme.apply(qapp, "light")
    assert colour in (theme.DARK.good, theme.DARK.error, theme.DARK.warning)


def distance(one: QPointF, other: QPointF) -> float:
    return (one - other).manhattanLength()


def drag(qtbot: QtBot, canvas: LookCanvas, way: QPoint) -> None:
    viewport, start = canvas.viewport(), canvas.viewport().rect().center()
    qtbot.mousePress(viewport, LEFT, pos=start)
    qtbot.mouseMove(viewport, start + way / 2)
    qtbot.mouseMove(viewport, start + way)
    qtbot.mouseRelease(viewport, LEFT, pos=start + way)


def wheel(canvas: LookCanvas) -> None:
    place = QPointF(canvas.viewport().rect().center())
    event = QWheelEvent(
        place,
        QPointF(canvas.viewport().mapToGlobal(place)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)
