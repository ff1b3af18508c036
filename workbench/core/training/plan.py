"""The training plan: a whole run as one frozen, JSON-able record that knows what is wrong with it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union

import msgspec
from msgspec import Meta

from workbench.core.data.augment import Step, step_problems
from workbench.core.data.preprocessing import Preprocessing
from workbench.core.data.split import Split, split_problems
from workbench.core.graph.network import Network
from workbench.core.layers.arguments import plain_reason
from workbench.core.modelling.optimizers import AdamW, Optimizer
from workbench.core.training.averaging import Averaging, NoAveraging
from workbench.core.training.choices import RECORDS, choice_problem, field_of, record
from workbench.core.training.initialization import last_norms
from workbench.core.training.losses import CrossEntropy, Loss
from workbench.core.training.phases import Epochs, Names, ParameterGroup, Phase, Rate
from workbench.core.training.schedules import Cosine, Schedule
from workbench.core.training.whitening import first_convolution
from workbench.errors import Problem, WorkbenchError

__all__ = ["ParameterGroup", "Phase", "TrainingPlan", "changed", "unknown_names"]
LARGEST_STEP = 1_000_000
"""Pictures of which the gradients can make one step."""
if TYPE_CHECKING:
    AnyOptimizer: TypeAlias = Optimizer
    AnySchedule: TypeAlias = Schedule
    AnyLoss: TypeAlias = Loss
    AnyAveraging: TypeAlias = Averaging
else:  # a file is read into whichever record is registered under its tag
    AnyOptimizer, AnySchedule, AnyLoss, AnyAveraging = (
        Union[registry.values()]  # noqa: UP007
        for registry in RECORDS.values()
    )


class TrainingPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that decides the outcome of a run. The form and the command line are made from these fields.

    A choice with options (`optimizer`, `schedule`, `loss`, `averaging`) can be given by its name or as its record.
    """

    network: Annotated[str, Meta(description="A ready network, or a network file.")] = "cifar10cnn"
    data: Annotated[str, Meta(description="A data set by name, an .npz file or a folder of pictures.")] = "shapes"
    validation_share: Annotated[
        Annotated[float, Meta(gt=0, lt=1)] | None,
        Meta(description="Share of the training pictures to validate on; empty keeps the set's own part."),
    ] = None
    split_seed: Annotated[int, Meta(ge=0, le=2**31 - 1, description="Another one validates on other pictures.")] = 0
    near_duplicates: Annotated[
        Literal["together", "anywhere"], Meta(description="Whether nearly equal pictures stay in one part of a split.")
    ] = "together"
    group_column: Annotated[
        str,
        Meta(description="Column of a table or array of an .npz (as patient) whose equal entries stay in one part."),
    ] = ""
    group_pattern: Annotated[
        str, Meta(description="Pattern in files' names that groups them for a split; ^[^_]+ is all before the first _.")
    ] = ""
    epochs: Epochs = 10
    batch_size: Annotated[int, Meta(ge=1, le=65_536, description="Pictures in one pass.")] = 128
    accumulation: Annotated[
        int, Meta(ge=1, le=4096, description="Batches whose gradients make one step: a large batch in little memory.")
    ] = 1
    optimizer: Annotated[AnyOptimizer, Meta(description="How gradients become steps.")] = AdamW()
    learning_rate: Rate = 1e-3
    weight_decay: Annotated[float, Meta(ge=0, le=10, description="Pull of the weights towards zero.")] = 0.01
    decay: Annotated[
        Literal["all", "weights"], Meta(description="What decays: all, or all but normalization and biases.")
    ] = "all"
    clip_norm: Annotated[
        Annotated[float, Meta(gt=0, le=1e6)] | None,
        Meta(description="Longer gradients are cut to this; empty cuts none."),
    ] = None
    schedule: Annotated[AnySchedule, Meta(description="How the rate changes over the run.")] = Cosine()
    warmup_epochs: Annotated[float, Meta(ge=0, le=100_000, description="Epochs in which the rate rises.")] = 0.0
    warmup_start: Annotated[float, Meta(gt=0, le=1, description="Share of the rate that warm-up begins with.")] = 0.01
    loss: Annotated[AnyLoss, Meta(description="What the training makes small.")] = CrossEntropy()
    class_weights: Annotated[str, Meta(description="How much the pictures of each class count in the loss.")] = "none"
    sampling: Annotated[str, Meta(description="How often an epoch shows the pictures of each class.")] = "shuffled"
    augmentation: Annotated[str, Meta(description="How training pictures are varied.")] = "none"
    augmentation_steps: Annotated[
        tuple[Step, ...],
        Meta(description="Operations of your own, used instead of the named augmentation where there are any."),
    ] = ()
    mixing: Annotated[str, Meta(description="Whether pictures of a batch are mixed, and their labels with them.")] = (
        "none"
    )
    mixing_alpha: Annotated[
        float, Meta(gt=0, le=100, description="1 mixes in all shares alike; less keeps most pictures nearly pure.")
    ] = 0.2
    stochastic_depth: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None,
        Meta(description="Chance to leave out the last residual branch; empty keeps the network's own."),
    ] = None
    averaging: Annotated[AnyAveraging, Meta(description="Which weights are validated and kept.")] = NoAveraging()
    patience: Annotated[
        int, Meta(ge=0, le=100_000, description="Epochs without progress after which the run ends; 0: never.")
    ] = 0
    monitor: Annotated[
        Literal["accuracy", "loss"], Meta(description="What must make progress on the validation pictures.")
    ] = "accuracy"
    least_progress: Annotated[float, Meta(ge=0, le=100, description="Less than this is no progress.")] = 0.0
    initialization: Annotated[str, Meta(description="How the weights begin.")] = "pytorch"
    zero_last_norm: Annotated[bool, Meta(description="Let residual blocks begin as their shortcut.")] = False
    whiten_first: Annotated[
        bool, Meta(description="Let the first convolution begin with filters that take apart what is in the pictures.")
    ] = False
    recompute: Annotated[
        Names, Meta(description="Groups whose activations are computed twice instead of kept: less memory.")
    ] = ()
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1, description="Equal seeds give equal runs.")] = 0
    device: Annotated[str, Meta(description="auto, cpu, cuda, cuda:1, mps ...")] = "auto"
    precision: Annotated[
        Literal["auto", "fp32", "bf16"], Meta(description="Number format of the forward and backward pass.")
    ] = "auto"
    tensorboard: Annotated[bool, Meta(description="Write what is measured for TensorBoard, too.")] = False
    weights: Annotated[str | None, Meta(description="A file of weights to start from.")] = None
    fresh: Annotated[Names, Meta(description="Nodes or groups that do not take the weights of the file.")] = ()
    """Node names or group prefixes that keep their random start although `weights` is given (the new head)."""
    preprocessing: Preprocessing | None = None
    """Fixed preprocessing (a backbone's own); None takes the network's input size and the data's statistics."""
    frozen: Annotated[Names, Meta(description="Nodes or groups that keep their weights for the whole run.")] = ()
    groups: Annotated[
        tuple[ParameterGroup, ...],
        Meta(description="Rates and decays of some parameters; the first group that fits counts."),
    ] = ()
    phases: Annotated[
        tuple[Phase, ...],
        Meta(description="What happens in turn; without any, one phase of all epochs with nothing frozen."),
    ] = ()

    def __post_init__(self) -> None:
        for field in RECORDS:
            msgspec.structs.force_setattr(self, field, record(field, getattr(self, field)))

    def split(self) -> Split:
        """Which pictures are validated on."""
        return Split(
            share=self.validation_share,
            seed=self.split_seed,
            near_duplicates=self.near_duplicates,
            group_column=self.group_column,
            group_pattern=self.group_pattern,
        )

    def all_phases(self) -> tuple[Phase, ...]:
        """The phases of the run, at least one; what the plan freezes is frozen in each."""
        phases = self.phases or (Phase(epochs=self.epochs, learning_rate=self.learning_rate),)
        if not self.frozen:
            return phases
        return tuple(msgspec.structs.replace(phase, frozen=(*phase.frozen, *self.frozen)) for phase in phases)

    def phase_at(self, epoch: int) -> tuple[Phase, int]:
        """The phase of an epoch (from 0) and the epochs before that phase; the last phase once all is over."""
        before, phases = 0, self.all_phases()
        for phase in phases[:-1]:
            if epoch < before + phase.epochs:
                return phase, before
            before += phase.epochs
        return phases[-1], before

    def total_epochs(self) -> int:
        """Epochs of all phases together."""
        return sum(phase.epochs for phase in self.all_phases())

    def field_problems(self) -> tuple[Problem, ...]:
        """One problem for each field or option whose value is not possible, whatever the network and the data."""
        found = [problem for field in _fields(type(self)) for problem in _field_problems(self, field)]
        return (*found, *(() if found else _contradictions(self)))


@lru_cache(maxsize=64)
def _fields(record: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """The fields of a sort of record; a form asks at every key, and reading the annotations takes its time."""
    return msgspec.structs.fields(record)


def _field_problems(plan: TrainingPlan, field: msgspec.structs.FieldInfo) -> list[Problem]:
    value = getattr(plan, field.name)
    if field.name not in RECORDS:
        return _value_problems(field, value)
    if wrong := choice_problem(field.name, value):
        return [wrong]
    if type(value) not in RECORDS[field.name].values():
        return [Problem(field.name, f"{value} is no {field.name}", "it is a record of another field")]
    return [found for each in _fields(value.__class__) for found in _value_problems(each, getattr(value, each.name))]


def _value_problems(field: msgspec.structs.FieldInfo, value: Any, *, place: str = "", whose: str = "") -> list[Problem]:
    """What is wrong with the value of a field, or of the fields of the records it lists: `phases.1.epochs`."""
    where = f"{place}{field.name}"
    if isinstance(value, tuple) and value and all(isinstance(each, ParameterGroup | Phase) for each in value):
        return [found for number, each in enumerate(value) for found in _part_problems(each, where, number)]
    try:
        msgspec.convert(msgspec.to_builtins(value), field.type)
    except (msgspec.ValidationError, TypeError, OverflowError) as error:  # a script can put anything into a field
        title = f"The {field.name.replace('_', ' ')}{whose} cannot be used"
        return [Problem(where, title, plain_reason(str(error)))]
    wrong = choice_problem(field.name, value)
    return [wrong] if wrong else []


def _part_problems(part: ParameterGroup | Phase, where: str, number: int) -> list[Problem]:
    """What is wrong with the fields of one of several records."""
    place, whose = f"{where}.{number}.", f" of {part.WORD} {number + 1}"
    return [
        found
        for each in _fields(type(part))
        for found in _value_problems(each, getattr(part, each.name), place=place, whose=whose)
    ]


def _contradictions(plan: TrainingPlan) -> list[Problem]:
    """Values that are possible alone and not together."""
    found = [*step_problems(plan.augmentation_steps, "augmentation_steps"), *split_problems(plan.split())]
    shortest = min(phase.epochs for phase in plan.all_phases())
    if plan.warmup_epochs > shortest:
        reason = f"a phase has {shortest} epochs, of which warm-up takes {plan.warmup_epochs:g}"
        found.append(Problem("warmup_epochs", "The warm-up is longer than the training", reason))
    if plan.batch_size * plan.accumulation > LARGEST_STEP:
        reason = f"{plan.accumulation:,} batches of {plan.batch_size:,}; at most {LARGEST_STEP:,} pictures make a step"
        found.append(Problem("accumulation", "The step is too large", reason))
    return found


def unknown_names(plan: TrainingPlan, network: Network) -> tuple[Problem, ...]:
    """A problem for each node, group or kind of layer that the plan speaks of and that the network does not have.

    Patterns of parameters are looked at by `parts.part_problems`.
    """
    named = [(field, name) for field in ("fresh", "recompute", "frozen") for name in getattr(plan, field)]
    for number, phase in enumerate(plan.phases):
        named += [
            (f"phases.{number}.{field}", name) for field in ("trainable", "frozen") for name in getattr(phase, field)
        ]
    reason = "the plan names it, but no node and no group is called so"
    unknown = tuple(
        Problem(where, f"There is no {name} in {network.name}", reason)
        for where, name in dict.fromkeys(named)
        if name not in network and name not in network.groups
    )
    return (*unknown, *_idle(plan, network))


def _idle(plan: TrainingPlan, network: Network) -> list[Problem]:
    """Wishes for layers that are not there."""
    found = []
    if plan.stochastic_depth is not None and not network.of_kind("StochasticDepth"):
        title = f"{network.name} has no StochasticDepth layer"
        found.append(Problem("stochastic_depth", title, "there is no branch to leave out"))
    if plan.zero_last_norm and not last_norms(network):
        title = f"{network.name} has no residual block that ends in a BatchNorm"
        found.append(Problem("zero_last_norm", title, "there is nothing to begin as its shortcut"))
    if plan.whiten_first and first_convolution(network) is None:
        title = f"The first layer of {network.name} is no plain convolution"
        found.append(Problem("whiten_first", title, "there is nothing to begin with filters from the pictures"))
    return found


def changed(plan: TrainingPlan, **values: Any) -> TrainingPlan:
    """The plan with other values in some fields, or in the options of its choices (`momentum=0.9`).

    A choice that is named and already made keeps its options. Raises `WorkbenchError` for an option that none has.
    """
    fields = {name: value for name, value in values.items() if name in plan.__struct_fields__}
    fields = {name: value for name, value in fields.items() if name not in RECORDS or value != str(getattr(plan, name))}
    plan = msgspec.structs.replace(plan, **fields)
    for name, value in values.items():
        if name not in plan.__struct_fields__:
            plan = _with_option(plan, name, value)
    return plan


def _with_option(plan: TrainingPlan, name: str, value: Any) -> TrainingPlan:
    field = field_of(name)
    holder: Any = getattr(plan, field) if field else plan
    if field is None or name not in getattr(holder, "__struct_fields__", ()):
        whose = f"the {field} {holder}" if field else "a training plan"
        raise WorkbenchError(f"{name.replace('_', ' ').capitalize()} is no option of {whose}")
    return msgspec.structs.replace(plan, **{field: msgspec.structs.replace(holder, **{name: value})})
