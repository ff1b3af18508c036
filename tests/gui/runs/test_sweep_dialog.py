"""The dialog of a sweep: what is wrong is said in place, trials come as they are trained, the best goes to the form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from networks import tiny
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from workbench.core.runs.runner import create_run
from workbench.core.runs.sweeps.methods import METHODS, Tpe
from workbench.core.runs.sweeps.pruning import PRUNERS, Hyperband
from workbench.core.runs.sweeps.sweep import open_sweep
from workbench.core.training.plan import TrainingPlan
from workbench.gui.runs.queue_keeper import QueueKeeper
from workbench.gui.runs.rows import NOT_BEGUN, read_rows
from workbench.gui.runs.sweep_choice import ChoiceEditor
from workbench.gui.runs.sweep_dialog import NEW, SweepDialog
from workbench.gui.runs.watch import standing_sentence, watched
from workbench.gui.training.room import TrainRoom
from workbench.gui.workspace import Workspace
from workbench.registry import Registry

PATIENCE_MS = 60_000
PLAN = TrainingPlan(network="tiny", data="digits", epochs=1, batch_size=480, precision="fp32", device="cpu")


@pytest.fixture
def dialog(qtbot: QtBot, workspace: Workspace, tmp_path: Path) -> Iterator[SweepDialog]:
    dialog = SweepDialog(workspace, lambda: (PLAN, tiny()))
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.stop_and_wait()


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def column(dialog: SweepDialog, title: str) -> list[str]:
    titles = [dialog.table.horizontalHeaderItem(number).text() for number in range(dialog.table.columnCount())]
    return [dialog.table.item(row, titles.index(title)).text() for row in range(dialog.table.rowCount())]


def test_what_cannot_be_searched_is_said_in_place(qtbot: QtBot, dialog: SweepDialog) -> None:
    assert dialog.start.isEnabled() and dialog.space.pairs() == [("learning_rate", "log:0.0001:0.01")]
    dialog.space.add_row("momentum", "0.5:0.9")
    assert not dialog.start.isEnabled() and "momentum" in dialog._wrong.text()
    dialog.space.add_row("optimizer", "sgd,adamw")
    assert dialog.start.isEnabled() and not dialog._wrong.isVisible()
    dialog.space.rows[0].values.setText("fast")
    assert "fast is no number" in dialog._wrong.text()
    qtbot.mouseClick(dialog.space.rows[0].remove, Qt.MouseButton.LeftButton)
    assert dialog.start.isEnabled() and [name for name, _ in dialog.space.pairs()] == ["momentum", "optimizer"]


def test_trials_are_trained_stopped_and_gone_on_with(
    qtbot: QtBot, workspace: Workspace, dialog: SweepDialog, tmp_path: Path
) -> None:
    dialog.trials.setValue(500)
    dialog.begin()
    assert workspace.active_run == tmp_path / "runs" / "sweep-tiny-1" and not dialog.known.isEnabled()
    wait(qtbot, lambda: dialog.table.rowCount() >= 2)
    dialog.halt()
    wait(qtbot, lambda: not dialog.is_working)
    sweep = open_sweep(tmp_path / "runs" / "sweep-tiny-1")
    assert workspace.active_run is None and dialog.folder == sweep.path and dialog.start.text() == "Go on"
    before = len(sweep.trials())
    sweep.search = type(sweep.search)(space=sweep.search.space, trials=before + 1)
    dialog.begin()
    wait(qtbot, lambda: not dialog.is_working)
    wait(qtbot, lambda: column(dialog, "State") == ["complete"] * (before + 1))
    scores = [float(text.rstrip(" %")) for text in column(dialog, "accuracy")]
    assert scores == sorted(scores, reverse=True) and not dialog.start.isEnabled()
    with qtbot.waitSignal(dialog.plan_chosen) as told:
        dialog.use.click()
    best = sweep.best()
    assert best is not None and told.args[0].learning_rate == best.point["learning_rate"]
    dialog.known.setCurrentText(NEW)
    assert dialog.table.rowCount() == 0 and not dialog.use.isEnabled()


def test_while_something_else_trains_it_waits(workspace: Workspace, dialog: SweepDialog, tmp_path: Path) -> None:
    workspace.active_run = tmp_path / "runs" / "other"
    workspace.runs_changed.emit()
    assert not dialog.start.isEnabled() and "other is being trained" in dialog._wrong.text()
    dialog.begin()
    assert not dialog.is_working
    workspace.active_run = None
    workspace.runs_changed.emit()
    assert dialog.start.isEnabled()


def test_the_train_room_opens_it_and_takes_the_best(qtbot: QtBot, workspace: Workspace) -> None:
    room = TrainRoom(workspace)
    qtbot.addWidget(room)
    wait(qtbot, room.later.sweep.isEnabled)
    room.later.sweep.trigger()
    dialog = room.later.dialog
    assert dialog is not None and dialog.isVisible()
    dialog.plan_chosen.emit(TrainingPlan(learning_rate=0.0321, batch_size=77))
    assert (room.form.plan().learning_rate, room.form.plan().batch_size) == (0.0321, 77)
    dialog.close()
    room.later.sweep.trigger()
    assert room.later.dialog is dialog and dialog.isVisible()


def test_a_run_that_never_began_is_not_cut_short(tmp_path: Path) -> None:
    run = create_run(PLAN, tiny(), tmp_path / "runs" / "waiting")
    (row,) = read_rows(tmp_path / "runs", {})
    assert row.standing == NOT_BEGUN and "Nothing was trained yet" in standing_sentence(watched(run.path))


def test_the_options_of_methods_and_pruners_are_asked_for(dialog: SweepDialog) -> None:
    dialog.method.box.setCurrentText("tpe")
    dialog.method.option("startup").setValue(3)
    dialog.pruner.box.setCurrentText("hyperband")
    dialog.pruner.option("least").setValue(2)
    dialog.pruner.option("factor").setValue(4)
    dialog.lot.setValue(7)
    search, problems = dialog.search()
    assert (search.method, search.pruner, search.seed) == (Tpe(startup=3), Hyperband(least=2, factor=4), 7)
    assert not problems


@pytest.mark.parametrize(("name", "registry"), [("method", METHODS), ("pruner", PRUNERS)])
def test_every_definition_can_be_chosen_and_shows_its_own_options_alone(
    name: str, registry: Registry[Any], dialog: SweepDialog
) -> None:
    editor: ChoiceEditor = getattr(dialog, name)
    for each in registry:
        editor.box.setCurrentText(each)
        assert editor.value() == registry[each](), "an option begins with its default"
        visible = {box.objectName() for box in editor.findChildren(QSpinBox) if box.isVisible()}
        assert visible == {f"sweep-{name}-{each}-{option}" for option in registry[each].__struct_fields__}
        assert all(box.toolTip() and box.accessibleName() for box in editor.findChildren(QSpinBox))


def test_a_sweep_is_put_into_the_queue(qtbot: QtBot, workspace: Workspace, dialog: SweepDialog) -> None:
    dialog.method.box.setCurrentText("grid")
    dialog.space.rows[0].values.setText("0.1,0.01")
    dialog.queue.click()
    keeper = QueueKeeper.of(workspace)
    wait(qtbot, lambda: keeper.standing is not None and len(keeper.standing.queue.entries) == 1)
    assert keeper.standing is not None
    (entry,) = keeper.standing.queue.entries
    assert open_sweep(entry.path).search.trials == 2, "the grid has no more points"
    keeper.remove(entry.number)
    wait(qtbot, lambda: not entry.path.exists())
