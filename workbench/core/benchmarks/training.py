"""Images per second of a training: the loop that courses write, the bare network, and the engine.

The tutorial: a dataset of PIL pictures, crop, flip, `ToTensor` and `Normalize` for each picture, a `DataLoader` without
workers, fp32. The bare network: forward, loss, backward and step on one batch that lies ready, in the layout and the
precision of the engine: what no loop can exceed. The engine: a run with flip and crop, its reports, the measures of its
layers, and its checkpoints. Same network, batch size, optimizer and pictures. End to end means one epoch of 390 steps,
from the first step on, until the last thing is written; nothing is warmed up, and nobody validates more than the 128
pictures without which there is no run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from workbench.core.benchmarks.benchmark import Work, benchmark
from workbench.core.data.sources import open_data
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.opening import open_network
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.device import autocast, choose_device, choose_precision
from workbench.core.training.events import CheckpointSaved, RunFailed, RunStarted
from workbench.core.training.heap import kept_heap
from workbench.core.training.plan import TrainingPlan, changed
from workbench.errors import WorkbenchError

TRAINING = benchmark(
    "training", "a training against the loop of a course and against the bare network", unit="images/s"
)
MEAN, DEVIATION, CLASSES, HELD_OUT = (0.5,) * 3, (0.25,) * 3, 10, 128
Batches = Iterable[tuple[Tensor, Tensor]]


@TRAINING.arm("tutorial")
def tutorial(work: Work) -> float:
    """The loop of a course."""
    device = choose_device(work.device)
    module = build_module(open_network(work.network)).train().to(device)
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3)
    batches: Batches = torch.utils.data.DataLoader(Pictures(work.images), work.batch, shuffle=True, drop_last=True)
    begun = work.now()
    for pictures, labels in batches:
        logits = module(pictures.to(device))
        loss = nn.functional.cross_entropy(logits, labels.to(device))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        loss.item()
    return work.rate(work.now() - begun)


@TRAINING.arm("network, fp32")
def bare_fp32(work: Work) -> float:
    """Steps of the network alone in fp32."""
    return _bare(work, "fp32")


@TRAINING.arm("engine, fp32", "tutorial", "network, fp32")
def engine_fp32(work: Work) -> float:
    """A run in fp32."""
    return _engine(work, "fp32")


@TRAINING.arm("network, auto")
def bare_auto(work: Work) -> float:
    """Steps of the network alone in the precision that the engine chooses."""
    return _bare(work, "auto")


@TRAINING.arm("engine, auto", "tutorial", "network, auto")
def engine_auto(work: Work) -> float:
    """A run in the precision that it chooses."""
    return _engine(work, "auto")


class Pictures(torch.utils.data.Dataset):  # type: ignore[type-arg]
    """Pictures one at a time, as courses prepare them."""

    def __init__(self, count: int) -> None:
        from torchvision import transforms

        self.pixels, self.labels = _shapes(count)
        self._transform = transforms.Compose(
            [
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(MEAN, DEVIATION),
            ]
        )

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        from PIL import Image

        return self._transform(Image.fromarray(self.pixels[index])), int(self.labels[index])


def _bare(work: Work, precision: str) -> float:
    device = choose_device(work.device)
    module = build_module(open_network(work.network)).train().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3, fused=True)
    images = torch.rand(work.batch, 3, 32, 32, device=device).to(memory_format=torch.channels_last)
    labels, chosen = torch.arange(work.batch, device=device) % CLASSES, choose_precision(precision, device)

    with kept_heap():
        begun = work.now()
        for _ in range(work.images // work.batch):
            optimizer.zero_grad()
            with autocast(device, chosen):
                loss = nn.functional.cross_entropy(module(images).float(), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        loss.item()
        return work.rate(work.now() - begun)


def _engine(work: Work, precision: str) -> float:
    begun = over = 0.0
    with tempfile.TemporaryDirectory() as folder:
        plan = TrainingPlan(network=work.network, data=str(set_of_shapes(work.images, Path(folder))), epochs=1)
        plan = changed(plan, batch_size=work.batch, augmentation="flip-crop", precision=precision, device=work.device)
        for event in walk(create_run(plan, open_network(work.network), Path(folder) / "run")):
            match event:
                case RunStarted():
                    begun = work.now()
                case CheckpointSaved():
                    over = work.now()
                case RunFailed():
                    raise WorkbenchError(event.title, event.reason, event.hint)
    return work.rate(over - begun)


def set_of_shapes(count: int, folder: Path) -> Path:
    """A set of so many pictures to train on and a few to validate on."""
    pixels, labels = _shapes(count + HELD_OUT)
    path = folder / "part.npz"
    trained, held_out = slice(count), slice(count, None)
    np.savez(
        path,
        x_train=pixels[trained],
        y_train=labels[trained],
        x_test=pixels[held_out],
        y_test=labels[held_out],
    )
    return path


def _shapes(count: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """So many coloured shapes; they come around again when there are fewer."""
    part = open_data("shapes").train
    places = np.arange(count) % len(part.labels)
    return np.asarray(part.images)[places], np.asarray(part.labels)[places]
