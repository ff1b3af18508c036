"""How the form of a plan is arranged: which fields are always seen, which lie in a section, what they look like."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from workbench.core.training.choices import RECORDS, choices, meaning, options
from workbench.core.training.plan import TrainingPlan
from workbench.gui.training.plan_values import has, usual_value, value_of
from workbench.gui.widgets.field_look import FieldLook

MAIN = ("epochs", "batch_size", "optimizer", "learning_rate", "schedule", "augmentation")
DEVICES = ("auto", "cpu", "cuda")
LABELS = {
    "validation_share": "Validate on",
    "near_duplicates": "Near-duplicates",
    "group_column": "Group by column",
    "group_pattern": "Group by name",
    "initialization": "Start weights",
    "tensorboard": "TensorBoard",
    "decay": "Decays",
    "clip_norm": "Clip gradients at",
    "warmup_start": "Warm-up from",
    "warmup_epochs": "Warm-up epochs",
    "mixing_alpha": "Mixing alpha",
    "zero_last_norm": "Start as shortcut",
    "whiten_first": "Whiten first",
    "ema_decay": "Keeps",
    "ema_every": "Every … steps",
    "ema_ramp": "Less at first",
    "swa_start": "Begins at",
    "ns_steps": "Newton steps",
    "rms_decay": "Keeps",
    "fall": "Factor",
    "tolerated": "Patience",
    "recompute": "Compute again",
}
OBJECT_NAMES = {"batch_size": "train-batch", "learning_rate": "train-rate"}
PARTS = {"phases": "phase", "groups": "group"}
"""Fields that list records, and what one is called."""
ONLY_WHEN = {
    "warmup_start": "warmup_epochs",
    "monitor": "patience",
    "least_progress": "patience",
}
"""Fields that mean something only while another one is not zero."""


@dataclass(frozen=True)
class Section:
    """A section of the form; `opened_by` are choices of the main form whose options lie in it."""

    title: str
    fields: tuple[str, ...]
    opened_by: str = ""

    @property
    def object_name(self) -> str:
        """The name of the button that opens it."""
        return f"train-section-{self.title.lower().replace(' ', '-')}"

    def names(self) -> tuple[str, ...]:
        """Its fields with the options of the choices in it, each behind its choice."""
        found = [*options(self.opened_by)]
        for field in self.fields:
            found += [field, *options(field)]
        return tuple(found)


SECTIONS = (
    Section("Optimizer", ("weight_decay", "decay", "clip_norm", "accumulation"), opened_by="optimizer"),
    Section("Schedule", ("warmup_epochs", "warmup_start"), opened_by="schedule"),
    Section("Loss", ("loss", "class_weights", "sampling")),
    Section("Phases", ("phases",)),
    Section("Parameter groups", ("groups",)),
    Section("Regularization", ("mixing", "mixing_alpha", "stochastic_depth")),
    Section("Averaging", ("averaging",)),
    Section("Early stopping", ("patience", "monitor", "least_progress")),
    Section("Start", ("initialization", "zero_last_norm", "whiten_first", "frozen", "seed")),
    Section("Data", ("validation_share", "split_seed", "near_duplicates", "group_column", "group_pattern")),
    Section("Machine", ("device", "precision", "recompute", "tensorboard")),
)


def looks(fields: Collection[str]) -> dict[str, FieldLook]:
    """Labels, object names and choices of some fields and options."""
    return {field: _look(field) for field in fields}


def label(field: str) -> str:
    """What a field is called in the form."""
    return LABELS.get(field) or field.replace("_", " ").capitalize()


def _look(field: str) -> FieldLook:
    return FieldLook(
        label=label(field),
        object_name=OBJECT_NAMES.get(field, f"train-{field.replace('_', '-')}"),
        choices=choices(field),
        meanings={name: meaning(field, name) for name in choices(field)},
        suggestions=DEVICES if field == "device" else (),
    )


def meaningless(plan: TrainingPlan) -> set[str]:
    """The fields and options that mean nothing in this plan."""
    hidden = {field for field, other in ONLY_WHEN.items() if not getattr(plan, other)}
    hidden |= {"mixing_alpha"} if plan.mixing == "none" else set()
    hidden |= {"epochs", "learning_rate"} if plan.phases else set()
    return hidden | {name for field in RECORDS for name in options(field) if not has(plan, name)}


def summary(section: Section, plan: TrainingPlan) -> str:
    """What is not as usual in a section."""
    hidden = meaningless(plan)
    shown = [name for name in section.names() if name not in hidden]
    return ", ".join(_told(plan, name) for name in shown if value_of(plan, name) != usual_value(plan, name))


def _told(plan: TrainingPlan, name: str) -> str:
    """A value in a word or two."""
    value = value_of(plan, name)
    if isinstance(value, bool):
        return label(name).lower() if value else f"not {label(name).lower()}"
    if name in PARTS:
        count = len(value)
        return f"{count} {PARTS[name]}{'' if count == 1 else 's'}"
    if isinstance(value, tuple):
        value = " ".join(map(str, value))
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if choices(name) else f"{label(name).lower()} {text}"
