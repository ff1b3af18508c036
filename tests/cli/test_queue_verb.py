"""`workbench queue` as a person calls it, and killed as a person does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from workbench.core.runs.folder import Run
from workbench.core.runs.proof import compare_bits
from workbench.core.runs.sweeps.sweep import open_sweep
from workbench.core.training.events import StepDone, from_line

LENET = "lenet5 --data digits --epochs 1 --batch 256 --device cpu --precision fp32".split()


def runs(answer: Any) -> list[str]:
    return [Path(entry["run"]).name for entry in answer.json["entries"]]


def test_adding_moving_training_removing(workbench: Any, tmp_path: Path, digits_run: Path) -> None:
    assert "Nothing is in the queue" in workbench("queue", "list").err
    for name in "ab":
        assert workbench("queue", "add", *LENET, "--out", tmp_path / name).status == 0
    answer = workbench("queue", "move", 2, 1, "--json")
    assert runs(answer) == ["b", "a"] and not answer.json["working"]
    answer = workbench("queue", "run")
    assert answer.status == 0, answer.err
    assert (
        "Entry 2" in answer.err and answer.out.splitlines()[0].split() == "entry state run done accuracy reason".split()
    )
    assert [entry["epochs_done"] for entry in workbench("queue", "list", "--json").json["entries"]] == [1, 1]
    assert workbench("queue", "remove", 1, 2, "--json").json["entries"] == []
    assert Run(tmp_path / "a").state == "complete", "its run stays"
    refused = workbench("queue", "add", digits_run)
    assert refused.status == 2 and "is complete" in refused.err


def test_a_failure_is_told_and_kept_until_it_is_cleared(workbench: Any, tmp_path: Path) -> None:
    workbench("queue", "add", *LENET, "--out", tmp_path / "a", "--queue", tmp_path / "q")
    (tmp_path / "a" / "network.json").write_text("{")
    answer = workbench("queue", "run", "--queue", tmp_path / "q", "--json")
    assert (answer.status, answer.json["entries"][0]["state"]) == (2, "failed") and "network.json" in answer.err
    assert workbench("queue", "clear", "--queue", tmp_path / "q", "--json").json["entries"] == []


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["queue"], "DEED"),
        (["queue", "dance"], "dance"),
        (["queue", "move", "1", "1"], "no entry 1"),
        (["queue", "remove", "x"], "invalid int"),
        (["queue", "add", "lenet5"], "--data"),
        (["queue", "add", "lenet5", "--data", "digits", "--batch", "0"], "batch size"),
    ],
)
def test_wrong_requests(workbench: Any, words: list[str], part: str) -> None:
    answer = workbench(*words)
    assert (answer.status, answer.out) == (2, "") and part in answer.err


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_killed_without_warning_it_goes_on_to_the_bit(workbench: Any, tmp_path: Path) -> None:
    words = [*LENET, "--epochs", "4"]
    for name in ("a", "b"):
        assert workbench("queue", "add", *words, "--out", tmp_path / name).status == 0
    process = subprocess.Popen([sys.executable, "-m", "workbench", "queue", "run"], env={**os.environ})
    wait_for_steps(tmp_path / "a" / "events.jsonl", process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    answer = workbench("queue", "list", "--json").json
    assert [entry["state"] for entry in answer["entries"]] == ["running", "waiting"] and not answer["working"]
    assert Run(tmp_path / "a").state == "unfinished"
    assert subprocess.run([sys.executable, "-m", "workbench", "queue", "run"], env={**os.environ}).returncode == 0
    assert [Run(tmp_path / name).state for name in "ab"] == ["complete", "complete"]
    assert compare_bits(Run(tmp_path / "a"), Run(tmp_path / "b")).differing_bits == 0


def wait_for_steps(log: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the second step is told."""
    while True:
        lines = log.read_bytes().splitlines() if log.exists() else []
        if sum(isinstance(from_line(line), StepDone) for line in lines) >= 2:
            return
        with suppress(subprocess.TimeoutExpired):
            pytest.fail(f"the queue was over before it was killed: {process.wait(0.02)}")


SPACE = "--space lr=0.01,0.001 --method grid".split()


def test_a_sweep_waits_and_is_trained_in_its_turn(workbench: Any, tmp_path: Path) -> None:
    answer = workbench("sweep", "add", *LENET, *SPACE, "--out", tmp_path / "s", "--json")
    assert answer.status == 0, answer.err
    assert [(entry["trials_done"], entry["trials"]) for entry in answer.json["entries"]] == [(0, 2)]
    assert workbench("queue", "add", *LENET, "--out", tmp_path / "after").status == 0
    answer = workbench("queue", "run")
    assert answer.status == 0, answer.err
    assert "trial 2/2  learning_rate 0.001" in answer.err
    assert "2 of 2 trials" in answer.out and "1 of 1 epochs" in answer.out
    assert open_sweep(tmp_path / "s").best() is not None and Run(tmp_path / "after").state == "complete"
    refused = workbench("queue", "add", tmp_path / "s")
    assert refused.status == 2 and "is complete" in refused.err and "--trials" in refused.err


def test_sweeps_without_a_name_get_folders_of_their_own(workbench: Any, tmp_path: Path) -> None:
    for _ in range(2):
        answer = workbench("sweep", "add", *LENET, *SPACE, "--queue", tmp_path / "q", "--json")
    assert len(set(runs(answer))) == 2
    answer = workbench("queue", "remove", 1, 2, "--queue", tmp_path / "q", "--json")
    assert answer.json["entries"] == [] and list((tmp_path / "runs").glob("sweep*")) == [], "nothing was begun"


def test_the_fault_that_ends_a_sweep_ends_its_entry(workbench: Any, tmp_path: Path) -> None:
    workbench("sweep", "add", *LENET, *SPACE, "--out", tmp_path / "s")
    (tmp_path / "s" / "base" / "plan.json").write_text("{")
    answer = workbench("queue", "run", "--json")
    assert (answer.status, answer.json["entries"][0]["state"]) == (2, "failed") and "plan.json" in answer.err


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_a_sweep_killed_without_warning_goes_on_to_the_bit(workbench: Any, tmp_path: Path) -> None:
    words = [*LENET, *SPACE, "--epochs", "4"]
    assert workbench("sweep", "add", *words, "--out", tmp_path / "s").status == 0
    process = subprocess.Popen([sys.executable, "-m", "workbench", "queue", "run"], env={**os.environ})
    wait_for_steps(tmp_path / "s" / "trials" / "0001" / "seed-0" / "events.jsonl", process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert workbench("queue", "list", "--json").json["entries"][0]["state"] == "running"
    answer = workbench("queue", "run", "--json")
    assert (answer.status, answer.json["entries"][0]["state"]) == (0, "complete"), answer.err
    workbench("sweep", "run", *words, "--out", tmp_path / "whole")
    for number in ("0001", "0002"):
        one, other = (Run(tmp_path / name / "trials" / number / "seed-0") for name in ("s", "whole"))
        assert compare_bits(one, other).differing_bits == 0
