"""The arithmetic behind a layer's figures, written out: `⌊(32 + 2·1 − 3) / 1⌋ + 1 = 32`.

Sizes are PyTorch's formulas (pages of Conv2d, MaxPool2d and ConvTranspose2d in its documentation), receptive fields
those of Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019. A line
whose result is not what the analysis has found is left out: nothing wrong is ever shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from workbench.core.graph.network import Node
from workbench.core.layers.catalog import CATALOG
from workbench.core.layers.kind import LayerKind, Shape, Spread, Window, pair
from workbench.core.modelling.shapes import Analysis, NodeReport
from workbench.errors import Problem

AXES = ("Height", "Width")


class Line(NamedTuple):
    """What is computed, and how."""

    title: str
    text: str


class Sum(NamedTuple):
    """A formula and its result."""

    text: str
    result: int

    def line(self, title: str) -> Line:
        """The formula with its result behind it."""
        return Line(title, f"{self.text} = {self.result:,}")


def written_out(node: Node, analysis: Analysis) -> tuple[Line, ...]:
    """Sizes, parameters, multiply-adds and receptive field of a node written out, as far as there is something to."""
    report = analysis.nodes.get(node.name)
    kind = CATALOG.parse(node)
    if isinstance(kind, Problem) or report is None or report.output_shape is None or len(node.inputs) != 1:
        return ()
    source = analysis.nodes.get(node.inputs[0])
    if source is None or source.output_shape is None:
        return ()
    return (
        *_sizes(kind, source.output_shape, report.output_shape),
        *_parameters(node.kind, kind, source.output_shape, report),
        *_macs(node.kind, kind, source.output_shape, report),
        *_field(kind, source, report),
    )


def _sizes(kind: LayerKind, given: Shape, made: Shape) -> Iterator[Line]:
    """Height and width; one line where both are the same."""
    geometry = kind.window()
    if len(given) != 3 or len(made) != 3 or geometry == Window() or not isinstance(geometry, (Window, Spread)):
        return
    up = bool(getattr(kind, "ceil_mode", False))
    extra = pair(getattr(kind, "output_padding", 0))
    sums = [
        _window_size(given[axis + 1], geometry, axis, up=up)
        if isinstance(geometry, Window)
        else _spread_size(given[axis + 1], geometry, axis, extra=extra[axis])
        for axis in (0, 1)
    ]
    if [found.result for found in sums] != list(made[1:]):
        return
    if sums[0] == sums[1]:
        yield sums[0].line("Size")
    else:
        yield from (found.line(axis) for axis, found in zip(AXES, sums, strict=True))


def _window_size(side: int, window: Window, axis: int, *, up: bool) -> Sum:
    kernel, stride = window.kernel_size[axis], window.stride[axis]
    padding, dilation = window.padding[axis], window.dilation[axis]
    padded = f"{side} + 2·{padding}" if padding else f"{side}"
    span = f"{kernel}" if dilation == 1 else f"({dilation}·({kernel} − 1) + 1)"
    free = side + 2 * padding - (dilation * (kernel - 1) + 1)
    left, right = "⌈⌉" if up else "⌊⌋"
    steps = -(-free // stride) if up else free // stride
    return Sum(f"{left}({padded} − {span}) / {stride}{right} + 1", steps + 1)


def _spread_size(side: int, spread: Spread, axis: int, *, extra: int) -> Sum:
    kernel, stride = spread.kernel_size[axis], spread.stride[axis]
    padding, dilation = spread.padding[axis], spread.dilation[axis]
    text = f"({side} − 1)·{stride}" + (f" − 2·{padding}" if padding else "")
    text += f" + {kernel}" if dilation == 1 else f" + {dilation}·({kernel} − 1) + 1"
    text += f" + {extra}" if extra else ""
    return Sum(text, (side - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1 + extra)


def _parameters(name: str, kind: LayerKind, given: Shape, report: NodeReport) -> Iterator[Line]:
    found = _weights(name, kind, given)
    if found is not None and found.result == report.parameters:
        yield found.line("Parameters")


def _weights(name: str, kind: LayerKind, given: Shape) -> Sum | None:
    """Weights and biases of the layers whose count a course derives."""
    if name == "Conv2d":
        per_kernel, text = _kernel(kind, given)
        return _with_bias(Sum(f"{text} · {kind.out_channels}", per_kernel * kind.out_channels), kind, kind.out_channels)  # type: ignore[attr-defined]
    if name == "Linear":
        features = kind.out_features  # type: ignore[attr-defined]
        return _with_bias(Sum(f"{given[-1]} · {features}", given[-1] * features), kind, features)
    if name in ("BatchNorm1d", "BatchNorm2d"):
        return Sum(f"2 · {given[0]}", 2 * given[0])
    return None


def _kernel(kind: LayerKind, given: Shape) -> tuple[int, str]:
    """The weights of one kernel: its channels, height and width."""
    groups = kind.groups  # type: ignore[attr-defined]
    high, wide = pair(kind.kernel_size)  # type: ignore[attr-defined]
    channels = f"{given[0]}" if groups == 1 else f"{given[0]}/{groups}"
    return given[0] // groups * high * wide, f"{channels} · {high} · {wide}"


def _with_bias(weights: Sum, kind: LayerKind, outputs: int) -> Sum:
    return Sum(f"{weights.text} + {outputs}", weights.result + outputs) if kind.bias else weights  # type: ignore[attr-defined]


def _macs(name: str, kind: LayerKind, given: Shape, report: NodeReport) -> Iterator[Line]:
    """Each pixel of the output takes one multiply-add for each weight of its kernel."""
    made = report.output_shape or ()
    if name != "Conv2d" or len(made) != 3:
        return
    per_kernel, text = _kernel(kind, given)
    found = Sum(f"{text} · {made[0]} · {made[1]} · {made[2]}", per_kernel * math.prod(made))
    if found.result == report.macs:
        yield found.line("Multiply-adds")


def _field(kind: LayerKind, source: NodeReport, report: NodeReport) -> Iterator[Line]:
    """The field grows by the kernel's other taps, each as far apart as the pixels of its input are."""
    window, before, after = kind.window(), source.receptive_field, report.receptive_field
    if not isinstance(window, Window) or before is None or after is None or window.kernel_size == (1, 1):
        return
    sums = [_field_sum(window, axis, before.size[axis], before.stride[axis]) for axis in (0, 1)]
    if [found.result for found in sums] != list(after.size):
        return
    if sums[0] == sums[1]:
        yield sums[0].line("Receptive field")
    else:
        yield from (found.line(f"Field, {axis.lower()}") for axis, found in zip(AXES, sums, strict=True))


def _field_sum(window: Window, axis: int, size: int, stride: object) -> Sum:
    kernel, dilation = window.kernel_size[axis], window.dilation[axis]
    spread = f" · {dilation}" if dilation > 1 else ""
    return Sum(f"{size} + ({kernel} − 1){spread} · {stride}", size + int((kernel - 1) * dilation * stride))  # type: ignore[operator]
