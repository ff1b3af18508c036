"""Checking from the room: findings, their pictures, ways out, and checking again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from workbench.core.data.decisions import read_decisions
from workbench.core.data.health import scan
from workbench.core.data.health.checking import check
from workbench.gui.data.room import DataRoom
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace

Settle = Callable[[], None]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of noise; one picture twice, one blank, one that is none."""
    chance, root = np.random.default_rng(0), tmp_path / "odd"
    for name in ("apple", "banana"):
        (root / name).mkdir(parents=True)
        for number in range(12):
            noise = Image.fromarray(chance.integers(0, 256, (12, 12, 3), np.uint8))
            noise.resize((96, 96), Image.Resampling.NEAREST).save(root / name / f"{name}-{number:02}.png")
    shutil.copy(root / "apple" / "apple-03.png", root / "apple" / "twin.png")
    Image.new("RGB", (96, 96), (9, 9, 9)).save(root / "banana" / "blank.png")
    (root / "banana" / "broken.png").write_bytes(b"this is no picture")
    return root


@pytest.fixture
def checked(room: DataRoom, qtbot: QtBot, settle: Settle) -> DataRoom:
    """The room after its button was pressed."""
    room.desk.details.setCurrentWidget(room.desk.health)
    qtbot.mouseClick(room.desk.health.check_button, LEFT)
    settle()
    return room


def found(room: DataRoom) -> set[str]:
    return {problem.where for problem in room.desk.health.problems}


def names(room: DataRoom) -> list[str]:
    assert room.holding is not None
    return [room.holding.name(int(number)) for number in room.grid.numbers]


def test_findings_are_listed_and_show_their_pictures(checked: DataRoom, qtbot: QtBot) -> None:
    assert {"unreadable", "blank", "duplicates"} <= found(checked)
    qtbot.mouseClick(checked.findChild(QPushButton, "data-finding-duplicates-show"), LEFT)
    assert names(checked) == ["apple-03.png", "twin.png"]
    assert "nearly the same" in checked.sets.finding.currentText()
    assert checked.holding is not None
    assert "nearly the same" in checked.holding.describe(checked.grid.current)
    qtbot.mouseClick(checked.sets.everything, LEFT)
    assert len(names(checked)) == 27


class _Paints(QObject):
    """Notes for each finding whether it had the height that it needs whenever it was drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.heights: list[tuple[int, int]] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, ProblemLabel):
            self.heights.append((watched.height(), watched.heightForWidth(watched.width())))
        return False


def test_findings_are_never_drawn_crowded(room: DataRoom, qapp: QApplication, qtbot: QtBot, settle: Settle) -> None:
    room.resize(700, 260)
    room.desk.details.setCurrentWidget(room.desk.health)
    paints = _Paints()
    qapp.installEventFilter(paints)
    try:
        qtbot.mouseClick(room.desk.health.check_button, LEFT)
        settle()
        qtbot.waitUntil(lambda: len(paints.heights) > 2)
        room.desk.health.grab()
    finally:
        qapp.removeEventFilter(paints)
    assert all(height >= needed for height, needed in paints.heights), paints.heights


def counted(room: DataRoom) -> tuple[int, int]:
    assert room.holding is not None
    train, held = room.holding.counts()
    return int(train.sum()), int(held.sum())


def checked_by_hand(folder: Path) -> tuple[int, int]:
    subject = check(str(folder)).subject
    return len(subject.train), len(subject.validation)


def test_the_room_counts_what_the_check_counts(room: DataRoom, folder: Path, qtbot: QtBot, settle: Settle) -> None:
    truth = checked_by_hand(folder)
    assert sum(truth) == 26 and counted(room) == truth, "so few files are read at once"
    assert f"{truth[0]} + {truth[1]} pictures · 1\u00a0unreadable" in room.sets.facts.text()
    room.sets.part.setCurrentIndex(room.sets.part.findData("unreadable"))
    assert names(room) == ["broken.png"] and room.desk.shown.text() == "1 of 27 files"
    room.grid.choose(int(room.grid.numbers[0]))
    assert "cannot be read" in room.desk.picture.facts.text()
    room.deciding.exclude()
    settle()
    assert "unreadable" not in room.sets.facts.text() and "1\u00a0excluded" in room.sets.facts.text()
    assert counted(room) == truth == checked_by_hand(folder)


def test_before_a_look_at_a_large_set_files_are_no_pictures(
    room: DataRoom, folder: Path, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "is_quick", lambda _index: False)
    room.reload()
    settle()
    assert room.sets.facts.text() == "2 classes · 22 + 5 files"
    assert "not read yet" in room.sets.facts.toolTip()
    assert room.desk.shown.text() == "27 files"
    room.check()
    assert "files" in room.sets.facts.text(), "while it checks nothing is claimed"
    settle()
    settle()
    assert counted(room) == checked_by_hand(folder) and "pictures" in room.sets.facts.text()
    assert not room.sets.facts.toolTip()


def test_files_that_come_while_it_checks_do_no_harm(
    room: DataRoom, folder: Path, workspace: Workspace, qtbot: QtBot, settle: Settle
) -> None:
    shutil.copy(folder / "apple" / "apple-01.png", folder / "apple" / "late.png")
    with qtbot.waitSignal(workspace.message) as told:
        room.check()
    settle()
    assert "F5" in told.args[0] and room.holding is not None and not room.holding.findings
    room.reload()
    settle()
    assert counted(room) == checked_by_hand(folder)


def test_a_way_out_is_taken_checked_again_and_undone(
    checked: DataRoom, folder: Path, qtbot: QtBot, settle: Settle
) -> None:
    label = checked.findChild(ProblemLabel, "data-finding-duplicates")
    label.linkActivated.emit("#")
    settle()
    settle()
    decisions = read_decisions(str(folder)).made
    assert [(decision.action, decision.pictures, decision.why) for decision in decisions] == [
        ("exclude", ("apple/twin.png",), "duplicates")
    ]
    assert "duplicates" not in found(checked)
    assert "blank" in found(checked)
    checked.actions_of_room["data-undo"].trigger()
    settle()
    assert not read_decisions(str(folder)).made


def test_a_set_without_faults_is_praised(
    room: DataRoom, workspace: Workspace, folder: Path, qtbot: QtBot, settle: Settle
) -> None:
    for odd in (folder / "apple" / "twin.png", folder / "banana" / "blank.png", folder / "banana" / "broken.png"):
        odd.unlink()
    room.reload()
    settle()
    room.check()
    settle()
    assert found(room) <= {"few"}  # so small a set has few pictures of each class


def test_another_set_forgets_the_findings(checked: DataRoom, settle: Settle) -> None:
    checked.open("digits")
    settle()
    assert not checked.desk.health.problems
    assert not checked.sets.finding.isEnabled()


def test_checking_is_cancelled(room: DataRoom, settle: Settle) -> None:
    room.check()
    assert room.desk.health.busy.isVisible()
    room.desk.health.busy.cancelled.emit()
    settle()
    assert not room.desk.health.problems
    assert room.desk.health.check_button.isEnabled()


def test_a_set_that_has_gone_is_explained(room: DataRoom, folder: Path, settle: Settle) -> None:
    folder.rename(folder.with_name("elsewhere"))
    room.check()
    settle()
    assert "no such file or folder" in room.desk.health.note.text().lower()
