"""Comparing runs in the window: several are chosen, the table says what differs, the curves lie over one another."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from workbench.core.runs.compare import compare
from workbench.core.runs.folder import open_run
from workbench.gui.runs.room import RunsRoom
from workbench.gui.workspace import Workspace

PATIENCE_MS = 60_000


def copied(original: Path, name: str, **values: Any) -> Path:
    """A run of a changed plan; its log stays."""
    folder = original.parent / name
    shutil.copytree(original, folder)
    plan = json.loads((folder / "plan.json").read_text())
    (folder / "plan.json").write_text(json.dumps({**plan, **values}))
    return folder


@pytest.fixture
def room(qtbot: QtBot, workspace: Workspace, runs_folder: Path) -> Iterator[RunsRoom]:
    original = runs_folder / "tiny-digits-1"
    copied(original, "other-seed", seed=1)
    copied(original, "other-rate", learning_rate=0.05)
    room = RunsRoom(workspace)
    qtbot.addWidget(room)
    room.resize(1100, 750)
    room.show()
    wait(qtbot, lambda: len(room.model.rows) == 3)
    yield room


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def choose(room: RunsRoom, *names: str) -> None:
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    model = room.table.model()
    room.table.clearSelection()
    for row in range(model.rowCount()):
        if model.index(row, 0).data() in names:
            room.table.selectionModel().select(model.index(row, 0), flags)


def compared(room: RunsRoom) -> dict[str, list[str]]:
    table = room.view.comparison.table
    return {
        table.verticalHeaderItem(row).text(): [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    }


def test_two_plans_are_compared_by_what_differs(qtbot: QtBot, room: RunsRoom, runs_folder: Path) -> None:
    choose(room, "tiny-digits-1", "other-rate", "other-seed")
    wait(qtbot, lambda: room.view.comparison.isVisible() and room.view.comparison.table.columnCount() == 2)
    told = compared(room)
    assert set(told["learning rate"]) == {"0.001", "0.05"}
    known = compare([open_run(row.path) for row in room.table.chosen()])
    assert [float(text.split()[0]) for text in told["Best accuracy"]] == [
        pytest.approx(100 * one.accuracy.mean, abs=0.01) for one in known if one.accuracy
    ]
    assert sum("±" in text for text in told["Best accuracy"]) == 1
    assert room.view.comparison.plot is not None
    drawn = [item for item in room.view.comparison.plot.view.getPlotItem().listDataItems() if item.xData is not None]
    assert len(drawn) == 3 and all(list(item.xData) == [1.0, 2.0] for item in drawn)


def test_another_curve_and_the_copies(qtbot: QtBot, room: RunsRoom) -> None:
    choose(room, "tiny-digits-1", "other-rate")
    wait(qtbot, lambda: room.view.comparison.table.columnCount() == 2)
    room.view.comparison.choice.setCurrentText("Training loss")
    assert room.view.comparison.plot is not None and room.view.comparison.plot.title == "Training loss"
    for name, beginning in (("markdown", "|  |"), ("text", "Runs ")):
        found = room.findChild(QPushButton, f"runs-copy-{name}")
        assert found is not None
        found.click()
        assert QApplication.clipboard().text().startswith(beginning)


def test_what_is_done_with_one_run_is_not_done_with_several(qtbot: QtBot, room: RunsRoom) -> None:
    choose(room, "tiny-digits-1", "other-rate")
    assert not any(
        button.isEnabled()
        for name in ("runs-inspect", "runs-resume", "runs-export", "runs-delete")
        if (button := room.findChild(QPushButton, name)) is not None
    )
    room.listing.refresh()
    wait(qtbot, lambda: room.view.comparison.table.columnCount() == 2)
    assert len(room.table.chosen()) == 2, "what is chosen stays chosen"
    choose(room, "other-rate")
    wait(qtbot, lambda: room.view.detail.isVisible())
    assert room.findChild(QPushButton, "runs-inspect").isEnabled()


def test_a_run_that_breaks_meanwhile_is_said_in_place(qtbot: QtBot, room: RunsRoom, runs_folder: Path) -> None:
    (runs_folder / "other-rate" / "network.json").write_text("{")
    choose(room, "tiny-digits-1", "other-rate")
    wait(qtbot, lambda: "cannot be compared" in room.view.comparison._told.text())
    assert room.view.comparison.table.rowCount() == 0
