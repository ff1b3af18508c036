"""Problems and hints of lint in the Build room: where they are seen, and the one click that mends them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from workbench.core.graph.network import Network
from workbench.core.modelling.sketch import Sketch
from workbench.errors import Problem, Remedy
from workbench.gui.builder.room import BuildRoom
from workbench.gui.widgets.problem import ProblemLabel

CTRL = Qt.KeyboardModifier.ControlModifier


def analysed(qtbot: QtBot, room: BuildRoom) -> None:
    qtbot.waitUntil(lambda: room.workspace.current_analysis is not None, timeout=60_000)


def faulty() -> Network:
    """A shortcut that does not fit, whose sizes could also be padded or pooled."""
    net = Sketch("faulty", (3, 32, 32))
    stem = net.add("stem", "Conv2d")
    net.add("relu", "ReLU")
    body = net.add("body", "Conv2d")
    net.add("add", "Add", stem, body)
    net.global_pool()
    net.add("fc", "Linear", out_features=10)
    net.add("softmax", "Softmax")
    return net.finish()


@pytest.fixture
def faults(room: BuildRoom, qtbot: QtBot) -> BuildRoom:
    room.workspace.preload()
    room.workspace.document.open(faulty())
    analysed(qtbot, room)
    return room


def link_of(room: BuildRoom, row: int) -> QPoint:
    """A place on the remedy in a line of the strip."""
    line = room.problems.visualItemRect(room.problems.item(row))
    return QPoint(line.right() - 12, line.center().y())


def test_a_click_on_the_remedy_in_the_strip_mends_in_one_step(faults: BuildRoom, qtbot: QtBot) -> None:
    before = faults.workspace.document.network
    strip = faults.problems
    assert [strip.item(row).text().split(":")[0] for row in range(strip.count())] == ["add"]
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=link_of(faults, 0))
    assert faults.workspace.document.undo_label == "Pad body to 30 × 30"
    assert faults.scene.selected == ["pad"]
    analysed(qtbot, faults)
    analysis = faults.workspace.current_analysis
    assert analysis is not None and analysis.errors == ()
    assert [problem.where for problem in analysis.faults] == ["softmax"]
    faults.workspace.document.undo()
    assert faults.workspace.document.network is before


def test_a_click_beside_the_remedy_shows_the_node(faults: BuildRoom, qtbot: QtBot) -> None:
    line = faults.problems.visualItemRect(faults.problems.item(0))
    place = QPoint(line.left() + 40, line.center().y())
    qtbot.mouseClick(faults.problems.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert faults.scene.selected == ["add"]
    assert not faults.workspace.document.history.done


def test_the_keyboard_mends_too(faults: BuildRoom, qtbot: QtBot) -> None:
    faults.problems.setFocus()
    faults.problems.setCurrentRow(0)
    qtbot.keyClick(faults.problems, Qt.Key.Key_Return, CTRL)
    assert faults.workspace.document.undo_label == "Pad body to 30 × 30"


def test_the_menu_of_a_problem_has_all_remedies(faults: BuildRoom) -> None:
    problem = faults.scene.nodes["add"].problems[0]
    menu = faults.problems.menu(problem)
    labels = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert labels == ["Pad body to 30 × 30", "Pool stem to 28 × 28", "Show add"]
    menu.actions()[1].trigger()
    assert faults.workspace.document.undo_label == "Pool stem to 28 × 28"
    menu.actions()[-1].trigger()
    assert faults.scene.selected == ["add"]


def test_what_a_remedy_adds_gets_a_place_of_its_own(faults: BuildRoom) -> None:
    for problem in faults.scene.nodes["add"].problems:
        faults.editor.mend(problem.remedies[0])
    boxes = {name: item.box() for name, item in faults.scene.nodes.items()}
    overlapping = [(one, two) for one in boxes for two in boxes if one < two and boxes[one].intersects(boxes[two])]
    assert overlapping == []


def test_a_remedy_for_another_network_is_refused_in_words(faults: BuildRoom, qtbot: QtBot) -> None:
    remedy = faults.scene.nodes["add"].problems[0].remedies[0]
    faults.scene.select(["body"])
    faults.editor.delete()
    with qtbot.waitSignal(faults.editor.refused) as said:
        faults.editor.mend(remedy)
    assert "body" in said.args[0]


def test_hints_are_at_their_nodes_and_with_the_network_but_are_no_problems(room: BuildRoom, qtbot: QtBot) -> None:
    room.workspace.preload()
    analysed(qtbot, room)
    conv = room.scene.nodes["conv1"]
    assert conv.problems == () and [hint.level for hint in conv.hints] == ["info"]
    assert conv.hints[0].title in conv.toolTip()
    assert not room.problems.isVisible()
    shown = [label.problem for label in room.inspector._problems if not label.isHidden()]
    assert [problem.where for problem in shown if problem] == ["conv1", "pool3"]
    room.inspector._problems[0].linkActivated.emit("#")
    assert room.workspace.document.undo_label == "Leave out the bias of conv1 and 2 others"
    analysed(qtbot, room)
    assert room.scene.nodes["conv1"].hints == ()


def test_each_remedy_of_a_problem_is_a_link(qtbot: QtBot) -> None:
    label = ProblemLabel()
    qtbot.addWidget(label)
    one, two = Remedy("Mend it", lambda value: value), Remedy("Patch it", lambda value: value)
    label.show_problem(Problem("x", "Broken", remedy=one, alternatives=(two,)))
    assert "Mend it" in label.text() and "Patch it" in label.text()
    chosen: list[Remedy] = []
    label.remedy_chosen.connect(chosen.append)
    for link in ("#", "#1", "#2"):
        label.linkActivated.emit(link)
    assert chosen == [one, two]
