"""The Runs room: what the table says, what can be done with a run, and that nothing broken hides or crashes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from networks import tiny
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from workbench.core.modelling.compile import build_module
from workbench.core.runs.folder import open_run
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.control import Control
from workbench.core.training.events import StepDone
from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem
from workbench.gui.runs import exporting
from workbench.gui.runs.exporting import ask_and_export, with_suffix
from workbench.gui.runs.model import COLUMNS
from workbench.gui.runs.opened import recalled_runs, remember_runs
from workbench.gui.runs.room import RunsRoom
from workbench.gui.runs.rows import RunRow
from workbench.gui.training.room import TrainRoom
from workbench.gui.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
PATIENCE_MS = 30_000


@pytest.fixture
def room(qtbot: QtBot, workspace: Workspace, runs_folder: Path) -> Iterator[RunsRoom]:
    room = RunsRoom(workspace)
    qtbot.addWidget(room)
    room.resize(1000, 700)
    room.show()
    wait(qtbot, lambda: bool(room.model.rows))
    yield room


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def cell(room: RunsRoom, row: int, title: str) -> str:
    column = [column.title for column in COLUMNS].index(title)
    return room.table.model().index(row, column).data()


def names(room: RunsRoom) -> list[str]:
    return [cell(room, row, "Run") for row in range(room.table.model().rowCount())]


def button(room: RunsRoom, name: str) -> QPushButton:
    found = room.findChild(QPushButton, name)
    assert found is not None, f"there is no {name}"
    return found


def click(qtbot: QtBot, room: RunsRoom, name: str) -> None:
    assert button(room, name).isEnabled(), f"{name} cannot be pressed"
    qtbot.mouseClick(button(room, name), LEFT)


def stopped_run(folder: Path, *, after: int = 5) -> Path:
    """A run that was stopped after some steps."""
    plan = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=64, precision="fp32")
    run, control = create_run(plan, tiny(), folder), Control()
    for event in walk(run, control):
        if isinstance(event, StepDone) and event.step >= after:
            control.stop()
    return run.path


# -- the table ---------------------------------------------------------------------------------------------------------


def test_the_table_says_what_a_run_reached(qtbot: QtBot, room: RunsRoom, trained: Path) -> None:
    best = max(event.validation_accuracy for event in open_run(trained).epochs)
    assert [cell(room, 0, title) for title in ("Run", "Network", "Data", "Epochs", "Best accuracy", "State")] == [
        "tiny-digits-1",
        "tiny",
        "digits",
        "2 / 2",
        f"{100 * best:.1f} %",
        "complete",
    ]


def test_the_newest_run_comes_first(qtbot: QtBot, room: RunsRoom, workspace: Workspace, runs_folder: Path) -> None:
    newer = runs_folder / "tiny-digits-2"
    shutil.copytree(runs_folder / "tiny-digits-1", newer)
    then = (newer / "plan.json").stat().st_mtime + 60
    os.utime(newer / "plan.json", (then, then))
    workspace.runs_changed.emit()
    wait(qtbot, lambda: len(room.model.rows) == 2)
    assert names(room) == ["tiny-digits-2", "tiny-digits-1"]


def test_a_broken_run_is_listed_with_the_reason(
    qtbot: QtBot, room: RunsRoom, workspace: Workspace, runs_folder: Path
) -> None:
    (runs_folder / "broken").mkdir()
    (runs_folder / "broken" / "plan.json").write_text('{"epochs": "many"}')
    shutil.copytree(runs_folder / "tiny-digits-1", runs_folder / "lost")
    (runs_folder / "lost" / "network.json").unlink()
    workspace.runs_changed.emit()
    wait(qtbot, lambda: len(room.model.rows) == 3)
    states = {row.name: row.state for row in room.model.rows}
    assert states == {"broken": "unreadable", "lost": "unreadable", "tiny-digits-1": "complete"}
    room.select(runs_folder / "broken")
    wait(qtbot, lambda: "broken cannot be read" in room.view.detail._empty.headline.text())
    assert "epochs" in room.view.detail._empty.sentence.text()
    assert not button(room, "runs-export").isEnabled() and button(room, "runs-delete").isEnabled()


def test_without_runs_it_says_what_to_do(qtbot: QtBot, workspace: Workspace) -> None:
    room = RunsRoom(workspace)
    qtbot.addWidget(room)
    room.show()
    wanted: list[str] = []
    workspace.room_requested.connect(wanted.append)
    wait(qtbot, lambda: room._empty.isVisible())
    qtbot.mouseClick(room._empty.button, LEFT)
    assert wanted == ["train"]


def test_the_run_in_training_says_so_and_cannot_be_deleted(
    qtbot: QtBot, room: RunsRoom, workspace: Workspace, runs_folder: Path
) -> None:
    workspace.active_run = runs_folder / "tiny-digits-1"
    workspace.runs_changed.emit()
    wait(qtbot, lambda: cell(room, 0, "State") == "training")
    assert not button(room, "runs-delete").isEnabled() and not button(room, "runs-resume").isEnabled()
    workspace.active_run = None


def test_the_selection_survives_a_refresh(
    qtbot: QtBot, room: RunsRoom, workspace: Workspace, runs_folder: Path
) -> None:
    shutil.copytree(runs_folder / "tiny-digits-1", runs_folder / "another")
    workspace.runs_changed.emit()
    wait(qtbot, lambda: len(room.model.rows) == 2)
    for name in ("another", "tiny-digits-1"):
        room.select(runs_folder / name)
        shutil.copytree(runs_folder / "another", runs_folder / f"after-{name}")
        before = len(room.model.rows)
        workspace.runs_changed.emit()
        wait(qtbot, lambda before=before: len(room.model.rows) == before + 1)
        assert room.selected() is not None and room.selected().name == name


# -- the selected run --------------------------------------------------------------------------------------------------


def test_its_curves_and_plan_are_shown(qtbot: QtBot, room: RunsRoom) -> None:
    curves = room.view.detail.curves.accuracy
    wait(qtbot, lambda: bool(curves._curves["validation"].series.x))
    assert list(curves._curves["validation"].series.x) == [1, 2]
    facts = {
        room.view.detail._facts.itemAt(row, room.view.detail._facts.ItemRole.LabelRole)
        .widget()
        .text(): room.view.detail._facts.itemAt(row, room.view.detail._facts.ItemRole.FieldRole).widget().text()
        for row in range(room.view.detail._facts.rowCount())
    }
    assert facts["Optimizer"] == "adamw, rate 0.001, cosine" and facts["Epochs"] == "2 of 2"


def test_inspect_asks_for_the_run(qtbot: QtBot, room: RunsRoom, workspace: Workspace, runs_folder: Path) -> None:
    wanted: list[Path] = []
    workspace.inspect_requested.connect(wanted.append)
    click(qtbot, room, "runs-inspect")
    assert wanted == [runs_folder / "tiny-digits-1"]


def test_a_complete_run_cannot_be_resumed(room: RunsRoom) -> None:
    assert not button(room, "runs-resume").isEnabled()


def test_a_stopped_run_goes_on_in_the_train_room(
    qtbot: QtBot, room: RunsRoom, workspace: Workspace, runs_folder: Path
) -> None:
    path = stopped_run(runs_folder / "tiny-digits-2")
    train = TrainRoom(workspace)
    qtbot.addWidget(train)
    workspace.runs_changed.emit()
    wait(qtbot, lambda: len(room.model.rows) == 2)
    room.select(path)
    click(qtbot, room, "runs-resume")
    wait(qtbot, lambda: train.run is not None and train.run.is_over)
    assert train.run.standing == "complete" and train.run.folder == path
    wait(qtbot, lambda: {row.state for row in room.model.rows} == {"complete"})


# -- export ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["safetensors", "pt"])
def test_the_exported_file_computes_the_same(
    qtbot: QtBot, room: RunsRoom, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    said: list[str] = []
    workspace.message.connect(said.append)
    chosen = str(tmp_path / "mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_args, **_kwargs: (chosen, "")))
    action = next(
        action for action in button(room, "runs-export").menu().actions() if action.objectName().endswith(f"-{to}")
    )
    assert isinstance(action, QAction) and action.isEnabled()
    action.trigger()
    target = tmp_path / f"mine.{to}"
    wait(qtbot, target.exists)
    wait(qtbot, lambda: any("0 difference" in text and str(target) in text for text in said))
    if to == "pt":
        weights = torch.load(target, weights_only=True)["state_dict"]
    else:
        from safetensors.torch import load_file

        weights = load_file(target)
    module = build_module(tiny()).eval()
    module.load_state_dict(weights, strict=True)
    pictures = torch.rand(4, 1, 8, 8)
    expected = open_run(room.selected().path).module()
    with torch.inference_mode():
        assert torch.equal(module(pictures), expected(pictures))


def test_the_source_is_exported_too(
    qtbot: QtBot, room: RunsRoom, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = str(tmp_path / "mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_args, **_kwargs: (chosen, "")))
    actions = {
        action.objectName().rsplit("-", 1)[-1]: action for action in button(room, "runs-export").menu().actions()
    }
    actions["source"].trigger()
    target = tmp_path / "mine.py"
    wait(qtbot, target.exists)
    made: dict[str, object] = {}
    exec(compile(target.read_text(), "mine.py", "exec"), made)
    module = next(value for value in made.values() if isinstance(value, type) and issubclass(value, torch.nn.Module))()
    module.load_state_dict(open_run(room.selected().path).weights(), strict=True)
    wait(qtbot, lambda: not workspace.jobs.busy)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("net", "net.pt"), ("net.pt", "net.pt"), ("net-1.5", "net-1.5.pt"), ("net.safetensors", "net.safetensors.pt")],
)
def test_the_suffix_says_what_is_in_the_file(typed: str, meant: str) -> None:
    assert with_suffix(Path(typed), "pt") == Path(meant)


def test_a_file_is_not_replaced_without_a_question_when_its_suffix_was_not_typed(
    qtbot: QtBot, room: RunsRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.pt").write_text("precious")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_a, **_k: (str(tmp_path / "mine"), "")))
    action = next(action for action in button(room, "runs-export").menu().actions() if action.objectName()[-2:] == "pt")
    answer_question("")
    action.trigger()
    wait(qtbot, lambda: not room._workspace.jobs.busy)
    assert (tmp_path / "mine.pt").read_text() == "precious"


# -- delete ------------------------------------------------------------------------------------------------------------


def answer_question(name: str) -> None:
    def press() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, press)
        elif name:
            box.findChild(QPushButton, name).click()
        else:
            box.button(QMessageBox.StandardButton.Cancel).click()

    QTimer.singleShot(20, press)


def test_delete_asks_first(qtbot: QtBot, room: RunsRoom, runs_folder: Path) -> None:
    answer_question("")
    click(qtbot, room, "runs-delete")
    assert (runs_folder / "tiny-digits-1" / "plan.json").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the place of the trash differs")
def test_delete_moves_the_folder_to_the_trash(
    qtbot: QtBot, room: RunsRoom, runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    (tmp_path / "share").mkdir()
    answer_question("runs-delete-confirm")
    click(qtbot, room, "runs-delete")
    wait(qtbot, lambda: not room.model.rows)
    assert not (runs_folder / "tiny-digits-1").exists()
    assert (tmp_path / "share" / "Trash" / "files" / "tiny-digits-1" / "plan.json").exists()


def test_without_a_trash_it_says_why_and_keeps_the_run(
    qtbot: QtBot, room: RunsRoom, runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.gui.runs.deleting.move_to_trash", lambda _path: False)
    answer_question("runs-delete-confirm")
    click(qtbot, room, "runs-delete")
    box = next(box for box in QApplication.topLevelWidgets() if box.objectName() == "error-dialog")
    assert "trash" in box.text() and str(runs_folder) in box.informativeText()
    box.close()
    assert (runs_folder / "tiny-digits-1").exists()


# -- runs that others write --------------------------------------------------------------------------------------------


def test_a_run_that_somebody_else_trains_is_followed(
    qtbot: QtBot, room: RunsRoom, runs_folder: Path, workspace: Workspace
) -> None:
    plan = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=256, precision="fp32", device="cpu")
    run, control = create_run(plan, tiny(), runs_folder / "elsewhere"), Control()
    wait(qtbot, lambda: "elsewhere" in names(room))
    room.select(run.path)
    for event in walk(run, control):
        if getattr(event, "epoch", 0) == 2:
            control.stop()

    def told() -> tuple[str, str]:
        row = names(room).index("elsewhere")
        return cell(room, row, "Epochs"), cell(room, row, "State")

    wait(qtbot, lambda: told() == ("1 / 2", "stopped"))
    list(walk(run))
    wait(qtbot, lambda: told() == ("2 / 2", "complete"))
    selected = room.selected()
    assert selected is not None and selected.path == run.path, "what is chosen stays chosen"
    room.hide()
    assert not room._timer.isActive()


def test_looking_again_draws_nothing_anew(qtbot: QtBot, room: RunsRoom, workspace: Workspace) -> None:
    wait(qtbot, lambda: not workspace.jobs.busy)
    before = room.model.rows
    drawn: list[None] = []
    room.model.modelReset.connect(lambda: drawn.append(None))
    room.model.dataChanged.connect(lambda *_places: drawn.append(None))
    room.listing.look()
    wait(qtbot, lambda: not workspace.jobs.busy)
    assert room.model.rows is before and not drawn


# -- runs of other folders ---------------------------------------------------------------------------------------------


def elsewhere(tmp_path: Path) -> Path:
    plan = TrainingPlan(network="tiny", data="digits", epochs=1, device="cpu")
    return create_run(plan, tiny(), tmp_path / "elsewhere" / "theirs").path


def test_a_run_of_another_folder_is_listed_after_the_next_start_too(
    qtbot: QtBot, workspace: Workspace, room: RunsRoom, tmp_path: Path
) -> None:
    assert not room.run_actions.close.isVisible() and not button(room, "runs-close-run").isVisible()
    path = elsewhere(tmp_path)
    room.listing.open(path)
    wait(qtbot, lambda: (row := room.selected()) is not None and row.path == path)
    again = RunsRoom(workspace)
    qtbot.addWidget(again)
    wait(qtbot, lambda: path in [row.path for row in again.model.rows])
    path.rename(path.with_name("away"))
    again.listing.refresh()
    wait(qtbot, lambda: path not in [row.path for row in again.model.rows])
    path.with_name("away").rename(path)
    again.listing.refresh()
    wait(qtbot, lambda: path in [row.path for row in again.model.rows])


def test_a_run_of_another_folder_is_taken_off_the_list_and_stays_on_the_disk(
    qtbot: QtBot, room: RunsRoom, tmp_path: Path
) -> None:
    path = elsewhere(tmp_path)
    room.listing.open(path)
    wait(qtbot, lambda: button(room, "runs-close-run").isVisible())
    click(qtbot, room, "runs-close-run")
    wait(qtbot, lambda: path not in [row.path for row in room.model.rows])
    assert (path / "plan.json").is_file() and recalled_runs() == []
    wait(qtbot, lambda: not button(room, "runs-close-run").isVisible())


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_a_list_that_cannot_be_read_is_no_reason_to_stop(text: str, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "opened-runs.json").write_text(text)
    assert recalled_runs() == []
    remember_runs([Path("a")] * 3 + [tmp_path / str(number) for number in range(60)])
    assert recalled_runs()[-1] == tmp_path / "59" and len(recalled_runs()) == 50


# -- looks and exports -------------------------------------------------------------------------------------------------


def test_long_names_are_shortened_and_told_whole(room: RunsRoom, tmp_path: Path) -> None:
    long = RunRow(tmp_path / ("n" * 60), 0.0, "complete", network="w" * 300, data="d" * 300)
    room.table.show_rows([long], None)
    header = room.table.horizontalHeader()
    assert max(header.sectionSize(column) for column in (1, 2)) <= 180
    assert header.length() <= room.table.viewport().width()
    assert room.model.data(room.model.index(0, 1), Qt.ItemDataRole.ToolTipRole) == "w" * 300
    assert room.model.data(room.model.index(0, 0), Qt.ItemDataRole.ToolTipRole) == str(long.path)


def test_the_log_of_a_run_is_written_for_tensorboard(
    qtbot: QtBot, workspace: Workspace, room: RunsRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = stopped_run(tmp_path / "told")
    target = tmp_path / "a place" / "log"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    with qtbot.waitSignal(workspace.message, timeout=PATIENCE_MS, check_params_cb=lambda text: "Saved" in text) as told:
        ask_and_export(room, workspace, run, to="tensorboard")
    assert "tensorboard --logdir" in told.args[0]
    log = EventAccumulator(str(target)).Reload()
    losses = [event.value for event in log.Scalars("loss/training")]
    wanted = [event.loss for event in open_run(run).events() if isinstance(event, StepDone)]
    assert losses == pytest.approx(wanted)


def test_without_tensorboard_the_export_says_how_to_install_it(
    room: RunsRoom, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exception] = []
    missing = Problem("tensorboard", "TensorBoard is not installed", "install it with pip")
    monkeypatch.setattr(exporting, "missing_tensorboard", lambda: missing)
    monkeypatch.setattr(exporting, "show_error", lambda _owner, error: told.append(error))
    ask_and_export(room, workspace, tmp_path, to="tensorboard")
    assert "not installed. install it with pip" in str(told[0])
