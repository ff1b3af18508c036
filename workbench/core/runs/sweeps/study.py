"""What a sweep asks Optuna: the next point, and whether a trial is worth going on.

The journal lies in the sweep's folder, where Optuna's own tools read it too. The sweep's trials are what counts: what
a kill kept from the journal is told to it when the sweep goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.runs.sweeps.space import Dimension, Point, Values, counts, in_order
from workbench.core.runs.sweeps.sweep import Search, Trial
from workbench.core.training.plan import TrainingPlan
from workbench.errors import WorkbenchError, first_line

if TYPE_CHECKING:
    import optuna

JOURNAL, NAME = "optuna.journal", "sweep"


class Study:
    """Optuna's knowledge of a sweep. Whoever has one works on the sweep alone."""

    def __init__(self, folder: Path, plan: TrainingPlan, search: Search) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._plan, self._search = plan, search
        self._pruner = search.pruner.build(plan.total_epochs())
        self._study = self._opened(folder / JOURNAL)

    def _opened(self, journal: Path) -> optuna.Study:
        import optuna
        from optuna.storages.journal import JournalFileBackend, JournalStorage

        _end_with_a_line(journal)
        unlocked: Any = _Unlocked()
        try:
            return optuna.create_study(
                storage=JournalStorage(JournalFileBackend(str(journal), lock_obj=unlocked)),
                study_name=NAME,
                direction="maximize" if self._plan.monitor == "accuracy" else "minimize",
                pruner=self._pruner or optuna.pruners.NopPruner(),
                load_if_exists=True,
            )
        except Exception as error:  # whatever Optuna makes of a file that is none of its journals
            hint = "Without it the sweep goes on, and makes it anew from its trials."
            raise WorkbenchError(f"Optuna cannot read {journal}", first_line(error), hint) from error

    def catch_up(self, trials: Iterable[Trial], reports: Iterable[dict[int, float]]) -> None:
        """Tell the trials, with their figures by epoch, of which a kill kept Optuna from hearing."""
        known = self._study.get_trials(deepcopy=False)
        for trial, figures in zip(trials, reports, strict=True):
            if trial.number <= len(known) and known[trial.number - 1].state.is_finished():
                continue
            self.take(trial.number, trial.point)
            for epoch, figure in figures.items():
                self.report(trial.number, epoch, figure)
            if trial.state != "running":
                self.tell(trial)

    def ask(self, number: int) -> Point:
        """The point of the next trial, by a method that learns."""
        self._study.sampler = self._search.method.sampler(self._search.seed + number)
        known = self._study.get_trials(deepcopy=False)
        trial = self._trial(number) if len(known) >= number else self._study.ask()
        point: Point = {}
        for name, dimension in in_order(self._search.space):
            if counts(self._plan, point, name):
                point[name] = _suggested(trial, name, dimension)
        return {name: point[name] for name in self._search.space if name in point}

    def take(self, number: int, point: Point) -> None:
        """Hear of the point of the next trial, which somebody else has chosen."""
        if len(self._study.get_trials(deepcopy=False)) < number:
            self._add(point)

    def report(self, number: int, epoch: int, figure: float) -> bool:
        """Hear a trial's figure after an epoch, and say whether it is to be given up."""
        import optuna

        frozen = self._study.get_trials(deepcopy=False)[number - 1]
        if self._pruner is None or frozen.state != optuna.trial.TrialState.RUNNING:
            return False
        trial = self._trial(number)
        if epoch not in frozen.intermediate_values:
            trial.report(figure, epoch)
        return trial.should_prune()

    def tell(self, trial: Trial) -> None:
        """Hear how a trial has ended."""
        import optuna

        states = optuna.trial.TrialState
        state = {"complete": states.COMPLETE, "pruned": states.PRUNED}.get(trial.state, states.FAIL)
        value = trial.score if trial.state == "complete" else None
        self._study.tell(trial.number - 1, value, state=state, skip_if_finished=True)

    def _add(self, point: Point) -> None:
        """A trial with values that were chosen before."""
        import optuna

        distributions = {name: _distribution(self._search.space[name]) for name in point}
        running = optuna.trial.TrialState.RUNNING
        self._study.add_trial(optuna.create_trial(state=running, params=dict(point), distributions=distributions))

    def _trial(self, number: int) -> optuna.Trial:
        import optuna

        return optuna.Trial(self._study, self._study.get_trials(deepcopy=False)[number - 1]._trial_id)


def _distribution(dimension: Dimension) -> optuna.distributions.BaseDistribution:
    from optuna import distributions

    if isinstance(dimension, Values):
        return distributions.CategoricalDistribution(dimension.values)
    log = dimension.scale == "log"
    if dimension.whole:
        return distributions.IntDistribution(int(dimension.low), int(dimension.high), log=log)
    return distributions.FloatDistribution(dimension.low, dimension.high, log=log)


def _suggested(trial: optuna.Trial, name: str, dimension: Dimension) -> Any:
    if isinstance(dimension, Values):
        return trial.suggest_categorical(name, dimension.values)
    log = dimension.scale == "log"
    if dimension.whole:
        return trial.suggest_int(name, int(dimension.low), int(dimension.high), log=log)
    return trial.suggest_float(name, dimension.low, dimension.high, log=log)


class _Unlocked:
    """No lock: whoever works on a sweep holds it, and a lock of Optuna's would outlive a kill by half a minute."""

    def acquire(self) -> bool:
        """Go on."""
        return True

    def release(self) -> None:
        """Nothing was taken."""


def _end_with_a_line(journal: Path) -> None:
    """Cut off the line that a kill left unfinished."""
    if journal.is_file() and not (held := journal.read_bytes()).endswith(b"\n"):
        with journal.open("rb+") as stream:
            stream.truncate(held.rfind(b"\n") + 1)
