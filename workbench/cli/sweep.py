"""`workbench sweep`: many trainings of one plan, to find out which values are good."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.compare import number, share, time_taken
from workbench.cli.fields import SHORT
from workbench.cli.following import STOPPED, isolation_option, stopping_on_signals
from workbench.cli.report import clear_progress, percent, print_facts, print_json, print_table, progress, tell
from workbench.cli.training import new_run_folder, plan_options, prepared
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.graph.network import Network
    from workbench.core.runs.compare import Figure
    from workbench.core.runs.queue_worker import Happening
    from workbench.core.runs.sweeps.report import SweepReport, TrialRow
    from workbench.core.runs.sweeps.sweep import Search, Sweep, Trial
    from workbench.core.runs.sweeps.worker import TrialEvent
    from workbench.core.training.plan import TrainingPlan
    from workbench.registry import Registry

DONE = 0
USUAL_TRIALS = 20


def _arguments(parser: Parser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar="DEED", required=True)
    run = deeds.add_parser("run", help="a new sweep", allow_abbrev=False)
    add = deeds.add_parser("add", help="a new sweep that waits in the queue for its turn", allow_abbrev=False)
    for each in (run, add):
        plan_options(each)
        _search_options(each)
        each.add_argument("--out", type=Path, metavar="DIR", help="the folder of the sweep (a new one among your runs)")
    add.add_argument("--queue", type=Path, metavar="DIR", help="the folder of the queue (the one of your runs)")
    resume = deeds.add_parser("resume", help="go on with a sweep where it stood", allow_abbrev=False)
    resume.add_argument("sweep", metavar="DIR", help="the folder of the sweep")
    resume.add_argument("--trials", type=int, metavar="N", help="another number of trials")
    resume.add_argument("--retry", action="store_true", help="let the trials that failed go on too")
    for each in (run, resume):
        isolation_option(each)
    show = deeds.add_parser("show", help="the trials, the best first", allow_abbrev=False)
    show.add_argument("sweep", metavar="DIR", help="the folder of the sweep")
    for each in (run, add, resume, show):
        json_option(each)


def _search_options(parser: Parser) -> None:
    from workbench.core.runs.sweeps.methods import METHODS
    from workbench.core.runs.sweeps.pruning import PRUNERS

    values = "a field and its values: learning_rate=log:1e-4:1e-1, optimizer=sgd,adamw, momentum=0.8:0.99"
    parser.add_argument("--space", action="append", default=[], metavar="FIELD=VALUES", help=f"{values}; once for each")
    for name, registry, usual in (("method", METHODS, "random"), ("pruner", PRUNERS, "none")):
        told = "; ".join(f"{each}: {registry.help(each).rstrip('.')}" for each in registry).replace("%", "%%")
        parser.add_argument(f"--{name}", default=usual, metavar="NAME", help=f"{told} ({usual}){_options(registry)}")
    trials = f"points that are trained ({USUAL_TRIALS}, or the whole grid)"
    parser.add_argument("--trials", type=int, metavar="N", help=trials)
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="trainings of each point (1)")
    parser.add_argument("--search-seed", type=int, default=0, metavar="N", help="seed of what the method draws (0)")


def _options(registry: Registry[Any]) -> str:
    """The options of the choices as they are written: `; tpe:startup=10: trials at random before it learns`."""
    from workbench.core.layers.arguments import arguments

    options = ((name, each) for name in registry for each in arguments(registry[name]))
    return "".join(f"; {name}:{each.name}={each.default}: {each.help.rstrip('.').lower()}" for name, each in options)


@verb("sweep", "run|add|resume|show", "many trainings of one plan that search for good values", arguments=_arguments)
def sweep(options: Namespace) -> int | None:
    """Search, go on, or show what was found."""
    from workbench.core.runs.sweeps.sweep import create_sweep, open_sweep

    if options.deed == "show":
        _print(open_sweep(options.sweep), as_json=options.json)
        return None
    if options.deed == "resume":
        known = _extended(open_sweep(options.sweep), options.trials)
        if options.retry:
            known.retry_failed()
        return _work(known, options)
    plan, network, _ = prepared(options)
    search = _search(plan, options)
    if options.deed == "add":
        _add(plan, network, search, options)
        return None
    return _work(create_sweep(plan, network, search, out=options.out or new_run_folder("sweep")), options)


def _add(plan: TrainingPlan, network: Network, search: Search, options: Namespace) -> None:
    """Let a sweep wait, then print the queue."""
    from workbench.cli.queue import free_folder, print_queue
    from workbench.core.runs.queue import QueueFolder, usual_queue

    folder = QueueFolder(options.queue) if options.queue else usual_queue()
    folder.add_new_sweep(plan, network, search, out=options.out or free_folder(new_run_folder("sweep")))
    print_queue(folder, as_json=options.json)


def _search(plan: TrainingPlan, options: Namespace) -> Search:
    """What the options ask for; raises `WorkbenchError` with everything that is wrong with it."""
    from workbench.core.runs.sweeps.checking import refuse_problems, search_problems
    from workbench.core.runs.sweeps.methods import METHODS
    from workbench.core.runs.sweeps.pruning import PRUNERS
    from workbench.core.runs.sweeps.spelling import space_of
    from workbench.core.runs.sweeps.sweep import Search
    from workbench.core.training.spelling import choice_from

    space, unread = space_of(map(_named, options.space))
    method, pruner = choice_from(options.method, METHODS), choice_from(options.pruner, PRUNERS)
    if options.seeds < 1 or (options.trials or 1) < 1:
        raise WorkbenchError("A sweep takes at least 1 trial and 1 seed")
    if not 0 <= options.search_seed < 2**31:
        raise WorkbenchError(f"The seed of a search cannot be {options.search_seed}", "it is a number from 0 to 2**31")
    seeds = tuple(range(plan.seed, plan.seed + options.seeds))
    search = Search(
        space=space,
        method=method,
        pruner=pruner,
        seeds=seeds,
        trials=options.trials or USUAL_TRIALS,
        seed=options.search_seed,
    )
    refuse_problems((*unread, *(search_problems(plan, search) if space or not unread else ())))
    return search.with_trials(plan, options.trials)


def _named(text: str) -> tuple[str, str]:
    """The field and the values in `FIELD=VALUES`; a field may be called as its option is."""
    name, _, values = text.partition("=")
    names = {option.removeprefix("--"): field for field, option in SHORT.items()}
    name = name.strip().lstrip("-")
    return names.get(name, name.replace("-", "_")), values.strip()


def _extended(sweep: Sweep, trials: int | None) -> Sweep:
    if trials is not None:
        if trials < max(1, len(sweep.trials())):
            raise WorkbenchError(f"{sweep.name} has {len(sweep.trials())} trials already")
        sweep.search = sweep.search.with_trials(sweep.plan, trials)
    return sweep


def _work(sweep: Sweep, options: Namespace) -> int:
    """Train what is left; Ctrl+C leaves the trial in work with a checkpoint."""
    from workbench.core.runs.child import walk_in_child
    from workbench.core.runs.sweeps.worker import run_sweep
    from workbench.core.training.control import Control

    control = Control()
    with stopping_on_signals(control):
        for _ in told_sweep(sweep, run_sweep(sweep, control, walk=walk_in_child if options.isolated else None)):
            pass
    _print(sweep, as_json=options.json)
    if control.stopping:
        tell(f"Stopped; nothing is lost. Go on with: workbench sweep resume {sweep.path}")
    return STOPPED if control.stopping else DONE


def told_sweep(sweep: Sweep, events: Iterator[Happening]) -> Iterator[Happening]:
    """The events; a line is told for each trial, and how far its runs have come."""
    from workbench.core.runs.sweeps.worker import TrialEvent

    trials, as_share = sweep.search.trials, sweep.maximizes
    for told in events:
        if isinstance(told, TrialEvent):
            _tell_trial(told, trials, as_share=as_share)
        yield told
    clear_progress()


def _tell_trial(told: TrialEvent, trials: int, *, as_share: bool) -> None:
    from workbench.core.training.events import EpochDone

    head = f"trial {told.trial.number}/{trials}"
    if told.event is None and told.trial.state != "running":
        tell(f"{head}  {_spelled(told.trial)}  {_ended(told.trial, as_share=as_share)}")
    elif told.run is not None and isinstance(told.event, EpochDone):
        accuracy = percent(told.event.validation_accuracy)
        progress(f"{head}  {told.run.name}  epoch {told.event.epoch}  held out {accuracy}")


def _spelled(trial: Trial | TrialRow) -> str:
    from workbench.core.runs.sweeps.space import spelled

    return ", ".join(f"{name} {spelled(value)}" for name, value in trial.point.items())


def _ended(trial: Trial, *, as_share: bool) -> str:
    score = "" if trial.score is None else percent(trial.score) if as_share else f"{trial.score:.4f}"
    return "  ".join(filter(None, [score, trial.reason or ("failed" if trial.state == "failed" else "")]))


def _print(sweep: Sweep, *, as_json: bool) -> None:
    from workbench.core.runs.sweeps.report import report

    told = report(sweep)
    if as_json:
        print_json({**_plain(told), "done": told.done, "complete": told.is_complete})
        return
    names = list(told.search.space)
    headings = [">trial", "state", *names, f">{told.monitor}", ">seeds", ">last", ">time", ">pictures/s", "reason"]
    print_table(headings, (_row(told, row) for row in told.ranked()))
    facts = [("trials", f"{told.progress.over} of {told.progress.trials}")]
    if told.best_row is not None:
        facts.append(("best", f"trial {told.best}: {_spelled(told.best_row)}"))
        facts.append(("its plan", f"{told.best_plan}: train it with workbench train"))
    print()
    print_facts(facts)


def _plain(told: SweepReport) -> dict[str, Any]:
    import msgspec

    return msgspec.structs.asdict(told)


def _row(told: SweepReport, row: TrialRow) -> list[str]:
    from workbench.core.runs.sweeps.space import spelled

    values = [spelled(row.point[name]) if name in row.point else "" for name in told.search.space]
    runs = row.runs
    return [
        str(row.number),
        row.state,
        *values,
        _score(row.score, told.monitor),
        str(len(row.score.values)) if row.score else "",
        share(runs.last_accuracy) if runs else "",
        time_taken(runs.seconds) if runs else "",
        number(runs.images_per_second, 0) if runs else "",
        row.reason,
    ]


def _score(score: Figure | None, monitor: str) -> str:
    return share(score) if monitor == "accuracy" else number(score, 4)
