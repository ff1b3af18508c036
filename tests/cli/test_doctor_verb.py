"""`workbench doctor` as a person calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from workbench.core.graph.network import Node, chain
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.plan import TrainingPlan


def test_advice_is_printed_with_its_evidence_and_its_remedies(workbench: Any, tmp_path: Path) -> None:
    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("conv", "Conv2d"), Node("bn", "BatchNorm2d")]
    network = chain("tiny", [*nodes, Node("flatten", "Flatten"), Node("fc", "Linear"), Node("output", "Output")])
    plan = TrainingPlan(network="tiny", data="digits", epochs=1, batch_size=4, precision="fp32", device="cpu")
    run = create_run(plan, network, tmp_path / "run")
    for _event in walk(run):
        pass
    told = workbench("doctor", run.path)
    assert "batch_size: The batches are too small for BatchNorm" in told.out
    assert "- Take 16 pictures at a time" in told.out
    found = msgspec.json.decode(workbench("doctor", run.path, "--json").out)
    assert "batch_size" in [finding["where"] for finding in found]
    assert all(finding["reason"] for finding in found)


def test_a_folder_that_is_no_run_is_a_wrong_request(workbench: Any, tmp_path: Path) -> None:
    assert workbench("doctor", tmp_path).status == 2
