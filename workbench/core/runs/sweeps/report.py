"""What a sweep came to so far: a row for each trial, with means and spreads over the seeds."""

from __future__ import annotations

import msgspec

from workbench.core.runs.compare import Experiment, Figure, experiment, figure
from workbench.core.runs.sweeps.space import Point
from workbench.core.runs.sweeps.sweep import BEST, Progress, Search, Sweep, Trial, TrialState, best_of
from workbench.core.runs.sweeps.worker import best_figure


class TrialRow(msgspec.Struct, frozen=True):
    """A trial: its point, how it stands, its figure over the seeds, and what is told of its runs."""

    number: int
    state: TrialState
    point: Point
    score: Figure | None
    """The best accuracy (or loss) of each seed whose run has come to an epoch."""
    runs: Experiment | None
    reason: str = ""


class SweepReport(msgspec.Struct, frozen=True):
    """A sweep as a table."""

    sweep: str
    network: str
    data: str
    monitor: str
    """What is searched for: the best `accuracy` or the least `loss`."""
    search: Search
    rows: tuple[TrialRow, ...]
    best: int | None
    """The number of the best trial."""
    best_plan: str | None
    """The file of its plan."""

    @property
    def is_complete(self) -> bool:
        """Whether every trial is over."""
        return self.progress.is_complete

    @property
    def done(self) -> int:
        """How many trials are over."""
        return self.progress.over

    @property
    def progress(self) -> Progress:
        """How far the sweep has come."""
        return Progress.of((row.state for row in self.rows), self.search.trials)

    @property
    def best_row(self) -> TrialRow | None:
        """The best trial."""
        return next((row for row in self.rows if row.number == self.best), None)

    def ranked(self) -> list[TrialRow]:
        """The rows, those with the best mean first and those without one last; complete ones before others."""
        sign = -1.0 if self.monitor == "accuracy" else 1.0

        def rank(row: TrialRow) -> tuple[bool, float]:
            return row.state != "complete", sign * row.score.mean if row.score else float("inf")

        return sorted(self.rows, key=rank)


def report(sweep: Sweep, known: SweepReport | None = None) -> SweepReport:
    """The table of a sweep; raises `WorkbenchError` for what cannot be read.

    What was over in a report that is `known` is not read again.
    """
    over = {row.number: row for row in known.rows if row.state != "running"} if known else {}
    over = over if known and known.sweep == str(sweep.path) else {}
    plan, trials = sweep.plan, sweep.trials()
    best = best_of(trials, maximizes=sweep.maximizes)
    return SweepReport(
        sweep=str(sweep.path),
        network=plan.network,
        data=plan.data,
        monitor=plan.monitor,
        search=sweep.search,
        rows=tuple(_known(over.get(trial.number), trial) or _row(sweep, trial) for trial in trials),
        best=best.number if best else None,
        best_plan=str(sweep.path / BEST / "plan.json") if best else None,
    )


def _known(row: TrialRow | None, trial: Trial) -> TrialRow | None:
    """What is known of a trial, if it is still so."""
    return row if row is not None and row.state == trial.state else None


def _row(sweep: Sweep, trial: Trial) -> TrialRow:
    runs, plan = sweep.runs_of(trial), sweep.plan
    scores = figure(best_figure(plan, run) if run.epochs else None for run in runs)
    return TrialRow(
        trial.number, trial.state, trial.point, scores, experiment(runs, {}) if runs else None, trial.reason
    )
