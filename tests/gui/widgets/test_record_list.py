"""A list of records in a form, by hand: added, changed, moved, left out, and what is wrong in its place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from workbench.core.graph.network import Network, Node, chain
from workbench.core.training.phases import ParameterGroup, Phase
from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem
from workbench.gui.training.plan_parts import next_phase, phase_look
from workbench.gui.widgets.field_look import FieldLook
from workbench.gui.widgets.form import RecordForm
from workbench.gui.widgets.names_edit import NamesEdit
from workbench.gui.widgets.record_list import RecordList

LEFT = Qt.MouseButton.LeftButton
PHASES = (
    Phase(epochs=3, learning_rate=1e-3, trainable=("fc",), norm="frozen"),
    Phase(epochs=5, learning_rate=0.5, groups=(ParameterGroup(pattern="body.*", rate=0.1),)),
    Phase(epochs=7, learning_rate=1e-4, frozen=("body.a",)),
)


def network() -> Network:
    nodes = [Node("input", "Input"), Node("body.a", "Conv2d"), Node("body.b", "ReLU"), Node("fc", "Linear")]
    return chain("tiny", [*nodes, Node("output", "Output")])


@pytest.fixture
def form(qtbot: QtBot) -> RecordForm:
    look = phase_look(network, lambda phases: next_phase(TrainingPlan(epochs=9), phases))
    form = RecordForm(TrainingPlan, ["phases"], looks={"phases": FieldLook(object_name="train-phases", parts=look)})
    qtbot.addWidget(form)
    form.resize(320, 600)
    form.show()
    return form


def parts(form: RecordForm) -> RecordList:
    editor = form.editor("phases")
    assert isinstance(editor, RecordList)
    return editor


def press(qtbot: QtBot, form: RecordForm, name: str) -> None:
    button = form.findChild(QToolButton, name) or form.findChild(QPushButton, name)
    assert button is not None and button.isEnabled(), name
    with qtbot.waitSignal(form.changed):
        qtbot.mouseClick(button, LEFT)


def test_records_go_through_unchanged(form: RecordForm) -> None:
    form.set_values({"phases": PHASES})
    assert form.values() == {"phases": PHASES}
    form.set_values({"phases": PHASES[:1]})
    assert form.values() == {"phases": PHASES[:1]}
    form.set_values({"phases": ()})
    assert form.values() == {"phases": ()}


def test_the_first_phase_is_the_plan_and_a_later_one_its_predecessor(qtbot: QtBot, form: RecordForm) -> None:
    press(qtbot, form, "train-phases-add")
    assert form.values()["phases"] == (Phase(epochs=9, learning_rate=TrainingPlan().learning_rate),)
    assert parts(form).cards[0].part.is_open
    epochs = form.findChild(QSpinBox, "train-phases-1-epochs")
    assert epochs is not None and epochs.hasFocus()
    epochs.setValue(4)
    press(qtbot, form, "train-phases-add")
    assert [phase.epochs for phase in form.values()["phases"]] == [4, 4]


def test_records_are_moved_and_left_out(qtbot: QtBot, form: RecordForm) -> None:
    form.set_values({"phases": PHASES})
    first, second, third = PHASES
    parts(form).cards[2].part.set_open(True)
    press(qtbot, form, "train-phases-3-up")
    assert form.values()["phases"] == (first, third, second)
    assert [card.part.is_open for card in parts(form).cards] == [False, True, False]
    press(qtbot, form, "train-phases-1-down")
    assert form.values()["phases"] == (third, first, second)
    press(qtbot, form, "train-phases-2-remove")
    assert form.values()["phases"] == (third, second)
    assert parts(form).cards[0].part.is_open and not parts(form).cards[1].part.is_open


def test_only_moves_that_lead_somewhere_are_offered(form: RecordForm) -> None:
    form.set_values({"phases": PHASES})
    enabled = {
        (number, way): form.findChild(QToolButton, f"train-phases-{number}-{way}").isEnabled()
        for number in (1, 2, 3)
        for way in ("up", "down")
    }
    assert [place for place, is_enabled in enabled.items() if not is_enabled] == [(1, "up"), (3, "down")]


def test_a_list_in_a_record_of_a_list(qtbot: QtBot, form: RecordForm) -> None:
    form.set_values({"phases": PHASES[:1]})
    parts(form).cards[0].part.set_open(True)
    press(qtbot, form, "train-phases-1-groups-add")
    pattern = form.findChild(QLineEdit, "train-phases-1-groups-1-pattern")
    assert pattern is not None and pattern.hasFocus()
    qtbot.keyClicks(pattern, "*.bias")
    assert form.values()["phases"][0].groups == (ParameterGroup(pattern="*.bias"),)


def test_what_is_wrong_stands_in_its_place_and_nothing_typed_is_lost(qtbot: QtBot, form: RecordForm) -> None:
    form.set_values({"phases": PHASES})
    rate = form.findChild(QLineEdit, "train-phases-2-learning_rate")
    assert rate is not None
    rate.setText("fast")
    problems = TrainingPlan(**form.values()).field_problems()
    assert [problem.where for problem in problems] == ["phases.1.learning_rate"]
    form.show_problems(problems)
    card = parts(form).cards[1]
    shown = card.form._rows["learning_rate"].problem
    assert card.part.is_open and "phase 2 cannot be used" in shown.text()
    press(qtbot, form, "train-phases-2-up")
    assert form.values()["phases"][0].learning_rate == "fast", "a move keeps what is typed"
    form.show_problems([Problem("phases.0.groups.0.pattern", "It takes nothing")])
    inner = parts(form).cards[0].form.editor("groups")
    assert isinstance(inner, RecordList)
    assert inner.cards[0].form._rows["pattern"].problem.text()
    form.show_problems([])
    assert not inner.cards[0].form._rows["pattern"].problem.text()


def test_a_closed_part_says_what_it_holds(form: RecordForm) -> None:
    form.set_values({"phases": PHASES})
    parts(form).show_notes(["trains 10 of 20 parameters"])
    card = parts(form).cards[0]
    assert card.note.text() == "3 epochs at 0.001 · fc alone · BatchNorm frozen · trains 10 of 20 parameters"
    card.part.set_open(True)
    assert card.note.text() == "trains 10 of 20 parameters"


def test_names_are_ticked_in_the_tree_of_the_network(qtbot: QtBot, form: RecordForm) -> None:
    form.set_values({"phases": PHASES[:1]})
    parts(form).cards[0].part.set_open(True)
    edit = form.findChild(NamesEdit, "train-phases-1-trainable")
    assert edit is not None
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    tree = edit.tree
    assert tree is not None and tree.isVisible()
    assert tree.item("fc").checkState(0) == Qt.CheckState.Checked
    assert tree.item("body").child(0) is tree.item("body.a")
    tree.item("body").setCheckState(0, Qt.CheckState.Checked)
    assert form.values()["phases"][0].trainable == ("fc", "body")
    tree.item("fc").setCheckState(0, Qt.CheckState.Unchecked)
    assert edit.names() == ("body",)
    tree.search.setText("body.b")
    assert not tree.item("body").isHidden() and tree.item("body.a").isHidden() and tree.item("fc").isHidden()
    qtbot.keyClick(tree, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: edit.tree is None)


def test_without_a_network_names_are_typed(qtbot: QtBot) -> None:
    edit = NamesEdit()
    qtbot.addWidget(edit)
    qtbot.keyClick(edit, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert edit.tree is None and not edit.actions()
    qtbot.keyClicks(edit, "a, ,b.c")
    assert edit.names() == ("a", "b.c")
