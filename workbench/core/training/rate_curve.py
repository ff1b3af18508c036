"""What the losses of a rate finder say: a curve with a band over the seeds, and a rate, or why they say nothing.

The rate suggested is where the loss falls fastest over the logarithm of the rate (arXiv 1506.01186, section 3.3), but
at most a tenth of the rate at which it is lowest: there it is about to break out, and a longer training would.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.errors import Problem

WIDTH = 0.12
"""Losses are smoothed over the logarithm of the rate with a bell of this deviation, in powers of ten."""
LEAST_FALL = 0.02
"""A loss that falls by less than this share of where it began does not fall."""
SIGMAS = 4.0
"""Nor does one that falls by less than so many deviations of its own scatter."""
LARGEST_SPREAD = 10.0
"""Seeds agree when the rates that they alone would suggest lie within this factor."""
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RateCurve:
    """Losses over rates. `losses` are those of each seed as measured, each until it broke out.

    `middle`, `low` and `high` are smoothed: the median over the seeds and the band they lie in, as far as all go.
    Either there is a `suggestion`, or a `refusal` says why the curve allows none.
    """

    rates: tuple[float, ...]
    losses: tuple[tuple[float, ...], ...]
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    suggestion: float | None = None
    refusal: Problem | None = None


def rate_ladder(lowest: float, highest: float, steps: int) -> tuple[float, ...]:
    """Rates with a constant factor between them, both ends included."""
    return tuple(float(rate) for rate in np.geomspace(lowest, highest, steps))


def judge(rates: Sequence[float], losses: Sequence[Sequence[float]]) -> RateCurve:
    """The curve of what was measured with each seed: losses for the first rates of the ladder, maybe fewer than all."""
    common = min(len(each) for each in losses)
    start = float(np.median([_start(rates, each) for each in losses])) if common else math.nan
    smoothed = [_smoothed(rates, each, 2 * start)[:common] for each in losses]
    middle, low, high = (pick(smoothed, axis=0) for pick in (np.median, np.min, np.max))
    refusal = _refusal(rates, losses, middle, smoothed)
    suggestion = None if refusal else two_digits(min(rates[_steepest(rates, middle)], rates[int(middle.argmin())] / 10))
    return RateCurve(
        tuple(rates),
        tuple(map(_plain, losses)),
        _plain(middle),
        _plain(low),
        _plain(high),
        suggestion=suggestion,
        refusal=refusal,
    )


def _plain(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def two_digits(value: float) -> float:
    """A rate that a person can read: `0.0013`."""
    return float(f"{value:.1e}")


def _refusal(
    rates: Sequence[float], losses: Sequence[Sequence[float]], middle: Values, smoothed: Sequence[Values]
) -> Problem | None:
    early = _early(rates)
    if len(middle) <= early:
        reason = f"it breaks out at {rates[max(0, len(middle) - 1)]:.1e}, close to the smallest rate that was tried"
        return _problem("The loss breaks out at once", reason)
    start, scatter = _level_and_scatter(rates, losses)
    least, place = float(middle.min()), int(middle.argmin())
    noise = scatter / math.sqrt(2 * math.sqrt(math.pi) * max(1.0, _bell(rates)) * len(losses))
    if start - least < max(LEAST_FALL * abs(start), SIGMAS * noise):
        return _problem("The loss does not fall", _why_not_falling(start, least, scatter, float(middle[-1])))
    if place == len(rates) - 1:
        return _problem("The loss still falls at the largest rate", f"at {rates[-1]:g} it is {least:.3g}")
    alone = [rates[_steepest(rates, each)] for each in smoothed]
    if max(alone) > LARGEST_SPREAD * min(alone):
        reason = f"with one the loss falls fastest at {min(alone):.1e}, with another at {max(alone):.1e}"
        return _problem("The seeds do not agree", f"{reason}; larger batches or more steps may help")
    return None


def _why_not_falling(start: float, least: float, scatter: float, last: float) -> str:
    told = f"it begins at {start:.3g} and is never lower than {least:.3g}, while batches differ by {scatter:.2g}"
    if last > 1.2 * start:
        return f"{told}; from some rate on it only grows: the weights may have been trained already"
    return f"{told}; the labels may not follow from the pictures, or too little of the network trains"


def _problem(title: str, reason: str) -> Problem:
    return Problem("learning_rate", title, reason)


def _early(rates: Sequence[float]) -> int:
    """So many of the first steps are too small to learn anything: a power of ten, at least three."""
    return max(3, sum(rate < 10 * rates[0] for rate in rates))


def _start(rates: Sequence[float], losses: Sequence[float]) -> float:
    """The loss before anything is learned."""
    return float(np.mean(losses[: _early(rates)]))


def _level_and_scatter(rates: Sequence[float], losses: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Where the losses begin, and how much those of single batches differ there."""
    early = [np.array(each[: _early(rates)]) for each in losses]
    scatter = float(np.std(np.concatenate([each - each.mean() for each in early])))
    return float(np.median([each.mean() for each in early])), scatter


def _bell(rates: Sequence[float]) -> float:
    """The deviation of the smoothing, in steps of the ladder."""
    return WIDTH * (len(rates) - 1) / max(1e-9, math.log10(rates[-1] / rates[0]))


def _smoothed(rates: Sequence[float], losses: Sequence[float], highest: float) -> Values:
    """Losses, none larger than `highest`, each the mean of its neighbours weighted by a bell."""
    values, places = np.minimum(np.array(losses, float), highest), np.arange(len(losses))
    weights = np.exp(-0.5 * ((places[:, None] - places[None, :]) / max(1e-6, _bell(rates))) ** 2)
    return np.asarray(weights @ values / weights.sum(axis=1))


def _steepest(rates: Sequence[float], losses: Values) -> int:
    """Where the loss falls fastest before it is lowest."""
    end = max(2, int(losses.argmin()) + 1)
    return int(np.gradient(losses[:end], np.log(rates[:end])).argmin())
