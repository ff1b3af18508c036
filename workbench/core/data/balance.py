"""What to do about classes with many pictures and classes with few: weigh them in the loss, or show them equally often.

A class weighting is one decorated function from the pictures of each class to its weight; a sampling is one decorated
function from the labels to the order of an epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.core.layers.lazy import LazyModule
from workbench.registry import Registry

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch
else:
    np, torch = LazyModule("numpy"), LazyModule("torch")

Weighting = Callable[["npt.NDArray[np.int64]"], "npt.NDArray[np.float64]"]
Sampling = Callable[["torch.Tensor", "torch.Generator"], "torch.Tensor"]

CLASS_WEIGHTS: Registry[Weighting] = Registry("class weighting")
SAMPLINGS: Registry[Sampling] = Registry("sampling")

BETA = 0.9999
"""Of the effective number: pictures beyond about 1 / (1 - BETA) in one class add little (as in the paper's tables)."""


def class_weights(labels: npt.NDArray[np.int64], classes: int, weighting: str) -> tuple[float, ...]:
    """The weight of each class in the loss, 1 in the mean over the classes that have pictures, 0 for those without.

    Raises `WorkbenchError` for a weighting that does not exist.
    """
    counts = np.bincount(labels, minlength=classes)
    present = counts > 0
    weights = np.zeros(classes)
    weights[present] = CLASS_WEIGHTS[weighting](counts[present])
    total = weights.sum()
    return tuple((weights * (present.sum() / total) if total else weights).tolist())


@CLASS_WEIGHTS.register("none")
def unweighted(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Every picture counts the same, so large classes count more."""
    return np.ones(len(counts))


@CLASS_WEIGHTS.register("inverse")
def inverse_frequency(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Every class counts the same: a picture counts as much less as its class is larger."""
    return 1 / counts


@CLASS_WEIGHTS.register("effective")
def effective_number(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Between the two: the more pictures a class has, the less another one adds.

    (1 - beta) / (1 - beta^n), the class-balanced loss of arXiv 1901.05555.
    """
    return (1 - BETA) / (1 - np.power(BETA, counts))


@SAMPLINGS.register("shuffled")
def shuffled(labels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Every picture once in an epoch."""
    return torch.randperm(len(labels), generator=generator)


@SAMPLINGS.register("balanced")
def balanced(labels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Every class equally often in an epoch of the same length: pictures of small classes come several times, of large
    ones not all.

    Within a class every picture comes as often as any other, or once more.
    """
    order = torch.randperm(len(labels), generator=generator)
    classes, members = _by_class(labels[order])
    shares = _equal_shares(len(labels), len(classes), generator)
    picks = [_repeated(order[numbers], int(share)) for numbers, share in zip(members, shares, strict=True)]
    return torch.cat([order[:0], *picks])[torch.randperm(len(labels), generator=generator)]


def _by_class(labels: torch.Tensor) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """The classes that occur, and the places of each, in their order."""
    classes, counts = torch.unique(labels, return_counts=True)
    return classes, torch.split(labels.argsort(stable=True), counts.tolist())


def _equal_shares(count: int, parts: int, generator: torch.Generator) -> torch.Tensor:
    """`count` in as many parts that differ by at most one; which ones are larger is drawn."""
    shares = torch.full((parts,), count // max(parts, 1))
    shares[torch.randperm(parts, generator=generator)[: count % max(parts, 1)]] += 1
    return shares


def _repeated(numbers: torch.Tensor, count: int) -> torch.Tensor:
    """The first `count` of the numbers written again and again."""
    return numbers[torch.arange(count) % len(numbers)]
