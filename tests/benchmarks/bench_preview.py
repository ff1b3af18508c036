"""What a move of a slider costs in the preview of an augmentation: eight variants of one photo.

    python tests/benchmarks/bench_preview.py [--side 224] [--batch 128] [--rounds 5]

Interleaved with making the whole batches that hold them, of which the preview shows one row each. Goal: less than 50 ms
of processor time for a move at 224 pixels.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from workbench.core.data.batches import Batches
from workbench.core.data.images import ImagePart
from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.data.preview import preview
from workbench.core.data.variants import occurrences, variants

PRESETS = ("imagenet", "general", "strong")
EPOCHS = 8


def seconds(work: Callable[[], object]) -> float:
    """Processor time of a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Measure each preset, the two ways in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    stored = options.side * 8 // 7
    pixels = np.random.default_rng(0).integers(0, 256, (2 * options.batch, stored, stored, 3), np.uint8)
    part = ImagePart(pixels, np.arange(len(pixels)) % 10)
    preprocessing = Preprocessing(Framing(3, options.side, options.side, stored), (0.5,) * 3, (0.25,) * 3)
    for preset in PRESETS:
        batches = Batches(part, preprocessing=preprocessing, batch_size=options.batch, seed=0, augmentation=preset)
        places = list(occurrences(batches, 7, range(EPOCHS)))
        alone, whole = [], []
        for _ in range(options.rounds):
            alone.append(seconds(lambda: list(variants(batches, 7, places))))  # noqa: B023
            whole.append(seconds(lambda: preview(batches, *places[0][:2])) * len(places))  # noqa: B023
        ratio = np.median(np.array(whole) / np.array(alone))
        told = f"{preset}: {np.median(alone) * 1000:.0f} ms for {len(places)} variants, whole batches {ratio:.0f} times"
        sys.stdout.write(f"{told} as much\n")


if __name__ == "__main__":
    main()
