"""Varied and normalized batches of bytes against torchvision v2, one picture after the other, in interleaved rounds.

    python tests/benchmarks/bench_augment.py [--rounds 5] [--threads 1] [--device cpu]

Both begin with the same uint8 pictures in memory and end with a normalized float32 batch; no loader, no decoding.
Freed memory is kept for both, as in a training.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torchvision.transforms import v2

from workbench.core.data.augment import Lots, pipeline_of
from workbench.core.data.preprocessing import Framing, Preprocessing, normalize
from workbench.core.training.heap import kept_heap

MEAN, STD = (0.49, 0.48, 0.45), (0.25, 0.24, 0.26)
BILINEAR = v2.InterpolationMode.BILINEAR
JITTER = v2.ColorJitter(0.2, 0.2, 0.2)
AFFINE = v2.RandomAffine(10, translate=(0.1, 0.1), scale=(0.9, 1.1), interpolation=BILINEAR)
CASES: dict[str, tuple[int, int, int, list[v2.Transform]]] = {
    "flip-crop": (128, 32, 32, [v2.RandomCrop(32, padding=4), v2.RandomHorizontalFlip()]),
    "general": (128, 32, 32, [v2.RandomHorizontalFlip(), AFFINE, JITTER]),
    "cifar": (128, 32, 32, [v2.RandomCrop(32, padding=4), v2.RandomHorizontalFlip(), JITTER]),
    "digits": (128, 32, 32, [v2.RandomAffine(10, (0.1, 0.1), (0.9, 1.1), (-10, 10, -10, 10), BILINEAR)]),
    "strong": (
        128,
        32,
        32,
        [
            v2.RandomCrop(32, padding=4),
            v2.RandomHorizontalFlip(),
            v2.TrivialAugmentWide(interpolation=BILINEAR),
            v2.RandomErasing(0.25),
        ],
    ),
    "imagenet": (16, 256, 224, [v2.RandomResizedCrop(224), v2.RandomHorizontalFlip()]),
}
"""By preset: pictures in a batch, the side stored, the side of the input, torchvision's transforms."""


def ours(name: str, stored: torch.Tensor, side: int) -> Callable[[], torch.Tensor]:
    """A batch at a time."""
    preprocessing = Preprocessing(Framing(3, side, side), MEAN, STD)
    pipeline, generator = pipeline_of(name), torch.Generator().manual_seed(0)
    return lambda: normalize(
        pipeline(stored, preprocessing.framing, Lots(generator, len(stored))), preprocessing
    ).contiguous(memory_format=torch.channels_last)


def theirs(transforms: list[v2.Transform], stored: torch.Tensor) -> Callable[[], torch.Tensor]:
    """A picture at a time."""
    planes = stored.permute(0, 3, 1, 2).contiguous()
    chain = v2.Compose([*transforms, v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])
    return lambda: torch.stack([chain(picture) for picture in planes])


def seconds(work: Callable[[], torch.Tensor], device: torch.device, *, repeats: int) -> float:
    """Of one batch; on one thread of the CPU, the time it worked, so that other programs do not count."""
    alone = device.type == "cpu" and torch.get_num_threads() == 1
    clock = time.process_time if alone else time.perf_counter
    start = clock()
    for _ in range(repeats):
        work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return (clock() - start) / repeats


def main() -> None:
    """Print the milliseconds of a batch, best of the rounds, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with kept_heap():
        compare(torch.device(options.device), options.rounds)


def compare(device: torch.device, rounds: int) -> None:
    """Every case."""
    for name, (count, side, taken, transforms) in CASES.items():
        stored = torch.randint(0, 256, (count, side, side, 3), dtype=torch.uint8)
        arms = theirs(transforms, stored), ours(name, stored.to(device), taken)
        times: list[tuple[float, float]] = []
        for number in range(rounds + 1):
            pair = seconds(arms[0], torch.device("cpu"), repeats=1), seconds(arms[1], device, repeats=8)
            times += [pair] if number else []  # the first round warms up
        slow, fast = (1000 * min(column) for column in zip(*times, strict=True))
        median = statistics.median(left / right for left, right in times)
        print(
            f"{name:10} {count:3} of {taken:3}: torchvision {slow:7.1f} ms, ours {fast:6.2f} ms, "
            f"x{slow / fast:.1f} (median of the rounds x{median:.1f})"
        )


if __name__ == "__main__":
    main()
