"""Milliseconds that a step of a run takes beyond the bare step of the same module: forward, loss, backward, optimizer.

Both take the same batch, which lies ready, in one process and in turn, and freed memory is kept for both, as in a run;
on the CPU the time is that of the thread, which others on the machine do not disturb much. A network of little cost
shows most.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from workbench.core.benchmarks.benchmark import Work, benchmark
from workbench.core.data.batches import Batch
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.data.sources import open_data
from workbench.core.modelling.heads import with_classes
from workbench.core.modelling.opening import open_network
from workbench.core.training.beginning import TrainingJob
from workbench.core.training.compatibility import framing_of
from workbench.core.training.device import choose_device
from workbench.core.training.fitting import within_memory
from workbench.core.training.heap import kept_heap
from workbench.core.training.loop import change_weights, make_gradients
from workbench.core.training.plan import TrainingPlan
from workbench.core.training.session import Session

OVERHEAD = benchmark("overhead", "what the loop adds to each step", unit="ms")
STEPS, WARMING = 400, 80
Step = Callable[[Session, Batch], None]


@OVERHEAD.arm("added to a step")
def added(work: Work) -> float:
    """The median of what a step of a run takes more."""
    with tempfile.TemporaryDirectory() as folder, kept_heap():
        session = _session(work, Path(folder))
        session.begin_epoch()
        ready = next(session.remaining_batches())
        pairs = [[_timed(step, session, ready) for step in (bare_step, loop_step)] for _ in range(STEPS)]
    return statistics.median(loop - bare for bare, loop in pairs[WARMING:])


def bare_step(session: Session, batch: Batch) -> None:
    """What any loop does."""
    images, labels = batch
    learner = session.learner
    learner.optimizer.zero_grad()
    torch.nn.functional.cross_entropy(learner.module(images), labels).backward()  # type: ignore[no-untyped-call]
    learner.optimizer.step()


def loop_step(session: Session, batch: Batch) -> None:
    """What the loop of a run does between two batches, reports left out (`workbench.core.training.loop`)."""
    for _warning in within_memory(session, len(batch[0]), lambda: make_gradients(session, *batch)):
        pass
    change_weights(session)


def _session(work: Work, folder: Path) -> Session:
    network = with_classes(open_network(work.network), 10)
    framing = framing_of(network)
    data = open_data("digits" if framing.channels == 1 else "shapes", framing=framing)
    plan = TrainingPlan(network=work.network, batch_size=work.batch, device=work.device, precision="fp32")
    preprocessing = Preprocessing(framing, (0.5,) * framing.channels, (0.25,) * framing.channels)
    return Session(TrainingJob(plan, network, data, preprocessing, folder, choose_device(work.device), "fp32"))


def _timed(step: Step, session: Session, batch: Batch) -> float:
    """Milliseconds of one step."""
    cuda = session.job.device.type == "cuda"
    clock = time.perf_counter if cuda else time.thread_time
    start = clock()
    step(session, batch)
    if cuda:
        torch.cuda.synchronize()
    return (clock() - start) * 1000
