"""The training loop: one generator, walked by the window's thread, the command line and everybody else."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch

from workbench.core.training import telling
from workbench.core.training.beginning import TrainingJob
from workbench.core.training.control import Control
from workbench.core.training.device import autocast
from workbench.core.training.events import RunEvent
from workbench.core.training.session import Session


def training_loop(job: TrainingJob, control: Control) -> Iterator[RunEvent]:
    """Train from the start, or from the last checkpoint, to the end of the plan, and say what happens.

    Raises `WorkbenchError` for what ends a run: a loss that is no number, a disk that is full.
    """
    session, plan = Session(job), job.plan
    learner = session.learner
    yield telling.started(session)
    while not session.is_over:
        session.begin_epoch()
        for images, labels in session.remaining_batches():
            if _interrupted(session, control):
                yield session.save("last")
                yield telling.finished(session, "stopped")
                return
            session.begin_step()
            learner.optimizer.zero_grad()
            for pictures, targets, share in session.parts(images, labels):
                with autocast(job.device, job.precision):
                    logits = learner.forward(pictures).float()
                    loss = plan.loss(logits, targets, session.targets.weights)
                torch.autograd.backward(loss, share)
                session.count(loss, logits, targets)
            learner.limit_gradients()
            learner.optimizer.step()
            session.end_step()
            if session.report_is_due:
                yield telling.step_done(session)
        yield telling.epoch_done(session)
        if session.best_epoch == session.epoch:
            yield session.save("best")
        yield session.save("last")
    yield telling.finished(session, "complete")


def _interrupted(session: Session, control: Control) -> bool:
    """Whether the user wants the run to end; waits here while it is paused."""
    before = time.perf_counter()
    stop = control.stop_requested()
    session.clock.skip(time.perf_counter() - before)
    return stop
