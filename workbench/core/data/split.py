"""Holding pictures out to validate on, in the same shares of every class."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]


def held_out(labels: npt.NDArray[np.int64], *, share: float, seed: int) -> tuple[Indices, Indices]:
    """Indices to train on and to validate on, each in ascending order: `share` of every class is held out.

    The two parts have `round(share * count)` pictures in all on the validation side; classes get their proportional
    number, the largest remainders rounded up. A class with two pictures or more keeps at least one on each side, a
    class with a single one trains on it. Equal labels and seed give the same split everywhere.
    """
    keys = np.random.default_rng(seed).random(len(labels))
    counts = np.bincount(labels)
    validation = np.zeros(len(labels), bool)
    for number, quota in enumerate(_quotas(counts, share)):
        members = np.flatnonzero(labels == number)
        validation[members[np.argsort(keys[members], kind="stable")[:quota]]] = True
    return np.flatnonzero(~validation), np.flatnonzero(validation)


def _quotas(counts: npt.NDArray[np.int64], share: float) -> Indices:
    """How many of each class are held out."""
    exact = counts * share
    quotas = np.floor(exact).astype(np.int64)
    missing = round(float(counts.sum()) * share) - int(quotas.sum())
    quotas[np.argsort(quotas - exact, kind="stable")[:missing]] += 1
    least, most = np.minimum(1, counts - 1).clip(0), np.maximum(counts - 1, 0)
    limited: Indices = np.clip(quotas, least, most)
    return limited
