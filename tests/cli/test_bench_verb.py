"""`workbench bench` as a person calls it."""

from __future__ import annotations

from typing import Any

import pytest


def test_an_arm_by_itself_prints_its_figure(workbench: Any) -> None:
    answer = workbench("bench", "training", "--arm", "network, fp32", "--images", "16", "--batch", "8")
    assert answer.status == 0, answer.err
    assert float(answer.out) > 0


def test_arms_and_ratios_are_told(workbench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.core.benchmarks import benchmark

    monkeypatch.setattr(benchmark, "_in_a_process", lambda _name, arm, _work: 200.0 if "engine" in arm else 100.0)
    answer = workbench("bench", "training", "--rounds", "2")
    assert "× 2.00 of tutorial" in answer.out
    found = workbench("bench", "training", "--rounds", "2", "--json").json["training"]
    assert found[2]["ratios"] == {"tutorial": 2.0, "network, fp32": 2.0} and found[2]["figures"] == [200.0, 200.0]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("nothing",), "There is no benchmark nothing"),
        (("training", "--arm", "mine"), "There is no arm mine"),
        (("training", "--rounds", "0"), "at least one round"),
        (("training", "--images", "5"), "at least one round of one batch"),
        (("training", "--clock", "cpu", "--device", "cuda"), "says nothing of another device"),
    ],
)
def test_what_cannot_be_measured_is_refused(workbench: Any, words: tuple[str, ...], reason: str) -> None:
    answer = workbench("bench", *words)
    assert (answer.status, answer.out) == (2, "") and reason in answer.err
