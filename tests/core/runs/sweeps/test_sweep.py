"""Sweeps: trials in order, the best of them, giving up, and going on as if nothing had happened."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.core.graph.network import Network, Node, chain
from workbench.core.graph.storage import load_network
from workbench.core.runs.folder import Run
from workbench.core.runs.proof import compare_bits
from workbench.core.runs.runner import create_run, walk
from workbench.core.runs.sweeps.methods import Grid, Method, Random, Sobol, Tpe
from workbench.core.runs.sweeps.pruning import Hyperband, Median, NoPruning, Pruner
from workbench.core.runs.sweeps.report import report
from workbench.core.runs.sweeps.spelling import space_of
from workbench.core.runs.sweeps.sweep import Search, Sweep, Trial, create_sweep, list_sweeps, open_sweep
from workbench.core.runs.sweeps.worker import TrialEvent, run_sweep
from workbench.core.training.control import Control
from workbench.core.training.events import EpochDone, RunEvent, RunFailed, StepDone
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.plan_files import plan_from_json
from workbench.errors import WorkbenchError

PLAN = TrainingPlan(network="tiny", data="digits", epochs=3, batch_size=480, precision="fp32", device="cpu")
RATES = {"learning_rate": "log:1e-4:1e-1", "optimizer": "sgd,adamw", "momentum": "0.5:0.95"}


def tiny() -> Network:
    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("flatten", "Flatten")]
    return chain("tiny", [*nodes, Node("fc", "Linear"), Node("output", "Output")])


def made(
    out: Path, texts: dict[str, str] = RATES, method: Method | None = None, plan: TrainingPlan = PLAN, **search: Any
) -> Sweep:
    space, problems = space_of(texts.items())
    assert not problems
    return create_sweep(plan, tiny(), Search(space=space, method=method or Random(), **search), out=out)


def points(sweep: Sweep) -> list[tuple[Any, ...]]:
    return [(trial.number, trial.point, trial.state, trial.score) for trial in sweep.trials()]


def test_a_grid_is_trained_and_the_best_is_told(tmp_path: Path) -> None:
    sweep = made(
        tmp_path / "sweep", {"learning_rate": "0.0001,0.05", "batch_size": "480"}, Grid(), seeds=(3, 4), trials=2
    )
    events = list(run_sweep(sweep))
    assert [event.trial.state for event in events if event.event is None] == ["running", "complete"] * 2
    told = report(sweep)
    assert (told.is_complete, told.best, told.done) == (True, 2, 2)
    best = told.best_row
    assert best is not None and best.score is not None and best.runs is not None
    own = [Run(sweep.path / "trials" / "0002" / f"seed-{seed}") for seed in (3, 4)]
    figures = [max(epoch.validation_accuracy for epoch in run.epochs) for run in own]
    assert best.score.values == tuple(figures) and best.runs.seeds == (3, 4)
    assert (best.score.mean, best.score.spread) == pytest.approx((np.mean(figures), np.std(figures, ddof=1)))
    assert sweep.trials()[1].score == pytest.approx(np.mean(figures))
    assert [row.number for row in told.ranked()] == [2, 1]


def test_the_best_plan_trains_to_the_same_bit(tmp_path: Path) -> None:
    sweep = made(tmp_path / "sweep", trials=2, seeds=(5,))
    list(run_sweep(sweep))
    best = sweep.best()
    assert best is not None
    place = sweep.path / "best" / "plan.json"
    again = create_run(
        plan_from_json(place.read_bytes()), load_network(place.parent / "network.json"), tmp_path / "again"
    )
    list(walk(again))
    assert compare_bits(again, Run(sweep.folder_of(best) / "seed-5")).differing_bits == 0


def test_where_the_plan_monitors_the_loss_the_least_is_best(tmp_path: Path) -> None:
    plan = changed(PLAN, monitor="loss", epochs=2)
    sweep = made(tmp_path / "sweep", {"learning_rate": "0.0001,0.05"}, Grid(), plan=plan, trials=2)
    list(run_sweep(sweep))
    one, two = (trial.score or 0 for trial in sweep.trials())
    assert two < one and sweep.best() == sweep.trials()[1]
    assert two == min(epoch.validation_loss for epoch in sweep.runs_of(sweep.trials()[1])[0].epochs)


def test_a_trial_that_fails_does_not_stop_the_rest(tmp_path: Path) -> None:
    sweep = made(tmp_path / "sweep", trials=3)

    def walked(run: Run, control: Control) -> Iterator[RunEvent]:
        if "0001" in str(run.path):
            yield RunFailed(time=0.0, title="It fell", reason="over")
        else:
            yield from walk(run, control)

    list(run_sweep(sweep, walk=walked))
    assert [trial.state for trial in sweep.trials()] == ["failed", "complete", "complete"]
    assert sweep.trials()[0].reason == "It fell: over" and sweep.best() is not None
    sweep.retry_failed()
    list(run_sweep(sweep))
    assert [trial.state for trial in sweep.trials()] == ["complete"] * 3


def test_what_always_fails_ends_the_sweep(tmp_path: Path) -> None:
    def falling(run: Run, control: Control) -> Iterator[RunEvent]:
        yield RunFailed(time=0.0, title="It fell")

    sweep = made(tmp_path / "sweep", trials=20)
    with pytest.raises(WorkbenchError, match="All trials of sweep fail"):
        list(run_sweep(sweep, walk=falling))
    assert [trial.state for trial in sweep.trials()] == ["failed"] * 3 and sweep.best() is None


def test_data_that_is_not_there_fails_before_any_trial(tmp_path: Path) -> None:
    sweep = made(tmp_path / "sweep", plan=changed(PLAN, data=str(tmp_path / "nowhere.npz")))
    with pytest.raises(WorkbenchError):
        list(run_sweep(sweep))
    assert sweep.trials() == []


# -- giving up ---------------------------------------------------------------------------------------------------------


def figures_of(sweep: Sweep, trial: Trial) -> list[float]:
    return [epoch.validation_accuracy for epoch in sweep.runs_of(trial)[0].epochs]


def test_the_median_gives_up_what_is_worse_than_half(tmp_path: Path) -> None:
    rates = ",".join(["0.05", "0.03", "1e-05", "0.02", "2e-05"])
    sweep = made(
        tmp_path / "sweep", {"learning_rate": rates}, Grid(), trials=5, seeds=(0, 1), pruner=Median(trials=2, epochs=1)
    )
    list(run_sweep(sweep))
    trials = sweep.trials()
    assert [trials[number].state for number in (0, 1, 2, 4)] == ["complete", "complete", "pruned", "pruned"]
    for number in (2, 4):
        own, before = figures_of(sweep, trials[number]), trials[:number]
        assert len(own) == 2 and trials[number].reason == "given up after epoch 2"
        others = [figures_of(sweep, other) for other in before]
        assert max(own) < np.median([other[1] for other in others if len(other) > 1])
        runs = sweep.runs_of(trials[number])
        assert len(runs) == 1 and runs[0].state == "stopped", "the other seed was never trained"


def test_hyperband_gives_up_early(tmp_path: Path) -> None:
    sweep = made(tmp_path / "sweep", trials=8, pruner=Hyperband(factor=2), plan=changed(PLAN, epochs=4))
    list(run_sweep(sweep))
    trials = sweep.trials()
    assert {trial.state for trial in trials} == {"complete", "pruned"}
    assert all(len(figures_of(sweep, trial)) < 4 for trial in trials if trial.state == "pruned")


# -- going on ----------------------------------------------------------------------------------------------------------

METHODS = [
    pytest.param(Random(), NoPruning(), id="random"),
    pytest.param(Sobol(), Median(trials=1), id="sobol median"),
    pytest.param(Tpe(startup=2), Median(trials=2), id="tpe median"),
]


def walk_until(events: Iterator[TrialEvent], count: int) -> bool:
    """Whether it came to its end within so many events; else it is left where it is, as by a kill."""
    for _, _event in zip(range(count), events, strict=False):
        pass
    ended = next(events, None) is None
    events.close()  # type: ignore[attr-defined]
    return ended


@pytest.mark.parametrize(("method", "pruner"), METHODS)
def test_cut_off_again_and_again_it_has_the_same_trials(method: Method, pruner: Pruner, tmp_path: Path) -> None:
    whole, cut = (
        made(tmp_path / name, method=method, pruner=pruner, trials=5, seeds=(0, 1)) for name in ("whole", "cut")
    )
    list(run_sweep(whole))
    lots, cuts = random.Random(1), 0
    while not walk_until(run_sweep(cut), lots.randrange(5, 60)):
        cuts += 1
    assert cuts > 3 and points(cut) == points(whole)
    last = [sweep.runs_of(sweep.trials()[-1])[0] for sweep in (whole, cut)]
    assert compare_bits(last[0], last[1]).differing_bits == 0


def test_stopping_leaves_the_trial_in_work(tmp_path: Path) -> None:
    sweep, control = made(tmp_path / "sweep", trials=2), Control()
    for event in run_sweep(sweep, control):
        if isinstance(event.event, StepDone):
            control.stop()
    assert [trial.state for trial in sweep.trials()] == ["running"]
    assert sweep.runs_of(sweep.trials()[0])[0].state == "stopped"
    list(run_sweep(sweep))
    assert report(sweep).is_complete and list(run_sweep(sweep)) == []


def test_the_journal_may_be_cut_short_lost_or_begun_later(tmp_path: Path) -> None:
    whole, other = (made(tmp_path / name, method=Tpe(startup=2), trials=4) for name in ("whole", "other"))
    list(run_sweep(whole))
    journal = other.path / "optuna.journal"
    walk_until(run_sweep(other), 25)
    journal.write_bytes(journal.read_bytes()[:-7])
    walk_until(run_sweep(other), 25)
    journal.unlink()
    list(run_sweep(other))
    assert points(other) == points(whole)


def test_a_journal_that_is_none_is_named(tmp_path: Path) -> None:
    sweep = made(tmp_path / "sweep", method=Tpe(), trials=2)
    (sweep.path / "optuna.journal").write_text("a diary\nof mine\n")
    with pytest.raises(WorkbenchError, match="Optuna cannot read"):
        list(run_sweep(sweep))


def test_tpe_finds_a_better_rate_than_the_worst_half_of_chance(tmp_path: Path) -> None:
    texts = {"learning_rate": "log:1e-6:1e-1"}
    sweep = made(tmp_path / "sweep", texts, Tpe(startup=4), trials=10, plan=changed(PLAN, epochs=2))
    list(run_sweep(sweep))
    rates = [float(str(trial.point["learning_rate"])) for trial in sweep.trials()]
    assert np.median(rates[4:]) > 1e-3, "the good rates are in the upper half of the range"


# -- the folder --------------------------------------------------------------------------------------------------------


def test_a_run_that_was_half_made_is_made_anew(tmp_path: Path) -> None:
    sweep = made(tmp_path / "sweep", trials=1)
    trial = sweep.keep(Trial(1, {"learning_rate": 0.01}))
    folder = sweep.folder_of(trial) / "seed-0"
    folder.mkdir(parents=True)
    (folder / "network.json").write_text("{")
    (folder / ".plan.json.x.tmp").write_text("")
    list(run_sweep(sweep))
    assert sweep.trials()[0].state == "complete"


def test_only_one_works_on_it(tmp_path: Path) -> None:
    sweep = made(tmp_path / "sweep", trials=1)
    with sweep.only_worker(), pytest.raises(WorkbenchError, match="running already"):
        list(run_sweep(sweep))


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    sweep = made(tmp_path / "sweep")
    with pytest.raises(WorkbenchError, match="already holds a sweep"):
        made(tmp_path / "sweep")
    with pytest.raises(WorkbenchError, match="not a sweep"):
        open_sweep(tmp_path)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    with pytest.raises(WorkbenchError, match="in use"):
        made(tmp_path / "used")
    (sweep.path / "sweep.json").write_text('{"space": 3}')
    with pytest.raises(WorkbenchError, match="is no sweep"):
        _ = open_sweep(sweep.path).search
    assert [each.path for each in list_sweeps(tmp_path)] == [sweep.path]


def test_nothing_is_written_for_a_bad_space(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot be searched") as raised:
        made(tmp_path / "sweep", {"learning_rate": "-1:1", "epochs": "0,3"})
    assert "learning_rate:" in raised.value.reason and "epochs:" in raised.value.reason
    assert not (tmp_path / "sweep").exists()


def test_epochs_are_told_while_a_trial_runs(tmp_path: Path) -> None:
    sweep = made(tmp_path / "sweep", trials=1)
    told = [event for event in run_sweep(sweep) if isinstance(event.event, EpochDone)]
    assert len(told) == 3 and all(event.run is not None and event.trial.number == 1 for event in told)
