"""Images per second of the engine against the loop that courses write, in fresh interleaved processes.

    python tests/benchmarks/bench_training.py [--rounds 3] [--images 2560] [--network cifar10net]

The tutorial arm: a dataset of PIL pictures, RandomCrop + RandomHorizontalFlip + ToTensor + Normalize for each picture,
a DataLoader without workers, fp32. The engine arms: the training loop of a run with flip-crop, in fp32 and in the
precision it chooses itself. Same network, batch size, optimizer and pictures; the second epoch counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ARMS = ("tutorial", "engine-fp32", "engine-auto")
BATCH = 128


def tutorial(network_name: str, images: int) -> float:
    """Images per second of the second epoch of the course's loop."""
    import torch
    from PIL import Image
    from torchvision import transforms

    from workbench.core import build_module, open_network
    from workbench.core.data.sources import open_data

    part = open_data("shapes").train
    augment = transforms.Compose(
        [
            transforms.RandomCrop(32, padding=4),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize((0.5,) * 3, (0.25,) * 3),
        ]
    )

    class Pictures(torch.utils.data.Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return images

        def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
            return augment(Image.fromarray(part.images[index])), int(part.labels[index])

    module = build_module(open_network(network_name)).train()
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3)
    loader = torch.utils.data.DataLoader(Pictures(), batch_size=BATCH, shuffle=True, drop_last=True)
    seconds = 0.0
    for _ in range(2):
        start = time.perf_counter()
        for pictures, labels in loader:
            loss = torch.nn.functional.cross_entropy(module(pictures), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()
        seconds = time.perf_counter() - start
    return images / seconds


def engine(network_name: str, images: int, precision: str) -> float:
    """Images per second of the second epoch of a run."""
    import numpy as np

    from workbench.core import TrainingPlan, train
    from workbench.core.data.sources import open_data
    from workbench.core.training.events import EpochDone

    with tempfile.TemporaryDirectory() as folder:
        data, path = open_data("shapes"), Path(folder) / "part.npz"
        held_out = {"x_test": data.validation.images[:128], "y_test": data.validation.labels[:128]}
        np.savez(path, x_train=data.train.images[:images], y_train=data.train.labels[:images], **held_out)
        plan = TrainingPlan(
            network=network_name,
            data=str(path),
            epochs=2,
            batch_size=BATCH,
            augmentation="flip-crop",
            precision=precision,  # type: ignore[arg-type]
        )
        events = list(train(plan, out=Path(folder) / "run"))
    return [event.images_per_second for event in events if isinstance(event, EpochDone)][-1]


def measure(arm: str, network_name: str, images: int) -> float:
    """One arm in this process."""
    if arm == "tutorial":
        return tutorial(network_name, images)
    return engine(network_name, images, arm.removeprefix("engine-"))


def main() -> None:
    """Run the arms in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=2560)
    parser.add_argument("--network", default="cifar10net")
    parser.add_argument("--arm", choices=ARMS)
    options = parser.parse_args()
    if options.arm:
        print(json.dumps(measure(options.arm, options.network, options.images)))
        return
    rates: dict[str, list[float]] = {arm: [] for arm in ARMS}
    for _ in range(options.rounds):
        for arm in ARMS:
            arguments = ["--arm", arm, "--network", options.network, "--images", str(options.images)]
            found = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
            rates[arm].append(float(found.stdout.strip().splitlines()[-1]))
    base = statistics.median(rates["tutorial"])
    for arm, values in rates.items():
        print(
            f"{arm:12} {statistics.median(values):8.0f} images/s   x{statistics.median(values) / base:.2f}   {values}"
        )


if __name__ == "__main__":
    main()
