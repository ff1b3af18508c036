"""Runs that others train: their curves grow, their buttons say why not, and a killed one is told from a slow one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from workbench.core.runs.heartbeat import HEARTBEAT, SILENT_AFTER, beating
from workbench.core.runs.lock import only_walk
from workbench.gui.runs.model import COLUMNS
from workbench.gui.runs.room import RunsRoom
from workbench.gui.workspace import Workspace

PATIENCE_MS = 60_000
STATE = [column.title for column in COLUMNS].index("State")


@pytest.fixture
def half(runs_folder: Path) -> tuple[Path, bytes]:
    """A run whose log ends in its first epoch, and the rest of the log."""
    path = runs_folder / "tiny-digits-1"
    lines = (path / "events.jsonl").read_bytes().splitlines(keepends=True)
    (path / "events.jsonl").write_bytes(b"".join(lines[:10]))
    return path, b"".join(lines[10:])


@pytest.fixture
def room(qtbot: QtBot, workspace: Workspace, half: tuple[Path, bytes]) -> Iterator[RunsRoom]:
    room = RunsRoom(workspace)
    room._timer.setInterval(50)
    qtbot.addWidget(room)
    room.resize(1000, 700)
    room.show()
    wait(qtbot, lambda: room.view.watched is not None)
    yield room


@pytest.fixture
def walker(half: tuple[Path, bytes]) -> Iterator[ExitStack]:
    """Holds the run, as a training does."""
    with ExitStack() as stack:
        stack.enter_context(only_walk(half[0]))
        stack.enter_context(beating(half[0]))
        yield stack


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def state(room: RunsRoom) -> str:
    return room.table.model().index(0, STATE).data()


def standing(room: RunsRoom) -> str:
    label = room.findChild(QLabel, "runs-standing")
    assert label is not None
    return "" if label.isHidden() else label.text()


def button(room: RunsRoom, name: str) -> QPushButton:
    found = room.findChild(QPushButton, name)
    assert found is not None
    return found


def test_a_run_in_training_elsewhere_is_followed(
    qtbot: QtBot, walker: ExitStack, room: RunsRoom, half: tuple[Path, bytes]
) -> None:
    path, rest = half
    assert state(room) == "training elsewhere" and "In training by this program" in standing(room)
    for name in ("runs-resume", "runs-delete"):
        assert not button(room, name).isEnabled() and "It is in training by" in button(room, name).toolTip()
    assert room.view.watched is not None
    known = len(room.view.watched.history.events)
    with (path / "events.jsonl").open("ab") as log:
        log.write(rest[: len(rest) // 2])
    wait(qtbot, lambda: room.view.watched is not None and len(room.view.watched.history.events) > known)
    drawn = room.view.detail.curves.loss.view.getPlotItem().listDataItems()
    wait(qtbot, lambda: any(item.xData is not None and len(item.xData) > known - 2 for item in drawn))
    with (path / "events.jsonl").open("ab") as log:
        log.write(rest[len(rest) // 2 :])
    walker.close()
    wait(qtbot, lambda: state(room) == "complete")
    wait(qtbot, lambda: standing(room) == "")
    assert list(room.view.watched.history.validation_loss.x) == [1, 2]
    assert button(room, "runs-delete").isEnabled()


def test_a_silent_one_is_told_from_a_killed_one(
    qtbot: QtBot, walker: ExitStack, room: RunsRoom, half: tuple[Path, bytes]
) -> None:
    then = time.time() - 2 * SILENT_AFTER
    os.utime(half[0] / HEARTBEAT, (then, then))
    wait(qtbot, lambda: state(room) == "silent")
    wait(qtbot, lambda: "Silent for 2 min" in standing(room))
    assert not button(room, "runs-resume").isEnabled()
    walker.close()
    wait(qtbot, lambda: state(room) == "cut short")
    wait(qtbot, lambda: "Cut short in its first epoch" in standing(room))
    assert button(room, "runs-resume").isEnabled()
    wanted: list[Path] = []
    room._workspace.resume_requested.connect(wanted.append)
    button(room, "runs-resume").click()
    assert wanted == [half[0]]


def test_a_run_of_another_folder_can_be_opened(
    qtbot: QtBot, room: RunsRoom, half: tuple[Path, bytes], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "disk" / "far-1"
    elsewhere.parent.mkdir()
    half[0].rename(elsewhere)
    wait(qtbot, lambda: not room.model.rows)
    room.listing.open(elsewhere)
    wait(qtbot, lambda: [row.name for row in room.model.rows] == ["far-1"])
    wait(qtbot, lambda: "Cut short" in standing(room))
