"""What a sweep searches: for some fields of a plan, or options of its choices, the values they may have."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Literal

import msgspec

from workbench.core.training.choices import field_of
from workbench.core.training.plan import TrainingPlan, changed

Plain = str | int | float | bool | None
DIGITS = 6
"""A rate of 0.00131072 is as good as one of twenty digits, and can be read."""
COUNTED = 64
"""Whole numbers between two limits are the points of a grid without being asked for, up to so many."""


class Values(msgspec.Struct, frozen=True, tag_field="kind", tag="values", forbid_unknown_fields=True):
    """A few values."""

    values: tuple[Plain, ...]

    def at(self, share: float) -> Plain:
        """The value at a share in [0, 1) of the way."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    def points(self) -> tuple[Plain, ...] | None:
        """The values of a grid."""
        return tuple(dict.fromkeys(self.values))

    def ends(self) -> tuple[Plain, ...]:
        """The values that must be possible for all to be."""
        return self.values

    def __str__(self) -> str:
        return ",".join(map(spelled, self.values))


class Range(msgspec.Struct, frozen=True, tag_field="kind", tag="range", forbid_unknown_fields=True):
    """All numbers between two limits, whole ones where `whole` is set; a `log` scale has as many in each decade."""

    low: int | float
    high: int | float
    scale: Literal["linear", "log"] = "linear"
    whole: bool = False
    count: int | None = None
    """How many of them make a grid."""

    def at(self, share: float) -> int | float:
        """The number at a share in [0, 1] of the way."""
        margin = 0.5 if self.whole else 0.0
        low, high = self.low - margin, self.high + margin
        if self.scale == "log":
            found = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
        else:
            found = low + share * (high - low)
        rounded = round(found) if self.whole else float(f"{found:.{DIGITS}g}")
        return min(max(rounded, self.low), self.high)

    def points(self) -> tuple[Plain, ...] | None:
        """The numbers of a grid; None where nobody said how many."""
        if self.count is not None:
            exact = msgspec.structs.replace(self, whole=False)
            found = (exact.at(step / max(1, self.count - 1)) for step in range(self.count))
            return tuple(dict.fromkeys(round(each) if self.whole else each for each in found))
        if self.whole and self.scale == "linear" and self.high - self.low < COUNTED:
            return tuple(range(int(self.low), int(self.high) + 1))
        return None

    def ends(self) -> tuple[Plain, ...]:
        """The limits."""
        return (self.low, self.high)

    def __str__(self) -> str:
        parts = ["log"] if self.scale == "log" else []
        parts += [f"{self.low:g}", f"{self.high:g}", *([str(self.count)] if self.count else [])]
        return ":".join(parts)


Dimension = Values | Range
Space = dict[str, Dimension]
Point = dict[str, Plain]


def spelled(value: Any) -> str:
    """A value as it is written and read."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value)


def is_option(name: str) -> bool:
    """Whether a name is that of an option of a choice, not of a field of the plan."""
    return name not in TrainingPlan.__struct_fields__


def in_order(space: Mapping[str, Dimension]) -> Iterator[tuple[str, Dimension]]:
    """The dimensions, choices before their options."""
    return iter(sorted(space.items(), key=lambda item: is_option(item[0])))


def counts(plan: TrainingPlan, point: Mapping[str, Plain], name: str) -> bool:
    """Whether a name means something with the choices of a point: `momentum` does with sgd and not with adamw."""
    field = field_of(name)
    if not is_option(name) or field is None:
        return True
    owner = getattr(changed(plan, **{field: point[field]}) if field in point else plan, field)
    return name in getattr(owner, "__struct_fields__", ())


def meaningful(plan: TrainingPlan, point: Mapping[str, Plain]) -> Point:
    """A point without the options that its choices do not have."""
    return {name: value for name, value in point.items() if counts(plan, point, name)}


def plan_at(plan: TrainingPlan, point: Mapping[str, Plain]) -> TrainingPlan:
    """The plan with the values of a point; raises `WorkbenchError` for a name that is none of its fields."""
    return changed(plan, **point)


def combinations(plan: TrainingPlan, space: Mapping[str, Dimension]) -> list[Point]:
    """Every combination of the points of a grid, the last dimension first, each meaning something else."""
    names, points = list(space), [dimension.points() or () for dimension in space.values()]
    found = (meaningful(plan, dict(zip(names, values, strict=True))) for values in product(*points))
    return [dict(each) for each in dict.fromkeys(tuple(point.items()) for point in found)]


def combination_count(space: Mapping[str, Dimension]) -> int:
    """How many combinations there are at most."""
    return math.prod(len(dimension.points() or ()) for dimension in space.values())
