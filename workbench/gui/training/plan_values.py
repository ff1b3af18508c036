"""A plan as the values of a form, where a choice and its options stand beside each other, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from workbench.core.training.choices import RECORDS, field_of
from workbench.core.training.plan import TrainingPlan


def has(plan: TrainingPlan, name: str) -> bool:
    """Whether it is a field of the plan, or an option of a choice that the plan makes."""
    if name in plan.__struct_fields__:
        return True
    field = field_of(name)
    return field is not None and name in getattr(plan, field).__struct_fields__


def value_of(plan: TrainingPlan, name: str) -> Any:
    """The value of a field, or of an option of the choice that has it; choices by name."""
    if name in RECORDS:
        return str(getattr(plan, name))
    return getattr(plan if name in plan.__struct_fields__ else getattr(plan, field_of(name) or ""), name)


def usual_value(plan: TrainingPlan, name: str) -> Any:
    """The usual value of a field, or of an option with the choice that is made."""
    if name in plan.__struct_fields__:
        return value_of(TrainingPlan(), name)
    return getattr(type(getattr(plan, field_of(name) or ""))(), name)


def values_of(plan: TrainingPlan, names: Iterable[str]) -> dict[str, Any]:
    """The values of those fields and options that the plan has."""
    return {name: value_of(plan, name) for name in names if has(plan, name)}


def plan_of(base: TrainingPlan, values: Mapping[str, Any]) -> TrainingPlan:
    """The plan with the values of a form, possible or not; what the form does not show stays as it is in `base`."""
    kinds = {field: registry[values[field]] for field, registry in RECORDS.items()}
    records = {field: kind(**{name: values[name] for name in kind.__struct_fields__}) for field, kind in kinds.items()}
    fields = {name: value for name, value in values.items() if name in base.__struct_fields__}
    return replace(base, **{**fields, **records})
