"""What a session says of itself: its events."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Literal

from workbench.core.training.device import load, used_memory
from workbench.core.training.events import EpochDone, EpochJudged, LayersMeasured, RunFinished, RunStarted, StepDone
from workbench.core.training.faults import DivergenceError
from workbench.core.training.metrics import Means
from workbench.core.training.session import Session


def started(session: Session) -> RunStarted:
    """The event with which a run, or its continuation, begins."""
    parameters = list(session.module.parameters())
    return RunStarted(
        time=time.time(),
        step=session.step,
        total_steps=session.total_steps,
        steps_per_epoch=session.steps_per_epoch,
        epochs=session.plan.total_epochs(),
        train_images=len(session.job.data.train),
        validation_images=len(session.job.data.validation),
        parameters=sum(parameter.numel() for parameter in parameters),
        trainable=sum(parameter.numel() for parameter in parameters if parameter.requires_grad),
        device=str(session.job.device),
        precision=session.job.precision,
        ranks=session.job.ranks.size,
    )


def step_done(session: Session) -> StepDone:
    """The means since the last report; raises `DivergenceError` when the loss is no number any more."""
    means = session.tally.take_recent()
    _refuse_divergence("loss", means, session)
    event = StepDone(
        time=time.time(),
        step=session.step,
        epoch=session.epoch + 1,
        loss=means.loss,
        accuracy=means.accuracy,
        learning_rate=session.learner.rate,
        images_per_second=means.images / max(1e-9, session.clock.report),
        remaining_seconds=session.remaining_seconds(),
    )
    session.clock.reported()
    return event


def epoch_over(session: Session) -> Iterator[LayersMeasured | EpochJudged | EpochDone]:
    """What there is to say of an epoch: first what it measured, then how it went, with which it is closed."""
    yield from session.watch.told(session)
    seconds, waited = max(1e-9, session.clock.epoch), session.clock.waited
    done = epoch_done(session)
    judged = session.judge.judgement()
    yield EpochJudged(
        time=time.time(),
        step=session.step,
        epoch=session.epoch,
        top5=judged.top5,
        calibration_error=judged.calibration_error,
        class_accuracy=judged.class_accuracy,
        predicted=judged.predicted,
        waiting=min(1.0, waited / seconds),
        memory=used_memory(session.job.device),
        load=load(session.job.device),
        reliability=judged.reliability,
        confusion=judged.confusion,
    )
    yield done


def epoch_done(session: Session) -> EpochDone:
    """Validate, close the epoch, and say how it went; raises `DivergenceError` when a loss is no number any more."""
    trained, seconds = session.tally.epoch_means(), session.clock.epoch
    _refuse_divergence("loss", trained, session)
    validated = session.validate()
    _refuse_divergence("validation loss", validated, session)
    session.close_epoch(validated)
    return EpochDone(
        time=time.time(),
        step=session.step,
        epoch=session.epoch,
        train_loss=trained.loss,
        train_accuracy=trained.accuracy,
        validation_loss=validated.loss,
        validation_accuracy=validated.accuracy,
        images_per_second=trained.images / max(1e-9, seconds),
        seconds=session.clock.epoch,
        remaining_seconds=session.remaining_seconds(),
    )


def _refuse_divergence(what: str, means: Means, session: Session) -> None:
    if not math.isfinite(means.loss):
        raise DivergenceError(f"The {what} is {means.loss}", epoch=session.epoch + 1, step=session.step)


def finished(session: Session, outcome: Literal["complete", "stopped"]) -> RunFinished:
    """The last event of a run."""
    return RunFinished(
        time=time.time(),
        step=session.step,
        epoch=session.epoch,
        stopped=outcome == "stopped",
        best_accuracy=session.best_accuracy,
        best_epoch=session.best_epoch,
        seconds=session.clock.total,
    )
