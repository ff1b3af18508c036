"""How far an axis reaches when a few points lie far above all others. No Qt."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FAR = 10.0
"""A highest point that is so many times as high as what is usual is left outside."""
ROOM = 1.5
"""The axis ends so many times above what is usual."""
FIRST = 10
"""The first points count as usual: a loss begins high and falls."""
FEW = 4
"""Of fewer points none is unusual."""
Values = npt.NDArray[np.float64]


def usual_top(curves: list[Values]) -> float | None:
    """Where an axis for positive values ends so that the usual ones fill it; None where the highest belongs to them."""
    curves = [values for values in curves if len(values)]
    if not curves:
        return None
    usual, highest = max(map(_usual, curves)), max(float(values.max()) for values in curves)
    return ROOM * usual if usual > 0 and highest > FAR * usual else None


def _usual(values: Values) -> float:
    """The height below which nearly all points lie, and the typical height of the first ones."""
    if len(values) < FEW:
        return float(values.min() if len(values) > 1 else values[0])
    share = 0.95 if len(values) >= 20 else 0.8
    return float(max(np.quantile(values, share, method="lower"), np.median(values[:FIRST])))
