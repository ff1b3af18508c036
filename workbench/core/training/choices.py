"""What the fields of a training plan can be chosen from, without loading torch."""

from __future__ import annotations

from typing import Any

from workbench.core.data.augment import AUGMENTATIONS
from workbench.core.training.optimization import INITIALIZATIONS, OPTIMIZERS, SCHEDULES
from workbench.errors import Problem
from workbench.registry import Registry

CHOICES: dict[str, Registry[Any]] = {
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
    return CHOICES[field].help(choice)


def choice_problem(field: str, value: Any) -> Problem | None:
    """Why a field cannot hold this value, or None."""
    if field not in CHOICES or value in CHOICES[field]:
        return None
    return Problem(field, f"There is no {field} {value}", f"choose one of {', '.join(choices(field))}")
