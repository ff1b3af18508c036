"""`workbench sweep` as a person calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.core.runs.sweeps.methods import Tpe
from workbench.core.runs.sweeps.pruning import Hyperband
from workbench.core.runs.sweeps.sweep import open_sweep

LENET = "lenet5 --data digits --epochs 1 --batch 480 --device cpu --precision fp32".split()


def test_a_sweep_is_trained_shown_and_extended(workbench: Any, tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    space = ["--space", "lr=0.0001,0.01", "--space", "optimizer=sgd,adamw", "--space", "momentum=0.9"]
    answer = workbench("sweep", "run", *LENET, *space, "--method", "grid", "--trials", "2", "--out", out)
    assert answer.status == 0, answer.err
    heading, *lines = answer.out.splitlines()
    assert heading.split() == (
        "trial state learning_rate optimizer momentum accuracy seeds last time pictures/s reason".split()
    )
    assert len([line for line in lines if "complete" in line]) == 2 and "best" in answer.out
    told = workbench("sweep", "resume", out, "--trials", "9", "--json").json
    assert (told["done"], told["complete"], told["search"]["trials"]) == (4, True, 4), "the grid has no more"
    assert [row["number"] for row in told["rows"]] == [1, 2, 3, 4]
    best = max(told["rows"], key=lambda row: row["score"]["mean"])
    assert told["best"] == best["number"] and Path(told["best_plan"]).is_file()
    assert workbench("sweep", "show", out, "--json").json == told
    again = workbench("train", told["best_plan"], "--out", tmp_path / "again", "--json")
    assert again.json["accuracy"] == best["score"]["mean"]
    assert "has 4 trials already" in workbench("sweep", "resume", out, "--trials", "3").err


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ([], ["space: nothing is searched"]),
        (["--space", "bach=3,4", "--space", "lr=-1:1"], ["bach: there is no bach", "learning_rate", "greater than 0"]),
        (["--space", "lr=log:1e-3:1", "--method", "grid"], ["grid needs to know how many"]),
        (["--space", "lr=0.1,1", "--method", "guess"], ["no method guess", "grid"]),
        (["--space", "lr=0.1,1", "--seeds", "0"], ["at least 1"]),
        (["--space", "lr=0.1,1", "--method", "tpe:start=3"], ["start=3 is none of its settings (startup)"]),
        (["--space", "lr=0.1,1", "--method", "grid:start=3"], ["it has none"]),
        (["--space", "lr=0.1,1", "--pruner", "hyperband:factor=1"], ["hyperband:factor=1", ">= 2"]),
        (["--space", "lr=0.1,1", "--pruner", "median:epochs=few"], ["epochs=few", "whole number"]),
        (["--space", "lr=0.1,1", "--search-seed", "-1"], ["seed of a search"]),
    ],
)
def test_wrong_requests_train_nothing(workbench: Any, tmp_path: Path, words: list[str], parts: list[str]) -> None:
    answer = workbench("sweep", "run", *LENET, *words, "--out", tmp_path / "sweep")
    assert (answer.status, answer.out) == (2, "") and all(part in answer.err for part in parts), answer.err
    assert not (tmp_path / "sweep").exists()


def test_methods_and_pruners_take_their_options(workbench: Any, tmp_path: Path) -> None:
    space = ["--space", "lr=log:1e-4:1e-2", "--trials", "1", "--search-seed", "7"]
    options = ["--method", "tpe:startup=3", "--pruner", "hyperband:least=2,factor=4"]
    answer = workbench("sweep", "add", *LENET, *space, *options, "--out", tmp_path / "s", "--queue", tmp_path / "q")
    assert answer.status == 0, answer.err
    search = open_sweep(tmp_path / "s").search
    assert (search.method, search.pruner, search.seed) == (Tpe(startup=3), Hyperband(least=2, factor=4), 7)


def test_there_must_be_a_sweep(workbench: Any, tmp_path: Path) -> None:
    answer = workbench("sweep", "show", tmp_path)
    assert answer.status == 2 and "is not a sweep" in answer.err
