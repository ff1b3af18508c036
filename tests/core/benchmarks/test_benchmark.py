"""Benchmarks: arms in turn, ratios within a round, every arm does its work."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from workbench.core.benchmarks import benchmark
from workbench.core.benchmarks.benchmark import Benchmark, Work, measure, results
from workbench.core.benchmarks.catalog import BENCHMARKS
from workbench.errors import WorkbenchError

SMALL = Work(network="cifar10net", images=32, batch=16)
ARMS = [(each, arm) for each in BENCHMARKS.values() for arm in each.arms.values()]


@pytest.mark.parametrize(("of", "arm"), ARMS, ids=[f"{of.name}: {arm.name}" for of, arm in ARMS])
def test_every_arm_gives_a_figure(of: Benchmark, arm: benchmark.Arm, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.core.benchmarks import overhead

    monkeypatch.setattr(overhead, "STEPS", 4)
    monkeypatch.setattr(overhead, "WARMING", 0)
    figure = arm.run(SMALL)
    assert figure > 0 or of.unit == "ms"
    assert set(arm.against) <= set(of.arms)


def test_ratios_are_taken_within_a_round() -> None:
    made = Benchmark("made", "for this test", "images/s")
    made.arm("usual")(lambda _work: 0.0)
    made.arm("ours", "usual")(lambda _work: 0.0)
    told = [("usual", 10.0), ("ours", 20.0), ("usual", 100.0), ("ours", 300.0), ("usual", 1.0), ("ours", 9.0)]
    usual, ours = results(made, told)
    assert ours.ratios == {"usual": 3.0} and usual.ratios == {}
    assert (usual.median, ours.median) == (10.0, 20.0)


def test_arms_run_in_turn_each_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(name: str, arm: str, work: Work) -> float:
        asked.append((name, arm, work))
        return 1.0

    monkeypatch.setattr(benchmark, "_in_a_process", answer)
    told = list(measure(BENCHMARKS["training"], SMALL, rounds=2))
    assert [arm for arm, _figure in told] == 2 * list(BENCHMARKS["training"].arms)
    assert asked[0] == ("training", "tutorial", SMALL)


@pytest.mark.parametrize(("clock", "seconds"), [("wall", time.perf_counter), ("cpu", time.process_time)])
def test_a_clock_tells_the_seconds_that_its_name_says(clock: str, seconds: Callable[[], float]) -> None:
    before = seconds()
    assert before <= Work(clock=clock).now() <= seconds()


def test_a_rate_counts_whole_batches_and_every_arm_hears_all_of_the_work() -> None:
    work = Work(network="lenet5", images=100, batch=16, device="cuda", clock="cpu")
    assert work.rate(2.0) == 48.0
    told = dict(zip(work.words()[::2], work.words()[1::2], strict=True))
    assert told == {"--network": "lenet5", "--images": "100", "--batch": "16", "--device": "cuda", "--clock": "cpu"}


def test_an_arm_that_fails_is_named_with_its_reason() -> None:
    with pytest.raises(WorkbenchError, match="overhead") as caught:
        list(measure(BENCHMARKS["overhead"], Work(network="nothing"), rounds=1))
    assert "nothing" in caught.value.reason
