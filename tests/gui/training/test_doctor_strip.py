"""The doctor's strip: what it shows, what a click on a remedy does, and the room with a real run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from networks import tiny
from PySide6.QtWidgets import QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from workbench.errors import Problem, Remedy
from workbench.gui.training.doctor_strip import DoctorStrip, examined
from workbench.gui.training.room import TrainRoom
from workbench.gui.widgets.problem import ProblemLabel
from workbench.gui.workspace import Workspace


def finding(number: int) -> Problem:
    remedy = Remedy(f"Mend {number}", lambda value: value)
    return Problem(f"field{number}", f"Finding {number}", f"evidence {number}", "warning", remedy)


@pytest.fixture
def strip(qtbot: QtBot) -> Iterator[DoctorStrip]:
    strip = DoctorStrip()
    qtbot.addWidget(strip)
    yield strip


def shown(strip: DoctorStrip) -> list[str]:
    labels = strip.findChildren(ProblemLabel)
    return [label.problem.title for label in labels if label.problem is not None and not label.isHidden()]


def test_a_strip_with_nothing_to_say_takes_no_room(strip: DoctorStrip) -> None:
    assert strip.isHidden()
    strip.show_findings([finding(1)])
    assert not strip.isHidden()
    strip.show_findings([])
    assert strip.isHidden()


def test_the_first_findings_are_shown_and_the_others_on_demand(strip: DoctorStrip) -> None:
    strip.show_findings([finding(number) for number in range(5)])
    assert shown(strip) == ["Finding 0", "Finding 1"]
    more = strip.findChild(QPushButton, "train-doctor-more")
    assert more.text() == "3 more"
    more.click()
    assert shown(strip) == [f"Finding {number}" for number in range(5)]
    more.click()
    assert len(shown(strip)) == 2


def test_a_chosen_remedy_is_told_and_its_finding_does_not_come_back(qtbot: QtBot, strip: DoctorStrip) -> None:
    strip.show_findings([finding(1), finding(2)])
    with qtbot.waitSignal(strip.remedy_chosen) as told:
        strip.findChild(ProblemLabel, "train-doctor-1").linkActivated.emit("#")
    assert told.args[0].label == "Mend 1"
    assert shown(strip) == ["Finding 2"]
    strip.show_findings([finding(1), finding(2)])
    assert shown(strip) == ["Finding 2"]
    strip.clear()
    strip.show_findings([finding(1)])
    assert shown(strip) == ["Finding 1"]


def test_nothing_is_said_of_a_folder_that_is_no_run(tmp_path: Path) -> None:
    assert examined(tmp_path, ()) == ()


@pytest.fixture
def room(qtbot: QtBot, workspace: Workspace) -> Iterator[TrainRoom]:
    """A room with a network that has BatchNorm, and batches too small for it."""
    workspace.document.open(tiny())
    workspace.data = "digits"
    room = TrainRoom(workspace)
    qtbot.addWidget(room)
    room.resize(1100, 700)
    room.show()
    room.findChild(QSpinBox, "train-epochs").setValue(1)
    room.findChild(QSpinBox, "train-batch").setValue(4)
    yield room
    if room.run is not None:
        room.run.stop_and_wait()


def test_a_run_is_examined_and_one_click_sets_the_next_one(qtbot: QtBot, room: TrainRoom) -> None:
    room.findChild(QPushButton, "train-start").click()
    strip = room.panel.doctor
    qtbot.waitUntil(lambda: any("too small for BatchNorm" in title for title in shown(strip)), timeout=60_000)
    number = next(place for place, title in enumerate(shown(strip), start=1) if "BatchNorm" in title)
    label = strip.findChild(ProblemLabel, f"train-doctor-{number}")
    assert label.problem.remedy.label == "Take 16 pictures at a time"
    label.linkActivated.emit("#")
    assert room.findChild(QSpinBox, "train-batch").value() == 16
    assert room.form.plan().batch_size == 16
    assert "BatchNorm" not in " ".join(shown(strip))
