"""How the next point of a sweep is chosen: one decorated record each.

What a method proposes follows from the sweep's seed and the number of the trial alone, and for one that learns from
the trials before: a sweep that was killed goes on with the points it would have had.
"""

from __future__ import annotations

import random
import warnings
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta

from workbench.core.runs.sweeps.space import Point, Space, combinations, in_order, meaningful
from workbench.core.training.plan import TrainingPlan
from workbench.registry import Choice, Registry, choice

if TYPE_CHECKING:
    import optuna

Startup = Annotated[int, Meta(ge=1, le=1000, description="Trials at random before it begins to learn.")]


class Method(Choice, frozen=True, kw_only=True):
    """Chooses the points of a sweep."""

    learns: ClassVar[bool] = False
    """Whether it learns from the trials before, with a sampler of Optuna."""

    def size(self, plan: TrainingPlan, space: Space) -> int | None:
        """How many points there are; None where there is always another one."""
        return None

    def point(self, plan: TrainingPlan, space: Space, *, number: int, seed: int) -> Point:
        """The point of a trial, numbers from 0; of those that do not learn."""
        raise NotImplementedError

    def sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        """Optuna's sampler for the next trial; of those that learn."""
        raise NotImplementedError


METHODS: Registry[type[Method]] = Registry("method")


@choice(METHODS)
class Grid(Method, frozen=True, kw_only=True, tag="grid"):
    """Every combination of the values, one after another. For a few values of two or three fields."""

    def size(self, plan: TrainingPlan, space: Space) -> int | None:
        """All combinations; those that differ only in what means nothing count once."""
        return len(combinations(plan, space))

    def point(self, plan: TrainingPlan, space: Space, *, number: int, seed: int) -> Point:
        """The combination of that number."""
        return combinations(plan, space)[number]


@choice(METHODS)
class Random(Method, frozen=True, kw_only=True, tag="random"):
    """Points at random: better than a grid where only some of the fields matter (Bergstra and Bengio 2012)."""

    def point(self, plan: TrainingPlan, space: Space, *, number: int, seed: int) -> Point:
        """A point from a stream of random numbers of its own."""
        lots = random.Random(f"{seed} {number}")
        return meaningful(plan, {name: dimension.at(lots.random()) for name, dimension in in_order(space)})


@choice(METHODS)
class Sobol(Method, frozen=True, kw_only=True, tag="sobol"):
    """Points that fill the space evenly: at random, without the holes and the heaps (Sobol' 1967, scrambled)."""

    def point(self, plan: TrainingPlan, space: Space, *, number: int, seed: int) -> Point:
        """The point of that number in the scrambled sequence."""
        from scipy.stats import qmc

        sequence = qmc.Sobol(len(space), rng=seed)
        if number:
            sequence.fast_forward(number)
        shares: Any = sequence.random(1)[0]
        pairs = zip(in_order(space), shares, strict=True)
        return meaningful(plan, {name: dimension.at(float(share)) for (name, dimension), share in pairs})


@choice(METHODS)
class Tpe(Method, frozen=True, kw_only=True, tag="tpe"):
    """Looks where the good trials were and the bad ones were not: a tree of Parzen estimators. Needs Optuna."""

    learns: ClassVar[bool] = True
    startup: Startup = 10

    def sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        """`optuna.samplers.TPESampler`, which models fields together, and those that mean something with others."""
        import optuna

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # of groups, as they may change
            return optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=self.startup, multivariate=True, group=True, constant_liar=False
            )


@choice(METHODS)
class GaussianProcess(Method, frozen=True, kw_only=True, tag="gp"):
    """Models the outcome over the whole space: the fewest trials for a few numbers, slow for many. Needs Optuna."""

    learns: ClassVar[bool] = True
    startup: Startup = 10

    def sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        """`optuna.samplers.GPSampler`."""
        import optuna

        return optuna.samplers.GPSampler(seed=seed, n_startup_trials=self.startup)
