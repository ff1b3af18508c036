"""How long opening takes: torchvision's networks against a bare `torch.fx` trace, and a chain against one half as long.

    python tests/benchmarks/bench_opening.py [--rounds 3] [--names resnet50 densenet201 ...]

Both are done in turns, in processor time; the best round of each counts. The first ratio says what shapes, names and
recognition cost beside the recording itself. The second, of a chain of 2,000 operations and one of 1,000, is 2 where
the time grows with the length and 4 where it grows with its square.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, fx, nn

from workbench.core.modelling.opening import torchvision_input, torchvision_module
from workbench.core.modelling.trace import trace_module

NAMES = ("resnet18", "resnet50", "mobilenet_v3_large", "efficientnet_b0", "densenet201")
LENGTH = 1000


class Chain(nn.Module):
    """The same operation many times, all in one group."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def forward(self, x: Tensor) -> Tensor:
        """As many activations as it is long."""
        for _ in range(self.length):
            x = torch.relu(x)
        return x


def ratio(slow: Callable[[], object], fast: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Seconds of processor time of each, the best of the rounds, taken in turns."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, work in enumerate((slow, fast)):
            start = time.thread_time()
            work()
            best[place] = min(best[place], time.thread_time() - start)
    return best[0], best[1]


def tell(name: str, of: str, seconds: tuple[float, float]) -> None:
    """A line with both times and their ratio."""
    print(
        f"{name:20} {seconds[0] * 1000:8.0f} ms, {of} {seconds[1] * 1000:6.0f} ms, ratio {seconds[0] / seconds[1]:.1f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--names", nargs="*", default=NAMES)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    for name in options.names:
        module, shape = torchvision_module(name), torchvision_input(name)
        opened = ratio(
            lambda module=module, shape=shape: trace_module(module, input_shape=shape),  # type: ignore[misc]
            lambda module=module: fx.symbolic_trace(module),  # type: ignore[misc]
            options.rounds,
        )
        tell(name, "bare trace", opened)
    long, short = (Chain(length) for length in (2 * LENGTH, LENGTH))
    chains = ratio(
        lambda: trace_module(long, input_shape=(3, 8, 8)),
        lambda: trace_module(short, input_shape=(3, 8, 8)),
        options.rounds,
    )
    tell("chain of 2,000", "of 1,000", chains)


if __name__ == "__main__":
    main()
