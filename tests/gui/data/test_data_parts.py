"""The parts that the room shows are those that a training has."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.data.health import scan
from workbench.core.data.sources import open_data
from workbench.core.training.plan import TrainingPlan
from workbench.gui.data.room import DataRoom
from workbench.gui.training.remembered import remember

Settle = Callable[[], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of six patients with four scans each; the first scan of each patient is there thrice."""
    chance, root = np.random.default_rng(0), tmp_path / "scans"
    for name in ("ill", "well"):
        (root / name).mkdir(parents=True)
        for number in range(24):
            file = root / name / f"p{number // 4}_{number % 4}.png"
            Image.fromarray(chance.integers(0, 256, (12, 12, 3), np.uint8)).resize((48, 48), 0).save(file)
            if number % 4 == 0:
                for copy in ("a", "b"):
                    shutil.copy(file, file.with_stem(f"{file.stem}{copy}"))
    return root


def held(room: DataRoom) -> set[str]:
    assert room.holding is not None
    return {room.holding.index.files[number] for number in np.flatnonzero(room.holding.held_out)}


def test_near_duplicates_are_compared_where_that_is_quick(room: DataRoom, folder: Path) -> None:
    assert held(room) == set(open_data(str(folder)).validation.files)
    assert room.sets.parts.text() == "Split here, as in a training."


def test_a_large_set_says_that_its_parts_may_change_until_it_is_checked(
    room: DataRoom, folder: Path, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "is_quick", lambda _index: False)
    room.reload()
    settle()
    assert "not compared yet" in room.sets.parts.text()
    room.check()
    settle()
    settle()
    assert held(room) == set(open_data(str(folder)).validation.files)
    assert "not compared" not in room.sets.parts.text()
    assert room.desk.health.problems, "the findings are still there"


def test_the_split_of_the_train_room_counts(room: DataRoom, folder: Path, settle: Settle) -> None:
    plan = TrainingPlan(group_pattern="^[^_]+", split_seed=3)
    remember(plan)
    room.enter()
    settle()
    settle()
    assert held(room) == set(open_data(str(folder), split=plan.split()).validation.files)
    assert len({Path(file).name.split("_")[0] for file in held(room)}) in (1, 2)
    assert "by group" in room.sets.parts.text()


def test_a_set_that_has_no_such_groups_says_so(room: DataRoom, folder: Path, settle: Settle) -> None:
    remember(TrainingPlan(group_column="patient"))
    room.enter()
    settle()
    settle()
    assert room.holding is not None and len(room.holding) == 72
    assert room.sets.parts.text().startswith("Not split by patient")


def test_a_set_with_parts_of_its_own_keeps_them(room: DataRoom, settle: Settle) -> None:
    room.open("digits")
    settle()
    assert "part of its own" in room.sets.parts.text()
