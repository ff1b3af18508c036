"""Where a training stands: module, optimizer, position and sums. The loop walks it, a checkpoint stores it.

Everything random in a step (order of the pictures, augmentation, dropout) follows from the seed and the number of the
step, and the learning rate is a function of that number, so a training that goes on from a checkpoint is bit for bit
the one that was never interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from workbench.core.data.batches import Batches
from workbench.core.data.images import ImageData
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.graph.network import Network
from workbench.core.modelling.compile import build_module
from workbench.core.modelling.randomness import DrawingFrom
from workbench.core.training import checkpoint
from workbench.core.training.clock import Clock
from workbench.core.training.events import CheckpointSaved
from workbench.core.training.freezing import set_trainable, set_training_mode
from workbench.core.training.metrics import Means, RunningSums, diverged
from workbench.core.training.optimization import INITIALIZATIONS, OPTIMIZERS, SCHEDULES
from workbench.core.training.plan import Phase, TrainingPlan
from workbench.core.training.starting_weights import load_starting_weights
from workbench.errors import WorkbenchError

REPORTS_PER_EPOCH = 50
VALIDATION_BATCH = 500
VALIDATION_PIXELS = 2_000_000
"""A validation batch holds at most so many pictures, and so many pixels: 224 x 224 needs smaller ones than 32 x 32."""


@dataclass(frozen=True)
class TrainingJob:
    """All that a training needs, decided and opened; `checkpoints` is the folder of its `last` and `best`."""

    plan: TrainingPlan
    network: Network
    data: ImageData
    preprocessing: Preprocessing
    checkpoints: Path
    device: torch.device
    precision: str


class Session:
    """One training from its start or its last checkpoint."""

    def __init__(self, job: TrainingJob) -> None:
        self.job, self.plan = job, job.plan
        self._phases = job.plan.all_phases()
        self.module = _new_module(job)
        self._batches, self._held_out = _training_batches(job), _validation_batches(job)
        self.criterion = nn.CrossEntropyLoss(label_smoothing=job.plan.label_smoothing)
        self.step = self.epoch = self.step_in_epoch = 0
        self.best_accuracy: float | None = None
        self.best_epoch: int | None = None
        self.epoch_sums, self._recent = RunningSums(job.device), RunningSums(job.device)
        self.clock = Clock()
        self._begin_phase()
        self._restore()
        self._first_step = self.step

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one epoch."""
        return self._batches.steps_per_epoch

    @property
    def total_steps(self) -> int:
        """Steps of the whole plan."""
        return self.steps_per_epoch * self.plan.total_epochs()

    @property
    def is_over(self) -> bool:
        """Whether every epoch of the plan is done."""
        return self.epoch >= self.plan.total_epochs()

    @property
    def report_is_due(self) -> bool:
        """Whether the means of the recent steps are to be told now (about fifty times an epoch)."""
        return self.step_in_epoch % max(1, self.steps_per_epoch // REPORTS_PER_EPOCH) == 0

    def begin_epoch(self) -> None:
        """Set what trains and in which mode; a new phase gets an optimizer of its own."""
        if self._current_phase()[0] is not self._phase:
            self._begin_phase()
        set_training_mode(self.module, self._phase)
        self.clock.begin_epoch()

    def remaining_batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of this epoch that are still to come."""
        return self._batches.epoch(self.epoch, start=self.step_in_epoch)

    def begin_step(self) -> None:
        """Make the random numbers and the learning rate of the next step."""
        torch.manual_seed((self.plan.seed * 1_000_003 + self.step + 1) % 2**63)
        rate = self._learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def count(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """Note that a step is done."""
        self.epoch_sums.add(loss, logits, labels)
        self._recent.add(loss, logits, labels)
        self.step += 1
        self.step_in_epoch += 1

    def take_recent(self) -> Means:
        """The means of the steps since this was last asked."""
        means, self._recent = self._recent.means(), RunningSums(self.job.device)
        return means

    @torch.no_grad()
    def validate(self) -> Means:
        """Mean loss (without label smoothing) and accuracy on the held-out part, in fp32, as it will be used."""
        self.module.eval()
        sums = RunningSums(self.job.device)
        for images, labels in self._held_out.in_order():
            logits = self.module(images)
            sums.add(nn.functional.cross_entropy(logits, labels), logits, labels)
        return sums.means()

    def close_epoch(self, validated: Means) -> None:
        """Go to the next epoch, remembering whether this one was the best."""
        self.epoch += 1
        if self.best_accuracy is None or validated.accuracy > self.best_accuracy:
            self.best_accuracy, self.best_epoch = validated.accuracy, self.epoch
        self.step_in_epoch = 0
        self.epoch_sums, self._recent = RunningSums(self.job.device), RunningSums(self.job.device)

    def remaining_seconds(self) -> float:
        """An estimate from the steps done since the run began or was resumed, validation included."""
        done = max(1, self.step - self._first_step)
        return self.clock.here / done * (self.total_steps - self.step)

    def save(self, which: Literal["last", "best"]) -> CheckpointSaved:
        """Write a checkpoint; the best one holds weights to use, the last one all that is needed to go on.

        Raises `WorkbenchError`, the old one kept, for weights that are no numbers any more and for a full disk.
        """
        if not _all_finite(self.module):
            raise diverged("Some weights are no numbers any more", self.epoch + 1)
        state = self._summary() if which == "best" else {**self._summary(), **self._progress()}
        checkpoint.save_checkpoint(self.job.checkpoints / which, self.module, state)
        return CheckpointSaved(time=time.time(), step=self.step, epoch=self.epoch, which=which)

    def _summary(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "epoch": self.epoch,
            "best_accuracy": self.best_accuracy,
            "best_epoch": self.best_epoch,
            "seconds": self.clock.total,
        }

    def _progress(self) -> dict[str, Any]:
        return {
            "step_in_epoch": self.step_in_epoch,
            "epoch_sums": self.epoch_sums.state(),
            "recent_sums": self._recent.state(),
            "optimizer": self.optimizer.state_dict(),
        }

    def _restore(self) -> None:
        folder = self.job.checkpoints / "last"
        if not checkpoint.has_checkpoint(folder):
            return
        state = checkpoint.load_state(folder)
        self.module.load_state_dict(checkpoint.load_weights(folder))
        self.step, self.epoch, self.step_in_epoch = state["step"], state["epoch"], state["step_in_epoch"]
        self.best_accuracy, self.best_epoch = state["best_accuracy"], state["best_epoch"]
        self.clock = Clock(state["seconds"])
        self.epoch_sums.restore(state["epoch_sums"])
        self._recent.restore(state["recent_sums"])
        self._begin_phase()
        if self.step_in_epoch or self._current_phase()[1] < self.epoch:
            self.optimizer.load_state_dict(state["optimizer"])

    def _current_phase(self) -> tuple[Phase, int]:
        """The phase of the current epoch and the epochs before that phase (the last phase once all is over)."""
        before = 0
        for phase in self._phases[:-1]:
            if self.epoch < before + phase.epochs:
                return phase, before
            before += phase.epochs
        return self._phases[-1], before

    def _begin_phase(self) -> None:
        self._phase, _ = self._current_phase()
        trainable = set_trainable(self.module, self._phase)
        if not trainable:
            raise WorkbenchError(
                "Nothing would train", "every parameter is frozen", "Leave at least the head unfrozen."
            )
        self.optimizer = OPTIMIZERS[self.plan.optimizer](trainable, self.plan)

    def _learning_rate(self) -> float:
        """The rate of the next step, from the schedule of its phase."""
        phase, before = self._current_phase()
        epoch = self.epoch - before + self.step_in_epoch / self.steps_per_epoch
        return phase.learning_rate * SCHEDULES[self.plan.schedule](self.plan, epoch, phase.epochs)


def _all_finite(module: nn.Module) -> bool:
    return all(value.isfinite().all() for value in module.state_dict().values() if value.is_floating_point())


def _training_batches(job: TrainingJob) -> Batches:
    return Batches(
        job.data.train,
        preprocessing=job.preprocessing,
        batch_size=job.plan.batch_size,
        seed=job.plan.seed,
        augmentation=job.plan.augmentation,
        device=job.device,
    )


def _validation_batches(job: TrainingJob) -> Batches:
    framing = job.preprocessing.framing
    size = min(VALIDATION_BATCH, max(1, VALIDATION_PIXELS // (framing.height * framing.width)))
    return Batches(job.data.validation, preprocessing=job.preprocessing, batch_size=size, seed=0, device=job.device)


def _new_module(job: TrainingJob) -> nn.Module:
    """The network with its starting weights, on the device, in the memory format that is fastest for convolutions.

    A training that goes on needs the file of weights it began with no more.
    """
    with DrawingFrom(torch.Generator().manual_seed(job.plan.seed)):
        module = build_module(job.network)
        INITIALIZATIONS[job.plan.initialization](module)
    if job.plan.weights is not None and not checkpoint.has_checkpoint(job.checkpoints / "last"):
        load_starting_weights(module, Path(job.plan.weights), fresh=job.plan.fresh)
    return module.to(job.device).to(memory_format=torch.channels_last)
