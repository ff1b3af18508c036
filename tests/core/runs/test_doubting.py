"""A run finds wrong labels that were planted in the set it learned from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workbench.core.data.decisions import Decisions, write_decisions
from workbench.core.data.sources import open_data
from workbench.core.runs.doubting import checked_with, witnesses
from workbench.core.runs.folder import open_run
from workbench.core.runs.runner import create_run, train
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError

SHARE = 0.06
"""Of the labels that are made wrong."""


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, set[int]]:
    """A file of digits with wrong labels, a run that learned from it, and the numbers of the pictures."""
    root, data, random = tmp_path_factory.mktemp("doubtful"), open_data("digits"), np.random.default_rng(0)
    labels = np.concatenate([data.train.labels, data.validation.labels])
    wrong = random.choice(len(labels), round(SHARE * len(labels)), replace=False)
    labels[wrong] = (labels[wrong] + random.integers(1, 10, len(wrong))) % 10
    count, path = len(data.train), root / "doubtful.npz"
    np.savez(
        path,
        x_train=data.train.images[:],
        y_train=labels[:count],
        x_test=data.validation.images[:],
        y_test=labels[count:],
    )
    plan = TrainingPlan(network="lenet5", data=str(path), epochs=6, batch_size=32, device="cpu", precision="fp32")
    for _event in train(plan, out=root / "runs" / "first"):
        pass
    return path, root / "runs" / "first", set(wrong.tolist())


def test_most_planted_labels_are_found_and_most_found_ones_are_wrong(doubtful: tuple[Path, Path, set[int]]) -> None:
    path, run, wrong = doubtful
    report = checked_with(run, str(path))
    found = report.finding("labels").pictures.tolist()
    right = len(wrong & set(found))
    precision, recall = right / len(found), right / len(wrong)
    assert precision > 0.85 and recall > 0.5  # measured: 0.97 and 0.64
    half = found[: len(found) // 2]
    assert len(wrong & set(half)) / len(half) >= precision, "the most doubtful come first"
    suspects = report.subject.suspects
    truth = open_data("digits")
    labels = np.concatenate([truth.train.labels, truth.validation.labels])
    said = [suspects.classes[number] == labels[number] for number in found if number in wrong]
    assert np.mean(said) > 0.9, "and are what the run says"
    assert suspects.same_data and "other-data" not in {each.rule for each in report.findings}


def test_a_run_that_learned_from_other_labels_is_told(doubtful: tuple[Path, Path, set[int]]) -> None:
    path, run, _ = doubtful
    report = checked_with(run, str(path))
    finding = report.finding("labels")
    write_decisions(report.place, report.taken(finding, finding.ways[0]))
    try:
        again = checked_with(run, str(path))
    finally:
        write_decisions(report.place, Decisions())
    assert again.finding("other-data").title.startswith("first was trained on other")
    assert len(again.subject.suspects.classes) < len(finding.pictures) / 2


def test_labels_that_were_called_right_are_not_asked_about_again(doubtful: tuple[Path, Path, set[int]]) -> None:
    path, run, _ = doubtful
    report = checked_with(run, str(path))
    finding = report.finding("labels")
    way = next(way for way in finding.ways if way.action == "confirm")
    some = replace(way, pictures=finding.pictures[:5])
    try:
        write_decisions(report.place, report.taken(finding, some))
        again = checked_with(run, str(path))
        assert again.finding("labels").pictures.tolist() == finding.pictures[5:].tolist()
        assert "5 more are called right by you" in again.finding("labels").reason
        assert again.subject.suspects.same_data, "the pictures and labels are those that the run learned from"
        write_decisions(report.place, report.taken(finding, way))
        assert "labels" not in {each.rule for each in checked_with(run, str(path)).findings}
    finally:
        write_decisions(report.place, Decisions())
    assert len(checked_with(run, str(path)).finding("labels").pictures) == len(finding.pictures)


def test_only_runs_of_the_set_with_weights_can_judge_it(doubtful: tuple[Path, Path, set[int]], tmp_path: Path) -> None:
    path, run, _ = doubtful
    assert [each.name for each in witnesses(run.parent, str(path))] == ["first"]
    assert not witnesses(run.parent, "digits")
    assert not witnesses(tmp_path / "nowhere", str(path))
    create_run(TrainingPlan(network="lenet5", data=str(path)), open_run(run).network, run.parent / "empty")
    (run.parent / "broken").mkdir()
    (run.parent / "broken" / "plan.json").write_text("{")
    assert [each.name for each in witnesses(run.parent, str(path))] == ["first"]


def test_other_classes_and_a_cancelled_check_end_at_once(doubtful: tuple[Path, Path, set[int]]) -> None:
    path, run, _ = doubtful
    with pytest.raises(WorkbenchError, match="other classes than the run"):
        checked_with(run, "shapes")

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checked_with(run, str(path), progress=stop)
