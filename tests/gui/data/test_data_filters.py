"""Which pictures a filter shows, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt

from workbench.core.data.index import DataIndex
from workbench.gui.data.filtering import Filter
from workbench.gui.data.holding import Holding
from workbench.gui.data.steps import letter_step, step_of


def holding() -> Holding:
    """Numbers 0-5: classes a b a b c a; 1, 2 and 5 held out; 0 excluded, 3 relabelled from a, 4 moved."""
    labels = np.array([0, 1, 0, 1, 2, 0])
    held = np.array([False, True, True, False, False, True])
    given_labels, given_held = labels.copy(), held.copy()
    given_labels[3], given_held[4] = 0, True
    index = DataIndex("toy", "toy", ("ant", "bee", "crab"), given_labels, given_held, [f"/f/{n}.png" for n in range(6)])
    excluded = np.array([True, False, False, False, False, False])
    findings = {"Blurred": np.array([1, 3]), "Dark": np.array([0])}
    return Holding("toy", index, labels, held, excluded, findings=findings)


def shown(**wanted: object) -> list[int]:
    return Filter(**wanted).numbers(holding()).tolist()  # type: ignore[arg-type]


def test_pictures_come_class_by_class() -> None:
    assert shown() == [0, 2, 5, 1, 3, 4]


def test_every_filter_alone_and_together() -> None:
    assert shown(classes=frozenset({1})) == [1, 3]
    assert shown(classes=frozenset({2, 0})) == [0, 2, 5, 4]
    assert shown(part="train") == [3, 4]
    assert shown(part="validation") == [2, 5, 1]
    assert shown(part="excluded") == [0]
    assert shown(part="changed") == [0, 3, 4]
    assert shown(finding="Blurred") == [1, 3]
    assert shown(finding="Blurred", part="train") == [3]
    assert shown(finding="Dark", classes=frozenset({1})) == []
    assert shown(finding="of another set") == []


def test_counts_leave_out_what_is_excluded() -> None:
    train, held = holding().counts()
    assert (train.tolist(), held.tolist()) == ([0, 1, 1], [2, 1, 0])


def test_what_cannot_be_read_counts_nowhere_once_that_is_known() -> None:
    made, every = holding(), np.arange(6)
    assert not made.is_read and made.many(every) == "6 files" and made.many(every[:1]) == "1 file"
    read = replace(made, unreadable=np.array([True, True, False, False, False, False]))
    assert read.is_read and read.many(every) == "6 files", "one of them is no picture"
    assert read.many(every[2:]) == "4 pictures" and read.many(every[3:4]) == "1 picture"
    train, held = read.counts()
    assert (train.tolist(), held.tolist()) == ([0, 1, 1], [2, 0, 0]), "picture 1 was in the part to validate on"
    assert np.flatnonzero(read.broken).tolist() == [1], "what is excluded is no matter any more"
    parts = {part: Filter(part=part).numbers(read).tolist() for part in ("train", "validation", "unreadable")}
    assert parts == {"train": [3, 4], "validation": [2, 5], "unreadable": [1]}
    assert read.describe(1) == "1.png, bee, cannot be read, Blurred"
    assert replace(made, index=replace(made.index, files=())).is_read, "an array is there already"


def test_a_picture_in_words() -> None:
    assert holding().describe(3) == "3.png, bee, to train on, Blurred"
    assert holding().describe(0) == "0.png, ant, excluded, Dark"


def test_keys_lead_through_rows_of_three() -> None:
    keys = Qt.Key
    where = lambda key, row: step_of(key, row, count=8, columns=3, page=6)  # noqa: E731
    assert [where(keys.Key_Right, row) for row in (0, 2, 7)] == [1, 3, 7]
    assert [where(keys.Key_Left, row) for row in (0, 3)] == [0, 2]
    assert [where(keys.Key_Down, row) for row in (0, 4, 5, 7)] == [3, 7, 7, 7]
    assert [where(keys.Key_Up, row) for row in (1, 3, 7)] == [1, 0, 4]
    assert [where(keys.Key_PageDown, row) for row in (0, 5)] == [6, 7]
    assert [where(keys.Key_PageUp, row) for row in (7, 2)] == [1, 0]
    assert (where(keys.Key_Home, 5), where(keys.Key_End, 0)) == (0, 7)
    assert where(keys.Key_A, 0) is None


def test_letters_go_round_the_classes_that_begin_with_them() -> None:
    made = holding()
    numbers = Filter().numbers(made)
    there = lambda text, row: letter_step(text, row, holding=made, numbers=numbers)  # noqa: E731
    assert [there("b", 0), there("B", 3), there("c", 4), there("a", 5)] == [3, 3, 5, 0]
    assert there("x", 0) is None
    assert there("", 0) is None
