"""Groups of pictures in one file: an array names them, and a split keeps each of them whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.core.data.arranging import arranged_data, decision_for
from workbench.core.data.decisions import Decision, Decisions
from workbench.core.data.images import ImageData, ImagePart
from workbench.core.data.index import index_of
from workbench.core.data.sources import open_data, open_index
from workbench.core.data.split import Split
from workbench.errors import WorkbenchError

TRAINED, HELD, EACH = 60, 12, 6
"""Pictures of both parts, and of each patient."""


def saved(folder: Path, **more: Any) -> str:
    """A set whose pictures have the number of the picture as their light."""
    numbers = np.arange(TRAINED + HELD, dtype=np.uint8)
    images = np.broadcast_to(numbers[:, None, None, None], (len(numbers), 8, 8, 3)).copy()
    labels = numbers // EACH % 2
    parts = {"x_train": images[:TRAINED], "y_train": labels[:TRAINED], "x_test": images[TRAINED:]}
    np.savez(folder / "set", **parts, y_test=labels[TRAINED:], **more)
    return str(folder / "set.npz")


def patients(count: int) -> np.ndarray[Any, Any]:
    return np.array([f"p{number // EACH}" for number in range(count)])


def sides(data: ImageData) -> tuple[set[int], set[int]]:
    """The patients of both parts, read from the pixels."""
    return set(of_pixels(data.train)), set(of_pixels(data.validation))


def of_pixels(part: ImagePart) -> list[int]:
    """The patient of every picture."""
    patients: list[int] = (np.asarray(part.images)[:, 0, 0, 0] // EACH).tolist()
    return patients


@pytest.mark.parametrize("column", ["groups", "patient"])
@pytest.mark.parametrize("count", [TRAINED, TRAINED + HELD])
@pytest.mark.parametrize("whole_numbers", [False, True])
def test_groups_stay_whole(tmp_path: Path, column: str, count: int, whole_numbers: bool) -> None:
    names = np.arange(count) // EACH if whole_numbers else patients(count)
    spec = saved(tmp_path, **{column: names})
    split = Split(share=0.2, group_column=column, near_duplicates="anywhere")
    data = open_data(spec, split=split)
    train, held = sides(data)
    assert not train & held
    assert (len(train), len(held)) == (8, 2)
    assert len(data.train) + len(data.validation) == TRAINED
    word = "group" if column == "groups" else column
    assert any(f"Split by {word}: 8 to train on, 2 to validate on" in str(each) for each in data.problems)
    assert not any("without a" in str(each) for each in data.problems)
    assert open_index(spec).columns == (column,)
    for part in (data.train, data.validation):
        assert [int(name.removeprefix("p")) for name in part.groups] == of_pixels(part)


def test_without_groups_the_same_patients_are_in_both_parts(tmp_path: Path) -> None:
    train, held = sides(open_data(saved(tmp_path), split=Split(share=0.2, near_duplicates="anywhere")))
    assert train & held


def test_own_parts_are_kept_and_groups_in_both_are_told(tmp_path: Path) -> None:
    names = patients(TRAINED + HELD)
    names[-1] = "p0"
    data = open_data(saved(tmp_path, groups=names), split=Split(group_column="groups"))
    assert (len(data.train), len(data.validation)) == (TRAINED, HELD)
    assert any("1 group is in both parts" in str(each) for each in data.problems)


def test_groups_are_known_to_an_index_and_to_some_of_its_pictures(tmp_path: Path) -> None:
    index = open_index(saved(tmp_path, groups=patients(TRAINED)), column="groups")
    assert list(index.groups) == [*patients(TRAINED).tolist(), *[""] * HELD]
    assert list(index.taken(np.array([13, 0, 70])).groups) == ["p2", "p0", ""]


def test_a_picture_that_was_left_out_leaves_the_others_their_groups(tmp_path: Path) -> None:
    data = open_data(saved(tmp_path, groups=patients(TRAINED + HELD)), split=Split(group_column="groups"))
    out = decision_for(index_of(data), np.array([0, 61]), Decision(action="exclude", pictures=()))
    left = arranged_data(data, Decisions(made=(out,)), Split(), groups_of=lambda index: np.arange(len(index)))
    for part in (left.train, left.validation):
        assert [int(name[1:]) for name in part.groups] == of_pixels(part)


@pytest.mark.parametrize(
    ("more", "column", "message"),
    [
        ({}, "groups", r"has no array groups.*Save one as groups"),
        ({"patient": patients(TRAINED)}, "groups", r"has no array groups.*It has patient"),
        ({}, "y_train", r"has no array y_train"),
        ({"groups": patients(7)}, "groups", r"names no groups.*60 and 12"),
        ({"groups": np.zeros((TRAINED, 2), int)}, "groups", r"names no groups.*\(60, 2\)"),
        ({"groups": np.zeros(TRAINED)}, "groups", r"names no groups.*float64"),
        ({"groups": np.zeros(TRAINED, int)}, "groups", r"cannot be split by group.*all its pictures are of one group"),
    ],
)
def test_what_is_wrong_with_groups_is_said(tmp_path: Path, more: dict[str, Any], column: str, message: str) -> None:
    split = Split(share=0.2, group_column=column, near_duplicates="anywhere")
    with pytest.raises(WorkbenchError, match=f"(?s){message}"):
        open_data(saved(tmp_path, **more), split=split)
