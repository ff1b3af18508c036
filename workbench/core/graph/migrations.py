"""Steps by which network files of older versions become files of this one: one decorated function for each step.

A step takes the JSON object of a file of its version and returns that of the next. It may change the object, and need
not check it: what comes out in the end is checked as every file is, and a step that does not find what it expects
means a broken file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Record = dict[str, Any]
Step = Callable[[Record], Record]
STEPS: dict[int, Step] = {}
"""The step that leads away from each version."""


def migration(version: int) -> Callable[[Step], Step]:
    """Register the step from a version to the next."""

    def register(step: Step) -> Step:
        STEPS[version] = step
        return step

    return register


def migrated(record: Record, *, version: int, target: int, steps: Mapping[int, Step] = STEPS) -> Record:
    """The record of a file of `version` as one of `target`.

    Raises `ValueError` for a version that there never was, or for a record that is not of its version.
    """
    for number in range(version, target):
        if number not in steps:
            raise ValueError(f"there is no way from version {number}")
        try:
            record = {**steps[number](record), "version": number + 1}
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError(f"it is not what version {number} holds") from error
    return record


@migration(1)
def _with_canvas(record: Record) -> Record:
    """The first files knew no notes, frames or fixed nodes."""
    return record


@migration(2)
def _with_direction(record: Record) -> Record:
    """Before, every network ran from top to bottom."""
    return record
