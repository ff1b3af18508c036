"""The largest batch from the command line, and the parts of a plan in lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.core.data.augment import Step
from workbench.core.runs.folder import open_run
from workbench.core.training.phases import ParameterGroup, Phase
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.plan_files import plan_to_json

LENET = ("lenet5", "--data", "digits", "--device", "cpu", "--precision", "fp32")


def refused(answer: Any, *parts: str) -> None:
    assert (answer.status, answer.out) == (2, ""), answer.err
    assert all(part in answer.err.splitlines()[-1] for part in parts), answer.err


def test_the_largest_batch_with_what_was_predicted_and_measured(workbench: Any) -> None:
    found = workbench("find-batch", *LENET, "--json").json
    assert (found["batch"], found["known"], found["device"], found["precision"]) == (
        1437,
        "all pictures",
        "cpu",
        "fp32",
    )
    measured = found["measured"]
    assert measured["bytes"] == pytest.approx(measured["predicted_bytes"], rel=0.5)
    assert found["predicted_bytes"] > measured["predicted_bytes"]
    told = workbench("find-batch", *LENET).out
    assert "1,437" in told and "--batch 1437" in told and "32 pictures" in told


def test_a_run_has_the_parts_that_its_lines_say(workbench: Any, tmp_path: Path) -> None:
    phases = ("--phase", "epochs=1 train=fc3 bn=frozen", "--phase", "epochs=1 lr=1e-4 group=conv1:rate=0.1")
    parts = (*phases, "--lr", "0.002", "--group", "*.bias:decay=0", "--augmentation-steps", "rotation:degrees=5 crop")
    answer = workbench("train", *LENET, "--batch", "256", *parts, "--out", tmp_path / "run", "--json")
    assert answer.status == 0, answer.err
    assert "850 of them train" in answer.err and answer.json["epochs"] == 2
    plan = open_run(tmp_path / "run").plan
    assert plan.phases == (
        Phase(epochs=1, learning_rate=0.002, trainable=("fc3",), norm="frozen"),
        Phase(epochs=1, learning_rate=1e-4, groups=(ParameterGroup(pattern="conv1", rate=0.1),)),
    )
    assert plan.groups == (ParameterGroup(pattern="*.bias", decay=0.0),)
    assert plan.augmentation_steps == (Step("rotation", {"degrees": 5.0}), Step("crop"))


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--phase", "epochs=1 train=head"], ["There is no head in lenet5"]),
        (["--phase", "epochs=0"], ["epochs of phase 1", "at least 1"]),
        (["--phase", "quick"], ["quick is none of its settings", "epochs=3 lr=1e-3"]),
        (["--phase", "epochs=1", "--epochs", "2"], ["--epochs would not count"]),
        (["--phase", "epochs=1 train=tanh1"], ["Phase 1 trains nothing"]),
        (["--group", "head.*:rate=0.1"], ["head.* takes no parameter of lenet5"]),
        (["--group", "fc1"], ["a rate or a decay"]),
        (["--augmentation-steps", "spin"], ["no operation spin"]),
    ],
)
def test_parts_that_are_not_possible(workbench: Any, tmp_path: Path, words: list[str], parts: list[str]) -> None:
    refused(workbench("train", *LENET, *words, "--out", tmp_path / "run"), *parts)
    assert not (tmp_path / "run").exists()


def test_lines_replace_what_a_plan_holds(workbench: Any, tmp_path: Path) -> None:
    plan = TrainingPlan(network="lenet5", data="digits", phases=(Phase(epochs=9, learning_rate=1.0),), batch_size=256)
    path = tmp_path / "plan.json"
    path.write_bytes(plan_to_json(plan))
    refused(workbench("train", path, "--epochs", "2"), "has phases")
    answer = workbench("train", path, "--phase", "epochs=1 lr=0.01", "--out", tmp_path / "run", "--json")
    assert answer.json["epochs"] == 1, answer.err
