"""Events of made-up runs, and a source that yields them step by step."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from workbench.core.training.control import Control
from workbench.core.training.events import CheckpointSaved, EpochDone, RunEvent, RunFinished, RunStarted, StepDone


def started(*, epochs: int = 3, steps: int = 4, at: int = 0) -> RunStarted:
    return RunStarted(
        time=time.time(),
        step=at,
        total_steps=epochs * steps,
        steps_per_epoch=steps,
        epochs=epochs,
        train_images=100,
        validation_images=20,
        parameters=10,
        trainable=10,
        device="cpu",
        precision="fp32",
    )


def step(number: int, in_epoch: int, *, loss: float = 1.0, speed: float = 1000.0, left: float = 5.0) -> StepDone:
    return StepDone(
        time=time.time(),
        step=number,
        epoch=in_epoch,
        loss=loss,
        accuracy=0.5,
        learning_rate=1e-3,
        images_per_second=speed,
        remaining_seconds=left,
    )


def epoch(number: int, at: int, *, accuracy: float = 0.5) -> EpochDone:
    return EpochDone(
        time=time.time(),
        step=at,
        epoch=number,
        train_loss=1.0,
        train_accuracy=0.5,
        validation_loss=1.1,
        validation_accuracy=accuracy,
        images_per_second=1000.0,
        seconds=1.0,
        remaining_seconds=3.0,
    )


def stopped(at: int, in_epoch: int) -> RunFinished:
    return RunFinished(
        time=time.time(), step=at, epoch=in_epoch, stopped=True, best_accuracy=0.5, best_epoch=1, seconds=9.0
    )


class SteppedRun:
    """Yields a run of 2 epochs of 5 steps; each step waits until the test has allowed it."""

    def __init__(self) -> None:
        self.allowed = threading.Semaphore(0)

    def allow(self, steps: int) -> None:
        for _ in range(steps):
            self.allowed.release()

    def __call__(self, control: Control) -> Iterator[RunEvent]:
        yield started(epochs=2, steps=5)
        for number in range(1, 11):
            while not self.allowed.acquire(timeout=0.01):
                if control.stop_requested():
                    break
            in_epoch = (number - 1) // 5 + 1
            if control.stop_requested():
                yield stopped(number, in_epoch)
                return
            yield step(number, in_epoch)
            if number % 5 == 0:
                yield epoch(in_epoch, number)
                yield CheckpointSaved(time=time.time(), step=number, epoch=in_epoch, which="best")
        yield RunFinished(
            time=time.time(), step=10, epoch=2, stopped=False, best_accuracy=0.5, best_epoch=1, seconds=9.0
        )
