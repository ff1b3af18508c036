"""The folder that holds a sweep: what is searched, the plan and the network it starts from, its trials, the best plan.

`sweep.json`, `base/plan.json` and `base/network.json`, `trials/0001/trial.json` with a run for each seed beside it,
`best/plan.json` and `best/network.json`, which `workbench train` takes, and `optuna.journal` where Optuna is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, Union

import msgspec
from msgspec import Meta

from workbench.core.data.sources import absolute_spec
from workbench.core.graph.network import Network
from workbench.core.graph.storage import load_network, to_json
from workbench.core.runs.folder import NETWORK, PLAN, Run
from workbench.core.runs.lock import GLANCE, TakenError, held, is_held
from workbench.core.runs.runner import create_run
from workbench.core.runs.sweeps.methods import METHODS, Method, Random
from workbench.core.runs.sweeps.pruning import PRUNERS, NoPruning, Pruner
from workbench.core.runs.sweeps.space import Point, Space, plan_at
from workbench.core.training.plan import TrainingPlan, changed
from workbench.core.training.plan_files import plan_from_json, plan_to_json
from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, absolute_path, read_file, write_atomically

FILE, TRIAL, TRIALS, BASE, BEST, WORKING = "sweep.json", "trial.json", "trials", "base", "best", ".working"
if TYPE_CHECKING:
    AnyMethod: TypeAlias = Method
    AnyPruner: TypeAlias = Pruner
else:  # a file is read into whichever record is registered under its tag
    AnyMethod, AnyPruner = Union[METHODS.values()], Union[PRUNERS.values()]  # noqa: UP007

TrialState = Literal["running", "complete", "pruned", "failed"]
Seed = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Search(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sweep searches and how."""

    format: Literal["cnn-workbench/sweep"] = "cnn-workbench/sweep"
    version: Literal[1] = 1
    space: Space
    method: AnyMethod = Random()
    trials: Annotated[int, Meta(ge=1, le=100_000)] = 20
    seeds: Annotated[tuple[Seed, ...], Meta(min_length=1)] = (0,)
    """Every point is trained once with each; what is searched for is the mean."""
    pruner: AnyPruner = NoPruning()
    """Watches the run of the first seed."""
    seed: Seed = 0
    """Of what the method draws by lot."""

    @property
    def needs_optuna(self) -> bool:
        """Whether it cannot be done without Optuna."""
        return self.method.learns or not isinstance(self.pruner, NoPruning)

    def with_trials(self, plan: TrainingPlan, trials: int | None) -> Search:
        """With so many trials, at most the points that there are; None means all, where they can be counted."""
        size = self.method.size(plan, self.space)
        wanted = trials if trials is not None else size or self.trials
        return msgspec.structs.replace(self, trials=min(wanted, size or wanted))


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point and how it stands; one that runs goes on when the sweep does."""

    number: Annotated[int, Meta(ge=1)]
    point: Point
    state: TrialState = "running"
    score: float | None = None
    """The mean over the seeds of the best held-out accuracy, or loss where the plan monitors that."""
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a sweep has come."""

    over: int
    trials: int

    @classmethod
    def of(cls, states: Iterable[TrialState], trials: int) -> Progress:
        """What has come of the trials that were begun, of so many."""
        return cls(sum(state != "running" for state in states), trials)

    @property
    def is_complete(self) -> bool:
        """Whether every trial is over."""
        return self.over >= self.trials

    def __str__(self) -> str:
        return f"{self.over} of {self.trials} trials"


class Sweep:
    """A sweep on the disk. The properties raise `WorkbenchError` when the file behind them is missing or broken."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.name

    @property
    def search(self) -> Search:
        """What is searched."""
        try:
            return msgspec.json.decode(read_file(self.path / FILE), type=Search)
        except BROKEN_JSON as error:
            raise WorkbenchError(f"{self.path / FILE} is no sweep", str(error)) from error

    @search.setter
    def search(self, search: Search) -> None:
        write_atomically(self.path / FILE, _pretty(search))

    @property
    def plan(self) -> TrainingPlan:
        """The plan that the trials start from."""
        place = self.path / BASE / PLAN
        return plan_from_json(read_file(place), source=str(place))

    @property
    def network(self) -> Network:
        """What is trained."""
        return load_network(self.path / BASE / NETWORK)

    @property
    def maximizes(self) -> bool:
        """Whether a greater score is a better one."""
        return self.plan.monitor == "accuracy"

    def trials(self) -> list[Trial]:
        """The trials so far, in order."""
        places = sorted((self.path / TRIALS).glob(f"*/{TRIAL}"), key=lambda place: int(place.parent.name))
        return [_trial(place) for place in places]

    @property
    def progress(self) -> Progress:
        """How many trials are over."""
        return Progress.of((trial.state for trial in self.trials()), self.search.trials)

    @property
    def is_at_work(self) -> bool:
        """Whether somebody, here or elsewhere, trains it at this moment."""
        return is_held(self.path / WORKING)

    def keep(self, trial: Trial) -> Trial:
        """Write down how a trial stands."""
        write_atomically(self.folder_of(trial) / TRIAL, _pretty(trial))
        return trial

    def retry_failed(self) -> None:
        """Let the trials that failed go on where they stood."""
        for trial in self.trials():
            if trial.state == "failed":
                self.keep(msgspec.structs.replace(trial, state="running", reason=""))

    def folder_of(self, trial: Trial) -> Path:
        """Where a trial and its runs are."""
        return self.path / TRIALS / f"{trial.number:04}"

    def runs_of(self, trial: Trial) -> list[Run]:
        """The runs of a trial that were made so far, in the order of the seeds."""
        places = (self.folder_of(trial) / f"seed-{seed}" for seed in self.search.seeds)
        return [Run(place) for place in places if (place / PLAN).is_file()]

    def run_of(self, trial: Trial, seed: int) -> Run:
        """The run of a trial with a seed, made if need be; raises `WorkbenchError` if its plan is not possible."""
        folder = self.folder_of(trial) / f"seed-{seed}"
        if (folder / PLAN).is_file():
            return Run(folder)
        if folder.is_dir():  # the program was killed while it made the run
            for leftover in folder.iterdir():
                leftover.unlink()
        return create_run(changed(plan_at(self.plan, trial.point), seed=seed), self.network, folder)

    def best(self) -> Trial | None:
        """The complete trial with the best score, the first of equals."""
        return best_of(self.trials(), maximizes=self.maximizes)

    def keep_best(self) -> None:
        """Write the plan of the best trial, with its network, where `workbench train` finds both."""
        best = self.best()
        if best is not None:
            plan = changed(plan_at(self.plan, best.point), seed=self.search.seeds[0])
            write_atomically(self.path / BEST / NETWORK, to_json(self.network))
            write_atomically(self.path / BEST / PLAN, plan_to_json(plan))

    @contextmanager
    def only_worker(self) -> Iterator[None]:
        """Work on the sweep alone; raises `WorkbenchError` while somebody else does."""
        try:
            with held(self.path / WORKING, patience=GLANCE):
                yield
        except TakenError as error:
            raise WorkbenchError(f"{self.name} is running already", "stop it there first") from error


def create_sweep(plan: TrainingPlan, network: Network, search: Search, *, out: Path) -> Sweep:
    """A new folder with a sweep; raises `WorkbenchError` with every problem of the space, or for a folder in use."""
    from workbench.core.runs.sweeps.checking import refuse_problems, search_problems

    refuse_problems(search_problems(plan, search))
    if (out / FILE).exists():
        raise WorkbenchError(f"{out} already holds a sweep", hint=f"Continue it with `workbench sweep resume {out}`.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WorkbenchError(f"{out} is in use", "a sweep wants a new or empty folder")
    weights = plan.weights and absolute_path(plan.weights)
    placed = changed(plan, network=network.name, data=absolute_spec(plan.data), weights=weights)
    write_atomically(out / BASE / NETWORK, to_json(network))
    write_atomically(out / BASE / PLAN, plan_to_json(placed))
    sweep = Sweep(out)
    sweep.search = search  # last: a folder without it is no sweep yet
    return sweep


def open_sweep(path: Path | str) -> Sweep:
    """The sweep in a folder; raises `WorkbenchError` if there is none."""
    sweep = Sweep(path)
    if not (sweep.path / FILE).is_file():
        reason = f"there is no {FILE} in it" if sweep.path.is_dir() else "there is no such folder"
        raise WorkbenchError(f"{path} is not a sweep", reason)
    return sweep


def is_sweep(path: Path) -> bool:
    """Whether a folder holds a sweep."""
    return (path / FILE).is_file()


def remove_if_untrained(path: Path) -> None:
    """Remove the folder of a sweep in which no trial was begun."""
    files = [path / FILE, path / BASE / PLAN, path / BASE / NETWORK]
    try:
        if {each for each in path.rglob("*") if not each.is_dir()} == set(files):
            for file in files:
                file.unlink()
            (path / BASE).rmdir()
            path.rmdir()
    except OSError:  # somebody was quicker, or looks at it: a folder more does no harm
        return


def list_sweeps(root: Path) -> list[Sweep]:
    """All sweeps below a folder, newest first."""
    places = sorted(root.glob(f"*/{FILE}"), key=lambda place: place.stat().st_mtime, reverse=True)
    return [Sweep(place.parent) for place in places]


def best_of(trials: list[Trial], *, maximizes: bool) -> Trial | None:
    """The complete trial with the best score, the first of equals."""
    scored = [(trial.score, trial) for trial in trials if trial.state == "complete" and trial.score is not None]
    sign = 1 if maximizes else -1
    return max(scored, key=lambda pair: sign * pair[0], default=(None, None))[1]


def _trial(place: Path) -> Trial:
    try:
        return msgspec.json.decode(read_file(place), type=Trial)
    except BROKEN_JSON as error:
        raise WorkbenchError(f"{place} is damaged", str(error), "Without its folder the trial is made anew.") from error


def _pretty(record: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"
