"""What the Inspect room waits for: only the last answer to a key is shown, and what takes long is seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.errors import WorkbenchError
from workbench.gui.viewer.requests import SUBJECT, Requests
from workbench.gui.widgets.busy import BusyRow
from workbench.gui.workspace import Workspace

PATIENCE_MS = 30_000


class Stage(QWidget):
    """Requests with both places where they are seen."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.opening, self.busy = BusyRow("stage", self), QProgressBar(self)
        self.busy.hide()
        column = QVBoxLayout(self)
        column.addWidget(self.opening)
        column.addWidget(self.busy)
        self.requests = Requests(workspace.jobs, opening=self.opening, busy=self.busy)
        self.shown: list[object] = []


@pytest.fixture
def stage(qtbot: QtBot, workspace: Workspace) -> Stage:
    stage = Stage(workspace)
    qtbot.addWidget(stage)
    stage.show()
    return stage


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Work waits until it is open."""
    gate = threading.Event()
    yield gate
    gate.set()


def test_the_last_request_of_a_key_is_shown(qtbot: QtBot, stage: Stage, gate: threading.Event) -> None:
    stage.requests.ask("maps", lambda: gate.wait(30) and "first", stage.shown.append)
    for number in range(3):
        stage.requests.ask("maps", lambda number=number: number, stage.shown.append)
    gate.set()
    qtbot.waitUntil(lambda: bool(stage.shown), timeout=PATIENCE_MS)
    assert stage.shown == [2]
    assert not stage.busy.isVisible() and not stage.opening.isVisible()


@pytest.mark.parametrize("key", [SUBJECT, "maps"])
def test_what_takes_long_is_seen_until_it_is_there(qtbot: QtBot, stage: Stage, gate: threading.Event, key: str) -> None:
    own, other = (stage.opening, stage.busy) if key == SUBJECT else (stage.busy, stage.opening)
    stage.requests.ask(key, lambda: gate.wait(30), stage.shown.append)
    assert not own.isVisible(), "what is quick shows nothing"
    qtbot.waitUntil(own.isVisible, timeout=PATIENCE_MS)
    assert not other.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: stage.shown == [True] and not own.isVisible(), timeout=PATIENCE_MS)


def test_what_is_dropped_is_not_shown(qtbot: QtBot, stage: Stage, gate: threading.Event, workspace: Workspace) -> None:
    stage.requests.ask("maps", lambda: gate.wait(30), stage.shown.append)
    qtbot.waitUntil(stage.busy.isVisible, timeout=PATIENCE_MS)
    stage.requests.drop("maps", "kernels")
    assert not stage.busy.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: not workspace.jobs.busy, timeout=PATIENCE_MS)
    assert stage.shown == []


def test_what_fails_is_told_by_its_key(qtbot: QtBot, stage: Stage) -> None:
    error = WorkbenchError("There are no weights", "the folder is empty")

    def fail() -> None:
        raise error

    with qtbot.waitSignal(stage.requests.failed, timeout=PATIENCE_MS) as told:
        stage.requests.ask("kernels", fail, stage.shown.append)
    assert told.args == ["kernels", error] and stage.shown == []
