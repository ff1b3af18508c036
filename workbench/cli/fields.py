"""Options made from the fields of a record: a new field of a plan is an option without another line.

A field whose choices have options of their own brings these along: `--optimizer sgd --momentum 0.8`.
"""

from __future__ import annotations

from argparse import BooleanOptionalAction, Namespace
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from workbench.cli.verbs import Parser

if TYPE_CHECKING:
    import msgspec

    from workbench.core.layers.arguments import Argument

SHORT = {"batch_size": "--batch", "learning_rate": "--lr"}
"""Options that are not called like their field."""
EXPLAINED = ("augmentation",)
"""Fields whose choices are listed with a sentence on each."""
NAMES = {"integer": "N", "number": "X", "numbers": "N,N", "names": "NAME,NAME"}


def add_fields(parser: Parser, record: type[msgspec.Struct], *, but: Collection[str] = ()) -> None:
    """An option for every plain field of the record but some; without it the record's own default counts."""
    from workbench.core.layers.arguments import arguments
    from workbench.core.training.choices import defaults, option, options

    for argument in arguments(record):
        if argument.form in ("record", "records", "pair", "shape") or argument.name in but:
            continue
        _add(parser, argument, argument.choices or _offered(argument.name))
        for name in options(argument.name) if argument.form == "choice" else ():
            _add(parser, option(argument.name, name), (), owners=defaults(argument.name, name))


def given(options: Namespace, record: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields of the record, and the options of its choices, that were given on the command line."""
    from workbench.core.training.choices import options as options_of

    names = [*record.__struct_fields__, *(name for field in record.__struct_fields__ for name in options_of(field))]
    values = {name: getattr(options, name, None) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _offered(field: str) -> tuple[str, ...]:
    """The names a field can hold; all in one, each with its sentence, where the names do not say enough."""
    from workbench.core.training.choices import choices, meaning

    if field not in EXPLAINED:
        return choices(field)
    return ("; ".join(f"{name}: {meaning(field, name).rstrip('.')}" for name in choices(field)),)


def _add(parser: Parser, argument: Argument, one_of: tuple[str, ...], *, owners: dict[str, Any] | None = None) -> None:
    flag = SHORT.get(argument.name, "--" + argument.name.replace("_", "-"))
    text = _help(argument.help, one_of, argument.default, owners or {})
    if argument.form == "flag":
        parser.add_argument(flag, dest=argument.name, action=BooleanOptionalAction, help=text)
        return
    types: dict[str, Any] = {"integer": int, "number": float, "numbers": _numbers, "names": _names}
    metavar = NAMES.get(argument.form, "NAME")
    parser.add_argument(flag, dest=argument.name, type=types.get(argument.form, str), metavar=metavar, help=text)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part.strip())


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


_numbers.__name__ = "list of whole numbers"  # what argparse says is invalid


def _help(text: str, one_of: tuple[str, ...], default: Any, owners: dict[str, Any]) -> str:
    """The sentence of a field, what it can be, and what it is if nothing is said (of an option: with each choice)."""
    whose = ", ".join(f"{owner}{_usually(usual)}" for owner, usual in owners.items())
    parts = [f"{whose}: " if whose else "", text[:1].lower() + text[1:].rstrip(".")]
    if one_of:
        parts.append(": " + ", ".join(one_of))
    return "".join([*parts, "" if whose else _usually(default)]).replace("%", "%%")


def _usually(default: Any) -> str:
    if default in (None, "", ()):
        return ""
    if isinstance(default, bool):
        return f" ({'on' if default else 'off'})"
    return f" ({','.join(map(str, default)) if isinstance(default, tuple) else default})"
