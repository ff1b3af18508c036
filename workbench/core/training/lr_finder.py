"""A learning rate by experiment: a short training in which every step is larger than the one before (arXiv 1506.01186).

It trains networks of its own, with several seeds, from the weights that the plan begins with. Nothing of it stays: no
file, and the random numbers of torch go on where they were.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from workbench.core.data.batches import Batch
from workbench.core.data.images import ImageData
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.data.statistics import statistics
from workbench.core.graph.network import Network
from workbench.core.training.beginning import TrainingJob
from workbench.core.training.compatibility import framing_of, memory_problem, output_problem
from workbench.core.training.device import choose_device, choose_precision
from workbench.core.training.heap import kept_heap
from workbench.core.training.loop import change_weights, make_gradients
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.rate_curve import RateCurve, judge, rate_ladder
from workbench.core.training.session import Session
from workbench.errors import WorkbenchError

LOWEST, HIGHEST = 1e-6, 10.0
STEPS, SEEDS = 100, 3
MEMORY = 0.8
"""The share of the past in the running mean that tells when a loss has broken out."""
BREAKS_OUT = 4.0
"""A loss so many times its lowest has broken out, if it is well above where it began."""
Progress = Callable[[int, int], None]


def find_rate(
    plan: TrainingPlan,
    network: Network,
    data: ImageData,
    *,
    seeds: int = SEEDS,
    steps: int = STEPS,
    rates: tuple[float, float] = (LOWEST, HIGHEST),
    progress: Progress = lambda _done, _total: None,
) -> RateCurve:
    """The losses over rising rates; of a plan with phases it is the rate of the first one that they say something of.

    `data` is framed for the network. `progress` may raise to end the search. Raises `WorkbenchError` where network,
    data, plan and machine do not fit together.
    """
    ladder = rate_ladder(*rates, steps)
    with tempfile.TemporaryDirectory(prefix="workbench-rate-") as folder:
        job = trial_job(plan, network, data, Path(folder))
        losses = []
        for number in range(seeds):
            seeded = replace(job, plan=changed(job.plan, seed=(job.plan.seed + number) % 2**31))
            with kept_chance(job.device), kept_heap():
                told = _counted(rising_losses(seeded, ladder), number * steps, seeds * steps, progress)
                losses.append([*told])
    progress(seeds * steps, seeds * steps)
    return judge(ladder, losses)


def trial_job(plan: TrainingPlan, network: Network, data: ImageData, folder: Path) -> TrainingJob:
    """All that a trial of a plan needs; the rate stays as it is set, and no average is kept."""
    device = choose_device(plan.device)
    precision = choose_precision(plan.precision, device)
    short = None if device.type == "cuda" else memory_problem(network, plan, precision=precision)
    for problem in (*plan.field_problems(), output_problem(network, data.classes), short):
        if problem:
            raise WorkbenchError(problem.title, problem.reason)
    preprocessing = plan.preprocessing or Preprocessing(framing_of(network), *statistics(data.train))
    plain = changed(plan, schedule="constant", averaging="none", warmup_epochs=0.0, patience=0)
    return TrainingJob(plain, network, data, preprocessing, folder, device, precision)


def rising_losses(job: TrainingJob, rates: Sequence[float]) -> Iterator[float]:
    """Train with a larger rate in each step: the loss before each, until it breaks out or is no number."""
    session, level = Session(job), _Level()
    session.begin_epoch()
    for rate, (images, labels) in zip(rates, _endless(session), strict=False):
        make_gradients(session, images, labels)
        session.learner.set_rate(rate)
        change_weights(session)
        loss = session.tally.take_recent().loss
        if not math.isfinite(loss):
            return
        yield loss
        if level.has_broken_out(loss):
            return


class _Level:
    """The running mean of a loss, where it began and how low it was."""

    def __init__(self) -> None:
        self._sum, self._count, self._first, self._lowest = 0.0, 0, math.nan, math.inf

    def has_broken_out(self, loss: float) -> bool:
        """Whether the mean with this loss is far above the lowest, and well above where it began."""
        self._sum, self._count = MEMORY * self._sum + (1 - MEMORY) * loss, self._count + 1
        mean = self._sum / (1 - MEMORY**self._count)
        self._first = mean if self._count == 1 else self._first
        self._lowest = min(self._lowest, mean)
        return mean > max(BREAKS_OUT * self._lowest, 1.5 * self._first)


@contextmanager
def kept_chance(device: torch.device) -> Iterator[None]:
    """Let the random numbers of torch go on afterwards as if nothing had been drawn in between."""
    if device.type == "cpu":
        with torch.random.fork_rng(devices=()):
            yield
        return
    number = torch.get_device_module(device).current_device() if device.index is None else device.index
    with torch.random.fork_rng(devices=(number,), device_type=device.type):
        yield


def _endless(session: Session) -> Iterator[Batch]:
    """The batches of one epoch after the other, all trained as the first epoch is."""
    while True:
        yield from session.remaining_batches()
        session.epoch, session.step_in_epoch = session.epoch + 1, 0


def _counted(losses: Iterator[float], done: int, total: int, progress: Progress) -> Iterator[float]:
    for number, loss in enumerate(losses):
        progress(done + number, total)
        yield loss
