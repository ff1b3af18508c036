"""Spaces as a person writes them: `learning_rate=log:1e-4:1e-1`, `optimizer=sgd,adamw`, `batch_size=64,128`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from workbench.core.layers.arguments import Argument, arguments
from workbench.core.runs.sweeps.space import Dimension, Range, Space, Values
from workbench.core.training.choices import RECORDS, field_of, option, options
from workbench.core.training.plan import TrainingPlan
from workbench.errors import Problem, WorkbenchError

FORMS = ("integer", "number", "flag", "choice", "text")
"""What can be searched: fields that hold one plain value."""
HOW = "write a,b,c for values, low:high for a range, log:low:high for a rate; a third number says how many of a grid"
WORDS: dict[str, Any] = {"on": True, "off": False, "true": True, "false": False, "yes": True, "no": False}
NOTHING = "none"


def searchable() -> dict[str, Argument]:
    """What can be searched by name: fields of a plan and options of its choices."""
    fields = {each.name: each for each in arguments(TrainingPlan)}
    own = {name: option(field, name) for field in RECORDS for name in options(field) if name not in fields}
    return {name: each for name, each in {**fields, **own}.items() if each.form in FORMS}


def space_of(texts: Iterable[tuple[str, str]]) -> tuple[Space, tuple[Problem, ...]]:
    """The space of names and texts, and a problem for each that cannot be read."""
    space: Space = {}
    problems = []
    for name, text in texts:
        try:
            if name in space:
                raise WorkbenchError("It is there twice")
            space[name] = dimension_of(name, text)
        except WorkbenchError as error:
            problems.append(Problem(name, error.title, error.reason))
    return space, tuple(problems)


def dimension_of(name: str, text: str) -> Dimension:
    """The values that a text stands for; raises `WorkbenchError` if there is no such field or it means nothing."""
    known = searchable()
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        reason = f"did you mean {close[0]}?" if close else "it is no field of a training plan that holds one value"
        raise WorkbenchError(f"There is no {name or 'name'} to search", reason)
    argument = known[name]
    if not text.strip():
        raise WorkbenchError("There are no values", HOW)
    if ":" in text and argument.form in ("integer", "number"):
        return _range(argument, text)
    return Values(tuple(_value(argument, part.strip()) for part in text.split(",") if part.strip()))


def _range(argument: Argument, text: str) -> Range:
    parts = [part.strip() for part in text.split(":")]
    scale = parts.pop(0) if parts[0] in ("log", "linear") else "linear"
    if len(parts) not in (2, 3):
        raise WorkbenchError(f"{text} is no range", HOW)
    low, high = (_value(argument, part) for part in parts[:2])
    count = _value(Argument("count", "integer", None), parts[2]) if len(parts) == 3 else None
    if low is None or high is None:
        raise WorkbenchError(f"{text} is no range", "its limits are numbers")
    return Range(low, high, "log" if scale == "log" else "linear", argument.form == "integer", count)


def _value(argument: Argument, text: str) -> Any:
    if text == NOTHING and argument.form in ("integer", "number"):
        return None
    try:
        if argument.form == "integer":
            return int(text)
        if argument.form == "number":
            return float(text)
    except ValueError:
        kind = "whole number" if argument.form == "integer" else "number"
        raise WorkbenchError(f"{text} is no {kind}", HOW) from None
    if argument.form == "flag":
        if text not in WORDS:
            raise WorkbenchError(f"{text} is neither on nor off")
        return WORDS[text]
    return text


def field_title(name: str) -> str:
    """What a field or an option is called where people read it."""
    field = field_of(name) if name not in TrainingPlan.__struct_fields__ else None
    return f"{name.replace('_', ' ')} of the {field}" if field else name.replace("_", " ")
