"""The dialog of a sweep: what is wrong is said in place, trials come as they are trained, the best goes to the form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from networks import tiny
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from workbench.core.runs.runner import create_run
from workbench.core.runs.sweeps.methods import METHODS, Random, Tpe
from workbench.core.runs.sweeps.pruning import PRUNERS, Hyperband
from workbench.core.runs.sweeps.space import Range
from workbench.core.runs.sweeps.sweep import Search, Trial, open_sweep
from workbench.core.training.plan import TrainingPlan
from workbench.gui.runs.queue_keeper import QueueKeeper
from workbench.gui.runs.queue_panel import QueuePanel
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
    assert dialog.start.isEnabled() and dialog.form.space.pairs() == [("learning_rate", "log:0.0001:0.01")]
    dialog.form.space.add_row("momentum", "0.5:0.9")
    assert not dialog.start.isEnabled() and "momentum" in dialog._wrong.text()
    dialog.form.space.add_row("optimizer", "sgd,adamw")
    assert dialog.start.isEnabled() and not dialog._wrong.isVisible()
    dialog.form.space.rows[0].values.setText("fast")
    assert "fast is no number" in dialog._wrong.text()
    qtbot.mouseClick(dialog.form.space.rows[0].remove, Qt.MouseButton.LeftButton)
    assert dialog.start.isEnabled() and [name for name, _ in dialog.form.space.pairs()] == ["momentum", "optimizer"]


def test_trials_are_trained_stopped_and_gone_on_with(
    qtbot: QtBot, workspace: Workspace, dialog: SweepDialog, tmp_path: Path
) -> None:
    dialog.form.trials.setValue(500)
    dialog.begin()
    assert workspace.active_run == tmp_path / "runs" / "sweep-tiny-1" and dialog.folder == workspace.active_run
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
    dialog.form.method.box.setCurrentText("tpe")
    dialog.form.method.option("startup").setValue(3)
    dialog.form.pruner.box.setCurrentText("hyperband")
    dialog.form.pruner.option("least").setValue(2)
    dialog.form.pruner.option("factor").setValue(4)
    dialog.form.lot.setValue(7)
    search, problems = dialog.form.search(PLAN)
    assert (search.method, search.pruner, search.seed) == (Tpe(startup=3), Hyperband(least=2, factor=4), 7)
    assert not problems


@pytest.mark.parametrize(("name", "registry"), [("method", METHODS), ("pruner", PRUNERS)])
def test_every_definition_can_be_chosen_and_shows_its_own_options_alone(
    name: str, registry: Registry[Any], dialog: SweepDialog
) -> None:
    editor: ChoiceEditor = getattr(dialog.form, name)
    for each in registry:
        editor.box.setCurrentText(each)
        assert editor.value() == registry[each](), "an option begins with its default"
        visible = {box.objectName() for box in editor.findChildren(QSpinBox) if box.isVisible()}
        assert visible == {f"sweep-{name}-{each}-{option}" for option in registry[each].__struct_fields__}
        assert all(box.toolTip() and box.accessibleName() for box in editor.findChildren(QSpinBox))


def test_a_sweep_is_put_into_the_queue(qtbot: QtBot, workspace: Workspace, dialog: SweepDialog) -> None:
    dialog.form.method.box.setCurrentText("grid")
    dialog.form.space.rows[0].values.setText("0.1,0.01")
    dialog.queue.click()
    keeper = QueueKeeper.of(workspace)
    wait(qtbot, lambda: keeper.standing is not None and len(keeper.standing.queue.entries) == 1)
    assert keeper.standing is not None
    (entry,) = keeper.standing.queue.entries
    assert open_sweep(entry.path).search.trials == 2, "the grid has no more points"
    assert dialog._best.text() == f"{entry.path.name} waits in the queue." and dialog.folder is None
    wait(qtbot, lambda: dialog.known.findText(entry.path.name) > 0)
    keeper.remove(entry.number)
    wait(qtbot, lambda: not entry.path.exists())


def queued(workspace: Workspace, qtbot: QtBot, trials: int) -> Path:
    """A sweep that waits in the queue."""
    keeper = QueueKeeper.of(workspace)
    search = Search(space={"learning_rate": Range(1e-4, 1e-2, scale="log")}, method=Random(), trials=trials)
    keeper.add_new_sweep(PLAN, tiny(), search, "queued")
    wait(qtbot, lambda: keeper.standing is not None and len(keeper.standing.queue.entries) == 1)
    assert keeper.standing is not None
    return keeper.standing.queue.entries[0].path


def test_the_trials_of_a_sweep_that_the_queue_trains_are_followed_and_it_is_stopped(
    qtbot: QtBot, workspace: Workspace, dialog: SweepDialog
) -> None:
    folder, keeper = queued(workspace, qtbot, 5000), QueueKeeper.of(workspace)
    keeper.turn.connect(lambda _entry: None)  # as the Train room hears it
    dialog.show_sweep(folder)
    wait(qtbot, lambda: "0 of 5000 trials" in dialog._best.text())
    assert dialog.start.isEnabled() and not dialog.stop.isEnabled() and dialog.table.rowCount() == 0
    keeper.start()
    wait(qtbot, lambda: dialog.table.rowCount() >= 1)
    first = dialog.table.rowCount()
    wait(qtbot, lambda: dialog.table.rowCount() > first)
    assert "in training" in dialog._best.text() and not dialog._wrong.isVisible(), "it is no obstacle to itself"
    assert not dialog.start.isEnabled() and not dialog.queue.isEnabled() and not dialog.is_working
    dialog.stop.click()
    assert not dialog.stop.isEnabled()
    wait(qtbot, lambda: not keeper.is_going and not keeper.has_sweep)
    wait(qtbot, lambda: dialog.start.isEnabled() and "in training" not in dialog._best.text())


def test_a_sweep_that_another_program_trains_is_followed(
    qtbot: QtBot, workspace: Workspace, dialog: SweepDialog
) -> None:
    sweep = open_sweep(queued(workspace, qtbot, 3))
    with sweep.only_worker():
        dialog.show_sweep(sweep.path)
        wait(qtbot, lambda: "in training" in dialog._best.text())
        assert not dialog.start.isEnabled() and not dialog.stop.isEnabled(), "who trains it must stop it"
        sweep.keep(Trial(1, {"learning_rate": 0.01}, "complete", 0.5))
        wait(qtbot, lambda: dialog.table.rowCount() == 1)
    wait(qtbot, dialog.start.isEnabled)


def test_a_sweep_of_the_queue_is_opened_by_its_entry(qtbot: QtBot, workspace: Workspace) -> None:
    room, panel = TrainRoom(workspace), QueuePanel(workspace)
    for widget in (room, panel):
        qtbot.addWidget(widget)
    panel.show()
    panel.fold.set_open(True)
    folder = queued(workspace, qtbot, 3)
    wait(qtbot, lambda: panel.tree.topLevelItemCount() == 1)
    at = panel.tree.viewport()

    def clicked() -> bool:  # a tree that has only just appeared takes no clicks yet
        qtbot.mouseClick(at, Qt.MouseButton.LeftButton, pos=middle())
        return panel.chosen() is not None

    def middle() -> QPoint:
        return panel.tree.visualItemRect(panel.tree.topLevelItem(0)).center()

    wait(qtbot, clicked)
    qtbot.mouseDClick(at, Qt.MouseButton.LeftButton, pos=middle())
    wait(qtbot, lambda: room.later.dialog is not None)
    dialog = room.later.dialog
    assert dialog is not None and dialog.isVisible() and dialog.folder == folder and not dialog.form.isVisible()
    wait(qtbot, lambda: "0 of 3 trials" in dialog._best.text())


def test_a_damaged_sweep_says_so_in_place(qtbot: QtBot, workspace: Workspace, dialog: SweepDialog) -> None:
    folder = queued(workspace, qtbot, 3)
    whole = (folder / "sweep.json").read_bytes()
    (folder / "sweep.json").write_text("{")
    dialog.show_sweep(folder)
    wait(qtbot, lambda: "is no sweep" in dialog._wrong.text())
    assert not dialog.start.isEnabled() and dialog.table.rowCount() == 0
    (folder / "sweep.json").write_bytes(whole)
    wait(qtbot, dialog.start.isEnabled)
    assert not dialog._wrong.isVisible()
