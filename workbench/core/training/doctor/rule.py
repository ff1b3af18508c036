"""What a rule of the doctor is, and what it is given to look at.

A rule is a decorated generator of problems. It speaks only on evidence, which is in the reason, and offers edits of the
plan or of the network for the next run: this one goes on as it was planned.

    @RULES.register("plateau")
    def plateau(case: Case) -> Iterator[Problem]:
        '''Epochs that brought nothing while the rate stayed high.'''
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar

from msgspec.structs import replace

from workbench.core.graph.network import Network
from workbench.core.training.events import (
    EpochDone,
    EpochJudged,
    LayerMeasures,
    LayersMeasured,
    RunEvent,
    RunFailed,
    RunFinished,
    StepDone,
)
from workbench.core.training.plan import TrainingPlan, changed
from workbench.errors import Level, Problem, Remedy
from workbench.registry import Registry

Event = TypeVar("Event", bound=RunEvent)
LOOKED_BACK = 4
"""So many of the last measured steps tell how the layers are doing."""


@dataclass(frozen=True)
class PlanRemedy(Remedy):
    """A remedy whose edit takes the plan and returns that of the next run."""


@dataclass(frozen=True)
class NetworkRemedy(Remedy):
    """A remedy whose edit takes the network."""


@dataclass(frozen=True)
class Case:
    """A training so far, also one that is not begun: its plan, its network, what it told, the names of its classes."""

    plan: TrainingPlan
    network: Network
    events: Sequence[RunEvent] = ()
    classes: Sequence[str] = field(default=())

    @cached_property
    def steps(self) -> list[StepDone]:
        """The reports."""
        return self._of(StepDone)

    @cached_property
    def epochs(self) -> list[EpochDone]:
        """The epochs that are done."""
        return self._of(EpochDone)

    @cached_property
    def judged(self) -> list[EpochJudged]:
        """What the epochs measured."""
        return self._of(EpochJudged)

    @cached_property
    def measured(self) -> list[LayersMeasured]:
        """The measured steps."""
        return self._of(LayersMeasured)

    @property
    def failed(self) -> RunFailed | None:
        """How the run has failed, if it has."""
        last = self.events[-1] if self.events else None
        return last if isinstance(last, RunFailed) else None

    @property
    def complete(self) -> bool:
        """Whether all epochs are done."""
        last = self.events[-1] if self.events else None
        return isinstance(last, RunFinished) and not last.stopped

    @cached_property
    def recent(self) -> dict[str, list[LayerMeasures]]:
        """The last measures of each layer, in the order of the network; the pictures come as `input`."""
        found: dict[str, list[LayerMeasures]] = {}
        for event in self.measured[-LOOKED_BACK:]:
            for layer in event.layers:
                found.setdefault(layer.name, []).append(layer)
        order = {name: number for number, name in enumerate(self.network.execution_order)}
        return dict(sorted(found.items(), key=lambda item: order.get(item[0], -1)))

    def class_name(self, number: int) -> str:
        """What a class is called."""
        return self.classes[number] if number < len(self.classes) else f"class {number + 1}"

    def _of(self, sort: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, sort)]


Rule = Callable[[Case], Iterator[Problem]]
RULES: Registry[Rule] = Registry("rule of the doctor")


def finding(where: str, title: str, reason: str, *remedies: Remedy, level: Level = "warning") -> Problem:
    """A problem with its evidence and its remedies, the most natural first."""
    return Problem(where, title, reason, level, remedies[0] if remedies else None, tuple(remedies[1:]))


def planned(label: str, **values: Any) -> PlanRemedy:
    """The remedy that sets fields of the plan, or options of its choices."""
    return PlanRemedy(label, partial(_with, values=values))


def at_rate(plan: TrainingPlan, factor: float) -> PlanRemedy:
    """The remedy that sets the learning rate to a multiple of this plan's, and that of every phase with it."""
    label = f"Train with a rate of {plan.learning_rate * factor:.2g}"
    if plan.phases:
        label = f"Multiply the rates of all phases by {factor:g}"
    phases = tuple(replace(phase, learning_rate=phase.learning_rate * factor) for phase in plan.phases)
    return planned(label, learning_rate=plan.learning_rate * factor, phases=phases)


def middle(values: Sequence[float | None]) -> float | None:
    """The median of what is known; None if nothing is."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _with(plan: TrainingPlan, values: dict[str, Any]) -> TrainingPlan:
    return changed(plan, **values)
