"""A benchmark: several arms that do the same work in different ways, each in fresh processes, in turn.

Machines are shared and noisy, so a figure by itself says little. The arms of one round run close together, and what
counts is the median over the rounds of the ratio within a round.

    TRAINING = benchmark("training", "images per second of a training", unit="images/s")

    @TRAINING.arm("tutorial")
    def tutorial(work: Work) -> float: ...
"""

from __future__ import annotations

import dataclasses
import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from workbench.errors import WorkbenchError
from workbench.machine import own_environment, own_program

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}
"""Seconds on the wall, or seconds of all processor cores that this process has used: those others do not disturb."""
EPOCH = 49_920
"""Pictures of an epoch: 390 steps of 128, as of CIFAR-10."""


@dataclass(frozen=True)
class Work:
    """What every arm does: a network, so many pictures, so many in a batch, on a device, timed by one of `CLOCKS`."""

    network: str = "cifar10net"
    images: int = EPOCH
    batch: int = 128
    device: str = "cpu"
    clock: str = "wall"

    def words(self) -> list[str]:
        """The same on the command line."""
        return [word for name, value in dataclasses.asdict(self).items() for word in (f"--{name}", str(value))]

    def now(self) -> float:
        """Seconds on the clock."""
        return CLOCKS[self.clock]()

    def rate(self, seconds: float) -> float:
        """Pictures of whole batches per second."""
        return self.images // self.batch * self.batch / seconds


@dataclass(frozen=True)
class Arm:
    """One way of doing the work: its figure, and the arms that it is measured against."""

    name: str
    run: Callable[[Work], float]
    against: tuple[str, ...]


@dataclass
class Benchmark:
    """Arms whose figures have one unit."""

    name: str
    summary: str
    unit: str
    arms: dict[str, Arm] = field(default_factory=dict)

    def arm(self, name: str, *against: str) -> Callable[[Callable[[Work], float]], Callable[[Work], float]]:
        """Decorator that adds an arm, measured `against` others."""

        def add(run: Callable[[Work], float]) -> Callable[[Work], float]:
            self.arms[name] = Arm(name, run, against)
            return run

        return add


@dataclass(frozen=True)
class ArmResult:
    """The figures of an arm, one a round, and the median ratio to each of the arms that it is measured against."""

    arm: str
    unit: str
    figures: tuple[float, ...]
    ratios: dict[str, float]

    @property
    def median(self) -> float:
        """The middle of the figures."""
        return statistics.median(self.figures)


BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(name: str, summary: str, *, unit: str) -> Benchmark:
    """A benchmark of that name, registered."""
    BENCHMARKS[name] = Benchmark(name, summary, unit)
    return BENCHMARKS[name]


def measure(benchmark: Benchmark, work: Work, *, rounds: int) -> Iterator[tuple[str, float]]:
    """Run every arm in every round, each in a fresh process, and tell each figure with its arm.

    Raises `WorkbenchError` with the last line of an arm that failed.
    """
    for _ in range(rounds):
        for arm in benchmark.arms:
            yield arm, _in_a_process(benchmark.name, arm, work)


def results(benchmark: Benchmark, told: Sequence[tuple[str, float]]) -> list[ArmResult]:
    """What the figures say, arm by arm; ratios are taken within a round."""
    figures = {arm: tuple(figure for name, figure in told if name == arm) for arm in benchmark.arms}
    return [
        ArmResult(arm.name, benchmark.unit, figures[arm.name], _ratios(figures, arm)) for arm in benchmark.arms.values()
    ]


def _ratios(figures: dict[str, tuple[float, ...]], arm: Arm) -> dict[str, float]:
    return {
        base: statistics.median(ours / theirs for ours, theirs in zip(figures[arm.name], figures[base], strict=True))
        for base in arm.against
    }


def _in_a_process(name: str, arm: str, work: Work) -> float:
    words = [*own_program(), "bench", name, "--arm", arm, *work.words()]
    done = subprocess.run(words, capture_output=True, text=True, env=own_environment(), check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"its process ended with {done.returncode}"])[-1]
        raise WorkbenchError(f"The arm {arm} of the benchmark {name} stopped", reason)
    return float(json.loads(done.stdout.strip().splitlines()[-1]))
