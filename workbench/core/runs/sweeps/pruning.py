"""When a trial is given up because others were better by then: one decorated record each, after Optuna's pruners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from workbench.registry import Choice, Registry, choice

if TYPE_CHECKING:
    import optuna


class Pruner(Choice, frozen=True, kw_only=True):
    """Decides after each epoch whether a trial goes on."""

    def build(self, epochs: int) -> optuna.pruners.BasePruner | None:
        """Optuna's pruner for runs of so many epochs; None gives nothing up and needs no Optuna."""
        return None


PRUNERS: Registry[type[Pruner]] = Registry("pruner")


@choice(PRUNERS)
class NoPruning(Pruner, frozen=True, kw_only=True, tag="none"):
    """Every trial is trained to its end."""


@choice(PRUNERS)
class Median(Pruner, frozen=True, kw_only=True, tag="median"):
    """Gives up what is worse than half of the trials before were after as many epochs. Needs Optuna."""

    trials: Annotated[int, Meta(ge=1, le=1000, description="Trials that are never given up, to compare with.")] = 4
    epochs: Annotated[int, Meta(ge=0, le=100_000, description="Epochs in which nothing is given up.")] = 1

    def build(self, epochs: int) -> optuna.pruners.BasePruner | None:
        """`optuna.pruners.MedianPruner`."""
        import optuna

        return optuna.pruners.MedianPruner(n_startup_trials=self.trials, n_warmup_steps=self.epochs + 1)


@choice(PRUNERS)
class Hyperband(Pruner, frozen=True, kw_only=True, tag="hyperband"):
    """Gives most trials a few epochs, the best of them more: successive halving in brackets (arXiv 1603.06560)."""

    least: Annotated[int, Meta(ge=1, le=100_000, description="Epochs that every trial gets.")] = 1
    factor: Annotated[int, Meta(ge=2, le=100, description="One of so many trials goes on each time.")] = 3

    def build(self, epochs: int) -> optuna.pruners.BasePruner | None:
        """`optuna.pruners.HyperbandPruner`."""
        import optuna

        most = max(epochs, self.least)
        return optuna.pruners.HyperbandPruner(min_resource=self.least, max_resource=most, reduction_factor=self.factor)
