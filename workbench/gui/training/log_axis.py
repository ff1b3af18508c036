"""A logarithmic axis that names decades, and 2 and 5 between them where there is room."""

from __future__ import annotations

import math

import pyqtgraph as pg

MOST = 8
"""Names that an axis has room for."""


class LogAxis(pg.AxisItem):
    """Ticks at 1, 2 and 5 times powers of ten; only at the powers, or at every second or third, over many decades."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float | None, list[float]]]:  # noqa: N803
        low, high = math.floor(minVal), math.ceil(maxVal)
        if maxVal - minVal < math.log10(5):  # closer than the ticks: even steps
            return [(None, _even(minVal, maxVal))]
        decades = high - low + 1
        parts = (1, 2, 5) if 3 * decades <= MOST + 4 else (1,)
        every = max(1, math.ceil(decades / MOST))
        ticks = [decade + math.log10(part) for decade in range(low - low % every, high + 1, every) for part in parts]
        return [(None, [tick for tick in ticks if minVal <= tick <= maxVal])]

    def tickStrings(self, values: list[float], scale: float, spacing: float | None) -> list[str]:
        return [_name(10**value) for value in values]


def _even(low: float, high: float) -> list[float]:
    """The logarithms of a few round numbers between two that lie close."""
    least, most = 10**low, 10**high
    step = 10 ** math.floor(math.log10(max(most - least, 1e-300)))
    step = next((step * part for part in (1, 2, 5, 10) if (most - least) / (step * part) <= 5), step)
    first = math.ceil(least / step)
    return [math.log10(number * step) for number in range(first, math.floor(most / step) + 1) if number > 0]


def _name(value: float) -> str:
    return f"{value:.3g}" if 1e-3 <= value < 1e4 else f"{value:.2g}".replace("e-0", "e-").replace("e+0", "e")
