"""The body of a class: what it registers and what it calls, without the names of the network it was found in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.modelling.source.values import MODULE_DICT, MODULE_LIST, Call, Value

Path = tuple[str, ...]
ACTIVATIONS = ("ReLU", "ReLU6", "SiLU", "Hardswish", "Mish", "SELU", "LeakyReLU", "ELU", "GELU", "Tanh", "Sigmoid")


@dataclass(frozen=True)
class Line:
    """One call: a template, the module it calls (none for an expression), numbers of its inputs and outputs."""

    template: str
    path: Path
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Body:
    """What a class registers, in order, and computes: values are numbered, those it takes come first."""

    children: tuple[tuple[str, Value], ...]
    lines: tuple[Line, ...]
    inputs: int
    results: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What is registered."""
        return tuple(name for name, _ in self.children)

    def child(self, name: str) -> Value:
        """What is registered under a name; None if nothing is."""
        return dict(self.children).get(name)

    def with_values(self, values: Mapping[str, Value]) -> Body:
        """The same body with other values for what it registers."""
        return replace(self, children=tuple((name, values.get(name, value)) for name, value in self.children))

    def users(self, value: int) -> list[int]:
        """The lines that take a value."""
        return [place for place, line in enumerate(self.lines) if value in line.inputs]


def structure(value: Value) -> Any:
    """What two values must share so that arguments can tell them apart."""
    if isinstance(value, Call):
        activation = isinstance(value.head, str) and value.head.removeprefix("torch.nn.") in ACTIVATIONS
        plain = activation and [argument.name for argument in value.arguments] == ["inplace"]
        head = "activation" if plain else value.head
        owner = structure(value.owner) if value.owner is not None else None
        return head, tuple((argument.name, structure(argument.value)) for argument in value.arguments), owner
    return ""


def body_key(body: Body) -> Any:
    """What two bodies of one class share."""
    children = tuple((name, structure(value)) for name, value in body.children)
    return children, body.lines, body.inputs, body.results


def shorter(body: Body) -> Iterator[tuple[Body, tuple[int, ...]]]:
    """The body without one optional part, and the places of the lines left out.

    Optional are a module with one input (its input passes on) and the addition of the class's own input.
    """
    for place, line in enumerate(body.lines):
        if len(line.outputs) != 1 or line.outputs == body.results == (0,):
            continue
        if len(line.path) == 1 and line.path[0].isidentifier() and line.template == "{module}({0})":
            yield _without(body, {place: line.inputs[0]}), (place,)
        elif line.template in ("{0} + {1}", "{1} + {0}") and 0 in line.inputs and line.inputs != (0, 0):
            yield from _without_shortcut(body, place)


def _without_shortcut(body: Body, place: int) -> Iterator[tuple[Body, tuple[int, ...]]]:
    kept = next(number for number in body.lines[place].inputs if number != 0)
    yield _without(body, {place: kept}), (place,)
    before = next((number for number, line in enumerate(body.lines) if kept in line.outputs), None)
    if before is not None and _drops_out(body, body.lines[before]):
        yield (
            _without(body, {place: body.lines[before].inputs[0], before: body.lines[before].inputs[0]}),
            (before, place),
        )


def _drops_out(body: Body, line: Line) -> bool:
    value = body.child(line.path[0]) if len(line.path) == 1 else None
    return isinstance(value, Call) and str(value.head).endswith("StochasticDepth")


def _without(body: Body, passed: Mapping[int, int]) -> Body:
    """The body without some lines, whose outputs are replaced by other values."""
    instead = {body.lines[place].outputs[0]: value for place, value in passed.items()}

    def survivor(value: int) -> int:
        while value in instead:
            value = instead[value]
        return value

    kept = [line for place, line in enumerate(body.lines) if place not in passed]
    used = {line.path[0] for line in kept if line.path}
    gone = {body.lines[place].path[0] for place in passed if body.lines[place].path} - used
    lines = [replace(line, inputs=tuple(map(survivor, line.inputs))) for line in kept]
    children = tuple((name, value) for name, value in body.children if name not in gone)
    return renumbered(children, lines, body.inputs, tuple(map(survivor, body.results)))


def renumbered(
    children: tuple[tuple[str, Value], ...], lines: Sequence[Line], inputs: int, results: tuple[int, ...]
) -> Body:
    """A body whose values are numbered in the order in which they are made."""
    numbers = {value: value for value in range(inputs)}
    for line in lines:
        for value in line.outputs:
            numbers[value] = len(numbers)
    renamed = [
        replace(
            line,
            inputs=tuple(numbers[value] for value in line.inputs),
            outputs=tuple(numbers[value] for value in line.outputs),
        )
        for line in lines
    ]
    return Body(children, tuple(renamed), inputs, tuple(numbers[value] for value in results))


def body_of(
    children: tuple[tuple[str, Value], ...], lines: list[Line], inputs: tuple[str, ...], results: tuple[str, ...]
) -> Body:
    """A body from lines whose values are names of nodes."""
    numbers: dict[Any, int] = {name: number for number, name in enumerate(inputs)}
    for line in lines:
        for name in line.outputs:
            numbers[name] = len(numbers)
    made = [
        Line(
            line.template,
            line.path,
            tuple(numbers[name] for name in line.inputs),
            tuple(numbers[name] for name in line.outputs),
        )
        for line in lines
    ]
    return renumbered(children, made, len(inputs), tuple(numbers[name] for name in results))


def heads(value: Value) -> Iterator[str]:
    """Every class and function that a value calls."""
    if isinstance(value, Call):
        if isinstance(value.head, str) and value.owner is None:
            yield value.head
        for argument in value.arguments:
            yield from heads(argument.value)
        yield from heads(value.owner)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from heads(item)


def is_container(value: Value) -> bool:
    """Whether a value only holds modules that others call."""
    return isinstance(value, Call) and value.head in (MODULE_LIST, MODULE_DICT)
