"""The fields of a record (the arguments of a kind, a training plan) as a form needs them, read from its annotations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec import inspect

Form = Literal["integer", "number", "flag", "choice", "pair", "shape", "numbers", "names", "text", "records", "record"]
"""How an argument is edited; a `pair` is one number or two, and may also be one of `choices`; a `shape` is three
numbers, `numbers`, `names` and `records` are lists of any length, a `record` has parts; one of several is a choice."""


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
    item: type[msgspec.Struct] | None = None
    """What a list of `records` is made of."""
    is_required: bool = False
    """Whether a value must be given; else None as a default means that there may be none."""


@lru_cache(maxsize=1024)
def arguments(record: type[msgspec.Struct]) -> tuple[Argument, ...]:
    """The arguments of a kind, or the fields of any other record, in the order of their definition."""
    info = inspect.type_info(record)
    assert isinstance(info, inspect.StructType)
    return tuple(_argument(field) for field in info.fields)


def _argument(field: inspect.Field) -> Argument:
    help_text, bare = "", field.type
    while isinstance(bare, inspect.Metadata):
        help_text = help_text or (bare.extra_json_schema or {}).get("description", "")
        bare = bare.type
    members = bare.types if isinstance(bare, inspect.UnionType) else (bare,)
    members = tuple(member.type if isinstance(member, inspect.Metadata) else member for member in members)
    limits = _limits(members)
    literals = [member.values for member in members if isinstance(member, inspect.LiteralType)]
    choices = tuple(str(value) for values in literals for value in values) or _tags(members)
    return Argument(
        field.encode_name,
        _form(members),
        _default(field),
        *limits,
        choices,
        help_text,
        item=_listed_record(members),
        is_required=field.required,
    )


def _default(field: inspect.Field) -> Any:
    """The default value; None where a value must be given."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return None if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _form(members: tuple[inspect.Type, ...]) -> Form:
    kinds = {type(member) for member in members}
    if inspect.ListType in kinds:
        return "pair" if inspect.IntType in kinds else _list_form(members)
    if inspect.VarTupleType in kinds:
        return _tuple_form(members)
    if inspect.LiteralType in kinds or _tags(members):
        return "choice"
    if inspect.BoolType in kinds:
        return "flag"
    if inspect.StrType in kinds:
        return "text"
    if inspect.FloatType in kinds:
        return "number"
    return "integer" if inspect.IntType in kinds else "record"


def _list_form(members: tuple[inspect.Type, ...]) -> Form:
    """Three numbers, no more and no fewer, are a shape."""
    lists = [member for member in members if isinstance(member, inspect.ListType)]
    return "shape" if lists[0].min_length == lists[0].max_length == 3 else "numbers"


def _tuple_form(members: tuple[inspect.Type, ...]) -> Form:
    """What a list of any length is made of: numbers, names, or records."""
    items = [member.item_type for member in members if isinstance(member, inspect.VarTupleType)]
    bare = items[0].type if isinstance(items[0], inspect.Metadata) else items[0]
    forms: dict[type[inspect.Type], Form] = {inspect.StrType: "names", inspect.IntType: "numbers"}
    return forms.get(type(bare), "records" if isinstance(bare, inspect.StructType) else "record")


def _listed_record(members: tuple[inspect.Type, ...]) -> type[msgspec.Struct] | None:
    items = [member.item_type for member in members if isinstance(member, inspect.VarTupleType)]
    return items[0].cls if items and isinstance(items[0], inspect.StructType) else None


def _tags(members: tuple[inspect.Type, ...]) -> tuple[str, ...]:
    """The tags of the records among which one is chosen."""
    return tuple(str(member.tag) for member in members if isinstance(member, inspect.StructType) and member.tag)


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


_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "yes or no",
    "array": "a list",
    "object": "a record",
    "null": "nothing",
}
_LIMITS = {">=": "at least", "<=": "at most", ">": "greater than", "<": "less than"}


def plain_reason(message: str) -> str:
    """What msgspec says of a value that does not fit, in plain words: `it must be greater than 0`."""
    message = message.partition(" - at `$")[0]
    limit = re.fullmatch(r"Expected `(?:int|float)` (>=|<=|>|<) ([-+.e\d]+)", message)
    if limit:
        return f"it must be {_LIMITS[limit[1]]} {float(limit[2]):.10g}"
    if re.fullmatch(r"Expected `\w+` of length >= 1", message):
        return "it must not be empty"
    types = re.fullmatch(r"Expected `([^`]+)`, got `([^`]+)`", message)
    if types:
        wanted = " or ".join(_TYPES.get(name, name) for name in types[1].split(" | "))
        return f"it must be {wanted}, not {_TYPES.get(types[2], types[2])}"
    return message
