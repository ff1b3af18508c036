"""Phases and groups of parameters in the form: how they are told, and what they come to in the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from workbench.core.graph.network import Network
from workbench.core.training.parts import Parameters, parameters_of, part_problems, taken, trained
from workbench.core.training.phases import ParameterGroup, Phase
from workbench.core.training.plan import TrainingPlan, unknown_names
from workbench.errors import Problem, WorkbenchError
from workbench.gui.widgets.field_look import FieldLook
from workbench.gui.widgets.form import RecordForm
from workbench.gui.widgets.record_list import PartsLook, RecordList
from workbench.gui.workspace import Workspace

LANE = "parts"
DELAY_MS = 100
NORM_HELP = {
    "train": "BatchNorm learns and counts as ever.",
    "affine": "BatchNorm keeps its statistics; its scale and offset learn.",
    "frozen": "BatchNorm stays as it is, to the last bit.",
}


class PlanParts(QObject):
    """What the network of the workspace says of the parts of a plan; its parameters are counted on a lane."""

    counted = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._known: tuple[Network, Parameters | None] | None = None
        self._asked: Network | None = None

    def problems(self, plan: TrainingPlan) -> tuple[Problem, ...]:
        """Names that the network does not have; and as soon as that is known, parts that come to nothing."""
        unknown = unknown_names(plan, self._workspace.document.network)
        parameters = self._parameters(plan)
        return unknown if unknown or parameters is None else part_problems(plan, parameters)

    def show_counts(self, plan: TrainingPlan, form: RecordForm) -> None:
        """Say beside each phase and each group of a form of parts how many parameters it trains or takes."""
        parameters = self._parameters(plan)
        if parameters is None:
            return
        for field in {"phases", "groups"} & set(form.fields):
            shown = form.editor(field)
            assert isinstance(shown, RecordList)
            if field == "groups":
                shown.show_notes(_taken(parameters, plan.groups))
                continue
            phases = plan.all_phases() if plan.phases else ()
            shown.show_notes([f"trains {_count(trained(parameters, phase), parameters)}" for phase in phases])
            for card, phase in zip(shown.cards, plan.phases, strict=False):
                inner = card.form.editor("groups")
                assert isinstance(inner, RecordList)
                inner.show_notes(_taken(parameters, phase.groups))

    def _parameters(self, plan: TrainingPlan) -> Parameters | None:
        """The parameters of the network, counted when a plan has parts; None until that is done."""
        network = self._workspace.document.network
        if self._known is not None and self._known[0] is network:
            return self._known[1]
        if (plan.phases or plan.groups or plan.frozen) and self._asked is not network:
            self._asked = network
            self._workspace.jobs.submit(
                lambda: (network, _counted(network)),
                owner=self,
                lane=LANE,
                key="parameters",
                done=self._take,
                delay_ms=DELAY_MS,
            )
        return None

    def _take(self, answer: tuple[Network, Parameters | None]) -> None:
        self._known = answer
        self.counted.emit()


def phase_look(offer: Callable[[], Network], fresh: Callable[[tuple[Phase, ...]], Phase]) -> PartsLook:
    """How phases appear; the names in them are chosen from the offered network."""
    looks = {
        "learning_rate": FieldLook("Learning rate"),
        "trainable": FieldLook("Trains alone", offer=offer),
        "frozen": FieldLook("Frozen", offer=offer),
        "norm": FieldLook("BatchNorm", meanings=NORM_HELP),
        "groups": FieldLook(parts=GROUP_LOOK),
    }
    return PartsLook("phase", fresh, tell_phase, looks)


def next_phase(plan: TrainingPlan, phases: tuple[Phase, ...]) -> Phase:
    """The phase to add: the first one is what the plan does without any, a later one begins as the one before it."""
    if not phases:
        return Phase(epochs=plan.epochs, learning_rate=plan.learning_rate)
    return replace(phases[-1], groups=())


def tell_phase(phase: Phase) -> str:
    """A phase in a few words."""
    words = [f"{phase.epochs} epoch{'' if phase.epochs == 1 else 's'} at {_number(phase.learning_rate)}"]
    words += [f"{', '.join(phase.trainable)} alone"] if phase.trainable else []
    words += [f"without {', '.join(phase.frozen)}"] if phase.frozen else []
    words += [] if phase.norm == "train" else [f"BatchNorm {phase.norm}"]
    return " · ".join(words)


def tell_group(group: ParameterGroup) -> str:
    """A group in a few words."""
    words = [f"rate × {_number(group.rate)}"] if group.rate != 1 or group.decay == 1 else []
    words += [f"decay × {_number(group.decay)}"] if group.decay != 1 else []
    return f"{group.pattern}: {', '.join(words)}" if group.pattern else ", ".join(words)


GROUP_LOOK = PartsLook("group", lambda _groups: ParameterGroup(pattern=""), tell_group)


def _taken(parameters: Parameters, groups: tuple[ParameterGroup, ...]) -> list[str]:
    return [f"takes {_count(count, parameters)}" if count else "" for count in taken(parameters, groups)]


def _count(count: int, parameters: Parameters) -> str:
    return f"{count:,} of {parameters.total:,} parameters"


def _number(value: Any) -> str:
    """A number as it is typed, or what is typed instead of one."""
    return f"{value:g}" if isinstance(value, float | int) else str(value)


def _counted(network: Network) -> Parameters | None:
    try:
        return parameters_of(network)
    except WorkbenchError:  # the network is broken, which is told elsewhere
        return None
