"""Receptive fields: which part of the input one unit of a layer sees, from the geometry of the windows alone.

For windows these are the formulas of Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural
Networks", Distill 2019 (doi 10.23915/distill.00021): along one axis, a window of size k, stride s, padding p and
dilation d turns a field of size r, stride j, padding q into r + (k-1)·d·j, j·s, q + p·j. Behind an enlargement the
units see fields of different sizes, in a pattern that repeats: the pattern is kept, and nothing is rounded. Where
branches meet, the union of their fields counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import gcd, lcm

from workbench.core.layers.kind import Geometry, Shape
from workbench.core.modelling.taps import LONGEST, Taps, taps_of

LARGEST = 2**31 - 1
Number = int | float
Span = tuple[int, int]
"""The first and the last pixel."""


@dataclass(frozen=True)
class AxisField:
    """The fields of all units along one axis: unit i sees `spans[i % period]`, moved by i // period · jump pixels.

    A unit that sees nothing (between the pixels that a transposed convolution spreads) has no span.
    """

    spans: tuple[Span | None, ...] = ((0, 0),)
    jump: int = 1

    def span(self, unit: int) -> Span | None:
        """The first and the last pixel that one unit sees; the padding's pixels are below zero or beyond the end."""
        rounds, phase = divmod(unit, len(self.spans))
        span = self.spans[phase]
        return span and (span[0] + rounds * self.jump, span[1] + rounds * self.jump)

    @cached_property
    def size(self) -> int:
        """Pixels that the unit with the largest field sees."""
        return max((span[1] - span[0] + 1 for span in self.spans if span), default=0)

    @cached_property
    def stride(self) -> Fraction:
        """Pixels from one unit's field to the next, on average."""
        return Fraction(self.jump, len(self.spans))

    @cached_property
    def padding(self) -> Fraction:
        """How far before the first pixel a field of that size begins whose centre is unit 0's, but for the pattern."""
        centres = [Fraction(span[0] + span[1], 2) - unit * self.stride for unit, span in enumerate(self.spans) if span]
        return Fraction(self.size - 1, 2) - sum(centres, Fraction(0)) / max(1, len(centres))


@dataclass(frozen=True)
class ReceptiveField:
    """What the units of a layer see, in input pixels; pairs are (vertical, horizontal).

    Unit i sees `size` pixels from -padding + i·stride; behind an enlargement `size` is that of the largest field
    and the places are averages. `span` of an axis is exact for every unit.
    """

    vertical: AxisField = AxisField()
    horizontal: AxisField = AxisField()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the largest field in pixels."""
        return self.vertical.size, self.horizontal.size

    @property
    def stride(self) -> tuple[Number, Number]:
        """Pixels from unit to unit; below 1 where the picture is larger than the input."""
        return _number(self.vertical.stride), _number(self.horizontal.stride)

    @property
    def padding(self) -> tuple[Number, Number]:
        """Pixels before the input at which the first field begins."""
        return _number(self.vertical.padding), _number(self.horizontal.padding)

    def centre(self, row: int, column: int) -> tuple[float, float]:
        """Where the field of one unit is centred, in input pixels."""
        unit, (height, width) = (row, column), self.size
        vertical, horizontal = (
            -self.padding[axis] + unit[axis] * self.stride[axis] + (side - 1) / 2
            for axis, side in enumerate((height, width))
        )
        return vertical, horizontal


@dataclass(frozen=True)
class Sight:
    """The receptive field of a node, or why it has none."""

    field: ReceptiveField | None = None
    reason: str = ""


WHOLE = Sight(reason="whole picture")
DIFFERENT = Sight(reason="differs from place to place: its branches have different strides")
BEYOND = Sight(reason="larger than any picture")
UNEVEN = Sight(reason="differs from place to place: its factor is no simple fraction")


@lru_cache(maxsize=65536)
def joined_sight(
    sources: tuple[Sight, ...], geometry: Geometry | None, *, shapes: tuple[Shape, ...], output_shape: Shape | None
) -> Sight:
    """What a node sees, from what its inputs see and their shapes.

    There is no field where a unit sees the whole picture or is not a pixel, where branches of different strides meet
    (each unit then sees a field of its own size), and where the numbers are larger than any picture.
    """
    if output_shape is None or len(output_shape) != 3 or geometry is None:
        return WHOLE
    blind = next((source for source in sources if source.field is None), None)
    if blind is not None:
        return blind
    fields = [source.field for source in sources if source.field is not None]
    if len({field.stride for field in fields}) > 1:
        return DIFFERENT
    if not fields:
        return Sight(ReceptiveField())
    sizes = zip(shapes[0][1:] if len(shapes[0]) == 3 else (1, 1), output_shape[1:], strict=True)
    taps = [taps_of(geometry, axis, *pair) for axis, pair in enumerate(sizes)]
    return _through(union(fields), taps)


def _through(field: ReceptiveField | None, taps: Sequence[Taps | None]) -> Sight:
    vertical, horizontal = taps
    if field is None or vertical is None or horizontal is None:
        return UNEVEN
    axes = (_behind(field.vertical, vertical), _behind(field.horizontal, horizontal))
    if axes[0] is None or axes[1] is None:
        return UNEVEN
    found = ReceptiveField(axes[0], axes[1])
    return Sight(found) if max(*found.size, *found.stride, *found.padding) <= LARGEST else BEYOND


def union(fields: Sequence[ReceptiveField]) -> ReceptiveField | None:
    """The smallest field that holds all of them, which must have the same stride; None for a pattern too long."""
    if len(fields) == 1:
        return fields[0]
    vertical = _axis_union(tuple(field.vertical for field in fields))
    horizontal = _axis_union(tuple(field.horizontal for field in fields))
    return ReceptiveField(vertical, horizontal) if vertical and horizontal else None


@lru_cache(maxsize=4096)
def _axis_union(axes: tuple[AxisField, ...]) -> AxisField | None:
    period = lcm(*(len(axis.spans) for axis in axes))
    if period > LONGEST:
        return None
    spans = tuple(_hull([axis.span(unit) for axis in axes]) for unit in range(period))
    return AxisField(spans, int(axes[0].stride * period))


@lru_cache(maxsize=4096)
def _behind(axis: AxisField, taps: Taps) -> AxisField | None:
    """The field of a layer that takes these units of its input; None for a pattern too long."""
    period = len(axis.spans)
    rounds = period // gcd(period, taps.advance)
    if rounds * len(taps.units) > LONGEST:
        return None
    spans = tuple(_span_of(axis, units, number * taps.advance) for number in range(rounds) for units in taps.units)
    return AxisField(spans, axis.jump * taps.advance * rounds // period)


def _span_of(axis: AxisField, units: range, offset: int) -> Span | None:
    """What units of the input see together: the pattern repeats, so the first and the last of them are enough."""
    period = len(axis.spans)
    return _hull([axis.span(unit + offset) for part in (units[:period], units[-period:]) for unit in part])


def _hull(spans: Sequence[Span | None]) -> Span | None:
    seen = [span for span in spans if span]
    return (min(first for first, _ in seen), max(last for _, last in seen)) if seen else None


def _number(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else float(value)
