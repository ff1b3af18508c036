"""`train --frozen`: the counterpart of the freeze line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from workbench.core import open_run

FROZEN = ("conv1", "bn1", "relu1")


def test_what_is_frozen_stays_bit_for_bit_whatever_the_rate(workbench: Any, tmp_path: Path) -> None:
    words = ("--data", "digits", "--epochs", "1", "--batch", "256", "--device", "cpu", "--frozen", ",".join(FROZEN))
    weights = []
    for rate in ("0.001", "0.01"):
        out = tmp_path / rate
        assert workbench("train", "cifar10cnn", *words, "--lr", rate, "--out", str(out)).status == 0
        run = open_run(out)
        assert run.plan.frozen == FROZEN
        weights.append(run.weights("last"))
    one, other = weights
    for key, value in one.items():
        assert torch.equal(value, other[key]) == (key.startswith(FROZEN) or "num_batches" in key), key


def test_a_name_that_the_network_does_not_have_is_refused(workbench: Any, tmp_path: Path) -> None:
    answer = workbench("train", "lenet5", "--data", "digits", "--frozen", "stem", "--out", str(tmp_path / "run"))
    assert answer.status == 2 and "There is no stem in lenet5" in answer.err
