"""Dense blocks (DenseNet): layers that each take the outputs of all before them are written as a loop."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from workbench.core.modelling.source.bodies import Body, Line
from workbench.core.modelling.source.values import Argument, Call, Symbol, Value, write

LOOP = "loop"
"""The head of a call that stands for several layers: how many, the first of them, what each argument grows by."""
JOINED = re.compile(r"torch\.cat\(\[((?:\{\d+\}(?:, )?)+)\], dim=(-?\d+)\)")
SPREAD = "torch.cat({0}, dim=%s)"
"""A joining of all that a layer is given."""
FEWEST = 2


def joins_all(body: Body) -> bool:
    """Whether a class begins with joining everything it takes, in order, and uses it for nothing else."""
    if not body.lines or not body.inputs:
        return False
    first = body.lines[0]
    elsewhere = any(value < body.inputs for line in body.lines[1:] for value in line.inputs)
    alone = first.inputs == tuple(range(body.inputs)) and not elsewhere
    return alone and not first.path and JOINED.fullmatch(first.template) is not None


def spread(body: Body) -> Body:
    """The same class for any number of inputs: it takes one list."""
    match = JOINED.fullmatch(body.lines[0].template)
    assert match is not None
    moved = body.inputs - 1
    lines = [
        replace(
            line, inputs=tuple(value - moved for value in line.inputs), outputs=tuple(v - moved for v in line.outputs)
        )
        for line in body.lines
    ]
    lines[0] = replace(lines[0], template=SPREAD % match[2], inputs=(0,))
    return Body(body.children, tuple(lines), 1, tuple(value - moved for value in body.results))


def is_spread(body: Body) -> bool:
    """Whether a class takes any number of inputs."""
    return bool(body.lines) and re.fullmatch(r"torch\.cat\(\{0\}, dim=-?\d+\)", body.lines[0].template) is not None


def as_loop(body: Body) -> Body | None:
    """The same class with one loop for its layers; None where it is no dense block of equal layers."""
    names = [re.fullmatch(r"(.*?)(\d+)", name) for name in body.names]
    calls = [value for _, value in body.children]
    if len(calls) < FEWEST or not _is_dense(body) or not all(isinstance(value, Call) for value in calls):
        return None
    stems = {match[1] for match in names if match}
    numbers = [int(match[2]) for match in names if match]
    if len(stems) != 1 or numbers != list(range(1, len(calls) + 1)) or not next(iter(stems)):
        return None
    loop = _loop(calls)
    joined = JOINED.fullmatch(body.lines[-1].template)
    if loop is None or joined is None:
        return None
    line = Line(SPREAD % joined[2], (next(iter(stems)),), (0,), (1,))
    return Body(((next(iter(stems)), loop),), (line,), 1, (1,))


def _is_dense(body: Body) -> bool:
    *layers, last = body.lines
    every = tuple(range(len(layers) + 1))
    grows = all(
        line.path == (body.names[place],) and line.inputs == every[: place + 1] and line.outputs == (place + 1,)
        for place, line in enumerate(layers)
        if place < len(body.names)
    )
    return grows and body.inputs == 1 and len(layers) == len(body.names) and not last.path and last.inputs == every


def _loop(calls: Sequence[Call]) -> Call | None:
    """Several calls of one class whose arguments grow evenly as one; None where they do not."""
    first = calls[0]
    if len({call.head for call in calls}) > 1 or not str(first.head).startswith("@"):
        return None
    steps: list[Argument] = []
    for place, argument in enumerate(first.arguments):
        values = [call.arguments[place].value for call in calls]
        step = _step(values)
        if step is None:
            return None
        steps.append(Argument(argument.name, step))
    growth = Call("steps", tuple(steps))
    return Call(LOOP, (Argument("num_layers", len(calls)), Argument("first", first), Argument("growth", growth)))


def _step(values: Sequence[Value]) -> Value:
    if all(value == values[0] for value in values):
        return 0
    if not all(type(value) is int for value in values):
        return None
    step = values[1] - values[0]
    return step if all(value == values[0] + step * place for place, value in enumerate(values)) else None


def loop_lines(name: str, loop: Call, head: Callable[[str], str]) -> list[str]:
    """The loop that registers the layers."""
    count, first, growth = (argument.value for argument in loop.arguments)
    arguments = tuple(
        replace(argument, value=_grown(argument.value, step.value, head))
        for argument, step in zip(first.arguments, growth.arguments, strict=True)
    )
    layer = write(replace(first, arguments=arguments), head)
    return [
        f"for number in range({write(count, head)}):",
        f'    self.add_module(f"{name}{{number + 1}}", {layer})',
    ]


def _grown(value: Value, step: Value, head: Callable[[str], str]) -> Value:
    if step == 0:
        return value
    return Symbol(f"{write(value, head)} + {write(step, head)} * number")


def loop_forward(body: Body) -> list[str]:
    """The lines of `forward` of a dense block."""
    return [
        "features = [x]",
        "for layer in self.children():",
        "    features.append(layer(*features))",
        f"return {body.lines[0].template.format('features')}",
    ]


def is_loop(body: Body) -> bool:
    """Whether a class is a dense block written as a loop."""
    return any(isinstance(value, Call) and value.head == LOOP for _, value in body.children)
