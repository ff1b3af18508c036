"""Where numbers first stopped being numbers: the steps since the last checkpoint once more, with an eye on every layer.

Everything random follows from the seed and the number of the step, so on the same device a repetition meets the same
numbers. Up to the last report with a finite loss the steps are only repeated; from there on every value is looked at.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, fx, nn

from workbench.core.modelling.compile import node_of
from workbench.core.training.beginning import TrainingJob
from workbench.core.training.checkpoint import has_checkpoint
from workbench.core.training.control import Control
from workbench.core.training.events import EpochDone, RunEvent, StepDone, Warned
from workbench.core.training.faults import DivergenceError
from workbench.core.training.fitting import within_memory
from workbench.core.training.loop import change_weights, make_gradients, training_loop
from workbench.core.training.phases import is_below
from workbench.core.training.ranks import ALONE
from workbench.core.training.session import Session
from workbench.errors import WorkbenchError

What = Literal["picture", "output", "loss", "gradient", "weight", "validation"]
HINTS: dict[What, str] = {
    "picture": "Look at the preprocessing: a deviation of 0 cannot be divided by.",
    "output": "Try a smaller learning rate, or warm-up; normalization between the layers keeps outputs small.",
    "loss": "Try a smaller learning rate, or label smoothing.",
    "gradient": "Try to cut long gradients (clip norm 1), or a smaller learning rate.",
    "weight": "Try a smaller learning rate, or warm-up.",
    "validation": "Try a smaller learning rate: the running statistics have not kept up with the weights.",
}
ORDER: tuple[What, ...] = ("picture", "output", "validation", "loss", "gradient", "weight")
"""What is computed before what in a step."""
LARGE = 1e6
"""Weights beyond this are worth a word: they have grown out of all proportion."""


@dataclass(frozen=True)
class Origin:
    """What held the first value that is no number, in which step (counted from 1) and node; `kind` is nan or inf."""

    step: int
    what: What
    where: str
    kind: str
    largest_weight: float = 0.0

    def __str__(self) -> str:
        told = {
            "picture": f"a picture of step {self.step} already holds {self.kind}",
            "output": f"in step {self.step} the output of {self.where} is the first to hold {self.kind}",
            "loss": f"in step {self.step} the loss is {self.kind}, although all layers give numbers",
            "gradient": f"in step {self.step} the gradient at {self.where} is the first to hold {self.kind}",
            "weight": f"step {self.step} has made {self.where} {self.kind}, out of gradients that are numbers",
            "validation": f"on validation pictures the output of {self.where} is the first to hold {self.kind}",
        }[self.what]
        large = f"; its weights had grown to {self.largest_weight:.2g}" if self.largest_weight > LARGE else ""
        return told + large


def explained(job: TrainingJob, control: Control) -> Iterator[RunEvent]:
    """The training loop; when its numbers are none any more, the error it raises names the layer where that began."""
    reported, trouble = 0, None
    try:
        for event in training_loop(job, control):
            if isinstance(event, StepDone | EpochDone):
                reported = event.step
            yield event
    except DivergenceError as error:
        trouble = error.with_traceback(None)  # which would keep the whole training in memory
    if trouble is not None and not job.ranks.first:
        raise trouble
    if trouble is not None:
        yield Warned(time=time.time(), title=trouble.title, reason="its steps are repeated to find the layer")
        origin = find_origin(replace(job, ranks=ALONE), control, reported=reported, failed=trouble.step)
        if origin is None:
            raise trouble
        kept = " The last checkpoint is kept." if has_checkpoint(job.checkpoints / "last") else ""
        raise WorkbenchError(trouble.title, str(origin), HINTS[origin.what] + kept)


def find_origin(job: TrainingJob, control: Control, *, reported: int, failed: int) -> Origin | None:
    """Repeat the steps since the last checkpoint up to `failed`, and look at all values from step `reported` on.

    None if the repetition meets nothing (a device need not compute the same twice), fails itself, or is stopped.
    """
    with contextlib.suppress(Exception):  # the run has failed already; what fails here would only hide why
        session = Session(job)
        session.begin_epoch()
        for images, labels in session.remaining_batches():
            if control.stopping or session.step >= failed:
                break
            look = _looking if session.step + 1 >= reported else _repeating
            if origin := look(session, images, labels) or _in_weights(session):
                return origin
        if session.step_in_epoch == session.steps_per_epoch and not control.stopping:
            return _in_validation(session)
    return None


def _repeating(session: Session, images: Tensor, labels: Tensor) -> None:
    for _warning in within_memory(session, len(images), partial(make_gradients, session, images, labels)):
        pass
    change_weights(session)


def _looking(session: Session, images: Tensor, labels: Tensor) -> Origin | None:
    """A step in which every value is looked at, in the order in which they are computed."""
    learner, probe = session.learner, _Probe(session.module)
    forward, learner.forward = learner.forward, probe.run
    hooks = [
        value.register_hook(partial(probe.note, "gradient", name))  # type: ignore[no-untyped-call]
        for name, value in session.module.named_parameters()
        if value.requires_grad
    ]
    try:
        for _warning in within_memory(session, len(images), partial(make_gradients, session, images, labels)):
            probe.marks.clear()
    finally:
        learner.forward = forward
        for hook in hooks:
            hook.remove()
    for passed in session.tally.passes:
        probe.note("loss", "loss", passed.loss)
    origin = probe.first(session.step + 1)
    if origin is None:
        change_weights(session)
    return origin


def _in_weights(session: Session) -> Origin | None:
    probe = _Probe(session.module)
    for name, value in session.module.state_dict().items():
        if value.is_floating_point():
            probe.note("weight", name, value)
    return probe.first(session.step)


@torch.no_grad()
def _in_validation(session: Session) -> Origin | None:
    probe = _Probe(session.to_validate(), output="validation")
    for images, _labels in session.held_out():
        probe.run(images)
        if origin := probe.first(session.step):
            return origin
        probe.marks.clear()
    return None


class _Probe(fx.Interpreter):
    """Runs a network node by node and marks what holds values that are no numbers; nothing waits for the device."""

    def __init__(self, module: nn.Module, *, output: What = "output") -> None:
        assert isinstance(module, fx.GraphModule)
        super().__init__(module)
        self._output = output
        self.marks: list[tuple[What, str, Tensor]] = []

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if n.op != "output" and isinstance(value, Tensor) and value.is_floating_point():
            name = node_of(n) or n.name
            self.note("picture" if n.op == "placeholder" else self._output, name, value)
            if value.requires_grad:
                value.register_hook(partial(self.note, "gradient", name))  # type: ignore[no-untyped-call]
        return value

    def note(self, what: What, where: str, value: Tensor) -> None:
        """Mark a value."""
        self.marks.append((what, where, torch.stack([value.isinf().any(), value.isnan().any()])))

    def first(self, step: int) -> Origin | None:
        """The first marked value that is no number; a loss comes between the outputs and the gradients."""
        for what, where, mark in sorted(self.marks, key=lambda mark: ORDER.index(mark[0])):
            infinite, undefined = mark.tolist()
            if infinite or undefined:
                return Origin(step, what, where, "inf" if infinite else "nan", self._largest_weight(where))
        return None

    def _largest_weight(self, where: str) -> float:
        weights = [value for name, value in self.module.named_parameters() if is_below(name, (where,))]
        return max((float(value.detach().abs().max()) for value in weights), default=0.0)
