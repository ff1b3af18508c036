"""What the benchmarks of a training share: arms that run in turn, each in a process of its own, and their options."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec

from workbench.core.benchmarks.benchmark import CLOCKS, EPOCH, Work

Arms = Mapping[str, Callable[[Work], float]]
"""Images per second of each way to do the same work."""
Round = Mapping[str, float]
"""The figure of each arm, all of them measured close together."""


def compare(
    program: str,
    about: str,
    arms: Arms,
    *,
    tell: Callable[[Sequence[Round]], Iterable[str]],
    needs: Sequence[str] = (),
) -> None:
    """Run the arms of a program as its command line asks and print what is told of the rounds.

    With `--arm` this is the process of one arm. Exits if a package that an arm `needs` is not installed.
    """
    options = _options(about, arms)
    work = Work(images=options.images, clock=options.clock)
    if options.arm:
        print(arms[options.arm](work))
        return
    if any(find_spec(package) is None for package in needs):
        sys.exit(f"To measure, install all of these: pip install {' '.join(needs)}")
    rounds = [{arm: _in_a_process(program, arm, work) for arm in arms} for _ in range(options.rounds)]
    print("\n".join(tell(rounds)))


def figure(rounds: Sequence[Round], arm: str) -> str:
    """The median of an arm over the rounds."""
    return f"{statistics.median(each[arm] for each in rounds):8,.0f} images/s"


def _options(about: str, arms: Arms) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=EPOCH)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--arm", choices=arms)
    return parser.parse_args()


def _in_a_process(program: str, arm: str, work: Work) -> float:
    words = [sys.executable, program, "--arm", arm, "--images", str(work.images), "--clock", work.clock]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.splitlines()[-1])
