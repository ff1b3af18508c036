"""A training beside Lightning and fastai on their normal paths: same network, pictures, batch, flip and crop.

    python tests/benchmarks/bench_training_peers.py [--rounds 3] [--images 49920] [--clock wall|cpu]

Both are none of the project's dependencies: `pip install lightning fastai` into the environment that runs this. Each
trains in fp32, as it does where nothing else is asked for, on a data set of PIL pictures read without workers, which is
the fastest for both on few cores; Lightning logs loss and accuracy of each step, fastai its losses. The engine chooses
its precision. Every arm is one epoch without validation, in a fresh process, from its first step; arms run in turn. The
goal is 2.2 times the better of the two.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn
from training_arms import Round, compare, figure

from workbench.core.benchmarks.benchmark import Work
from workbench.core.benchmarks.training import DEVIATION, MEAN, Pictures, engine_auto, engine_fp32, tutorial
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network


def lightning(work: Work) -> float:
    """`Trainer.fit` on a `DataLoader` of torchvision's transforms."""
    import lightning as pl

    times: list[float] = []

    class Course(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.network = build_module(open_network(work.network))

        def training_step(self, batch: Any, _number: int) -> Any:
            pictures, labels = batch
            logits = self.network(pictures)
            loss = nn.functional.cross_entropy(logits, labels)
            self.log("loss", loss, prog_bar=True)
            self.log("accuracy", (logits.argmax(dim=1) == labels).float().mean(), prog_bar=True)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.AdamW(self.parameters(), lr=1e-3)

        def on_train_epoch_start(self) -> None:
            times.append(work.now())

        def on_train_epoch_end(self) -> None:
            times.append(work.now())

    batches = torch.utils.data.DataLoader(Pictures(work.images), work.batch, shuffle=True, drop_last=True)
    with tempfile.TemporaryDirectory() as folder:
        pl.Trainer(max_epochs=1, accelerator="cpu", default_root_dir=folder).fit(Course(), batches)
    return work.rate(times[1] - times[0])


def fastai(work: Work) -> float:
    """`Learner.fit` on a `DataBlock`: flip and crop a batch at a time."""
    from fastai.vision import all as vision

    pictures, times = Pictures(work.images), [0.0, 0.0]

    class Timed(vision.Callback):  # type: ignore[misc]
        def before_train(self) -> None:
            times[0] = work.now()

        def after_train(self) -> None:
            times[1] = work.now()

    block = vision.DataBlock(
        blocks=(vision.ImageBlock, vision.CategoryBlock),
        get_items=lambda _source: list(range(work.images)),
        get_x=lambda number: vision.PILImage.create(pictures.pixels[number]),
        get_y=lambda number: int(pictures.labels[number]),
        splitter=lambda items: (items, items[:0]),
        batch_tfms=[
            vision.Flip(),
            vision.RandomResizedCropGPU(32, min_scale=0.75),
            vision.Normalize.from_stats(MEAN, DEVIATION),
        ],
    )
    loaders = block.dataloaders(None, bs=work.batch, num_workers=0, device=torch.device("cpu"))
    network, loss = build_module(open_network(work.network)), nn.CrossEntropyLoss()
    learner = vision.Learner(loaders, network, loss_func=loss, opt_func=vision.Adam, cbs=Timed())
    with learner.no_bar():
        learner.fit(1, lr=1e-3)
    return work.rate(times[1] - times[0])


PEERS = ("lightning", "fastai")
ARMS = {
    "tutorial": tutorial,
    "lightning": lightning,
    "fastai": fastai,
    "engine, fp32": engine_fp32,
    "engine, auto": engine_auto,
}


def told(rounds: Sequence[Round]) -> Iterator[str]:
    """Medians, and the median within a round of the ratio to the better of the peers."""
    for arm in ARMS:
        ratio = statistics.median(each[arm] / max(each[peer] for peer in PEERS) for each in rounds)
        yield f"{arm:13} {figure(rounds, arm)}   × {ratio:.2f}"


if __name__ == "__main__":
    compare(__file__, __doc__, ARMS, tell=told, needs=PEERS)
