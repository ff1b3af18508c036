"""Where a training stands: module, optimizer, position and sums. The loop walks it, a checkpoint stores it.

Everything random in a step (order of the pictures, augmentation, dropout) follows from the seed and the number of the
step, and the learning rate is a function of that number, so a training that goes on from a checkpoint is bit for bit
the one that was never interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal

import torch
from torch import Tensor, nn

from workbench.core.data.batches import Batch
from workbench.core.training import checkpoint
from workbench.core.training.accumulation import Part, parts
from workbench.core.training.beginning import TrainingJob, new_module
from workbench.core.training.clock import Clock
from workbench.core.training.device import seed_chance
from workbench.core.training.events import CheckpointSaved
from workbench.core.training.faults import DivergenceError
from workbench.core.training.feeding import training_batches, validation_batches
from workbench.core.training.fitting import PartSize, halved, shortage
from workbench.core.training.judging import Judge
from workbench.core.training.learner import Learner
from workbench.core.training.losses import weight_of
from workbench.core.training.measures import LayerWatch
from workbench.core.training.metrics import Means, Pass, RunningSums, sums_of_passes
from workbench.core.training.ranks import STRIDE
from workbench.core.training.slices import Slice, Slicing
from workbench.core.training.stopping import Outcome, has_stopped_improving
from workbench.core.training.tally import Tally
from workbench.core.training.targets import Targets
from workbench.errors import WorkbenchError

REPORTS_PER_EPOCH = 50
STATISTICS_BATCHES = 50
"""So many training batches give the statistics of averaged normalization layers."""


class Session:
    """One training from its start or its last checkpoint."""

    def __init__(self, job: TrainingJob) -> None:
        self.job, self.plan = job, job.plan
        self._batches, self._held_out = training_batches(job), validation_batches(job)
        module = job.ranks.with_norms_over_all(new_module(job))
        self.steps_per_epoch = self._batches.steps_per_epoch
        self.learner = Learner(job.plan, job.network, module, self.steps_per_epoch)
        self.targets = Targets(job.plan, job.data, job.device)
        self.outcomes: list[Outcome] = []
        self.step = self.epoch = self.step_in_epoch = 0
        self.best_accuracy: float | None = None
        self.best_epoch: int | None = None
        self.tally = Tally(job.ranks, job.device)
        self.clock = Clock()
        self.part_size = PartSize(job.plan.batch_size)
        self.watch = LayerWatch()
        self.judge = Judge(len(job.data.classes), job.device)
        self._validation_size = self._held_out.batch_size
        self._slicing = Slicing(job.ranks.rank, job.ranks.size, mixed=job.plan.mixing != "none")
        self.slice: Slice | None = None
        """Which pictures of the step in work are this rank's; None where one process trains on all."""
        self.weight: Tensor | float = 0.0
        """What the pictures of the slice weigh in the loss."""
        self._restore()
        self._first_step = self.step

    @property
    def module(self) -> nn.Module:
        """The network in training."""
        return self.learner.module

    @property
    def total_steps(self) -> int:
        """Steps of the whole plan."""
        return self.steps_per_epoch * self.plan.total_epochs()

    @property
    def is_over(self) -> bool:
        """Whether every epoch of the plan is done, or enough of them have brought nothing."""
        return self.epoch >= self.plan.total_epochs() or has_stopped_improving(self.plan, self.outcomes)

    @property
    def report_is_due(self) -> bool:
        """Whether the means of the recent steps are to be told: about fifty times an epoch, and at once of the first.

        The first step of a run shows that it goes; the next report may be minutes away.
        """
        return self.step == 1 or self.step_in_epoch % max(1, self.steps_per_epoch // REPORTS_PER_EPOCH) == 0

    def begin_epoch(self) -> None:
        """Set what trains and in which mode; a new phase gets an optimizer of its own."""
        self.learner.begin_epoch(self.epoch, self.outcomes)
        self.clock.begin_epoch()

    def remaining_batches(self) -> Iterator[Batch]:
        """The batches of this epoch that are still to come; when data has gone, what was learned so far is kept."""
        alone = self.job.ranks.size == 1
        share = None if alone else self._slicing.places
        try:
            yield from self.clock.waiting_for(self._batches.epoch(self.epoch, start=self.step_in_epoch, share=share))
        except WorkbenchError:
            if alone:  # a checkpoint is made by all ranks, and the others do not know of this
                self.save("last")
            raise

    def begin_step(self) -> None:
        """Make the random numbers and the learning rate of the next step, also when it is attempted once more."""
        self.tally.passes.clear()
        chance = self.plan.seed * 1_000_003 + self.step + 1 + self.job.ranks.rank * STRIDE
        seed_chance(chance % 2**63, self.job.device)
        self.learner.begin_step(self.step)
        self.watch.begin_step(self)

    def parts(self, images: Tensor, labels: Tensor) -> list[Part]:
        """The passes that make this step: one, unless gradients are accumulated or memory is short."""
        place, size = (self.plan.seed, self.epoch, self.step_in_epoch), self.part_size.size
        if self.job.ranks.size > 1:
            self.slice = self._slicing.of(self._batches.pictures_in(self.step_in_epoch))
        images, targets = self.targets.of(images, labels, place, self.slice)
        if self.slice:
            self.weight = weight_of(targets, self.targets.weights) if self.slice.own else 0.0
            size = self.slice.part_size(size)
        return parts(images, targets, size, weights=self.targets.weights)

    def count(self, loss: Tensor, logits: Tensor, targets: Tensor) -> None:
        """Note how a pass went; it counts as soon as the step is done."""
        if self.slice is None or self.slice.own:
            self.tally.add(loss, logits, targets)

    def end_step(self) -> None:
        """Note that a step is done."""
        self.tally.end_step()
        self.step += 1
        self.step_in_epoch += 1
        self.learner.end_step(self.step)

    @torch.no_grad()
    def validate(self) -> Means:
        """Mean loss (without label smoothing) and accuracy on the held-out part, in fp32, as it will be used.

        In batches half as large, and half again, where memory is not enough.
        """
        module, loss, sums = self.to_validate(), self.plan.loss.plain(), RunningSums(self.job.device)

        def work() -> None:
            sums.clear()
            self.judge.clear()
            for images, labels in self.held_out():
                logits = module(images)
                sums.add(sums_of_passes([Pass(loss(logits, labels), logits, labels)]))
                self.judge.add(logits, labels)

        while reason := shortage(work):
            self._validation_size = halved(self._validation_size, least=1, reason=reason)
        self.judge.add_up(self.job.ranks)
        return sums.of_all(self.job.ranks).means()

    def to_validate(self) -> nn.Module:
        """The network as it is after this epoch, in evaluation mode; averages have taken the epoch in."""
        self.learner.end_epoch(self.epoch + 1, self._some_images())
        return self.learner.to_use.eval()

    def held_out(self) -> Iterator[Batch]:
        """The validation batches; of several ranks each has its own."""
        ranks = self.job.ranks
        return self._held_out.in_order(self._validation_size, part=ranks.rank, parts=ranks.size)

    def close_epoch(self, validated: Means) -> None:
        """Go to the next epoch, remembering whether this one was the best."""
        self.epoch += 1
        self.outcomes.append(Outcome(validated.loss, validated.accuracy))
        if self.best_accuracy is None or validated.accuracy > self.best_accuracy:
            self.best_accuracy, self.best_epoch = validated.accuracy, self.epoch
        self.step_in_epoch = 0
        self.tally.begin_epoch()

    def remaining_seconds(self) -> float:
        """An estimate from the steps done since the run began or was resumed, validation included."""
        done = max(1, self.step - self._first_step)
        return self.clock.here / done * (self.total_steps - self.step)

    def save(self, which: Literal["last", "best"]) -> CheckpointSaved:
        """Write a checkpoint; the best one holds weights to use, the last one all that is needed to go on.

        Of several ranks all come here and the first writes.
        Raises `WorkbenchError`, the old one kept, for weights that are no numbers any more and for a full disk.
        """
        module = self.module if which == "last" else self.learner.to_use
        if not _all_finite(module):
            what = "Some weights are no numbers any more"
            raise DivergenceError(what, epoch=max(1, -(-self.step // self.steps_per_epoch)), step=self.step)
        state = self._summary() if which == "best" else {**self._summary(), **self._progress()}
        if self.job.ranks.first:
            checkpoint.save_checkpoint(self.job.checkpoints / which, module, state)
        return CheckpointSaved(time=time.time(), step=self.step, epoch=self.epoch, which=which)

    def _some_images(self) -> Iterator[Tensor]:
        """Training pictures of the epoch that was just trained."""
        return (images for images, _ in islice(self._batches.epoch(self.epoch), STATISTICS_BATCHES))

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
            **self.tally.state(),
            "part_size": self.part_size.size,
            "outcomes": [(outcome.loss, outcome.accuracy) for outcome in self.outcomes],
            **self.learner.state(),
        }

    def _restore(self) -> None:
        folder, ranks = self.job.checkpoints / "last", self.job.ranks
        goes_on = ranks.from_first(checkpoint.has_checkpoint(folder))
        if goes_on and ranks.first:
            self.module.load_state_dict(checkpoint.load_weights(folder))
        ranks.align(self.module)
        if goes_on:
            self._go_on(ranks.from_first(checkpoint.load_state(folder) if ranks.first else {}))

    def _go_on(self, state: dict[str, Any]) -> None:
        self.step, self.epoch, self.step_in_epoch = state["step"], state["epoch"], state["step_in_epoch"]
        self.best_accuracy, self.best_epoch = state["best_accuracy"], state["best_epoch"]
        self.outcomes = [Outcome(*outcome) for outcome in state.get("outcomes", ())]
        self.clock = Clock(state["seconds"])
        self.part_size.size = state.get("part_size", self.plan.batch_size)
        self.tally.restore(state)
        self.learner.restore(state, epoch=self.epoch, begun=self.step_in_epoch > 0)


def _all_finite(module: nn.Module) -> bool:
    return all(value.isfinite().all() for value in module.state_dict().values() if value.is_floating_point())
