"""The Train room with the mouse and the keys, on a tiny network and real digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from networks import tiny
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QMessageBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from workbench.core.graph.edits import set_arguments
from workbench.core.modelling.optimizers import Muon
from workbench.core.runs.folder import open_run
from workbench.core.training.events import RunFinished
from workbench.core.training.plan import ParameterGroup, TrainingPlan, changed
from workbench.core.training.recipes import RECIPES
from workbench.gui.runs.free_folder import free_folder
from workbench.gui.training.remembered import recalled
from workbench.gui.training.room import TrainRoom
from workbench.gui.widgets.collapsible import Collapsible
from workbench.gui.workspace import Workspace
from workbench.paths import config_folder

LEFT = Qt.MouseButton.LeftButton
PATIENCE_MS = 30_000


@pytest.fixture
def room(qtbot: QtBot, workspace: Workspace) -> Iterator[TrainRoom]:
    """The room with a tiny network and `digits`, two epochs."""
    workspace.document.open(tiny())
    workspace.data = "digits"
    room = TrainRoom(workspace)
    qtbot.addWidget(room)
    room.resize(1100, 700)
    room.show()
    found(room, QSpinBox, "train-epochs").setValue(2)
    found(room, QSpinBox, "train-batch").setValue(64)
    yield room
    if room.run is not None:
        room.run.stop_and_wait()


def found(room: TrainRoom, kind: type, name: str):
    widget = room.findChild(kind, name)
    assert widget is not None, f"there is no {name}"
    return widget


def click(qtbot: QtBot, room: TrainRoom, name: str) -> None:
    button = found(room, QPushButton, name)
    assert button.isEnabled(), f"{name} cannot be pressed"
    qtbot.mouseClick(button, LEFT)


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def steps_done(room: TrainRoom) -> int:
    assert room.run is not None
    return room.run.history.step


def train_until_running(qtbot: QtBot, room: TrainRoom, *, epochs: int = 500) -> None:
    found(room, QSpinBox, "train-epochs").setValue(epochs)
    click(qtbot, room, "train-start")
    wait(qtbot, lambda: steps_done(room) > 3)


# -- from the button to the curve --------------------------------------------------------------------------------------


def test_pressing_train_draws_curves_and_leaves_a_run(qtbot: QtBot, room: TrainRoom, workspace: Workspace) -> None:
    told: list[None] = []
    workspace.runs_changed.connect(lambda: told.append(None))
    click(qtbot, room, "train-start")
    assert not found(room, QPushButton, "train-start").isEnabled()
    assert workspace.active_run == workspace.runs_folder / "tiny-digits-1"
    wait(qtbot, lambda: room.run is not None and room.run.is_over)
    assert room.run is not None and room.run.standing == "complete", room.run.failure
    history = room.run.history
    assert len(history.train_loss.x) > 20 and list(history.validation_accuracy.x) == [1, 2]
    assert room.panel.progress.value() == room.panel.progress.maximum()
    assert "Complete · 2 of 2 epochs" in found(room, QLabel, "train-status").text()
    assert found(room, QLabel, "train-summary").text().startswith("Best ")
    loss = room.panel.curves.loss.view.getPlotItem().listDataItems()
    assert sum(len(item.xData) for item in loss if item.xData is not None) > 40
    assert workspace.active_run is None and len(told) >= 2  # begun and over, at least
    run = open_run(workspace.runs_folder / "tiny-digits-1")
    assert run.state == "complete" and run.plan.epochs == 2 and run.network.nodes == tiny().nodes


def test_the_curves_grow_while_it_trains(qtbot: QtBot, room: TrainRoom) -> None:
    train_until_running(qtbot, room)
    before = len(room.run.history.train_loss.x)
    wait(qtbot, lambda: len(room.run.history.train_loss.x) > before + 10)
    plot = room.panel.curves.loss.view.getPlotItem()
    wait(qtbot, lambda: any(item.xData is not None and len(item.xData) > before for item in plot.listDataItems()))
    assert "img/s" in found(room, QLabel, "train-status").text()


def test_pause_holds_the_run_and_resume_lets_it_go_on(qtbot: QtBot, room: TrainRoom) -> None:
    train_until_running(qtbot, room)
    click(qtbot, room, "train-pause")
    assert found(room, QPushButton, "train-pause").text() == "Resume"
    qtbot.wait(300)
    held = steps_done(room)
    qtbot.wait(300)
    assert steps_done(room) == held
    click(qtbot, room, "train-pause")
    wait(qtbot, lambda: steps_done(room) > held)


def test_a_stopped_run_goes_on_from_where_it_was(qtbot: QtBot, room: TrainRoom, workspace: Workspace) -> None:
    train_until_running(qtbot, room)
    click(qtbot, room, "train-stop")
    wait(qtbot, lambda: room.run.is_over)
    assert room.run.standing == "stopped"
    stopped_at = steps_done(room)
    curve = list(room.run.history.train_loss.y)
    assert open_run(workspace.runs_folder / "tiny-digits-1").state == "stopped"
    click(qtbot, room, "train-pause")
    wait(qtbot, lambda: steps_done(room) > stopped_at)
    assert list(room.run.history.train_loss.y)[: len(curve)] == curve
    assert not (workspace.runs_folder / "tiny-digits-2").exists()


def test_the_keyboard_stays_among_the_buttons_while_the_run_stops(qtbot: QtBot, room: TrainRoom) -> None:
    room.activateWindow()
    wait(qtbot, room.isActiveWindow)
    train_until_running(qtbot, room)
    stop = found(room, QPushButton, "train-stop")
    stop.setFocus()
    qtbot.keyClick(stop, Qt.Key.Key_Space)
    assert room.run.standing == "stopping" and room.hasFocus(), "none of the buttons can be pressed"
    wait(qtbot, lambda: room.run.is_over)
    assert found(room, QPushButton, "train-start").hasFocus()


def test_ctrl_r_and_ctrl_point_train_and_stop(qtbot: QtBot, room: TrainRoom) -> None:
    room.activateWindow()
    wait(qtbot, room.isActiveWindow)
    found(room, QSpinBox, "train-epochs").setValue(500)
    qtbot.keyClick(room, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: room.run is not None and steps_done(room) > 3)
    qtbot.keyClick(room, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: room.run.is_over)
    assert room.run.standing == "stopped"


def test_inspect_is_offered_when_there_are_weights(qtbot: QtBot, room: TrainRoom, workspace: Workspace) -> None:
    wanted: list[Path] = []
    workspace.inspect_requested.connect(wanted.append)
    click(qtbot, room, "train-start")
    wait(qtbot, lambda: room.run.is_over)
    click(qtbot, room, "train-inspect")
    assert wanted == [workspace.runs_folder / "tiny-digits-1"]


# -- closing -----------------------------------------------------------------------------------------------------------


def press_in_question(name: str) -> None:
    def press() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, press)
            return
        box.findChild(QPushButton, name).click()

    QTimer.singleShot(20, press)


def test_closing_while_training_can_be_refused(qtbot: QtBot, room: TrainRoom) -> None:
    train_until_running(qtbot, room)
    press_in_question("train-keep")
    assert not room.close_room()
    before = steps_done(room)
    wait(qtbot, lambda: steps_done(room) > before)


@pytest.mark.parametrize("paused", ["running", "paused"])
def test_closing_stops_the_run_with_a_checkpoint(
    qtbot: QtBot, room: TrainRoom, workspace: Workspace, paused: str
) -> None:
    train_until_running(qtbot, room)
    if paused == "paused":
        click(qtbot, room, "train-pause")
    press_in_question("train-stop-and-close")
    assert room.close_room()
    assert room.run.thread_.isFinished() and workspace.active_run is None
    run = open_run(workspace.runs_folder / "tiny-digits-1")
    assert isinstance(run.events()[-1], RunFinished) and run.state == "stopped"


def test_closing_asks_nothing_when_nothing_trains(room: TrainRoom) -> None:
    assert room.close_room()


# -- what is wrong stands in place ------------------------------------------------------------------------------------


def test_a_run_that_fails_says_why_in_place(qtbot: QtBot, room: TrainRoom) -> None:
    found(room, QLineEdit, "train-rate").setText("100")
    found(room, QComboBox, "train-optimizer").setCurrentText("sgd")
    found(room, QSpinBox, "train-epochs").setValue(50)
    click(qtbot, room, "train-start")
    wait(qtbot, lambda: room.run.is_over)
    assert room.run.standing == "failed"
    assert room.panel.failure.isVisible()
    assert "loss is" in room.panel.failure.text and "smaller learning rate" in room.panel.failure.text
    assert QApplication.activeModalWidget() is None
    assert found(room, QPushButton, "train-start").isEnabled()


def test_data_that_vanished_is_a_failure_in_words(qtbot: QtBot, room: TrainRoom, tmp_path: Path) -> None:
    found(room, QComboBox, "train-data").setCurrentText(str(tmp_path / "gone.npz"))
    click(qtbot, room, "train-start")
    wait(qtbot, lambda: room.run.is_over)
    assert "gone.npz" in room.panel.failure.text and not room.run.failure.trace


def test_a_rate_that_is_no_number_is_named_and_train_disabled(room: TrainRoom) -> None:
    found(room, QLineEdit, "train-rate").setText("fast")
    assert not found(room, QPushButton, "train-start").isEnabled()
    assert "learning rate" in found(room, QLabel, "train-obstacle").text().lower()
    found(room, QLineEdit, "train-rate").setText("2e-3")
    assert found(room, QPushButton, "train-start").isEnabled()
    assert room.form.plan().learning_rate == pytest.approx(0.002)


def test_a_network_that_cannot_run_names_the_node(qtbot: QtBot, room: TrainRoom, workspace: Workspace) -> None:
    workspace.document.apply(lambda net: set_arguments(net, "conv", {"kernel_size": 30}), "Break it")
    wait(qtbot, lambda: not found(room, QPushButton, "train-start").isEnabled())
    assert found(room, QLabel, "train-obstacle").text().startswith("conv: ")
    workspace.document.undo()
    wait(qtbot, lambda: found(room, QPushButton, "train-start").isEnabled())


def test_a_head_of_another_size_is_mended_with_one_click(qtbot: QtBot, room: TrainRoom, workspace: Workspace) -> None:
    workspace.document.apply(lambda net: set_arguments(net, "fc", {"out_features": 7}), "Seven classes")
    wait(qtbot, lambda: not found(room, QPushButton, "train-start").isEnabled())
    label = room.form.subjects._network_problem
    assert "10 classes" in label.text() and label.problem.remedy is not None
    label.linkActivated.emit("#")
    assert workspace.document.network["fc"].arguments["out_features"] == 10
    assert workspace.document.undo_label == "Fit the head"
    wait(qtbot, lambda: found(room, QPushButton, "train-start").isEnabled())


def test_an_unknown_data_set_is_named_beside_the_field(qtbot: QtBot, room: TrainRoom, workspace: Workspace) -> None:
    workspace.preload()
    wait(qtbot, lambda: workspace.current_analysis is not None)
    found(room, QComboBox, "train-data").setCurrentText("digit")
    wait(qtbot, lambda: not found(room, QPushButton, "train-start").isEnabled())
    assert "digits" in room.form.subjects._data_problem.text()
    assert workspace.data == "digit"


def test_only_fields_that_mean_something_are_shown(room: TrainRoom) -> None:
    schedule = found(room, QComboBox, "train-schedule")
    assert not found(room, QSpinBox, "train-step-size").isVisible()
    schedule.setCurrentText("step")
    assert found(room, QSpinBox, "train-step-size").isVisible()
    assert found(room, QLineEdit, "train-gamma").isVisible()


# -- the first start ---------------------------------------------------------------------------------------------------


def test_it_opens_ready_to_train(qtbot: QtBot, workspace: Workspace) -> None:
    room = TrainRoom(workspace)
    qtbot.addWidget(room)
    assert found(room, QPushButton, "train-network").text() == "cifar10cnn"
    assert found(room, QComboBox, "train-data").currentText() == "shapes"
    assert found(room, QPushButton, "train-start").isEnabled()
    assert not found(room, QPushButton, "train-pause").isEnabled()
    assert "cifar10cnn on shapes" in room.panel._empty.sentence.text()
    plan = room.form.plan()
    assert plan.field_problems() == () and plan.epochs <= 5


def test_colours_that_would_be_thrown_away_are_told_and_mended(
    qtbot: QtBot, room: TrainRoom, workspace: Workspace
) -> None:
    label = room.form.subjects._network_problem
    workspace.data = "shapes"
    wait(qtbot, lambda: label.problem is not None and label.problem.level == "warning")
    assert "colour" in label.text()
    assert found(room, QPushButton, "train-start").isEnabled()
    label.linkActivated.emit("#")
    assert workspace.document.undo_label == "Take colour pictures"
    wait(qtbot, lambda: label.problem is None or label.problem.level != "warning")


def test_a_room_made_after_the_analysis_checks_the_data(qtbot: QtBot, workspace: Workspace) -> None:
    workspace.data = "digits"
    with qtbot.waitSignal(workspace.analysed, timeout=PATIENCE_MS):
        workspace.preload()
    room = TrainRoom(workspace)
    qtbot.addWidget(room)
    wait(qtbot, lambda: "10 classes" in found(room, QLabel, "train-data-facts").text())


def test_only_one_training_at_a_time(room: TrainRoom, workspace: Workspace, tmp_path: Path) -> None:
    workspace.active_run = tmp_path / "photos-1"
    workspace.runs_changed.emit()
    assert not found(room, QPushButton, "train-start").isEnabled()
    assert "photos-1" in found(room, QLabel, "train-obstacle").text()
    workspace.active_run = None


def test_run_folders_have_readable_names_and_never_collide(tmp_path: Path) -> None:
    assert free_folder(tmp_path, "my net/ä-data").name == "my-net-ä-data-1"
    (tmp_path / "net-digits-1").mkdir()
    assert free_folder(tmp_path, "net-digits").name == "net-digits-2"
    assert free_folder(tmp_path, "///").name == "run-1"


# -- recipes and sections ----------------------------------------------------------------------------------------------


def section_of(room: TrainRoom, title: str) -> Collapsible:
    return next(part for section, part in room.form.sections.items() if section.title == title)


def test_a_recipe_fills_the_form_and_is_recognized_until_something_is_changed(qtbot: QtBot, room: TrainRoom) -> None:
    box = found(room, QComboBox, "train-recipe")
    box.textActivated.emit("fast")
    plan = room.form.plan()
    assert plan == RECIPES["fast"](plan) and (plan.network, plan.data) == ("tiny", "digits")
    assert box.currentText() == "fast"
    assert "label smoothing 0.2" in section_of(room, "Loss").summary.toolTip()
    found(room, QSpinBox, "train-epochs").setValue(3)
    assert box.currentText() == "fast"
    found(room, QLineEdit, "train-momentum").setText("0.5")
    assert box.currentText() == "own settings"
    assert room.form.plan().optimizer == msgspec.structs.replace(plan.optimizer, momentum=0.5)


def test_another_choice_begins_with_its_usual_options_and_shows_them(room: TrainRoom) -> None:
    optimizer = found(room, QComboBox, "train-optimizer")
    optimizer.setCurrentText("sgd")
    found(room, QLineEdit, "train-momentum").setText("0.7")
    assert found(room, QLineEdit, "train-momentum").isVisible()
    assert not found(room, QLineEdit, "train-beta1").isVisible()
    optimizer.setCurrentText("muon")
    assert room.form.plan().optimizer == Muon()


@pytest.mark.parametrize("name", ["sgd", "muon", "rmsprop"])
@pytest.mark.parametrize("schedule", ["multi-step", "plateau"])
def test_every_value_goes_through_the_form_unchanged(room: TrainRoom, name: str, schedule: str) -> None:
    plan = TrainingPlan(optimizer=name, schedule=schedule, loss="focal", averaging="ema", clip_norm=2.0, patience=3)
    plan = changed(plan, momentum=0.25, focus=1.5, recompute=("conv", "fc"), mixing="cutmix")
    groups = (ParameterGroup(pattern="fc", rate=2.0),)
    plan = changed(plan, groups=groups, network="tiny", data="digits")
    room.form.set_values(plan)
    assert room.form.plan() == plan


def test_a_wrong_option_opens_its_section_and_is_named(room: TrainRoom) -> None:
    section = section_of(room, "Loss")
    assert not section.is_open
    found(room, QLineEdit, "train-label-smoothing").setText("2")
    assert section.is_open and not found(room, QPushButton, "train-start").isEnabled()
    assert "label smoothing" in found(room, QLabel, "train-obstacle").text()


def test_values_are_there_again_at_the_next_start(qtbot: QtBot, room: TrainRoom, workspace: Workspace) -> None:
    found(room, QComboBox, "train-loss").setCurrentText("bce")
    found(room, QSpinBox, "train-patience").setValue(4)
    found(room, QLineEdit, "train-recompute").setText("conv")
    assert room.close_room()
    again = TrainRoom(workspace)
    qtbot.addWidget(again)
    plan = again.form.plan()
    assert (str(plan.loss), plan.patience, plan.batch_size) == ("bce", 4, 64)
    assert plan.recompute == (), "names of nodes belong to a network"


@pytest.mark.parametrize("content", [b"", b"{", b'{"version": 9}', b'{"version": 2, "epochs": 0}'])
def test_remembered_values_that_cannot_be_read_are_no_reason_to_stop(content: bytes) -> None:
    config_folder().mkdir(parents=True, exist_ok=True)
    (config_folder() / "training.json").write_bytes(content)
    assert recalled().epochs == 5


# -- a process of its own ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_in_a_process_of_its_own_is_as_any_other(qtbot: QtBot, room: TrainRoom, workspace: Workspace) -> None:
    found(room, QCheckBox, "train-isolated").setChecked(True)
    found(room, QSpinBox, "train-epochs").setValue(500)
    click(qtbot, room, "train-start")
    qtbot.waitUntil(lambda: steps_done(room) > 3, timeout=4 * PATIENCE_MS)
    click(qtbot, room, "train-pause")
    wait(qtbot, lambda: room.run.standing == "paused")
    click(qtbot, room, "train-pause")
    click(qtbot, room, "train-stop")
    qtbot.waitUntil(lambda: room.run.is_over, timeout=4 * PATIENCE_MS)  # a process takes its time to begin
    assert room.run.standing == "stopped" and steps_done(room) > 3
    assert open_run(workspace.runs_folder / "tiny-digits-1").state == "stopped"
    found(room, QLineEdit, "train-rate").setText("100")
    found(room, QComboBox, "train-optimizer").setCurrentText("sgd")
    click(qtbot, room, "train-start")
    qtbot.waitUntil(lambda: room.run.is_over, timeout=4 * PATIENCE_MS)  # a process takes its time to begin
    assert room.run.standing == "failed" and "loss is" in room.panel.failure.text
