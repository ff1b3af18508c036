"""Decisions: kept beside the set, applied wherever it is opened, undone, and never about another picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.data.arranging import arrangement, confirmations, decision_for, picture_names
from workbench.core.data.decisions import (
    Decision,
    Decisions,
    decided,
    read_decisions,
    redo,
    undo,
    write_decisions,
)
from workbench.core.data.sources import decisions_place, open_data, open_index
from workbench.core.data.split import USUAL
from workbench.errors import WorkbenchError


@pytest.fixture(params=["folder", "npz", "table", "digits"])
def spec(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """One set of each sort: files in folders, arrays in a file, files in a table, a set by name."""
    pictures = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), np.uint8)
    labels = np.arange(40) % 2
    if request.param == "digits":
        return "digits"
    if request.param == "npz":
        np.savez(tmp_path / "set", x_train=pictures[:30], y_train=labels[:30], x_test=pictures[30:], y_test=labels[30:])
        return str(tmp_path / "set.npz")
    lines = ["path,label,split"]
    for number, (pixels, label) in enumerate(zip(pictures, labels.tolist(), strict=True)):
        place = tmp_path / ("train" if number < 30 else "val") / str(label)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place / f"{number:02}.png")
        lines.append(f"{place.relative_to(tmp_path)}/{number:02}.png,{label},{place.parent.name}")
    (tmp_path / "table.csv").write_text("\n".join(lines))
    return str(tmp_path / "table.csv" if request.param == "table" else tmp_path)


def decide(spec: str, numbers: list[int], decision: Decision) -> Path:
    index = open_index(spec, decisions=Decisions())
    place = decisions_place(spec)
    full = decision_for(index, np.array(numbers), decision)
    return write_decisions(place, decided(read_decisions(place), full))


def test_each_decision_counts_wherever_the_set_is_opened(spec: str) -> None:
    before = open_data(spec)
    index = open_index(spec)
    held = int(index.validation[0])
    decide(spec, [0, 1], Decision(action="exclude", pictures=()))
    other = index.classes[(int(index.labels[2]) + 1) % len(index.classes)]
    decide(spec, [2], Decision(action="relabel", pictures=(), to=other))
    decide(spec, [held], Decision(action="move", pictures=(), to="train"))
    for train, validation, problems in (
        (open_data(spec).train.labels, open_data(spec).validation.labels, open_data(spec).problems),
        (
            *(open_index(spec).labels[part] for part in (open_index(spec).train, open_index(spec).validation)),
            open_index(spec).problems,
        ),
    ):
        assert len(train) == len(before.train) - 2 + 1
        assert len(validation) == len(before.validation) - 1
        assert int(train[0]) == index.classes.index(other)
        assert any("Decisions count" in problem.title for problem in problems)
    place = decisions_place(spec)
    for _ in range(3):
        write_decisions(place, undo(read_decisions(place)))
    after = open_data(spec)
    assert np.array_equal(after.train.labels, before.train.labels) and after.problems == before.problems
    assert np.array_equal(np.asarray(after.train.images), np.asarray(before.train.images))
    write_decisions(place, redo(read_decisions(place)))
    assert len(open_data(spec).train) == len(before.train) - 2


def test_a_label_called_right_is_so_until_it_is_another_one(spec: str) -> None:
    index = open_index(spec, decisions=Decisions())
    decisions = confirmations(index, np.arange(4), Decisions(), why="labels")
    assert {decision.to for decision in decisions.made} == {index.classes[label] for label in index.labels[:4]}
    assert sum(len(decision.pictures) for decision in decisions.made) == 4

    def confirmed(decisions: Decisions) -> list[int]:
        made = arrangement(index, decisions, USUAL, groups_of=lambda index: np.arange(len(index)))
        return np.flatnonzero(made.confirmed).tolist()

    assert confirmed(decisions) == [0, 1, 2, 3]
    other = index.classes[(int(index.labels[2]) + 1) % len(index.classes)]
    for why, known in (("labels", [0, 1, 3]), ("", [0, 1, 2, 3])):
        relabelled = decision_for(index, np.array([2]), Decision(action="relabel", pictures=(), to=other, why=why))
        assert confirmed(decided(decisions, relabelled)) == known, "what a run says is not what a person says"
    assert confirmed(undo(decided(decisions, relabelled))) == [0, 1, 2, 3]
    write_decisions(decisions_place(spec), decisions)
    assert read_decisions(decisions_place(spec)) == decisions
    data = open_data(spec)
    assert len(data.train) + len(data.validation) == len(index), "nothing else about the set changes"
    told = [problem.title for problem in data.problems if "Decisions" in problem.title]
    assert told and all("keep" in title and "do not count" not in title for title in told)


def test_a_label_that_changed_since_it_was_called_right_is_asked_about_again(tmp_path: Path) -> None:
    pictures, labels = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), np.uint8), np.arange(20) % 2
    path = tmp_path / "set.npz"
    np.savez(path, x_train=pictures, y_train=labels, x_test=pictures, y_test=labels)
    index = open_index(str(path), decisions=Decisions())
    decisions = confirmations(index, np.array([3, 4]), Decisions())
    labels[3] = 0
    np.savez(path, x_train=pictures, y_train=labels, x_test=pictures, y_test=labels)
    index = open_index(str(path), decisions=Decisions())
    made = arrangement(index, decisions, USUAL, groups_of=lambda index: np.arange(len(index)))
    assert np.flatnonzero(made.confirmed).tolist() == [4]
    assert any("about 1 pictures do not count" in problem.title for problem in made.problems)


def test_the_list_lies_beside_the_set_and_is_no_picture(spec: str, tmp_path: Path) -> None:
    path = decide(spec, [0], Decision(action="exclude", pictures=()))
    assert path.is_relative_to(tmp_path / "config") == (spec == "digits")
    if spec != "digits":
        assert path.parent == (Path(spec) if Path(spec).is_dir() else Path(spec).parent)
        assert path.name.startswith(".")
    assert not any("decisions" in name for name in picture_names(open_index(spec)))


def test_a_picture_that_is_another_one_today_is_left_alone(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), np.uint8)
    labels = np.arange(20) % 2
    path = tmp_path / "set.npz"
    np.savez(path, x_train=pictures, y_train=labels, x_test=pictures, y_test=labels)
    decide(str(path), [3, 4], Decision(action="exclude", pictures=()))
    pictures[3] += 1
    np.savez(path, x_train=pictures, y_train=labels, x_test=pictures, y_test=labels)
    data = open_data(str(path))
    assert len(data.train) == 19
    assert any("about 1 pictures do not count" in problem.title for problem in data.problems)


def test_leaving_out_one_picture_moves_no_other(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / "ab"[number % 2]).mkdir(exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "ab"[number % 2] / f"{number}.png")
    before = open_data(str(tmp_path))
    decide(str(tmp_path), [5], Decision(action="exclude", pictures=()))
    after = open_data(str(tmp_path))
    moved = set(before.train.files) & set(after.validation.files) | set(before.validation.files) & set(
        after.train.files
    )
    assert not moved and len(after.train) + len(after.validation) == 39


def test_a_set_cannot_be_emptied(spec: str) -> None:
    index = open_index(spec)
    decide(spec, index.train.tolist(), Decision(action="exclude", pictures=()))
    with pytest.raises(WorkbenchError, match=r"to train on"):
        open_data(spec)


def test_a_damaged_list_is_told(tmp_path: Path) -> None:
    (tmp_path / ".workbench-decisions.json").write_text("{")
    with pytest.raises(WorkbenchError, match="damaged"):
        read_decisions(str(tmp_path))
    (tmp_path / ".workbench-decisions.json").write_text('{"version": 99, "made": [{"action": "sing"}]}')
    with pytest.raises(WorkbenchError, match="later version"):
        read_decisions(str(tmp_path))


def test_undo_and_redo_have_ends() -> None:
    with pytest.raises(WorkbenchError, match="no decision to undo"):
        undo(Decisions())
    with pytest.raises(WorkbenchError, match="no decision to make again"):
        redo(decided(Decisions(), Decision(action="exclude", pictures=("a",))))
