"""A curve that grows: its points, and the same smoothed. No Qt."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from dataclasses import dataclass, field


@dataclass
class Series:
    """A curve: positions in epochs, values, and the same values smoothed; arrays, because plots copy them often."""

    x: array[float] = field(default_factory=lambda: array("d"))
    y: array[float] = field(default_factory=lambda: array("d"))
    smooth: array[float] = field(default_factory=lambda: array("d"))
    past: float = 0.8
    """The share of the past in each smoothed value."""
    _sum: float = 0.0

    def add(self, x: float, y: float) -> None:
        """Append a point; what is no finite number is left out."""
        if not math.isfinite(y):
            return
        self.x.append(x)
        self.y.append(y)
        self._sum = self.past * self._sum + (1 - self.past) * y
        self.smooth.append(self._sum / (1 - self.past ** len(self.y)))  # corrected: a constant series stays constant

    def at(self, x: float) -> float | None:
        """The (smoothed) value of the point nearest to `x`, None without points."""
        return self.smooth[self._nearest(x)] if self.x else None

    def value_at(self, x: float) -> float | None:
        """The value of the point nearest to `x`, None without points."""
        return self.y[self._nearest(x)] if self.x else None

    def _nearest(self, x: float) -> int:
        x = min(max(x, self.x[0]), self.x[-1])  # infinity means the last point
        right = bisect_left(self.x, x)
        left = max(0, right - 1)
        return left if abs(self.x[left] - x) <= abs(self.x[right] - x) else right
