"""Which units of its input a layer takes along one axis, for each unit of its output."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, gcd

from workbench.core.layers.kind import Geometry, Resampling, Spread, Window

LONGEST = 512
"""Patterns of more units than this are not followed."""


@dataclass(frozen=True)
class Taps:
    """Output unit i takes the input units `units[i % period]`, i // period · advance further on."""

    units: tuple[range, ...]
    advance: int


@lru_cache(maxsize=4096)
def taps_of(geometry: Geometry, axis: int, source: int, target: int) -> Taps | None:
    """The taps along axis 0 (vertical) or 1 of a layer that makes `target` units of `source`.

    None where they follow no pattern, or one too long to follow.
    """
    if isinstance(geometry, Window):
        return _window(geometry, axis)
    return _spread(geometry, axis) if isinstance(geometry, Spread) else _resampling(geometry, source, target)


def _window(window: Window, axis: int) -> Taps:
    first, step = -window.padding[axis], window.dilation[axis]
    return Taps((range(first, first + window.kernel_size[axis] * step, step),), window.stride[axis])


def _spread(spread: Spread, axis: int) -> Taps | None:
    """Output unit o gets input unit i through tap t of the kernel where o = i·stride - padding + t·dilation."""
    stride = spread.stride[axis]
    if stride > LONGEST:
        return None
    return Taps(tuple(_reaching(spread, axis, unit + spread.padding[axis]) for unit in range(stride)), 1)


def _reaching(spread: Spread, axis: int, place: int) -> range:
    """The input units whose kernels reach a place: every `period`-th tap lies on a whole unit."""
    kernel, stride, dilation = spread.kernel_size[axis], spread.stride[axis], spread.dilation[axis]
    period, step = stride // gcd(stride, dilation), dilation // gcd(stride, dilation)
    first = next((tap for tap in range(min(period, kernel)) if (place - tap * dilation) % stride == 0), None)
    if first is None:
        return range(0)
    last = (place - first * dilation) // stride
    return range(last - (kernel - 1 - first) // period * step, last + 1, step)


def _resampling(resampling: Resampling, source: int, target: int) -> Taps | None:
    """PyTorch's rules: pixels are squares and their centres are aligned, or the corner pixels' centres are."""
    step = _step(resampling, source, target)
    if step is None or step == 0 or step.denominator > LONGEST:
        return None
    corner = resampling.align_corners or resampling.mode == "nearest"
    start = Fraction(0) if corner else (step if resampling.mode == "nearest-exact" else step - 1) / 2
    units = tuple(_around(resampling.mode, start + unit * step) for unit in range(step.denominator))
    return Taps(units, step.numerator)


def _step(resampling: Resampling, source: int, target: int) -> Fraction | None:
    """Units of the input for one of the output."""
    if resampling.align_corners:
        return Fraction(source - 1, target - 1) if target > 1 else None
    if resampling.scale_factor is None:
        return Fraction(source, target)
    factor = Fraction(resampling.scale_factor).limit_denominator(LONGEST)
    return 1 / factor if abs(float(factor) / resampling.scale_factor - 1) < 1e-6 else None


def _around(mode: str, place: Fraction) -> range:
    """The units that a value at this place is computed from."""
    if mode.startswith("nearest"):
        return range(floor(place), floor(place) + 1)
    more = 1 if mode == "bicubic" and place.denominator > 1 else 0
    return range(floor(place) - more, ceil(place) + more + 1)
