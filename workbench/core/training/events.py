"""What a run says, in order. Events are records with a `type`, one JSON line each in a run's `events.jsonl`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from workbench.errors import Level
from workbench.files import BROKEN_JSON


class RunEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of all events; `time` is seconds since the epoch (1970)."""

    time: float


class RunStarted(RunEvent, frozen=True, kw_only=True, tag="started"):
    """The loop is about to take its next step: the first one, or the one after `step` of a resumed run."""

    step: int
    total_steps: int
    steps_per_epoch: int
    epochs: int
    train_images: int
    validation_images: int
    parameters: int
    trainable: int
    device: str
    precision: str
    ranks: int = 1
    """Processes that train together, each a slice of every step."""


class StepDone(RunEvent, frozen=True, kw_only=True, tag="step"):
    """Means over the steps since the last such event (about fifty an epoch). `step` and `epoch` count from 1."""

    step: int
    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float
    remaining_seconds: float


class EpochDone(RunEvent, frozen=True, kw_only=True, tag="epoch"):
    """An epoch and its validation are over. Accuracies are shares between 0 and 1."""

    step: int
    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    images_per_second: float
    seconds: float
    remaining_seconds: float


class LayerMeasures(msgspec.Struct, frozen=True, array_like=True):
    """A layer in one step; None where there is nothing to measure. Norms are those of its weight, biases left out.

    Of the output: mean, deviation, the share of zeros, the share of channels that are nowhere above zero.
    """

    name: str
    mean: float | None = None
    deviation: float | None = None
    zeros: float | None = None
    dead: float | None = None
    gradient: float | None = None
    weight: float | None = None
    update: float | None = None


class LayersMeasured(RunEvent, frozen=True, kw_only=True, tag="layers"):
    """The layers of a network in one step (a few times an epoch), and before them its pictures as `input`."""

    step: int
    epoch: int
    layers: tuple[LayerMeasures, ...]


class EpochJudged(RunEvent, frozen=True, kw_only=True, tag="judged"):
    """More of an epoch than its loss: how right and how sure on the validation pictures, and what it took to train.

    Shares lie between 0 and 1. `class_accuracy` is None for a class without pictures, `predicted` the share of the
    pictures that each class was given, `waiting` the share of the time in which the training waited for data, `memory`
    the most bytes of the device so far, `load` how busy it was, None where nobody knows. `reliability` holds the share
    of the pictures, the mean confidence and the accuracy of each bin of the confidence; `confusion` the pictures of
    each class that were given each class, empty for many classes.
    """

    step: int
    epoch: int
    top5: float
    calibration_error: float
    class_accuracy: tuple[float | None, ...]
    predicted: tuple[float, ...]
    waiting: float
    memory: int | None = None
    load: float | None = None
    reliability: tuple[tuple[float, float, float], ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()


class CheckpointSaved(RunEvent, frozen=True, kw_only=True, tag="saved"):
    """A checkpoint lies complete on the disk."""

    step: int
    epoch: int
    which: Literal["last", "best"]


class Warned(RunEvent, frozen=True, kw_only=True, tag="warned"):
    """Something the user should know that does not stop the run."""

    title: str
    reason: str = ""
    level: Level = "warning"


class RunFinished(RunEvent, frozen=True, kw_only=True, tag="finished"):
    """The run is over: complete, or stopped by the user (it can be resumed then)."""

    step: int
    epoch: int
    stopped: bool
    best_accuracy: float | None
    best_epoch: int | None
    seconds: float


class RunFailed(RunEvent, frozen=True, kw_only=True, tag="failed"):
    """The run cannot go on. The folder still holds the last checkpoint."""

    title: str
    reason: str = ""
    hint: str = ""


AnyEvent = (
    RunStarted
    | StepDone
    | LayersMeasured
    | EpochJudged
    | EpochDone
    | CheckpointSaved
    | Warned
    | RunFinished
    | RunFailed
)
_DECODER = msgspec.json.Decoder(AnyEvent)


def to_line(event: RunEvent) -> bytes:
    """The event as one line of `events.jsonl`, with its line end."""
    return msgspec.json.encode(event) + b"\n"


def from_line(line: bytes) -> AnyEvent | None:
    """The event in a line, None if there is none: a kill can cut a line short."""
    try:
        event: AnyEvent = _DECODER.decode(line)
    except BROKEN_JSON:
        return None
    return event


def still_true(event: RunEvent, continued: RunStarted) -> bool:
    """Whether an event counts once the run goes on: not if it happens again, nor if it says that the run is over."""
    return not isinstance(event, RunFinished | RunFailed) and getattr(event, "step", 0) <= continued.step


def from_lines(lines: Iterable[bytes]) -> list[AnyEvent]:
    """The events of a log without lines that a kill cut short and without what a continuation made untrue."""
    events: list[AnyEvent] = []
    for line in lines:
        event = from_line(line)
        if event is None:
            continue
        if isinstance(event, RunStarted):
            events = [old for old in events if still_true(old, event)]
        events.append(event)
    return events
