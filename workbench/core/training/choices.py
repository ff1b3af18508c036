"""What the fields of a training plan can be chosen from, and the options that come with a choice; loads no torch."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from workbench.core.data.augment import AUGMENTATIONS
from workbench.core.data.balance import CLASS_WEIGHTS, SAMPLINGS
from workbench.core.data.mixing import MIXINGS
from workbench.core.layers.arguments import Argument, arguments
from workbench.core.modelling.optimizers import OPTIMIZERS
from workbench.core.training.averaging import AVERAGINGS
from workbench.core.training.initialization import INITIALIZATIONS
from workbench.core.training.losses import LOSSES
from workbench.core.training.schedules import SCHEDULES
from workbench.errors import Problem
from workbench.registry import Choice, Registry

_arguments = lru_cache(maxsize=64)(arguments)
CHOICES: dict[str, Registry[Any]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "loss": LOSSES,
    "averaging": AVERAGINGS,
    "initialization": INITIALIZATIONS,
    "augmentation": AUGMENTATIONS,
    "mixing": MIXINGS,
    "class_weights": CLASS_WEIGHTS,
    "sampling": SAMPLINGS,
}
RECORDS: dict[str, Registry[type[Choice]]] = {
    field: CHOICES[field] for field in ("optimizer", "schedule", "loss", "averaging")
}
"""Fields whose choices are records with options of their own."""


def choices(field: str) -> tuple[str, ...]:
    """The names a field of the plan can hold; empty for a field that is not a choice."""
    return tuple(CHOICES.get(field, ()))


def meaning(field: str, choice: str) -> str:
    """What a choice does, in a sentence."""
    return CHOICES[field].help(choice)


def choice_problem(field: str, value: Any) -> Problem | None:
    """Why a field cannot hold this value, or None."""
    if field not in CHOICES or (field in RECORDS and isinstance(value, Choice)):
        return None
    if isinstance(value, str) and value in CHOICES[field]:
        return None
    return Problem(field, f"There is no {field} {value}", f"choose one of {', '.join(choices(field))}")


def record(field: str, value: Any) -> Any:
    """The record that a name stands for, with its usual options; anything else as it is."""
    registry = RECORDS[field]
    return registry[value]() if isinstance(value, str) and value in registry else value


def options(field: str) -> dict[str, tuple[str, ...]]:
    """The options that come with the choices of a field: the name of each, and the choices that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, kind in ((name, RECORDS[field][name]) for name in RECORDS.get(field, ())):
        for option in kind.__struct_fields__:
            found[option] = (*found.get(option, ()), name)
    return found


def option(field: str, name: str) -> Argument:
    """An option as a form needs it, from the first of the choices that have it."""
    kind = RECORDS[field][options(field)[name][0]]
    return next(argument for argument in _arguments(kind) if argument.name == name)


def defaults(field: str, name: str) -> dict[str, Any]:
    """What an option usually is, for each choice that has it."""
    return {owner: getattr(RECORDS[field][owner](), name) for owner in options(field)[name]}


def field_of(option_name: str) -> str | None:
    """The field whose choices have an option of that name."""
    return next((field for field in RECORDS if option_name in options(field)), None)
