"""Phases, groups of parameters, augmentation steps and choices as a person types them in a line.

    epochs=3 lr=1e-3 train=fc,layer4 bn=frozen group=layer4.*:rate=0.1
    layer4.*:rate=0.1,decay=0
    crop horizontal-flip:probability=0.3 color-jitter:brightness=0.4,hue=0
    hyperband:least=2,factor=4

Only the spelling is checked here; what values are possible, the plan itself knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from workbench.core.data.augment import OPERATIONS, Operation, Step, parse
from workbench.core.layers.arguments import Argument, arguments
from workbench.core.training.phases import ParameterGroup, Phase
from workbench.errors import Problem, WorkbenchError
from workbench.registry import Registry

SHORT = {"lr": "learning_rate", "train": "trainable", "freeze": "frozen", "bn": "norm", "group": "groups"}
"""What the fields of a phase are called in a line where that is shorter."""
PHASE_WORDS = "epochs, lr, train, freeze, bn, group"
PHASE_EXAMPLE = "epochs=3 lr=1e-3 train=fc bn=frozen"
GROUP_EXAMPLE = "layer4.*:rate=0.1"
STEPS_EXAMPLE = "crop horizontal-flip:probability=0.3"


def phase_from(text: str, *, learning_rate: float) -> Phase:
    """A phase from a line; its rate is `learning_rate` where the line has none. Raises `WorkbenchError`."""
    values: dict[str, Any] = {"learning_rate": learning_rate}
    groups: list[ParameterGroup] = []
    for word in text.split():
        key, sign, value = word.partition("=")
        name = SHORT.get(key, key)
        if not sign or name not in Phase.__struct_fields__:
            raise _cannot("phase", text, f"{word} is none of its settings ({PHASE_WORDS})", PHASE_EXAMPLE)
        if name == "groups":
            groups.append(group_from(value))
        else:
            values[name] = _value(_fields(Phase)[name], value, text=text, key=key)
    if "epochs" not in values:
        raise _cannot("phase", text, "it does not say how many epochs it has", PHASE_EXAMPLE)
    return Phase(**values, groups=tuple(groups))


def group_from(text: str) -> ParameterGroup:
    """A group of parameters from a line; raises `WorkbenchError`."""
    pattern, _, settings = text.strip().partition(":")
    fields = {name: field for name, field in _fields(ParameterGroup).items() if name != "pattern"}
    if not pattern or not settings:
        raise _cannot("group", text, "it is a pattern, a colon, and a rate or a decay", GROUP_EXAMPLE)
    return ParameterGroup(pattern=pattern, **_settings("group", text, settings, fields))


def steps_from(text: str) -> tuple[Step, ...]:
    """Augmentation steps from a line; raises `WorkbenchError` for an operation or an argument that is not possible."""
    return tuple(_step_from(word) for word in text.split())


def _step_from(text: str) -> Step:
    name, _, settings = text.partition(":")
    if name not in OPERATIONS:
        raise _cannot("step", text, f"there is no operation {name}; choose from {', '.join(OPERATIONS)}", STEPS_EXAMPLE)
    given = Step(name, _settings("step", text, settings, _fields(OPERATIONS[name]), STEPS_EXAMPLE) if settings else {})
    made = parse(given)
    if isinstance(made, Problem):
        raise _cannot("step", text, made.reason, STEPS_EXAMPLE)
    assert isinstance(made, Operation)
    return given


def choice_from(text: str, registry: Registry[Any]) -> Any:
    """One of several definitions with options of its own, as `tpe:startup=5`; raises `WorkbenchError`."""
    name, _, settings = text.strip().partition(":")
    kind, what = registry[name], registry.sort
    fields = _fields(kind)
    values = _settings(what, text, settings, fields, _example(name, fields)) if settings else {}
    try:
        return msgspec.convert({"kind": name, **values}, kind)
    except msgspec.ValidationError as error:
        raise WorkbenchError(f'The {what} "{text}" is not possible', str(error)) from error


def _example(name: str, fields: Mapping[str, Argument]) -> str:
    """A definition with its first option as it is usually set; its name where it has none."""
    return f"{name}:{next(iter(fields))}={next(iter(fields.values())).default}" if fields else name


def _settings(
    what: str, text: str, settings: str, fields: Mapping[str, Argument], example: str = GROUP_EXAMPLE
) -> dict[str, Any]:
    """`rate=0.1,decay=0` as values."""
    values = {}
    for each in settings.split(","):
        key, sign, value = each.strip().partition("=")
        if not sign or key not in fields:
            own = f"its settings ({', '.join(fields)})" if fields else "its settings: it has none"
            raise _cannot(what, text, f"{each} is none of {own}", example)
        values[key] = _value(fields[key], value, text=text, key=key)
    return values


def _value(field: Argument, value: str, *, text: str, key: str) -> Any:
    readers = {"integer": int, "number": float, "names": _names}
    try:
        return readers.get(field.form, str)(value)  # type: ignore[operator]
    except ValueError:
        wanted = "a whole number" if field.form == "integer" else "a number"
        raise WorkbenchError(f'{key}={value} in "{text}" cannot be read', f"it must be {wanted}") from None


def _names(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _fields(record: type[msgspec.Struct]) -> dict[str, Argument]:
    return {argument.name: argument for argument in arguments(record)}


def _cannot(what: str, text: str, reason: str, example: str) -> WorkbenchError:
    return WorkbenchError(f'The {what} "{text}" cannot be read', reason, f'For example: "{example}"')
