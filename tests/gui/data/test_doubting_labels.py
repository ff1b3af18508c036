"""A run judges the labels of the set in the room: asked, shown, walked through with keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton
from pytestqt.qtbot import QtBot

from workbench.core.data.decisions import read_decisions
from workbench.core.data.sources import open_data
from workbench.core.runs.runner import train
from workbench.core.training.plan import TrainingPlan
from workbench.gui.data.room import DataRoom
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace
from workbench.paths import runs_folder

Settle = Callable[[], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file with a part of the digits, a tenth of them called otherwise."""
    data, random = open_data("digits"), np.random.default_rng(0)
    parts = {}
    for name, part in (("train", data.train), ("test", data.validation)):
        images, labels = part.images[:600], part.labels[:600].copy()
        wrong = random.choice(len(labels), len(labels) // 10, replace=False)
        labels[wrong] = (labels[wrong] + 1) % 10
        parts |= {f"x_{name}": images, f"y_{name}": labels}
    path = tmp_path / "digits.npz"
    np.savez(path, **parts)
    return path


@pytest.fixture
def judged(room: DataRoom, folder: Path, qtbot: QtBot, settle: Settle) -> DataRoom:
    """The room after a run was chosen from the menu."""
    plan = TrainingPlan(network="lenet5", data=str(folder), epochs=6, batch_size=16, device="cpu", precision="fp32")
    for _event in train(plan, out=runs_folder() / "judge"):
        pass
    room.actions_of_room["data-doubt-labels"].trigger()
    settle()
    menu = room.desk.health.doubt_button.findChild(QMenu, "data-witnesses")
    assert [action.text().partition(" ")[0] for action in menu.actions() if action.text()] == ["judge", "Another"]
    menu.actions()[0].trigger()
    menu.close()
    settle()
    settle()
    return room


def test_doubtful_labels_are_walked_through_with_keys(
    judged: DataRoom, folder: Path, qtbot: QtBot, settle: Settle
) -> None:
    assert "labels" in {problem.where for problem in judged.desk.health.problems}
    qtbot.mouseClick(judged.findChild(QPushButton, "data-finding-labels-show"), Qt.MouseButton.LeftButton)
    assert judged.holding is not None and judged.holding.suspects is not None
    numbers = judged.grid.numbers.tolist()
    assert numbers == list(judged.holding.suspects.classes), "the most doubtful first"
    judged.grid.setFocus()
    judged.grid.choose(numbers[0])
    said = judged.holding.suspected(numbers[0])
    assert f"The run says {said}" in judged.desk.picture.facts.text()
    assert f"the run says {said}" in judged.holding.describe(numbers[0])
    qtbot.keyClick(judged.grid, Qt.Key.Key_Y)
    settle()
    assert judged.grid.current == numbers[1], "the next one is current"
    qtbot.keyClick(judged.grid, Qt.Key.Key_E)
    settle()
    made = read_decisions(str(folder)).made
    assert [(decision.action, decision.to, decision.why) for decision in made] == [
        ("relabel", said, "labels"),
        ("exclude", "", ""),
    ]
    assert judged.holding.class_name(numbers[0]) == said
    assert not judged.holding.suspected(numbers[0])
    judged.actions_of_room["data-select-all"].trigger()
    qtbot.keyClick(judged.grid, Qt.Key.Key_Y)
    settle()
    assert not any(map(judged.holding.suspected, numbers))


def test_a_label_is_called_right_with_a_key_and_not_asked_about_again(
    judged: DataRoom, folder: Path, qtbot: QtBot, settle: Settle
) -> None:
    assert judged.holding is not None and judged.holding.suspects is not None
    qtbot.mouseClick(judged.findChild(QPushButton, "data-finding-labels-show"), Qt.MouseButton.LeftButton)
    first, second, *_ = numbers = judged.grid.numbers.tolist()
    judged.grid.setFocus()
    judged.grid.choose(first)
    name = judged.holding.class_name(first)
    assert "R calls the label right" in judged.desk.picture.facts.text()
    qtbot.keyClick(judged.grid, Qt.Key.Key_R)
    settle()
    assert judged.grid.current == second, "the next one is current"
    made = read_decisions(str(folder)).made
    assert [(decision.action, decision.to, decision.why) for decision in made] == [("confirm", name, "labels")]
    assert not judged.holding.suspected(first) and judged.holding.changed[first]
    judged.grid.choose(first)
    assert "called right by you" in judged.desk.picture.facts.text()
    assert "doubtful" not in judged.desk.picture.facts.text(), "the doubt is settled without another check"
    assert not judged.holding.findings_of(first) and not judged.holding.flagged[first]
    assert not judged.actions_of_room["data-confirm"].isEnabled()
    judged.desk.health.check_with(runs_folder() / "judge")
    settle()
    assert not judged.holding.findings_of(first)
    assert judged.grid.numbers.tolist() == numbers[1:], "the others are still those that are shown"
    label = judged.findChild(ProblemLabel, "data-finding-labels")
    assert f"{len(numbers) - 1:,} labels are doubtful" in label.text() and "1 more is called right" in label.text()
    qtbot.keyClick(judged, Qt.Key.Key_Backspace, Qt.KeyboardModifier.AltModifier)
    settle()
    assert judged.holding.suspected(first), "undone, it is in doubt again"
    assert judged.holding.changed.sum() == 0


def test_a_set_without_runs_offers_to_look_elsewhere(room: DataRoom, workspace: Workspace, settle: Settle) -> None:
    room.desk.health.doubt_button.click()
    settle()
    menu = room.desk.health.doubt_button.findChild(QMenu, "data-witnesses")
    assert [action.isEnabled() for action in menu.actions() if action.text()] == [False, True]
    menu.close()


def test_judging_is_cancelled_and_a_run_that_is_none_is_explained(room: DataRoom, settle: Settle) -> None:
    health = room.desk.health
    room.desk.details.setCurrentWidget(health)
    health.check_with(Path("/nowhere/at/all"))
    assert health.busy.isVisible() and not health.doubt_button.isEnabled()
    health.busy.cancelled.emit()
    settle()
    assert health.doubt_button.isEnabled() and not health.problems
    health.check_with(Path("/nowhere/at/all"))
    settle()
    assert "nowhere" in health.note.text()
