"""What the fields of a training plan can be chosen from, without loading torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.data.augment import AUGMENTATIONS, Augmentation
from workbench.core.training.optimization import INITIALIZATIONS, OPTIMIZERS, SCHEDULES
from workbench.core.training.registry import Registry
from workbench.errors import Problem

CHOICES: dict[str, Registry[Any] | Mapping[str, Augmentation]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "initialization": INITIALIZATIONS,
    "augmentation": AUGMENTATIONS,
}


def choices(field: str) -> tuple[str, ...]:
    """The names a field of the plan can hold; empty for a field that is not a choice."""
    return tuple(CHOICES.get(field, ()))


def meaning(field: str, choice: str) -> str:
    """What a choice does, in a sentence."""
    definitions = CHOICES[field]
    return definitions.help(choice) if isinstance(definitions, Registry) else definitions[choice].help


def choice_problem(field: str, value: Any) -> Problem | None:
    """Why a field cannot hold this value, or None."""
    if field not in CHOICES or value in CHOICES[field]:
        return None
    return Problem(field, f"There is no {field} {value}", f"choose one of {', '.join(choices(field))}")
