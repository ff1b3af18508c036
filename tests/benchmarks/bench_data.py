"""What data costs: batches, decoding, opening, huge folders.

    python tests/benchmarks/bench_data.py batches|decode|ready|share|folder [--rounds 5] [--data PATH] ...

batches: pictures per second of processor time of the batched path against the path of the courses, one picture at a
    time (flip, crop with padding 4, normalize, 32 x 32, batches of 128, one thread; freed memory is kept for both, as
    in a training). The goal is a ratio of 25.
decode: pictures per second of opening a folder (`--data`) for the first time against Pillow in one thread, by the clock
    and by processor time (which counts both cores), and of going through it in later epochs. Goals on two cores: 2, and
    the speed of memory. Needs the package simplejpeg; without it Pillow decodes in the workbench too.
ready: seconds until an `.npz` (`--data`) could train: opened, statistics, batches. The goal is 2.
share: time of the batches of `cifar10net` as a share of its training step. The goal is 5 %.
folder: seconds until the first page of thumbnails of a folder of 100,000 pictures is there, and the memory it takes.
    Goals: 1 second, 500 MB.

Arms run in turns and the best round of each counts, so that other work on the machine disturbs little.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision import transforms

from workbench.core.data.batches import Batches
from workbench.core.data.files import load_files
from workbench.core.data.images import ImagePart, ahead
from workbench.core.data.index import DataIndex
from workbench.core.data.jpegs import decoder_name
from workbench.core.data.preprocessing import Framing, Preprocessing
from workbench.core.data.shapes import draw_shapes
from workbench.core.data.sources import open_data, open_index
from workbench.core.data.statistics import statistics
from workbench.core.data.thumbnails import thumbnail
from workbench.core.training.heap import kept_heap

BATCH = 128
SLOW_SHARE = 10
"""The slow path gets one in so many pictures: its speed does not depend on their number."""

PREPROCESSING = Preprocessing(Framing(3, 32, 32), (0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616))
PHOTO = Framing(3, 224, 224, 256)


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


def walk(items: Iterable[object]) -> None:
    """Go through all of them."""
    for _item in items:
        pass


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long a piece of work takes."""
    start = clock()
    work()
    return clock() - start


def both_clocks(work: Callable[[], object]) -> tuple[float, float]:
    """How long a piece of work takes: seconds by the clock, and of processors."""
    processor = time.process_time()
    return seconds(work), time.process_time() - processor


def batches(options: argparse.Namespace) -> None:
    """The batched path against one picture at a time."""
    part = draw_shapes(options.images, seed=0)
    few = ImagePart(part.images[::SLOW_SHARE], part.labels[::SLOW_SHARE])
    loader = torch.utils.data.DataLoader(Pictures(few), batch_size=BATCH, shuffle=True)
    ours = Batches(part, preprocessing=PREPROCESSING, batch_size=BATCH, seed=0, augmentation="flip-crop")
    slow, fast = [], []
    with kept_heap():
        for number in range(options.rounds):
            slow.append(len(few) / seconds(lambda: walk(loader), time.thread_time))
            fast.append(len(part) / seconds(lambda number=number: walk(ours.epoch(number)), time.thread_time))
    ratio = max(fast) / max(slow)
    print(f"per picture {max(slow):,.0f} img/s, batched {max(fast):,.0f} img/s, ratio {ratio:.1f}")


def one_by_one(files: Iterable[str]) -> None:
    """What a script does with Pillow: open, convert, resize the short side to 256 if need be, cut out the middle."""
    for file in files:
        image = Image.open(file).convert("RGB")
        scale = 256 / min(image.size)
        width, height = (round(side * scale) for side in image.size)
        if (width, height) != image.size:
            image = image.resize((width, height), Image.Resampling.BILINEAR)
        left, top = (width - 256) // 2, (height - 256) // 2
        np.asarray(image.crop((left, top, left + 256, top + 256)))


def decode(options: argparse.Namespace) -> None:
    """Opening a folder of photos, and going through it again."""
    index = open_index(str(options.data))
    pillow, first, later = [], [], []
    for number in range(options.rounds):
        pillow.append(both_clocks(lambda: one_by_one(index.files)))
        with tempfile.TemporaryDirectory() as cache:
            os.environ["WORKBENCH_CACHE"] = cache
            first.append(both_clocks(lambda: load_files(index, framing=PHOTO)))
            later.append(_rate_again(index, number))
    for place, clock in enumerate(("by the clock", "by processor time")):
        slow, fast = (min(took[place] for took in arm) for arm in (pillow, first))
        rates = f"{len(index) / slow:,.0f} img/s; first epoch {len(index) / fast:,.0f}"
        print(f"{clock}: Pillow in one thread {rates} ({slow / fast:.2f} times)")
    best = len(index) / min(took for took, _ in pillow)
    print(f"plain JPEG files were decoded by {decoder_name()}")
    print(f"later epochs {max(later):,.0f} img/s ({max(later) / best:.1f} times)")


def _rate_again(index: DataIndex, seed: int) -> float:
    """Pictures per second of a later epoch, shuffled."""
    images = load_files(index, framing=PHOTO).train.images
    order = np.random.default_rng(seed).permutation(len(images))
    return len(order) / seconds(lambda: walk(ahead(images, np.array_split(order, max(1, len(order) // 32)))))


def ready(options: argparse.Namespace) -> None:
    """Until the first batch of an `.npz` is there."""

    def begin() -> None:
        data = open_data(str(options.data), framing=Framing(3, 32, 32))
        preprocessing = Preprocessing(Framing(3, 32, 32), *statistics(data.train))
        next(Batches(data.train, preprocessing=preprocessing, batch_size=BATCH, seed=0).epoch(0))

    took = [seconds(begin) for _ in range(options.rounds)]
    print(f"{options.data.name} is ready in {min(took):.2f} s (worst {max(took):.2f} s)")


def share(options: argparse.Namespace) -> None:
    """The batches of a training step against the whole step."""
    from workbench.core.modelling.compile import build_module
    from workbench.core.modelling.opening import open_network

    part = draw_shapes(BATCH * 8, seed=0)
    module = build_module(open_network("cifar10net")).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(module.parameters())
    ours = Batches(part, preprocessing=PREPROCESSING, batch_size=BATCH, seed=0, augmentation="flip-crop")
    data, steps = [], []
    for number in range(options.rounds):
        data.append(seconds(lambda number=number: walk(ours.epoch(number)), time.process_time) / 8)
        images, labels = next(ours.epoch(number))
        start = time.process_time()
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(module(images), labels).backward()
        optimizer.step()
        steps.append(time.process_time() - start)
    cost, step = min(data), min(steps)
    print(f"batch {cost * 1e3:.2f} ms, step {step * 1e3:.1f} ms: {cost / (cost + step):.1%} of both")


def folder(options: argparse.Namespace) -> None:
    """The first page of a huge folder."""
    import resource

    root = Path(tempfile.mkdtemp())
    try:
        _fill(root, options.images)
        before, took = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []
        for _round in range(options.rounds):
            start = time.perf_counter()
            index = open_index(str(root))
            walk(thumbnail(index, number, 96) for number in range(60))
            took.append(time.perf_counter() - start)
    finally:
        shutil.rmtree(root)
    unit = 1 if sys.platform == "darwin" else 1024
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit / 1e6
    print(
        f"{len(index):,} pictures: first page after {min(took):.2f} s, worst {max(took):.2f} s; {grown:,.0f} MB for it"
    )


def _fill(root: Path, count: int) -> None:
    """Pictures in a hundred classes."""
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 80, 3), np.uint8)).save(root / "one.jpg")
    content = (root / "one.jpg").read_bytes()
    (root / "one.jpg").unlink()
    for number in range(count):
        place = root / f"class{number % 100:03d}"
        if number < 100:
            place.mkdir()
        (place / f"{number}.jpg").write_bytes(content)


WHAT = {each.__name__: each for each in (batches, decode, ready, share, folder)}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=12_800)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    if options.what in ("decode", "ready") and options.data is None:
        parser.error(f"{options.what} needs --data")
    torch.set_num_threads(1)
    WHAT[options.what](options)


if __name__ == "__main__":
    main()
