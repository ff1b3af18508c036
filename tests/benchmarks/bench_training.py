"""Images per second of the engine against the loop that courses write, in fresh interleaved processes.

    python tests/benchmarks/bench_training.py [--rounds 3] [--images 2560] [--network cifar10net]

The tutorial arm: a dataset of PIL pictures, RandomCrop + RandomHorizontalFlip + ToTensor + Normalize for each picture,
a DataLoader without workers, fp32. The engine arms: the training loop of a run with flip-crop, in fp32 and in the
precision it chooses itself. Same network, batch size, optimizer and pictures; the second epoch counts.

    python tests/benchmarks/bench_training.py --overhead [--device cpu] [--network lenet5]

The overhead: milliseconds that a step of the loop of a run takes beyond the bare step of the same module (forward,
loss, backward, optimizer) on the same batch and in the same precision, in one process, the two in turn. A run
without any option should add at most 0.10 ms. Its data path is left out: batches lie ready.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from workbench.core.data.batches import Batch
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.training.session import Session

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


def overhead(network_name: str, *, device: str, steps: int, batch: int) -> dict[str, float]:
    """Milliseconds of a bare step, of a step of the loop, and the median of what the loop adds."""
    import torch

    from workbench.core import TrainingPlan
    from workbench.core.data.sources import open_data
    from workbench.core.modelling.heads import with_classes
    from workbench.core.modelling.opening import open_network
    from workbench.core.training.beginning import TrainingJob
    from workbench.core.training.compatibility import framing_of
    from workbench.core.training.session import Session

    network = with_classes(open_network(network_name), 10)
    framing = framing_of(network)
    data = open_data("digits" if framing.channels == 1 else "shapes", framing=framing)
    plan = TrainingPlan(network=network_name, batch_size=batch, device=device, precision="fp32")
    with tempfile.TemporaryDirectory() as folder:
        preprocessing = Preprocessing(framing, (0.5,) * framing.channels, (0.25,) * framing.channels)
        job = TrainingJob(plan, network, data, preprocessing, Path(folder), torch.device(device), "fp32")
        session = Session(job)
        session.begin_epoch()
        ready = next(session.remaining_batches())
        pairs = [(timed(bare_step, session, ready), timed(loop_step, session, ready)) for _ in range(steps)][
            steps // 5 :
        ]
    return {
        "bare": statistics.median(bare for bare, _ in pairs),
        "loop": statistics.median(loop for _, loop in pairs),
        "added": statistics.median(loop - bare for bare, loop in pairs),
    }


def timed(step: Callable[[Session, Batch], None], session: Session, batch: Batch) -> float:
    """Milliseconds of one step: on the CPU the thread's own, which others on the machine do not disturb."""
    import torch

    clock = time.thread_time if session.job.device.type == "cpu" else time.perf_counter
    start = clock()
    step(session, batch)
    if session.job.device.type == "cuda":
        torch.cuda.synchronize()
    return (clock() - start) * 1000


def bare_step(session: Session, batch: Batch) -> None:
    """What any loop does."""
    import torch

    images, labels = batch
    learner = session.learner
    learner.optimizer.zero_grad()
    torch.nn.functional.cross_entropy(learner.module(images), labels).backward()
    learner.optimizer.step()


def loop_step(session: Session, batch: Batch) -> None:
    """What the loop of a run does between two batches, reports left out (`workbench.core.training.loop`)."""
    from workbench.core.training.fitting import within_memory
    from workbench.core.training.loop import change_weights, make_gradients

    for _warning in within_memory(session, len(batch[0]), lambda: make_gradients(session, *batch)):
        pass
    change_weights(session)


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
    parser.add_argument("--overhead", action="store_true")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=400)
    options = parser.parse_args()
    if options.overhead:
        print(
            json.dumps(
                overhead(options.network, device=options.device, steps=options.steps, batch=options.batch), indent=1
            )
        )
        return
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
