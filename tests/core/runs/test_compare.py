"""Comparing runs: experiments, means and spreads against numpy, what differs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.core.graph.edits import set_arguments
from workbench.core.graph.network import Network, Node, chain
from workbench.core.runs.compare import compare, differing_settings, figure
from workbench.core.runs.folder import Run
from workbench.core.runs.runner import create_run, walk
from workbench.core.training.plan import TrainingPlan, changed
from workbench.errors import WorkbenchError

PLAN = TrainingPlan(network="tiny", data="digits", epochs=2, batch_size=256, precision="fp32", device="cpu")


def tiny() -> Network:
    nodes = [Node("input", "Input", {"shape": [1, 8, 8]}), Node("flatten", "Flatten")]
    nodes += [Node("dropout", "Dropout", {"p": 0.1}), Node("fc", "Linear")]
    return chain("tiny", [*nodes, Node("output", "Output")])


def trained(folder: Path, network: Network | None = None, **changes: object) -> Run:
    run = create_run(changed(PLAN, **changes), network or tiny(), folder)
    list(walk(run))
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("runs")
    made = {f"slow {seed}": trained(folder / f"slow {seed}", seed=seed, learning_rate=1e-4) for seed in range(2)}
    made |= {f"sgd {seed}": trained(folder / f"sgd {seed}", seed=seed, optimizer="sgd") for seed in range(3)}
    return made


def test_runs_that_differ_in_their_seed_are_one_experiment(runs: dict[str, Run]) -> None:
    found = compare([*runs.values(), runs["sgd 0"]])
    assert sorted(len(experiment.runs) for experiment in found) == [2, 3]
    assert {experiment.seeds for experiment in found} == {(0, 1), (0, 1, 2)}
    assert found[0].accuracy is not None and found[1].accuracy is not None
    assert found[0].accuracy.mean >= found[1].accuracy.mean


def test_means_and_spreads_are_those_of_numpy(runs: dict[str, Run]) -> None:
    experiment = next(each for each in compare([*runs.values()]) if len(each.runs) == 3)
    own = [run for name, run in runs.items() if name.startswith("sgd")]
    best = [max(epoch.validation_accuracy for epoch in run.epochs) for run in own]
    assert experiment.accuracy is not None and experiment.loss is not None
    assert experiment.accuracy.values == tuple(best)
    assert experiment.accuracy.mean == pytest.approx(np.mean(best))
    assert experiment.accuracy.spread == pytest.approx(np.std(best, ddof=1))
    losses = [min(epoch.validation_loss for epoch in run.epochs) for run in own]
    assert (experiment.loss.mean, experiment.loss.spread) == pytest.approx((np.mean(losses), np.std(losses, ddof=1)))
    speeds = [2 / sum(1 / epoch.images_per_second for epoch in run.epochs) for run in own]
    assert experiment.images_per_second is not None
    assert experiment.images_per_second.values == pytest.approx(speeds)
    assert experiment.images_per_second.spread == pytest.approx(np.std(speeds, ddof=1))
    assert experiment.parameters == 650 and set(experiment.states) == {"complete"}


def test_what_differs_is_named(runs: dict[str, Run]) -> None:
    slow, sgd = sorted(compare([*runs.values()]), key=lambda each: len(each.runs))
    assert slow.settings["optimizer"] == "adamw" and slow.settings["learning_rate"] == 1e-4
    assert sgd.settings["optimizer"] == "sgd" and sgd.settings["optimizer.momentum"] == 0.9
    assert not {"batch_size", "seed", "epochs", "nodes"} & {*slow.settings, *sgd.settings}
    assert differing_settings([{"a": 1, "b": 2}, {"a": 1, "c": 3}]) == [{"b": 2}, {"c": 3}]
    assert differing_settings([{"a": 1}]) == [{}]


def test_another_network_is_another_experiment(runs: dict[str, Run], tmp_path: Path) -> None:
    other = trained(tmp_path / "other", set_arguments(tiny(), "dropout", {"p": 0.5}), optimizer="sgd")
    assert len(compare([runs["sgd 0"], other])) == 2


def test_a_run_that_has_no_epoch_yet_is_told_without_figures(runs: dict[str, Run], tmp_path: Path) -> None:
    empty = create_run(changed(PLAN, optimizer="adam"), tiny(), tmp_path / "empty")
    experiments = compare([empty, runs["sgd 0"]])
    assert experiments[-1].accuracy is None and experiments[-1].parameters is None
    assert experiments[-1].states == ("unfinished",)
    assert figure([None, 3.0]) == figure([3.0]) and figure([]) is None


def test_there_must_be_runs(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="nothing to compare"):
        compare([])
    with pytest.raises(WorkbenchError, match="not a complete run"):
        compare([Run(tmp_path)])
