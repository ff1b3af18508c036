"""Phases, groups, augmentation steps, memory and the largest batch in the form, on a tiny network and real digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from networks import tiny
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from workbench.core.data.augment import AUGMENTATIONS, Step, step
from workbench.core.graph.edits import set_arguments
from workbench.core.training.parts import parameters_of
from workbench.core.training.phases import ParameterGroup, Phase
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.recipes import RECIPES
from workbench.gui.training.batch_search import BatchSearch, told
from workbench.gui.training.plan_form import PlanForm
from workbench.gui.widgets.collapsible import Collapsible
from workbench.gui.widgets.record_list import RecordList
from workbench.gui.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
PATIENCE_MS = 60_000
PLAN = changed(TrainingPlan(), batch_size=64, device="cpu", precision="fp32")


@pytest.fixture
def form(qtbot: QtBot, workspace: Workspace, close_dialogs: None) -> Iterator[PlanForm]:
    workspace.document.open(tiny())
    workspace.data = "digits"
    form = PlanForm(workspace)
    qtbot.addWidget(form)
    form.resize(320, 700)
    form.set_values(PLAN)
    form.show()
    yield form


def section(form: PlanForm, title: str) -> Collapsible:
    return next(part for each, part in form.sections.items() if each.title == title)


def editor(form: PlanForm, title: str, field: str) -> RecordList:
    body = section(form, title).body
    found = body.editor(field)  # type: ignore[attr-defined]
    assert isinstance(found, RecordList)
    return found


def find(form: PlanForm, kind: type, name: str):
    widget = form.findChild(kind, name)
    assert widget is not None, name
    return widget


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def test_a_phase_takes_the_place_of_epochs_and_rate(qtbot: QtBot, form: PlanForm) -> None:
    find(form, QSpinBox, "train-epochs").setValue(7)
    assert find(form, QLineEdit, "train-rate").isVisible() and form.find_rate.isVisible()
    section(form, "Phases").set_open(True)
    qtbot.mouseClick(find(form, QPushButton, "train-phases-add"), LEFT)
    assert form.plan().phases == (Phase(epochs=7, learning_rate=PLAN.learning_rate),)
    hidden = (find(form, QLineEdit, "train-rate"), find(form, QSpinBox, "train-epochs"), form.find_rate)
    assert not any(widget.isVisible() for widget in hidden)
    qtbot.mouseClick(find(form, QPushButton, "train-phases-add"), LEFT)
    find(form, QSpinBox, "train-phases-2-epochs").setValue(3)
    assert "in 2 phases" in find(form, QLabel, "train-schedule-told").text()
    assert form._schedule._plot._course.borders == (7,)
    for _ in range(2):
        qtbot.mouseClick(find(form, QToolButton, "train-phases-1-remove"), LEFT)
    assert form.plan().phases == () and find(form, QSpinBox, "train-epochs").isVisible()


def test_it_says_live_what_a_pattern_takes_and_a_phase_trains(qtbot: QtBot, form: PlanForm) -> None:
    total = parameters_of(tiny()).total
    head = sum(size for name, size in parameters_of(tiny()).sizes.items() if name.startswith("fc."))
    phases = (Phase(epochs=1, learning_rate=0.1, trainable=("fc",)),)
    form.set_values(changed(PLAN, phases=phases, groups=(ParameterGroup(pattern="fc", rate=0.1),)))
    group, phase = editor(form, "Parameter groups", "groups").cards[0], editor(form, "Phases", "phases").cards[0]
    wait(qtbot, lambda: "parameters" in group.note.text())
    assert f"takes {head:,} of {total:,} parameters" in group.note.text()
    assert f"trains {head:,} of {total:,} parameters" in phase.note.text()
    find(form, QLineEdit, "train-groups-1-pattern").setText("*")
    assert f"takes {total:,} of {total:,} parameters" in group.note.text()


def test_a_pattern_that_takes_nothing_is_refused_in_its_place(qtbot: QtBot, form: PlanForm) -> None:
    form.set_values(changed(PLAN, groups=(ParameterGroup(pattern="fc"), ParameterGroup(pattern="head.*"))))
    wait(qtbot, lambda: "head.* takes no parameter of tiny" in form.obstacle())
    card = editor(form, "Parameter groups", "groups").cards[1]
    assert section(form, "Parameter groups").is_open and card.part.is_open
    assert "takes no parameter" in card.form._rows["pattern"].problem.text()
    assert not form.find_batch.isEnabled()
    find(form, QLineEdit, "train-groups-2-pattern").setText("*.bias")
    assert form.obstacle() == "" and form.find_batch.isEnabled()


def test_a_name_that_the_network_lost_is_told(qtbot: QtBot, form: PlanForm, workspace: Workspace) -> None:
    form.set_values(changed(PLAN, phases=(Phase(epochs=1, learning_rate=0.1, trainable=("head",)),)))
    assert "There is no head in tiny" in form.obstacle()
    find(form, QLineEdit, "train-phases-1-trainable").setText("fc")
    assert form.obstacle() == ""
    workspace.document.apply(lambda net: set_arguments(net, "fc", {"bias": False}), "No bias")
    form.set_values(changed(form.plan(), groups=(ParameterGroup(pattern="fc.bias"),)))
    wait(qtbot, lambda: "fc.bias takes no parameter" in form.obstacle())


def test_a_recipe_has_no_phases(form: PlanForm) -> None:
    form.set_values(changed(PLAN, phases=(Phase(epochs=1, learning_rate=0.1),)))
    find(form, QComboBox, "train-recipe").textActivated.emit("fast")
    assert form.plan().phases == () and form.plan().epochs == RECIPES["fast"](PLAN).epochs


# -- augmentation ------------------------------------------------------------------------------------------------------


def leave_out_first(qtbot: QtBot, form: PlanForm) -> None:
    button = find(form, QToolButton, "train-remove-1")
    qtbot.waitUntil(lambda: button.isVisible() and 10 < button.height() < button.width() + 10)
    qtbot.mouseClick(button, LEFT)


def test_the_operations_of_a_preset_are_changed_into_ones_own(qtbot: QtBot, form: PlanForm) -> None:
    box = find(form, QComboBox, "train-augmentation")
    box.setCurrentText("cifar")
    form.augmentation.set_open(True)
    assert form.augmentation.operations.steps() == tuple(map(step, AUGMENTATIONS["cifar"]()))
    assert form.plan().augmentation_steps == ()
    leave_out_first(qtbot, form)
    plan = form.plan()
    assert [each.operation for each in plan.augmentation_steps] == ["horizontal-flip", "color-jitter"]
    assert plan.field_problems() == () and form.own_augmentation.isVisible()
    box.setCurrentText("flip")
    assert form.plan().augmentation_steps == ()
    assert form.augmentation.operations.steps() == (Step("horizontal-flip"),)


def test_operations_that_are_those_of_a_preset_are_the_preset(qtbot: QtBot, form: PlanForm) -> None:
    find(form, QComboBox, "train-augmentation").setCurrentText("flip-crop")
    form.augmentation.set_open(True)
    leave_out_first(qtbot, form)
    assert (form.plan().augmentation, form.plan().augmentation_steps) == ("flip", ())
    leave_out_first(qtbot, form)
    assert (form.plan().augmentation, form.plan().augmentation_steps) == ("none", ())
    actions = form.augmentation.operations.add.menu().actions()
    next(action for action in actions if action.text() == "Vertical flip").trigger()
    assert form.plan().augmentation_steps == (Step("vertical-flip"),)


# -- memory ------------------------------------------------------------------------------------------------------------


def test_it_says_what_computing_again_saves(qtbot: QtBot, form: PlanForm) -> None:
    section(form, "Machine").set_open(True)
    wait(qtbot, lambda: "A step takes about" in form.memory.text())
    assert "computed again" not in form.memory.text()
    find(form, QLineEdit, "train-recompute").setText("conv")
    wait(qtbot, lambda: "with these computed again" in form.memory.text())
    find(form, QLineEdit, "train-recompute").setText("nowhere")
    assert form.memory.text() == "" and "There is no nowhere in tiny" in form.obstacle()


def opened(qtbot: QtBot, form: PlanForm) -> BatchSearch:
    qtbot.mouseClick(form.find_batch, LEFT)
    (dialog,) = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, BatchSearch)]
    assert dialog.isModal() and dialog.searching
    return dialog


def test_the_largest_batch_is_taken_into_the_plan(qtbot: QtBot, form: PlanForm) -> None:
    dialog = opened(qtbot, form)
    wait(qtbot, lambda: not dialog.searching)
    assert dialog.found is not None and dialog.found.batch == 1437
    assert dialog.told.text() == "\n".join(told(dialog.found)) and "Measured: " in dialog.told.text()
    qtbot.mouseClick(dialog.use, LEFT)
    assert form.plan().batch_size == 1437


def test_a_search_for_a_batch_can_be_given_up(qtbot: QtBot, form: PlanForm, workspace: Workspace) -> None:
    dialog = opened(qtbot, form)
    gone: list[int] = []
    dialog.finished.connect(gone.append)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    wait(qtbot, lambda: bool(gone))
    assert not workspace.jobs.busy and form.plan().batch_size == 64


def test_a_search_in_data_that_is_gone_says_so(qtbot: QtBot, form: PlanForm) -> None:
    form.subjects.data.setCurrentText("nowhere.npz")
    dialog = opened(qtbot, form)
    wait(qtbot, lambda: not dialog.searching)
    assert "nowhere.npz" in dialog.problem.text() and not dialog.use.isEnabled()


# -- a process of its own ----------------------------------------------------------------------------------------------


def test_where_a_training_runs_is_kept(qtbot: QtBot, form: PlanForm, workspace: Workspace, tmp_path: Path) -> None:
    assert form.where == "here"
    section(form, "Machine").set_open(True)
    find(form, QCheckBox, "train-isolated").setChecked(True)
    assert form.where == "apart"
    again = PlanForm(workspace)
    qtbot.addWidget(again)
    assert again.where == "apart"
