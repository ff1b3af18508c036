"""What stands in a constructor: constants, symbols and calls, and how they are written.

A call is kept with all its arguments, also those at their defaults, so that two calls of one class can be compared
argument by argument. Only what differs from the default is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

Value = Any
"""A constant (number, text, None, tuple, list), a `Symbol` or a `Call`."""
REQUIRED = "<required>"
MANY = 3
"""From so many equal calls in a row on they are written as a comprehension."""


@dataclass(frozen=True)
class Symbol:
    """An expression that is written as it is."""

    text: str


@dataclass(frozen=True)
class Argument:
    """One argument of a call; without a name it is given by position."""

    name: str
    value: Value
    default: Value = REQUIRED
    by_position: bool = False


@dataclass(frozen=True)
class Call:
    """A call of a class or function, or of a method where `owner` is given.

    `head` is the dotted path from which it is imported, or the key of one of our definitions.
    """

    head: Value
    arguments: tuple[Argument, ...] = ()
    owner: Value = None


SEQUENTIAL, ORDERED_DICT, MODULE_LIST, MODULE_DICT = (
    "torch.nn.Sequential",
    "collections.OrderedDict",
    "torch.nn.ModuleList",
    "torch.nn.ModuleDict",
)
HOLDER = "holder"
"""The head of a call that stands for a bare module whose parts are registered one by one."""


def given(*values: Value) -> tuple[Argument, ...]:
    """Arguments by position."""
    return tuple(Argument("", value, by_position=True) for value in values)


def ordered(names: Sequence[str], values: Sequence[Value]) -> Call:
    """An `OrderedDict` of these."""
    if all(name.isidentifier() for name in names):
        return Call(ORDERED_DICT, tuple(map(Argument, names, values)))
    pairs = [Call("tuple", given(name, value)) for name, value in zip(names, values, strict=True)]
    return Call(ORDERED_DICT, given(Call("list", given(*pairs))))


def items_of(call: Call) -> dict[str, Value]:
    """What `ordered` was made of."""
    if call.arguments and call.arguments[0].by_position:
        pairs = [pair.value.arguments for pair in call.arguments[0].value.arguments]
        return {name.value: value.value for name, value in pairs}
    return {argument.name: argument.value for argument in call.arguments}


def write(value: Value, head: Callable[[str], str]) -> str:
    """The value as Python; `head` gives the name under which a class or function is known."""
    if isinstance(value, Symbol):
        return value.text
    if isinstance(value, Call):
        return _write_call(value, head)
    if isinstance(value, tuple):
        items = [write(item, head) for item in value]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(write(item, head) for item in value)}]"
    return repr(value)


def _write_call(call: Call, head: Callable[[str], str]) -> str:
    arguments = _written_arguments(call, head)
    if call.head == "tuple":
        return f"({', '.join(arguments)})"
    if call.head == "list":
        return f"[{', '.join(arguments)}]"
    if call.owner is not None:
        return f"{write(call.owner, head)}.{call.head}({', '.join(arguments)})"
    name = call.head.text if isinstance(call.head, Symbol) else head(call.head)
    return f"{name}({', '.join(arguments)})"


def _written_arguments(call: Call, head: Callable[[str], str]) -> list[str]:
    texts: list[str] = []
    skipped = False
    for argument in call.arguments:
        if argument.value == argument.default and type(argument.value) is type(argument.default):
            skipped = True
            continue
        text = write(argument.value, head)
        texts.append(text if argument.by_position and not skipped else f"{argument.name}={text}")
    return _folded(texts) if call.head in (SEQUENTIAL, MODULE_LIST) else texts


def _folded(texts: list[str]) -> list[str]:
    """The same list with runs of equal calls as comprehensions."""
    folded: list[str] = []
    start = 0
    for place in range(1, len(texts) + 1):
        if place == len(texts) or texts[place] != texts[start]:
            count = place - start
            run = f"[{texts[start]} for _ in range({count})]"
            folded += [f"*{run}"] if count >= MANY else texts[start:place]
            start = place
    return folded


def combine(
    values: Sequence[Value], path: tuple[str, ...], solve: Callable[[tuple[str, ...], list[Value]], Value]
) -> Value:
    """One value for several of the same structure: what differs among them is what `solve` makes of the place."""
    first = values[0]
    if isinstance(first, Call):
        arguments = tuple(
            replace(
                argument,
                value=combine([each.arguments[place].value for each in values], _step(path, argument, place), solve),
            )
            for place, argument in enumerate(first.arguments)
        )
        owner = combine([each.owner for each in values], path, solve) if first.owner is not None else None
        heads = [each.head for each in values]
        head = (
            first.head
            if all(each == first.head for each in heads)
            else solve((*path, "activation"), [Symbol(each) for each in heads])
        )
        return Call(head, arguments, owner)
    sized = isinstance(first, tuple) and all(isinstance(each, tuple) and len(each) == len(first) for each in values)
    if sized and first and path[-1:] in (("size",), ("shape",)):
        return tuple(
            combine([each[place] for each in values], (*path, str(place)), solve) for place in range(len(first))
        )
    return solve(path, list(values))


def _step(path: tuple[str, ...], argument: Argument, place: int) -> tuple[str, ...]:
    return (*path, argument.name or str(place))
