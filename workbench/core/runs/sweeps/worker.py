"""Walking a sweep: trial after trial, each with all its seeds; what was cut off goes on where it stood."""

from __future__ import annotations

import statistics
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from msgspec.structs import replace

from workbench.core.data.sources import fetch_data, open_data
from workbench.core.runs.folder import Run
from workbench.core.runs.queue_worker import PartControl, Walk, until_free
from workbench.core.runs.runner import walk as walk_here
from workbench.core.runs.sweeps.study import Study
from workbench.core.runs.sweeps.sweep import Sweep, Trial
from workbench.core.training.compatibility import framing_of
from workbench.core.training.control import Control
from workbench.core.training.events import EpochDone, RunEvent, RunFailed, RunFinished
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError

HOPELESS = 3
"""So many trials that fail at the beginning for one reason end a sweep."""


@dataclass(frozen=True)
class TrialEvent:
    """What happens in a trial: an event of one of its runs, or that the trial itself began or is over."""

    trial: Trial
    run: Run | None = None
    event: RunEvent | None = None


def run_sweep(sweep: Sweep, control: Control | None = None, *, walk: Walk | None = None) -> Iterator[TrialEvent]:
    """Train what is left of a sweep. Without a `walk`, in this process, which opens the data once for all.

    Stopping the control leaves the trial in work with a checkpoint. Raises `WorkbenchError` where nothing can be
    trained at all; a trial that fails does not stop the rest.
    """
    with sweep.only_worker():
        yield from _Work(sweep, control or Control(), walk or _walk_with_data(sweep)).events()


def _walk_with_data(sweep: Sweep) -> Walk:
    plan = sweep.plan
    fetch_data(plan.data)
    framing = plan.preprocessing.framing if plan.preprocessing else framing_of(sweep.network)
    return partial(walk_here, data=open_data(plan.data, framing=framing, split=plan.split()))


class _Work:
    """A sweep in work."""

    def __init__(self, sweep: Sweep, control: Control, walk: Walk) -> None:
        self.sweep, self.control, self.walk = sweep, control, walk
        self.search, self.plan = sweep.search, sweep.plan
        self.study = self._study() if self.search.needs_optuna else None

    def events(self) -> Iterator[TrialEvent]:
        while not self.control.stopping and (trial := self._next()):
            yield TrialEvent(trial)
            ended = yield from self._train(trial)
            if ended.state == "running":
                return
            self.sweep.keep(ended)
            if self.study is not None:
                self.study.tell(ended)
            self.sweep.keep_best()
            yield TrialEvent(ended)
            refuse_hopeless(self.sweep)

    def _study(self) -> Study:
        study, trials = Study(self.sweep.path, self.plan, self.search), self.sweep.trials()
        study.catch_up(trials, [self._reports(trial) for trial in trials])
        return study

    def _reports(self, trial: Trial) -> dict[int, float]:
        """The figures by epoch of the run that the pruner watches."""
        runs = self.sweep.runs_of(trial)[:1]
        return {epoch.epoch: figure(self.plan, epoch) for run in runs for epoch in run.epochs}

    def _next(self) -> Trial | None:
        """The trial that was cut off, or a new one; None when there are enough."""
        trials = self.sweep.trials()
        if unfinished := [trial for trial in trials if trial.state == "running"]:
            return unfinished[0]
        if len(trials) >= self.search.trials:
            return None
        return self.sweep.keep(Trial(len(trials) + 1, self._point(len(trials) + 1)))

    def _point(self, number: int) -> dict[str, str | int | float | bool | None]:
        if self.search.method.learns:
            assert self.study is not None
            return self.study.ask(number)
        point = self.search.method.point(self.plan, self.search.space, number=number - 1, seed=self.search.seed)
        if self.study is not None:
            self.study.take(number, point)
        return point

    def _train(self, trial: Trial) -> Generator[TrialEvent, None, Trial]:
        """The events of the runs of a trial; how it stands at the end, `running` if it was stopped."""
        scores: list[float] = []
        for seed in self.search.seeds:
            try:
                run = self.sweep.run_of(trial, seed)
                ended = yield from self._walk(trial, run, self.study if not scores else None)
            except WorkbenchError as error:
                return replace(trial, state="failed", reason=str(error))
            if ended is not None:
                return ended
            scores.append(best_figure(self.plan, run))
        return replace(trial, state="complete", score=statistics.fmean(scores))

    def _walk(self, trial: Trial, run: Run, study: Study | None) -> Generator[TrialEvent, None, Trial | None]:
        """The events of a run; None when it came to its end, else how its trial stands now."""
        own, given_up, last = PartControl(self.control), _given_up(self.plan, trial, run, study), None
        if given_up or run.state == "complete":
            return given_up
        for last in chain(until_free(run, own), self.walk(run, own)):
            yield TrialEvent(trial, run, last)
            if study is not None and given_up is None and isinstance(last, EpochDone):
                given_up = _given_up(self.plan, trial, run, study)
                if given_up is not None:
                    own.stop()
        if isinstance(last, RunFailed):
            return replace(trial, state="failed", reason=last.title + (f": {last.reason}" if last.reason else ""))
        was_stopped = isinstance(last, RunFinished) and last.stopped
        return given_up or trial if was_stopped else None


def refuse_hopeless(sweep: Sweep) -> None:
    """Raise `WorkbenchError` where the first trials all failed for one reason: so will the others."""
    trials = sweep.trials()
    reasons = {trial.reason for trial in trials if trial.state == "failed"}
    if len(trials) == HOPELESS and len(reasons) == 1 and all(trial.state == "failed" for trial in trials):
        hint = f"When it is mended: workbench sweep resume {sweep.path} --retry"
        raise WorkbenchError(f"All trials of {sweep.name} fail", trials[0].reason, hint)


def _given_up(plan: TrainingPlan, trial: Trial, run: Run, study: Study | None) -> Trial | None:
    """The trial as one that was given up, if it is to be; asked after each epoch, and before the run goes on."""
    if study is None or run.state == "complete" or not (epochs := run.epochs):
        return None
    if not study.report(trial.number, epochs[-1].epoch, figure(plan, epochs[-1])):
        return None
    reason = f"given up after epoch {epochs[-1].epoch}"
    return replace(trial, state="pruned", score=best_figure(plan, run), reason=reason)


def figure(plan: TrainingPlan, epoch: EpochDone) -> float:
    """What is searched for, after an epoch: the held-out accuracy, or the loss where the plan monitors that."""
    return epoch.validation_accuracy if plan.monitor == "accuracy" else epoch.validation_loss


def best_figure(plan: TrainingPlan, run: Run) -> float:
    """The best figure of a run."""
    best = max if plan.monitor == "accuracy" else min
    return best(figure(plan, epoch) for epoch in run.epochs)
