"""`workbench compare` as a person calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

QUICK = "train lenet5 --data digits --epochs 1 --batch 256 --device cpu --precision fp32".split()


def test_seeds_stand_in_one_line(workbench: Any, digits_run: Path, tmp_path: Path) -> None:
    for seed in ("0", "1"):
        assert workbench(*QUICK, "--seed", seed, "--out", tmp_path / f"seed{seed}").status == 0
    words = ("compare", digits_run, tmp_path / "seed0", tmp_path / "seed1")
    answer = workbench(*words)
    assert answer.status == 0, answer.err
    heading, *lines = answer.out.splitlines()
    assert heading.split() == "runs seeds accuracy last loss best epoch epochs time pictures/s settings".split()
    together = next(line for line in lines if line.startswith("seed0 and 1 more"))
    assert len(lines) == 2 and "±" in together and "batch_size 256" in together and "epochs 1" in together
    assert "spread is not known" in answer.err
    told = workbench(*words, "--json").json
    assert sorted(len(each["runs"]) for each in told) == [1, 2]
    assert all(0 <= each["accuracy"]["mean"] <= 1 for each in told)
    assert all(len(each["images_per_second"]["values"]) == len(each["seeds"]) for each in told)


def test_what_is_no_run_is_refused(workbench: Any, tmp_path: Path) -> None:
    answer = workbench("compare", tmp_path)
    assert (answer.status, answer.out) == (2, "") and "is not a run" in answer.err
