"""A run for TensorBoard: its events as scalars, texts and a picture, beside the run's own log.

The step of everything is the run's step, so that what a resumed run does again replaces what it did before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.core.training.events import (
    CheckpointSaved,
    EpochDone,
    EpochJudged,
    LayerMeasures,
    LayersMeasured,
    RunEvent,
    RunFinished,
    RunStarted,
    StepDone,
)
from workbench.errors import Problem

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

FOLDER = "tensorboard"
"""The folder in that of a run."""
MANY_CLASSES = 100
"""Of so many classes each has a curve of its own; of more none has."""
FLUSH_SECONDS = 15
CELL = 12
"""Pixels on a side of a cell in the picture of the confusion."""
FLUSHED = (EpochDone, CheckpointSaved, RunFinished)
"""After these all is on the disk: a checkpoint never holds steps that TensorBoard lacks."""


def missing_tensorboard() -> Problem | None:
    """What is wrong where TensorBoard's files cannot be written."""
    if find_spec("tensorboard") is not None:
        return None
    reason = "the package is not there; install it with `pip install tensorboard`, or train without"
    return Problem("tensorboard", "TensorBoard is not installed", reason)


class TensorBoardLog:
    """Writes the events of a run into a folder; as a context it closes the files at the end of the block."""

    def __init__(self, folder: Path, classes: Sequence[str], texts: Iterable[tuple[str, str]] = ()) -> None:
        self._folder, self._texts = folder, tuple(texts)
        self._classes = tuple(_tag(name) for name in classes)
        self._writer: SummaryWriter | None = None
        self._confusion: EpochJudged | None = None

    def __enter__(self) -> TensorBoardLog:
        return self

    def __exit__(self, *_: object) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def take(self, event: RunEvent) -> None:
        """Write what an event says; nothing before the run has started. Raises `OSError` when the disk is full."""
        if isinstance(event, RunStarted):
            self._begin(event)
        writer = self._writer
        if writer is None:
            return
        step = getattr(event, "step", 0)
        for name, value in self._scalars(event):
            writer.add_scalar(name, value, step, walltime=event.time)
        if isinstance(event, EpochJudged) and event.confusion:
            self._confusion = event
        if isinstance(event, RunFinished) and self._confusion is not None:
            self._write_confusion(writer, self._confusion)
        if isinstance(event, FLUSHED):
            writer.flush()

    def _begin(self, event: RunStarted) -> None:
        """Open the files; what lies there of steps that are done once more counts no longer."""
        from torch.utils.tensorboard import SummaryWriter

        if self._writer is not None:
            self._writer.close()
        again = self._folder.is_dir() and any(self._folder.iterdir())
        purged = (event.step + 1 if event.step else 0) if again else None
        self._writer = SummaryWriter(str(self._folder), purge_step=purged, flush_secs=FLUSH_SECONDS)
        for name, text in self._texts if event.step == 0 else ():
            self._writer.add_text(name, text, 0, walltime=event.time)

    def _scalars(self, event: RunEvent) -> Iterator[tuple[str, float]]:
        match event:
            case StepDone():
                yield from _of_step(event)
            case EpochDone():
                yield from _of_epoch(event)
            case EpochJudged():
                yield from self._of_judgement(event)
            case LayersMeasured():
                for layer in event.layers:
                    yield from _of_layer(layer)

    def _of_judgement(self, event: EpochJudged) -> Iterator[tuple[str, float]]:
        yield "accuracy/top_5", event.top5
        yield "calibration/error", event.calibration_error
        yield "machine/waiting_for_data", event.waiting
        if event.memory is not None:
            yield "machine/memory_GB", event.memory / 1e9
        if event.load is not None:
            yield "machine/load", event.load
        if len(self._classes) <= MANY_CLASSES:
            for name, share in zip(self._classes, event.class_accuracy, strict=False):
                if share is not None:
                    yield f"class_accuracy/{name}", share

    def _write_confusion(self, writer: SummaryWriter, event: EpochJudged) -> None:
        counts = np.array(event.confusion, dtype=np.float64)
        writer.add_image("confusion", confusion_picture(counts), event.step, walltime=event.time)
        writer.add_text("confusion", _confusion_table(counts, self._classes), event.step, walltime=event.time)


def confusion_picture(counts: np.ndarray) -> np.ndarray:
    """A confusion as a picture `(3, height, width)` uint8: rows are classes, columns guesses; all of a row is dark."""
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    white, blue = np.array([255, 255, 255]), np.array([8, 48, 107])
    pixels = (white + shares[..., None] * (blue - white)).round().astype(np.uint8)
    return np.kron(pixels, np.ones((CELL, CELL, 1), np.uint8)).transpose(2, 0, 1)


def _confusion_table(counts: np.ndarray, classes: Sequence[str]) -> str:
    """The counts as Markdown: a row for each class, a column for each guess."""
    lines = [f"| | {' | '.join(classes)} |", "|---" * (len(classes) + 1) + "|"]
    lines += [
        f"| **{name}** | {' | '.join(f'{n:g}' for n in row)} |" for name, row in zip(classes, counts, strict=False)
    ]
    return "\n".join(lines)


def _of_step(event: StepDone) -> Iterator[tuple[str, float]]:
    yield "loss/training", event.loss
    yield "accuracy/training", event.accuracy
    yield "rate/learning_rate", event.learning_rate
    yield "machine/images_per_second", event.images_per_second


def _of_epoch(event: EpochDone) -> Iterator[tuple[str, float]]:
    yield "loss/validation", event.validation_loss
    yield "accuracy/validation", event.validation_accuracy
    yield "epoch", event.epoch


def _of_layer(layer: LayerMeasures) -> Iterator[tuple[str, float]]:
    measured = {
        "activation_mean": layer.mean,
        "activation_deviation": layer.deviation,
        "activation_zeros": layer.zeros,
        "dead_channels": layer.dead,
        "gradient_norm": layer.gradient,
        "weight_norm": layer.weight,
        "update_to_weight": layer.update / layer.weight if layer.update is not None and layer.weight else None,
    }
    for name, value in measured.items():
        if value is not None:
            yield f"{name}/{_tag(layer.name)}", value


def _tag(name: str) -> str:
    """A name as a part of a tag: a slash would begin a group."""
    return re.sub(r"[^\w.-]+", "_", name) or "_"
