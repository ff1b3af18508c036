"""Pictures per second of the batched data path against the path of the courses, one picture at a time.

    python tests/benchmarks/bench_data.py [--rounds 5] [--images 12800]

Both flip, crop with padding 4 and normalize pictures of 32 x 32 in batches of 128, in one thread, in turns; the best
round of each counts, in processor time, so that other work on the machine disturbs little. The goal is a ratio of 25.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torchvision import transforms

from workbench.core.data.batches import Batches
from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.data.shapes import draw_shapes

BATCH = 128
SLOW_SHARE = 10
"""The slow path gets one in so many pictures: its speed does not depend on their number."""

PREPROCESSING = Preprocessing(Framing(3, 32, 32), (0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616))


class Pictures(torch.utils.data.Dataset):  # type: ignore[type-arg]
    """The dataset class that courses write."""

    def __init__(self, part: ImagePart) -> None:
        self.part = part
        self.transform = transforms.Compose(
            [
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(PREPROCESSING.mean, PREPROCESSING.std),
            ]
        )

    def __len__(self) -> int:
        return len(self.part)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.part.images[index])), int(self.part.labels[index])


def rate(count: int, epoch: Callable[[], object]) -> float:
    """Pictures per second of processor time."""
    start = time.thread_time()
    for _batch in epoch():  # type: ignore[attr-defined]
        pass
    return count / (time.thread_time() - start)


def main() -> None:
    """Measure both in turns and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=12_800)
    options = parser.parse_args()
    torch.set_num_threads(1)
    part = draw_shapes(options.images, seed=0)
    few = ImagePart(part.images[::SLOW_SHARE], part.labels[::SLOW_SHARE])
    loader = torch.utils.data.DataLoader(Pictures(few), batch_size=BATCH, shuffle=True)
    batches = Batches(part, preprocessing=PREPROCESSING, batch_size=BATCH, seed=0, augmentation="flip-crop")
    rates: dict[str, list[float]] = {"per picture": [], "batched": []}
    for number in range(options.rounds):
        rates["per picture"].append(rate(len(few), lambda: loader))
        rates["batched"].append(rate(len(part), lambda number=number: batches.epoch(number)))
    slow, fast = (float(np.max(values)) for values in rates.values())
    print(f"per picture {slow:,.0f} img/s, batched {fast:,.0f} img/s, ratio {fast / slow:.1f}")


if __name__ == "__main__":
    main()
