"""Options made from the fields of a record: a new field of a plan is an option without another line."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from workbench.cli.verbs import Parser

if TYPE_CHECKING:
    import msgspec

SHORT = {"batch_size": "--batch", "learning_rate": "--lr"}
"""Options that are not called like their field."""
TYPES = {"integer": int, "number": float}


def add_fields(parser: Parser, record: type[msgspec.Struct], *, but: Collection[str] = ()) -> None:
    """An option for every plain field of the record but some; without it the record's own default counts."""
    from workbench.core.layers.arguments import arguments

    for argument in arguments(record):
        if argument.form in ("record", "pair", "shape") or argument.name in but:
            continue
        one_of = argument.choices or _names(argument.name)
        parser.add_argument(
            SHORT.get(argument.name, "--" + argument.name.replace("_", "-")),
            dest=argument.name,
            type=TYPES.get(argument.form, str),
            metavar={"integer": "N", "number": "X"}.get(argument.form, "NAME"),
            help=_help(argument.help, one_of, argument.default),
        )


def given(options: Namespace, record: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields of the record that were given on the command line."""
    values = {name: getattr(options, name, None) for name in record.__struct_fields__}
    return {name: value for name, value in values.items() if value is not None}


def _names(field: str) -> tuple[str, ...]:
    from workbench.core.training.choices import choices

    return choices(field)


def _help(text: str, one_of: tuple[str, ...], default: Any) -> str:
    parts = [text[:1].lower() + text[1:].rstrip(".")]
    if one_of:
        parts.append(": " + ", ".join(one_of))
    if default not in (None, ""):
        parts.append(f" ({default})")
    return "".join(parts).replace("%", "%%")
