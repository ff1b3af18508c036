"""The training loop: one generator, walked by the window's thread, the command line and everybody else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from workbench.core.training import telling
from workbench.core.training.agreement import agree
from workbench.core.training.beginning import TrainingJob
from workbench.core.training.control import Control
from workbench.core.training.device import autocast
from workbench.core.training.events import RunEvent
from workbench.core.training.fitting import within_memory
from workbench.core.training.session import Session


def training_loop(job: TrainingJob, control: Control) -> Iterator[RunEvent]:
    """Train from the start, or from the last checkpoint, to the end of the plan, and say what happens.

    Raises `WorkbenchError` for what ends a run: a loss that is no number, a disk that is full.
    """
    session = Session(job)
    yield telling.started(session)
    while not session.is_over:
        session.begin_epoch()
        for images, labels in session.remaining_batches():
            if _interrupted(session, control):
                yield from session.watch.told(session)
                yield session.save("last")
                yield telling.finished(session, "stopped")
                return
            yield from within_memory(session, len(images), partial(make_gradients, session, images, labels))
            change_weights(session)
            if session.report_is_due:
                yield from session.watch.told(session)
                yield telling.step_done(session)
        yield from telling.epoch_over(session)
        if session.best_epoch == session.epoch:
            yield session.save("best")
        yield session.save("last")
    yield telling.finished(session, "complete")


def make_gradients(session: Session, images: Tensor, labels: Tensor) -> None:
    """The gradients of a step: forward and backward over the parts of its batch, whose sums they are."""
    session.begin_step()
    session.learner.optimizer.zero_grad()
    for pictures, targets, share in session.parts(images, labels):
        with autocast(session.job.device, session.job.precision):
            logits = session.learner.forward(pictures).float()
            loss = session.plan.loss(logits, targets, session.targets.weights)
        torch.autograd.backward(loss, share)
        session.count(loss, logits, targets)


def change_weights(session: Session) -> None:
    """The step for which all gradients are there, those of the other ranks too."""
    agree(session)
    session.watch.before_change(session)
    session.learner.limit_gradients()
    session.learner.optimizer.step()
    session.watch.after_change(session)
    session.end_step()


def _interrupted(session: Session, control: Control) -> bool:
    """Whether the user wants the run to end; waits here while it is paused."""
    before = time.perf_counter()
    stop = session.job.ranks.either(control.stop_requested())
    session.clock.skip(time.perf_counter() - before)
    return stop
