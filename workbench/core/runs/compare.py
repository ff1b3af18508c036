"""Comparing runs: those that differ in their seed alone are one experiment, with means and spreads over the seeds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from workbench.core.graph.storage import to_json
from workbench.core.runs.folder import Run
from workbench.core.training.events import EpochDone, RunStarted
from workbench.core.training.plan_files import plan_to_json
from workbench.errors import WorkbenchError


class Figure(msgspec.Struct, frozen=True):
    """A figure of some runs: its mean and, of two or more, the standard deviation of the sample (n - 1)."""

    mean: float
    spread: float | None
    values: tuple[float, ...]


class Experiment(msgspec.Struct, frozen=True):
    """Runs of one plan and one network with different seeds. Figures are None where no run has come so far.

    `settings` are what not all experiments have in common, by the name of the field or of the option.
    """

    runs: tuple[str, ...]
    seeds: tuple[int, ...]
    states: tuple[str, ...]
    settings: dict[str, Any]
    accuracy: Figure | None
    """The best held-out accuracy of each run, a share between 0 and 1."""
    last_accuracy: Figure | None
    loss: Figure | None
    """The lowest held-out loss of each run."""
    best_epoch: Figure | None
    epochs: Figure | None
    seconds: Figure | None
    """Training and validation, as far as the run tells of whole epochs."""
    images_per_second: Figure | None
    """How fast each run trained, over all its epochs."""
    parameters: int | None


def compare(runs: Sequence[Run]) -> tuple[Experiment, ...]:
    """The experiments among some runs, the most accurate first; raises `WorkbenchError` for what cannot be read."""
    unique = list({run.path.resolve(): run for run in runs}.values())
    if not unique:
        raise WorkbenchError("There is nothing to compare", "no run was named")
    groups: dict[bytes, list[Run]] = {}
    for run in unique:
        groups.setdefault(_what(run), []).append(run)
    differing = differing_settings([_settings(group[0]) for group in groups.values()])
    found = [experiment(group, settings) for group, settings in zip(groups.values(), differing, strict=True)]
    return tuple(sorted(found, key=lambda each: -each.accuracy.mean if each.accuracy else 1.0))


def figure(values: Iterable[float | None]) -> Figure | None:
    """Mean and spread of the values that are there; None without any."""
    known = tuple(value for value in values if value is not None)
    if not known:
        return None
    return Figure(statistics.fmean(known), statistics.stdev(known) if len(known) > 1 else None, known)


def differing_settings(settings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of each what not all have in common, in the order of the first that has it."""
    first, names = settings[0], dict.fromkeys(name for each in settings for name in each)
    differs = [
        name for name in names if any(each.get(name, _MISSING) != first.get(name, _MISSING) for each in settings)
    ]
    return [{name: each[name] for name in differs if name in each} for each in settings]


_MISSING = object()


def _what(run: Run) -> bytes:
    """What was trained, whatever the seed."""
    return plan_to_json(msgspec.structs.replace(run.plan, seed=0, tensorboard=False)) + to_json(run.network)


def _settings(run: Run) -> dict[str, Any]:
    """The plan as names and values side by side; a choice goes by its name, its options follow."""
    settings: dict[str, Any] = {}
    for name, value in msgspec.to_builtins(msgspec.structs.replace(run.plan, seed=0, tensorboard=False)).items():
        if isinstance(value, dict) and "kind" in value:
            settings[name] = value["kind"]
            settings |= {f"{name}.{option}": held for option, held in value.items() if option != "kind"}
        else:
            settings[name] = value
    return {**settings, "nodes": len(run.network)}


def experiment(runs: Sequence[Run], settings: dict[str, Any]) -> Experiment:
    """What some runs came to together; raises `WorkbenchError` for what cannot be read."""
    epochs = [run.epochs for run in runs]
    started = next((event for run in runs for event in run.events() if isinstance(event, RunStarted)), None)

    def over_runs(value: Callable[[list[EpochDone]], float]) -> Figure | None:
        return figure(value(told) if told else None for told in epochs)

    return Experiment(
        runs=tuple(str(run.path) for run in runs),
        seeds=tuple(run.plan.seed for run in runs),
        states=tuple(run.state for run in runs),
        settings=settings,
        accuracy=over_runs(lambda told: _best(told).validation_accuracy),
        last_accuracy=over_runs(lambda told: told[-1].validation_accuracy),
        loss=over_runs(lambda told: min(epoch.validation_loss for epoch in told)),
        best_epoch=over_runs(lambda told: _best(told).epoch),
        epochs=over_runs(lambda told: told[-1].epoch),
        seconds=over_runs(lambda told: sum(epoch.seconds for epoch in told)),
        images_per_second=over_runs(_speed),
        parameters=started.parameters if started else None,
    )


def _speed(epochs: Sequence[EpochDone]) -> float:
    """The harmonic mean, as every epoch shows the same pictures."""
    return statistics.harmonic_mean([epoch.images_per_second for epoch in epochs])


def _best(epochs: Sequence[EpochDone]) -> EpochDone:
    return max(epochs, key=lambda epoch: epoch.validation_accuracy)
