"""Receptive fields: which part of the input one unit of a layer sees, from the geometry of the windows alone.

Formulas of Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019
(doi 10.23915/distill.00021): along one axis, a window of size k, stride s, padding p and dilation d turns a field of
size r, stride j, padding q into r + (k-1)·d·j, j·s, q + p·j. Where branches meet, the union of their fields counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.layers.kind import Shape, Window

LARGEST = 2**31 - 1


@dataclass(frozen=True)
class ReceptiveField:
    """Size, stride and padding in input pixels, (vertical, horizontal). Unit i starts at -padding + i·stride."""

    size: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)

    def centre(self, row: int, column: int) -> tuple[float, float]:
        """Where the field of one unit is centred, in input pixels."""
        unit = (row, column)
        vertical, horizontal = (
            -self.padding[axis] + unit[axis] * self.stride[axis] + (self.size[axis] - 1) / 2 for axis in (0, 1)
        )
        return vertical, horizontal

    def through(self, window: Window) -> ReceptiveField:
        """The field behind one more window."""
        size, stride, padding = zip(*(self._axis(window, axis) for axis in (0, 1)), strict=True)
        return ReceptiveField(size, stride, padding)

    def _axis(self, window: Window, axis: int) -> tuple[int, int, int]:
        jump = self.stride[axis]
        return (
            self.size[axis] + (window.kernel_size[axis] - 1) * window.dilation[axis] * jump,
            jump * window.stride[axis],
            self.padding[axis] + window.padding[axis] * jump,
        )


def union(fields: Sequence[ReceptiveField]) -> ReceptiveField:
    """The smallest field that holds all of them, which must have the same stride."""
    padding = tuple(max(field.padding[axis] for field in fields) for axis in (0, 1))
    size = tuple(padding[axis] + max(field.size[axis] - field.padding[axis] for field in fields) for axis in (0, 1))
    return ReceptiveField((size[0], size[1]), fields[0].stride, (padding[0], padding[1]))


def joined_field(
    fields: Sequence[ReceptiveField | None], window: Window | None, output_shape: Shape | None
) -> ReceptiveField | None:
    """The field of a node from those of its inputs.

    None where a unit sees the whole picture or is not a pixel, where branches of different strides meet (each unit then
    sees a field of its own size), and where the numbers are larger than any picture.
    """
    if output_shape is None or len(output_shape) != 3 or window is None:
        return None
    known = [field for field in fields if field is not None]
    if len(known) < len(fields) or len({field.stride for field in known}) > 1:
        return None
    joined = union(known).through(window) if known else ReceptiveField()
    return joined if max(*joined.size, *joined.stride, *joined.padding) <= LARGEST else None
