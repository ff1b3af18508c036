"""Arithmetic of a traced module between a tensor and a plain number."""

from __future__ import annotations

from typing import Any

from torch import Tensor, fx

from workbench.core.layers.kind import ShapeError
from workbench.core.modelling.found import Found, called, inputs_of, placed
from workbench.core.modelling.tracing import BATCH, VALUE

NAMES = {"imul": "mul", "iadd": "add", "isub": "sub", "itruediv": "truediv", "div": "truediv"}
"""Other names of the same arithmetic."""


def with_number(node: fx.Node) -> Found | None:
    """The layer that scales and shifts as an operation does; None if the operation is another."""
    line = _line(node) if node.op in ("call_function", "call_method") else None
    if line is None:
        return None
    if any(abs(number) == BATCH for number in node.args if isinstance(number, int)):
        raise ShapeError(f"{called(node)} depends on the number of pictures")
    return placed(node, "Affine", {"factor": float(line[0]), "offset": float(line[1])}, inputs_of(node))


def _line(node: fx.Node) -> tuple[float, float] | None:
    """The factor and the offset, or None if there is not one tensor and one number."""
    if len(node.all_input_nodes) != 1 or node.kwargs:
        return None
    name, arguments = NAMES.get(called(node), called(node)), node.args
    if name == "neg":
        return -1.0, 0.0
    if len(arguments) != 2 or len(inputs_of(node)) != 1 or not all(map(_is_operand, arguments)):
        return None
    number: Any = next(each for each in arguments if not isinstance(each, fx.Node))
    first = arguments[0] is number
    match name:
        case "mul":
            return number, 0.0
        case "add":
            return 1.0, number
        case "sub":
            return (-1.0, number) if first else (1.0, -number)
        case "truediv" if number and not first:
            return 1 / number, 0.0
    return None


def _is_operand(value: Any) -> bool:
    if isinstance(value, fx.Node):
        return isinstance(value.meta.get(VALUE), Tensor)
    return isinstance(value, int | float) and not isinstance(value, bool)
