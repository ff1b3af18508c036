"""The arguments of a kind as a form needs them, read from the record's annotations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import inspect

from workbench.core.layers.kind import LayerKind

Form = Literal["integer", "number", "flag", "choice", "pair", "shape"]
"""How an argument is edited; a `pair` is one number or two, and may also be one of `choices`."""


@dataclass(frozen=True)
class Argument:
    """One argument: its name, how it is edited, its default, its limits and a sentence of help."""

    name: str
    form: Form
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""


def arguments(kind: type[LayerKind]) -> tuple[Argument, ...]:
    """The arguments of a kind, in the order of their definition."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return tuple(_argument(field) for field in info.fields)


def _argument(field: inspect.Field) -> Argument:
    default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    help_text, bare = "", field.type
    while isinstance(bare, inspect.Metadata):
        help_text = help_text or (bare.extra_json_schema or {}).get("description", "")
        bare = bare.type
    members = bare.types if isinstance(bare, inspect.UnionType) else (bare,)
    members = tuple(member.type if isinstance(member, inspect.Metadata) else member for member in members)
    limits = _limits(members)
    choices = tuple(value for member in members if isinstance(member, inspect.LiteralType) for value in member.values)
    return Argument(field.encode_name, _form(members), default, *limits, choices, help_text)


def _form(members: tuple[inspect.Type, ...]) -> Form:
    kinds = {type(member) for member in members}
    if inspect.ListType in kinds:
        return "pair" if inspect.IntType in kinds else "shape"
    if inspect.LiteralType in kinds:
        return "choice"
    if inspect.BoolType in kinds:
        return "flag"
    return "number" if inspect.FloatType in kinds else "integer"


def _limits(members: tuple[inspect.Type, ...]) -> tuple[float | None, float | None]:
    """The inclusive limits of the number in it (an exclusive limit of a float is used as it is)."""
    for member in members:
        item = member.item_type if isinstance(member, inspect.ListType) else member
        if isinstance(item, inspect.Metadata):
            item = item.type
        if isinstance(item, (inspect.IntType, inspect.FloatType)):
            low = item.ge if item.ge is not None else item.gt
            return low, item.le if item.le is not None else item.lt
    return None, None
