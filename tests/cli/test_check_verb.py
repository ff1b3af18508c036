"""`workbench check`: the report, decisions from the command line, and what runs saw."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.core.runs.folder import open_run


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """A set of noise in which two pictures are in both parts, and one is blank."""
    pictures = np.random.default_rng(0).integers(0, 256, (60, 32, 32, 3), np.uint8)
    labels = np.arange(60) % 10
    pictures[40:42], labels[40:42] = pictures[:2], labels[:2]
    pictures[7] = 0
    path = tmp_path / "leaky.npz"
    np.savez(path, x_train=pictures[:40], y_train=labels[:40], x_test=pictures[40:], y_test=labels[40:])
    return path


def findings(answer: Any) -> set[str]:
    return {each["finding"] for each in answer.json["findings"]}


def test_the_report_names_pictures_and_ways_out(workbench: Any, leaky: Path, tmp_path: Path) -> None:
    answer = workbench("check", leaky, "--sheet", tmp_path / "sheets")
    assert answer.status == 0, answer.err
    assert "2 pictures to validate on are among those to train on" in answer.out
    assert "train/1  like  validation/1" in answer.out
    assert "--decide leaks=move" in answer.out
    assert {path.name for path in (tmp_path / "sheets").iterdir()} == {"leaks.png", "blank.png"}


def test_decisions_are_made_and_undone(workbench: Any, leaky: Path) -> None:
    assert findings(workbench("check", leaky, "--json")) == {"leaks", "blank", "few"}
    answer = workbench("check", leaky, "--decide", "leaks", "--decide", "blank", "--json")
    assert findings(answer) == {"few"} and answer.json["train"] == 37
    assert len(answer.json["decisions"]) == 2
    assert findings(workbench("check", leaky, "--undo", "--json")) == {"blank", "few"}
    assert findings(workbench("check", leaky, "--redo", "--json")) == {"few"}
    answer = workbench("check", leaky, "--exclude", "train/9", "validation/3", "--json")
    assert (answer.json["train"], answer.json["validation"]) == (36, 19)
    answer = workbench("check", leaky, "--relabel", "4", "train/10", "--json")
    assert answer.json["decisions"][-1]["to"] == "4"
    answer = workbench("check", leaky, "--move", "validation", "train/11", "--json")
    assert (answer.json["train"], answer.json["validation"]) == (35, 20)


def test_labels_are_called_right_and_counted(workbench: Any, leaky: Path) -> None:
    answer = workbench("check", leaky, "--confirm", "train/9", "train/10", "validation/3", "--json")
    assert answer.json["confirmed"] == 3
    assert {(each["action"], each["to"]) for each in answer.json["decisions"]} == {
        ("confirm", "9"),
        ("confirm", "0"),
        ("confirm", "3"),
    }
    answer = workbench("check", leaky, "--undo")
    assert "2 labels given or called right by you" in answer.out
    assert "keep 1 picture as 3" in answer.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--decide", "smell"), "found no smell"),
        (("--decide", "leaks=relabel"), "offers no relabel"),
        (("--decide", "few"), "offers no way out"),
        (("--exclude", "train/999"), "no picture train/999"),
        (("--relabel", "cat", "train/1"), "no class cat"),
        (("--move", "test", "train/1"), "no part test"),
        (("--undo",), "no decision to undo"),
    ],
)
def test_wrong_wishes_change_nothing(workbench: Any, leaky: Path, words: tuple[str, ...], message: str) -> None:
    answer = workbench("check", leaky, *words)
    assert answer.status == 2 and message in answer.err, answer.err
    assert [path.name for path in leaky.parent.glob(".*")] == []


def test_a_run_doubts_labels_that_were_changed(workbench: Any, digits_run: Path, tmp_path: Path) -> None:
    from workbench.core.data.sources import open_data

    data = open_data("digits")
    wrong = np.arange(0, 360, 24)
    labels = data.validation.labels.copy()
    labels[wrong] = (labels[wrong] + 1) % 10
    arrays = {"x_train": data.train.images, "y_train": data.train.labels, "x_test": data.validation.images}
    np.savez(tmp_path / "set.npz", **arrays, y_test=labels, classes=np.array(data.classes))
    answer = workbench("check", tmp_path / "set.npz", "--run", digits_run, "--json")
    (found,) = [each for each in answer.json["findings"] if each["finding"] == "labels"]
    doubted = {name for name in found["pictures"] if name.startswith("validation/")}
    planted = {f"validation/{number}" for number in wrong}
    assert len(doubted & planted) >= 0.8 * len(planted)
    assert len(doubted) <= 3 * len(planted)
    answer = workbench("check", tmp_path / "set.npz", "--run", digits_run, "--decide", "labels=exclude", "--json")
    assert "labels" not in findings(answer) or len(answer.json["decisions"]) == 1


def test_a_run_names_what_it_saw(workbench: Any, digits_run: Path, tmp_path: Path, leaky: Path) -> None:
    words = ("train", "cifar10cnn", "--data", leaky, "--epochs", "1", "--batch", "20", "--device", "cpu")
    contents = {}
    for name, more in {"first": (), "again": (), "split": ("--validation-share", "0.25")}.items():
        answer = workbench(*words, *more, "--out", tmp_path / name)
        assert answer.status == 0, answer.err
        contents[name] = open_run(tmp_path / name).data_card.content
    assert contents["first"] == contents["again"] != contents["split"]
    assert open_run(tmp_path / "split").data_card.train_images == 30
    assert "warning" not in workbench("evaluate", tmp_path / "first").err
    assert "own part" in workbench("evaluate", tmp_path / "split").err
    workbench("check", leaky, "--relabel", "4", "train/10")
    answer = workbench("evaluate", tmp_path / "first")
    assert answer.status == 0 and "is not what the run was trained and validated on" in answer.err


def test_a_continued_run_says_that_labels_changed(workbench: Any, leaky: Path, tmp_path: Path) -> None:
    from workbench.core.runs.runner import resume, walk
    from workbench.core.training.control import Control
    from workbench.core.training.events import EpochDone

    words = ("train", "cifar10cnn", "--data", leaky, "--epochs", "1", "--batch", "20", "--device", "cpu")
    assert workbench(*words, "--out", tmp_path / "run").status == 0
    plan = tmp_path / "run" / "plan.json"
    shutil.copytree(tmp_path / "run", tmp_path / "long")
    (tmp_path / "long" / "plan.json").write_text(plan.read_text().replace('"epochs": 1', '"epochs": 3'))
    shutil.rmtree(tmp_path / "long" / "checkpoints")
    (tmp_path / "long" / "events.jsonl").unlink()
    control = Control()
    for event in walk(open_run(tmp_path / "long"), control):
        if isinstance(event, EpochDone):
            control.stop()
    workbench("check", leaky, "--relabel", "4", "train/10")
    told = [getattr(event, "title", "") for event in resume(tmp_path / "long")]
    assert "The data has changed since the run began" in told


@pytest.fixture
def patients(tmp_path: Path) -> Path:
    """A table with parts of its own, in which one of eight patients is in both."""
    from PIL import Image

    lines = ["path,label,split,patient"]
    for number in range(48):
        name, patient = f"{number}.png", number // 6
        noise = np.random.default_rng(number).integers(0, 256, (24, 24, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / name)
        held = patient == 7 or number == 3
        lines.append(f"{name},{'ab'[number % 2]},{'val' if held else 'train'},p{patient}")
    path = tmp_path / "patients.csv"
    path.write_text("\n".join(lines))
    return path


def test_a_patient_in_both_parts_is_found_and_decided_about(workbench: Any, patients: Path) -> None:
    asked = ("check", patients, "--group-column", "Patient", "--json")
    (finding,) = (each for each in workbench(*asked).json["findings"] if each["finding"] == "groups")
    assert finding["title"] == "1 Patient is in both parts"
    assert sorted(finding["pictures"]) == sorted(f"{number}.png" for number in range(6))
    answer = workbench(*asked, "--decide", "groups=move")
    assert "groups" not in findings(answer)
    assert (answer.json["train"], answer.json["validation"]) == (42, 6)
    assert "groups" not in findings(workbench("check", patients, "--json"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--group-column", "nurse"), "has no column nurse"),
        (("--group-pattern", "("), "is no pattern"),
        (("--group-pattern", "a", "--group-column", "b"), "named twice"),
    ],
)
def test_groups_that_cannot_be_are_refused(
    workbench: Any, patients: Path, words: tuple[str, ...], message: str
) -> None:
    answer = workbench("check", patients, *words)
    assert answer.status == 2 and message in answer.err
