"""The events of a run as the numbers that curves, progress and summary need. No Qt."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.core.training.events import (
    CheckpointSaved,
    EpochDone,
    EpochJudged,
    LayersMeasured,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStarted,
    StepDone,
    Warned,
    still_true,
)
from workbench.gui.training.measured import Measured
from workbench.gui.training.series import Series

__all__ = ["RunHistory", "Series", "smoothing"]
SMOOTHED_SHARE = 1 / 8
"""A smoothed training curve looks back over about this part of an epoch."""
REPORTS_PER_EPOCH = 50
"""About so often a run tells its loss in an epoch, or once a step."""


def smoothing(steps_per_epoch: int) -> float:
    """The share of the past in each smoothed value, for a run that takes so many steps in an epoch."""
    reports = min(REPORTS_PER_EPOCH, steps_per_epoch)
    return 1 - 1 / max(2.0, reports * SMOOTHED_SHARE)


class RunHistory:
    """Grows with the events of a run; a continuation drops what it is going to do again."""

    def __init__(self, events: Iterable[RunEvent] = ()) -> None:
        self._reset()
        self.add(events)

    def _reset(self) -> None:
        self.events: list[RunEvent] = []
        self.train_loss, self.train_accuracy = Series(), Series()
        self.validation_loss, self.validation_accuracy = Series(), Series()
        self.measured = Measured()
        self.started: RunStarted | None = None
        self.last_step: StepDone | None = None
        self.last_epoch: EpochDone | None = None
        self.best: EpochDone | None = None
        """The epoch with the best validation accuracy; the first of equal ones."""
        self.finished: RunFinished | None = None
        self.failed: RunFailed | None = None
        self.warnings: list[Warned] = []
        self.saved = False

    def add(self, events: Iterable[RunEvent]) -> None:
        """Take new events in."""
        for event in events:
            if isinstance(event, RunStarted) and self.events:
                self._rewind(event)
            self._take(event)

    @property
    def epochs(self) -> int:
        """Epochs of the plan, 0 before the run has begun."""
        return self.started.epochs if self.started else 0

    @property
    def step(self) -> int:
        """Steps done so far."""
        begun = self.started.step if self.started else 0
        return max(begun, self.last_step.step if self.last_step else 0, self.last_epoch.step if self.last_epoch else 0)

    @property
    def progress(self) -> float:
        """The share of the steps that is done, between 0 and 1."""
        return min(1.0, self.step / self.started.total_steps) if self.started and self.started.total_steps else 0.0

    @property
    def epochs_done(self) -> int:
        """Whole epochs that are done."""
        return self.last_epoch.epoch if self.last_epoch else 0

    @property
    def remaining_seconds(self) -> float | None:
        """What the run last said about the time it still needs."""
        said = [event for event in (self.last_step, self.last_epoch) if event is not None]
        return max(said, key=lambda event: event.time).remaining_seconds if said else None

    def _rewind(self, continued: RunStarted) -> None:
        kept = [event for event in self.events if still_true(event, continued)]
        self._reset()
        for event in kept:
            self._take(event)

    def _take(self, event: RunEvent) -> None:
        self.events.append(event)
        match event:
            case RunStarted():
                self.started = event
                self.finished = self.failed = None
                past = smoothing(event.steps_per_epoch)
                self.train_loss.past = self.train_accuracy.past = self.measured.speed.past = past
            case StepDone():
                self._take_step(event)
            case EpochDone():
                self._take_epoch(event)
            case LayersMeasured():
                self.measured.take_layers(event, self._place(event.step, event.epoch))
            case EpochJudged():
                self.measured.take_judgement(event)
            case CheckpointSaved():
                self.saved = True
            case Warned():
                self.warnings.append(event)
            case RunFinished():
                self.finished = event
            case RunFailed():
                self.failed = event

    def _place(self, step: int, epoch: int) -> float:
        """Where a step stands on an axis of epochs."""
        return step / self.started.steps_per_epoch if self.started else float(epoch)

    def _take_step(self, event: StepDone) -> None:
        self.last_step = event
        x = self._place(event.step, event.epoch)
        self.measured.take_step(event, x)
        self.train_loss.add(x, event.loss)
        self.train_accuracy.add(x, 100 * event.accuracy)

    def _take_epoch(self, event: EpochDone) -> None:
        self.last_epoch = event
        if self.best is None or event.validation_accuracy > self.best.validation_accuracy:
            self.best = event
        self.validation_loss.add(event.epoch, event.validation_loss)
        self.validation_accuracy.add(event.epoch, 100 * event.validation_accuracy)
