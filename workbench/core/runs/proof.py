"""The proof that nothing is lost when a run is interrupted, as an experiment that anybody can repeat.

A plan is trained twice, each time in processes of their own: once without interruption, and once stopped and killed at
random steps and resumed. Then every bit is compared: weights, the optimizer's state, averages, and all that was told.
Two runs of the same plan can only agree where the device itself computes the same twice. If they differ, the plan is
trained once more without interruption, which tells a fault of the resuming from kernels that add in any order.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.core.graph.network import Network
from workbench.core.runs.child import Child
from workbench.core.runs.continuity import earlier_environment
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import create_run
from workbench.core.training.control import Control
from workbench.core.training.events import AnyEvent, RunEvent, RunFailed, RunFinished, StepDone
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import torch

TIMES = frozenset({"time", "seconds", "images_per_second", "remaining_seconds", "waiting", "memory", "load"})
"""What two equal runs may differ in."""
WHOLE, INTERRUPTED, AGAIN = "whole", "interrupted", "again"
Note = Callable[[str], None]


class Interruption(msgspec.Struct, frozen=True):
    """Where the second run was cut: at a step, by a polite stop or by a kill without warning."""

    step: int
    how: str


class Difference(msgspec.Struct, frozen=True):
    """How much of two runs is not the same."""

    compared_bits: int
    differing_bits: int
    places: tuple[str, ...] = ()
    """What holds them, the first few."""


class Proof(msgspec.Struct, frozen=True):
    """What the experiment came to; `repeated` compares two runs that nobody interrupted, if that had to be asked."""

    difference: Difference
    interruptions: tuple[Interruption, ...]
    steps: int
    device: str
    precision: str
    torch: str
    threads: int
    repeated: Difference | None = None

    @property
    def verdict(self) -> str:
        """What is proved, in a sentence."""
        if not self.difference.differing_bits:
            return "The interrupted run is bit for bit the one that nobody interrupted."
        if self.repeated is not None and self.repeated.differing_bits:
            return (
                f"Two runs that nobody interrupted differ as well: {self.device} computes with kernels that add in an "
                "order of their own. On this device nothing can be proved."
            )
        return "Runs that nobody interrupts agree, the interrupted one differs: resuming has lost something."


def prove_resume(
    plan: TrainingPlan,
    network: Network,
    folder: Path,
    *,
    interruptions: int = 3,
    seed: int = 0,
    note: Note = lambda _text: None,
) -> Proof:
    """Make the experiment in a new folder, which keeps the runs; raises `WorkbenchError` if the plan cannot be trained.

    Every second interruption is a kill, the others are stops; where they happen follows from the seed.
    """
    whole, cut = (create_run(plan, network, folder / name) for name in (WHOLE, INTERRUPTED))
    note("Training without interruption")
    steps = _finished(whole).step
    cuts = tuple(_interrupted(cut, moments(steps, interruptions, seed), note))
    note("Training to the end")
    _finished(cut)
    repeated, difference = None, compare_bits(whole, cut)
    if difference.differing_bits:
        note("There are differences: training once more without interruption")
        again = create_run(plan, network, folder / AGAIN)
        _finished(again)
        repeated = compare_bits(whole, again)
    there = earlier_environment(whole)
    assert there is not None
    return Proof(difference, cuts, steps, there.device, there.precision, there.torch, there.threads, repeated)


def moments(steps: int, count: int, seed: int) -> list[int]:
    """The steps of the interruptions, in order."""
    return sorted(random.Random(seed).sample(range(1, steps), min(count, steps - 1))) if steps > 1 else []


def compare_bits(one: Run, two: Run) -> Difference:
    """Compare all that two runs have learned, know and told, but for times."""
    ours, theirs = (dict(_everything(run)) for run in (one, two))
    compared, differing, places = 0, 0, []
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        first, second = ours.get(name, b""), theirs.get(name, b"")
        compared += 8 * max(len(first), len(second))
        if bits := differing_bits(first, second):
            differing += bits
            places.append(name)
    return Difference(compared, differing, tuple(places[:5]))


def differing_bits(one: bytes, two: bytes) -> int:
    """How many bits differ; of contents of different lengths all."""
    if len(one) != len(two):
        return 8 * max(len(one), len(two))
    return 0 if one == two else (int.from_bytes(one) ^ int.from_bytes(two)).bit_count()


def _finished(run: Run) -> RunFinished:
    """Train a run to its end in a process of its own."""
    with Child(run) as child:
        *_, last = [None, *child.events(Control())]
        if not isinstance(last, RunFinished):
            failed = last if isinstance(last, RunFailed) else child.failed()
            raise WorkbenchError(failed.title, failed.reason, failed.hint)
    return last


def _interrupted(run: Run, steps: Sequence[int], note: Note) -> Iterator[Interruption]:
    for number, step in enumerate(steps):
        how = "killed" if number % 2 else "stopped"
        cut = _cut(run, step, how)
        if cut is None:
            return
        note(f"{cut.how.capitalize()} after step {cut.step:,}")
        yield cut


def _cut(run: Run, step: int, how: str) -> Interruption | None:
    """Train until a step and end the process there; None if the run was over before."""
    control, reached = Control(), 0
    with Child(run) as child:
        for event in child.events(control):
            _refuse_failure(event)
            if isinstance(event, StepDone) and event.step >= step and not reached:
                reached = event.step
                child.kill() if how == "killed" else control.stop()
    return Interruption(reached, how) if reached else None


def _refuse_failure(event: RunEvent) -> None:
    if isinstance(event, RunFailed):
        raise WorkbenchError(event.title, event.reason, event.hint)


def _everything(run: Run) -> Iterator[tuple[str, bytes]]:
    """What a run has learned, what its last checkpoint knows, and what it told, by name."""
    from workbench.core.training.checkpoint import load_state

    yield from _parts("weights", {"last": run.weights("last"), "best": run.weights("best")})
    yield from _parts("state", load_state(run.checkpoints / "last"))
    told: list[AnyEvent] = [event for event in run.events() if hasattr(event, "step")]
    yield from _parts("events", [msgspec.structs.asdict(event) for event in told if not _is_news(event)])


def _is_news(event: AnyEvent) -> bool:
    """Whether an event tells of the walk, not of what was learned."""
    return type(event).__name__ in ("RunStarted", "CheckpointSaved")


def _parts(name: str, value: Any) -> Iterator[tuple[str, bytes]]:
    """The bytes of every number, text and tensor in a value, times left out."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key not in TIMES:
                yield from _parts(f"{name}.{key}", part)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _parts(f"{name}.{number}", part)
    else:
        yield name, _bytes(value)


def _bytes(value: Any) -> bytes:
    import torch

    if isinstance(value, torch.Tensor):
        return _tensor_bytes(value)
    return struct.pack("<d", value) if isinstance(value, float) else repr(value).encode()


def _tensor_bytes(value: torch.Tensor) -> bytes:
    import torch

    return value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
