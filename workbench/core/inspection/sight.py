"""What one unit of a map sees of the picture, exactly: the pixels of its receptive field, padding included."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.layers.kind import Shape
from workbench.core.modelling.shapes import NodeReport

Unit = tuple[int, int]
"""Row and column of a unit in its map."""
Span = tuple[int, int]
"""The first and the last pixel; below zero and beyond the end lies padding."""


@dataclass(frozen=True)
class Sight:
    """The pixels that a unit sees, a rectangle of rows and columns of the picture and around it."""

    unit: Unit
    rows: Span
    columns: Span

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.rows[1] - self.rows[0] + 1, self.columns[1] - self.columns[0] + 1

    def beyond(self, height: int, width: int) -> tuple[int, int, int, int]:
        """How many pixels lie above, below, left and right of a picture of this size."""
        return (
            max(0, -self.rows[0]),
            max(0, self.rows[1] - height + 1),
            max(0, -self.columns[0]),
            max(0, self.columns[1] - width + 1),
        )


def middle_unit(shape: Shape) -> Unit:
    """The unit in the middle of maps `(channels, height, width)`."""
    return (shape[1] // 2, shape[2] // 2) if len(shape) == 3 else (0, 0)


def sight_of(report: NodeReport | None, picture: Shape | None, unit: Unit | None = None) -> Sight | None:
    """What a unit of a node (the middle one if none is named) sees of a picture `(channels, height, width)`.

    None where nothing is known, or the unit sees no pixel at all. A node without a field of one size sees everything.
    """
    if report is None or report.output_shape is None or picture is None or len(picture) != 3:
        return None
    unit = middle_unit(report.output_shape) if unit is None else unit
    if report.receptive_field is None:
        whole = report.field_reason == "whole picture"
        return Sight(unit, (0, picture[1] - 1), (0, picture[2] - 1)) if whole else None
    rows = report.receptive_field.vertical.span(unit[0])
    columns = report.receptive_field.horizontal.span(unit[1])
    return Sight(unit, rows, columns) if rows and columns else None


def told(report: NodeReport, sight: Sight | None, picture: Shape) -> str:
    """What a node sees, in a sentence: size, stride, and how much of it is padding."""
    if report.receptive_field is None or sight is None:
        everything = "each value sees the whole picture"
        return everything if sight is not None else report.field_reason or "it sees no pixel"
    height, width = sight.size
    down, across = report.receptive_field.stride
    step = f"{down:g}" if down == across else f"{down:g} × {across:g}"
    text = f"a unit sees {height:,} × {width:,} pixels, the next one {step} further on"
    padding = max(sight.beyond(*picture[1:]))
    return f"{text}; up to {padding:,} of them are padding" if padding else text
