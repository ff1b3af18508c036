"""The queue in the window: what it shows, what the buttons do, and that runs are trained one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from networks import tiny
from pytestqt.qtbot import QtBot

from workbench.core.runs.folder import Run
from workbench.core.runs.queue import Entry, QueueFolder, begun, marked
from workbench.core.runs.sweeps.methods import Random
from workbench.core.runs.sweeps.space import Range
from workbench.core.runs.sweeps.sweep import Search, Trial, open_sweep
from workbench.core.training.plan import TrainingPlan, changed
from workbench.gui.runs.queue_keeper import QueueKeeper
from workbench.gui.runs.queue_panel import QueuePanel
from workbench.gui.training.room import TrainRoom
from workbench.gui.workspace import Workspace

PATIENCE_MS = 60_000
PLAN = TrainingPlan(network="tiny", data="digits", epochs=1, batch_size=480, precision="fp32", device="cpu")


@pytest.fixture
def folder(tmp_path: Path) -> QueueFolder:
    (tmp_path / "runs").mkdir(exist_ok=True)
    return QueueFolder(tmp_path / "runs" / "queue")


@pytest.fixture
def panel(qtbot: QtBot, workspace: Workspace, folder: QueueFolder) -> Iterator[QueuePanel]:
    panel = QueuePanel(workspace)
    qtbot.addWidget(panel)
    panel.fold.set_open(True)
    panel.show()
    wait(qtbot, lambda: panel.keeper.standing is not None)
    yield panel


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def add(folder: QueueFolder, name: str, **changes: object) -> Entry:
    return folder.add_plan(changed(PLAN, **changes), tiny(), folder.path.parent / name)


def shown(panel: QueuePanel) -> list[tuple[str, str]]:
    items = [panel.tree.topLevelItem(row) for row in range(panel.tree.topLevelItemCount())]
    return [(item.text(0), item.text(1)) for item in items]


def choose(panel: QueuePanel, row: int) -> None:
    panel.tree.setCurrentItem(panel.tree.topLevelItem(row))


def press(panel: QueuePanel, name: str) -> None:
    button = panel._buttons[name]
    assert button.isEnabled(), name
    button.click()


def test_an_empty_queue_says_how_it_is_filled(panel: QueuePanel) -> None:
    assert not panel.tree.isVisible() and panel._empty.isVisible() and "Add to queue" in panel._empty.text()
    assert not panel.start.isEnabled() and panel.start.toolTip() == "Nothing waits"


def test_what_waits_is_moved_and_taken_out(qtbot: QtBot, panel: QueuePanel, folder: QueueFolder) -> None:
    for name in "abc":
        add(folder, name)
    folder.edit(lambda queue: marked(begun(queue), 1, "failed", reason="of a cause"))
    panel.keeper.look()
    wait(qtbot, lambda: len(shown(panel)) == 3)
    assert shown(panel) == [("a", "failed"), ("b", "waiting"), ("c", "waiting")]
    assert panel.tree.topLevelItem(0).text(2) == "of a cause" and panel.fold.summary._whole == "2 waiting, 1 failed"
    choose(panel, 1)
    assert not panel._buttons["up"].isEnabled()
    press(panel, "down")
    wait(qtbot, lambda: shown(panel)[1] == ("c", "waiting"))
    assert panel.chosen() is not None and panel.chosen().path.name == "b", "the cursor goes with it"
    press(panel, "remove")
    wait(qtbot, lambda: len(shown(panel)) == 2)
    assert not (folder.path.parent / "b").exists()
    press(panel, "clear")
    wait(qtbot, lambda: shown(panel) == [("c", "waiting")])


def test_a_chosen_entry_is_shown_in_the_table(qtbot: QtBot, panel: QueuePanel, folder: QueueFolder) -> None:
    entry = add(folder, "a")
    panel.keeper.look()
    wait(qtbot, lambda: len(shown(panel)) == 1)
    with qtbot.waitSignal(panel.run_chosen) as told:
        panel.tree.itemActivated.emit(panel.tree.topLevelItem(0), 0)
        choose(panel, 0)
        panel.tree.itemActivated.emit(panel.tree.topLevelItem(0), 0)
    assert told.args == [entry.path]


def test_while_another_program_works_it_off_it_cannot_be_started(
    qtbot: QtBot, panel: QueuePanel, folder: QueueFolder
) -> None:
    add(folder, "a")
    with folder.only_worker():
        panel.keeper.look()
        wait(qtbot, lambda: len(shown(panel)) == 1)
        assert not panel.start.isEnabled() and "Another program" in panel.start.toolTip()
    panel.keeper.look()
    wait(qtbot, panel.start.isEnabled)


def test_runs_are_trained_one_after_another(
    qtbot: QtBot, workspace: Workspace, panel: QueuePanel, folder: QueueFolder
) -> None:
    room = TrainRoom(workspace)
    qtbot.addWidget(room)
    for name in ("a", "bad", "b"):
        add(folder, name)
    (folder.path.parent / "bad" / "network.json").write_text("{")
    panel.keeper.look()
    wait(qtbot, panel.start.isEnabled)
    panel.start.click()
    assert panel.keeper.is_going and panel.start.text() == "Hold the queue"
    wait(qtbot, lambda: not panel.keeper.is_going)
    wait(qtbot, lambda: shown(panel) == [("a", "complete"), ("bad", "failed"), ("b", "complete")])
    assert [Run(folder.path.parent / name).state for name in "ab"] == ["complete", "complete"]
    assert not folder.has_worker() and workspace.active_run is None


def test_stop_in_the_train_room_holds_the_queue_and_nothing_is_lost(
    qtbot: QtBot, workspace: Workspace, panel: QueuePanel, folder: QueueFolder
) -> None:
    room = TrainRoom(workspace)
    qtbot.addWidget(room)
    add(folder, "a", epochs=5000), add(folder, "b")
    panel.keeper.start()
    wait(qtbot, lambda: room.run is not None and room.run.history.epochs_done >= 1)
    room.stop()
    wait(qtbot, lambda: not panel.keeper.is_going)
    wait(qtbot, lambda: shown(panel) == [("a", "waiting"), ("b", "waiting")])
    assert Run(folder.path.parent / "a").state == "stopped"
    panel.keeper.start()
    wait(qtbot, lambda: room.run is not None and room.run.standing == "training")
    choose(panel, 0)
    panel.keeper.remove(1)
    wait(qtbot, lambda: shown(panel) == [("b", "complete")] and not panel.keeper.is_going)


def test_the_train_room_lets_its_plan_wait(qtbot: QtBot, workspace: Workspace, folder: QueueFolder) -> None:
    room = TrainRoom(workspace)
    qtbot.addWidget(room)
    wait(qtbot, room.later.queue.isEnabled)
    with qtbot.waitSignal(workspace.message, timeout=PATIENCE_MS) as told:
        room.later.add_to_queue()
    assert "waits in the queue" in told.args[0]
    (entry,) = folder.read().entries
    assert Run(entry.path).plan.data == room.form.plan().data and entry.state == "waiting"
    assert QueueKeeper.of(workspace) is room.later.keeper


def add_sweep(folder: QueueFolder, name: str, trials: int) -> Entry:
    search = Search(space={"learning_rate": Range(1e-4, 1e-2, scale="log")}, method=Random(), trials=trials)
    return folder.add_new_sweep(PLAN, tiny(), search, out=folder.path.parent / name)


def note(panel: QueuePanel, row: int) -> str:
    return panel.tree.topLevelItem(row).text(2)


def test_how_far_a_sweep_has_come_is_told(qtbot: QtBot, panel: QueuePanel, folder: QueueFolder) -> None:
    entry = add_sweep(folder, "sweep", 20)
    panel.keeper.look()
    wait(qtbot, lambda: len(shown(panel)) == 1)
    assert note(panel, 0) == "0 of 20 trials" and panel.fold.summary._whole == "1 waiting"
    for number in (1, 2):
        open_sweep(entry.path).keep(Trial(number, {"learning_rate": 0.01}, "complete", 0.5))
    folder.edit(begun)
    panel.keeper.look()
    wait(qtbot, lambda: note(panel, 0) == "trial 3 of 20")
    assert panel.fold.summary._whole == "1 in training (trial 3 of 20)"
    (entry.path / "sweep.json").write_text("{")
    panel.keeper.look()
    wait(qtbot, lambda: note(panel, 0) == "")


def test_a_sweep_is_trained_in_its_turn_without_the_train_room(
    qtbot: QtBot, workspace: Workspace, panel: QueuePanel, folder: QueueFolder
) -> None:
    room = TrainRoom(workspace)
    qtbot.addWidget(room)
    sweep = open_sweep(add_sweep(folder, "sweep", 2).path)
    add(folder, "after")
    panel.keeper.start()
    wait(qtbot, lambda: panel.keeper.has_sweep)
    assert workspace.active_run == sweep.path and not room.is_training
    wait(qtbot, lambda: not panel.keeper.is_going)
    wait(qtbot, lambda: shown(panel) == [("sweep", "complete"), ("after", "complete")])
    assert sweep.progress.is_complete and not panel.keeper.has_sweep and workspace.active_run is None


def test_a_sweep_is_stopped_held_and_gone_on_with(
    qtbot: QtBot, workspace: Workspace, panel: QueuePanel, folder: QueueFolder
) -> None:
    sweep = open_sweep(add_sweep(folder, "sweep", 5000).path)
    assert not panel._buttons["stop"].isVisible()
    panel.keeper.start()
    wait(qtbot, lambda: bool(sweep.trials()) and panel._buttons["stop"].isVisible())
    press(panel, "stop")
    wait(qtbot, lambda: not panel.keeper.is_going)
    wait(qtbot, lambda: shown(panel) == [("sweep", "waiting")] and not panel._buttons["stop"].isVisible())
    panel.keeper.start()
    wait(qtbot, lambda: panel.keeper.has_sweep)
    panel.keeper.stop_and_wait()
    wait(qtbot, lambda: not panel.keeper.is_going)
    assert folder.read().entries[0].state == "waiting" and not sweep.progress.is_complete
