"""The training plan: a whole run as one frozen, JSON-able record that knows what is wrong with it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from workbench.core.data.preprocessing import Preprocessing
from workbench.core.graph.network import Network
from workbench.core.layers.arguments import plain_reason
from workbench.core.training.choices import choice_problem
from workbench.errors import Problem, WorkbenchError
from workbench.files import BROKEN_JSON

Rate = Annotated[float, Meta(gt=0, le=100, description="Size of a step of the optimizer.")]
Epochs = Annotated[int, Meta(ge=1, le=100_000, description="Passes over the training pictures.")]


class Phase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a run with its own rate. Frozen nodes keep parameters and buffers bit for bit."""

    epochs: Epochs
    learning_rate: Rate
    frozen: tuple[str, ...] = ()
    """Node names or group prefixes that do not train in this phase."""
    freeze_norm: bool = False
    """Keep every normalization layer in evaluation mode, its running statistics untouched."""


class TrainingPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that decides the outcome of a run. The form and the command line are made from these fields."""

    network: Annotated[str, Meta(description="A ready network, or a network file.")] = "cifar10cnn"
    data: Annotated[str, Meta(description="A data set by name, an .npz file or a folder of pictures.")] = "shapes"
    epochs: Epochs = 10
    batch_size: Annotated[int, Meta(ge=1, le=65_536, description="Pictures in one step.")] = 128
    optimizer: Annotated[str, Meta(description="How gradients become steps.")] = "adamw"
    learning_rate: Rate = 1e-3
    weight_decay: Annotated[float, Meta(ge=0, le=10, description="Pull of the weights towards zero.")] = 0.01
    momentum: Annotated[float, Meta(ge=0, lt=1, description="Share of the last step kept (SGD).")] = 0.9
    schedule: Annotated[str, Meta(description="How the rate falls over the run.")] = "cosine"
    step_size: Annotated[int, Meta(ge=1, le=100_000, description="Epochs between two falls (step schedule).")] = 10
    gamma: Annotated[float, Meta(gt=0, le=1, description="Factor of each fall (step schedule).")] = 0.5
    label_smoothing: Annotated[float, Meta(ge=0, lt=1, description="Probability spread over the other classes.")] = 0.0
    augmentation: Annotated[str, Meta(description="How training pictures are varied.")] = "none"
    initialization: Annotated[str, Meta(description="How the weights begin.")] = "pytorch"
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1, description="Equal seeds give equal runs.")] = 0
    device: Annotated[str, Meta(description="auto, cpu, cuda, cuda:1, mps ...")] = "auto"
    precision: Annotated[
        Literal["auto", "fp32", "bf16"], Meta(description="Number format of the forward and backward pass.")
    ] = "auto"
    weights: Annotated[str | None, Meta(description="A file of weights to start from.")] = None
    fresh: tuple[str, ...] = ()
    """Node names or group prefixes that keep their random start although `weights` is given (the new head)."""
    preprocessing: Preprocessing | None = None
    """Fixed preprocessing (a backbone's own); None takes the network's input size and the data's statistics."""
    phases: tuple[Phase, ...] = ()
    """What happens in turn; empty means one phase of `epochs` at `learning_rate` with nothing frozen."""

    def all_phases(self) -> tuple[Phase, ...]:
        """The phases of the run, at least one."""
        return self.phases or (Phase(epochs=self.epochs, learning_rate=self.learning_rate),)

    def total_epochs(self) -> int:
        """Epochs of all phases together."""
        return sum(phase.epochs for phase in self.all_phases())

    def field_problems(self) -> tuple[Problem, ...]:
        """One problem for each field whose value is not possible, whatever the network and the data."""
        return tuple(problem for field in msgspec.structs.fields(self) if (problem := _field_problem(self, field)))


def _field_problem(plan: TrainingPlan, field: msgspec.structs.FieldInfo) -> Problem | None:
    value = getattr(plan, field.name)
    try:
        msgspec.convert(msgspec.to_builtins(value), field.type)
    except (msgspec.ValidationError, TypeError, OverflowError) as error:  # a script can put anything into a field
        return Problem(field.name, f"The {field.name.replace('_', ' ')} is not possible", plain_reason(str(error)))
    return choice_problem(field.name, value)


def unknown_names(plan: TrainingPlan, network: Network) -> tuple[Problem, ...]:
    """A problem for each node or group that the plan leaves fresh or freezes and that the network does not have."""
    named = [("fresh", name) for name in plan.fresh]
    named += [("phases", name) for phase in plan.phases for name in phase.frozen]
    reason = "the plan names it as fresh or frozen, but no node and no group is called so"
    return tuple(
        Problem(field, f"There is no {name} in {network.name}", reason)
        for field, name in dict.fromkeys(named)
        if name not in network and name not in network.groups
    )


def plan_from_json(text: bytes, *, source: str = "this plan") -> TrainingPlan:
    """The plan in a JSON text; raises `WorkbenchError` naming the field that is wrong."""
    try:
        return msgspec.json.decode(text, type=TrainingPlan)
    except BROKEN_JSON as error:
        raise WorkbenchError(f"{source} is not a training plan", str(error)) from error


def plan_to_json(plan: TrainingPlan) -> bytes:
    """The plan as an indented JSON text with a line end."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=1) + b"\n"


def changed(plan: TrainingPlan, **fields: Any) -> TrainingPlan:
    """The plan with other values in some fields."""
    return msgspec.structs.replace(plan, **fields)
