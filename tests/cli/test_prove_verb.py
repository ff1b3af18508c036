"""`workbench prove-resume` as a person calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

WORDS = "prove-resume lenet5 --data digits --epochs 1 --batch 200 --device cpu --precision fp32".split()


@pytest.mark.slow
def test_the_experiment_prints_no_differing_bits(workbench: Any, tmp_path: Path) -> None:
    answer = workbench(*WORDS, "--interruptions", "1", "--out", tmp_path / "proof")
    assert answer.status == 0, answer.err
    assert answer.out.startswith("differing bits  0 of ")
    assert "bit for bit" in answer.out and "Stopped after step" in answer.err
    assert {path.name for path in (tmp_path / "proof").iterdir()} == {"whole", "interrupted"}


def test_a_bad_plan_is_refused_before_anything_starts(workbench: Any, tmp_path: Path) -> None:
    answer = workbench(*WORDS, "--lr", "-1", "--out", tmp_path / "proof")
    assert (answer.status, answer.out) == (2, "") and "learning rate" in answer.err
    assert not (tmp_path / "proof").exists()
