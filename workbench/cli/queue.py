"""`workbench queue`: runs and sweeps that are trained one after another."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.following import STOPPED, isolation_option, stopping_on_signals, told, walker
from workbench.cli.report import percent, print_json, print_table, tell
from workbench.cli.sweep import told_sweep
from workbench.cli.training import new_run_folder, plan_options, prepared
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.runs.queue import Entry, QueueFolder
    from workbench.core.runs.queue_worker import Happening

DONE, SOME_FAILED = 0, 2


def _arguments(parser: Parser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar="DEED", required=True)
    waits = "let a training wait, or a run or a sweep that was interrupted (a new sweep: workbench sweep add)"
    add = deeds.add_parser("add", help=waits, allow_abbrev=False)
    plan_options(add)
    add.add_argument("--out", type=Path, metavar="RUN", help="the folder of the run (a new one among your runs)")
    run = deeds.add_parser("run", help="train what waits; what was cut off goes on first", allow_abbrev=False)
    isolation_option(run)
    move = deeds.add_parser("move", help="let an entry wait elsewhere", allow_abbrev=False)
    move.add_argument("number", type=int, metavar="N", help="the number of the entry")
    move.add_argument("place", type=int, metavar="PLACE", help="its place among those that wait, from 1")
    remove = deeds.add_parser("remove", help="take entries out; one in training stops with a checkpoint")
    remove.add_argument("numbers", type=int, nargs="+", metavar="N", help="the numbers of the entries")
    others = [
        deeds.add_parser("list", help="what runs, what waits, what became of the rest", allow_abbrev=False),
        deeds.add_parser("clear", help="take out what is over; its runs stay", allow_abbrev=False),
    ]
    for each in (add, run, move, remove, *others):
        each.add_argument("--queue", type=Path, metavar="DIR", help="the folder of the queue (the one of your runs)")
        json_option(each)


@verb(
    "queue",
    "add|list|run|move|remove|clear",
    "trainings one after another; what fails does not stop the rest",
    arguments=_arguments,
)
def queue(options: Namespace) -> int | None:
    """Do what is asked with the queue, then print it."""
    from workbench.core.runs.queue import QueueFolder, usual_queue

    folder = QueueFolder(options.queue) if options.queue else usual_queue()
    status = DEEDS[options.deed](folder, options)
    print_queue(folder, as_json=options.json)
    return status


def _add(folder: QueueFolder, options: Namespace) -> None:
    from workbench.core.runs.folder import PLAN
    from workbench.core.runs.sweeps.sweep import is_sweep

    if is_sweep(Path(options.network)):
        folder.add_sweep(Path(options.network))
        return
    if (Path(options.network) / PLAN).is_file():
        folder.add_run(Path(options.network))
        return
    plan, network, _ = prepared(options)
    folder.add_plan(plan, network, options.out or free_folder(new_run_folder(network.name)))


def free_folder(wanted: Path) -> Path:
    """The folder, or one beside it where that is taken: several runs join within a second."""
    names = chain([wanted.name], (f"{wanted.name}-{number}" for number in range(2, 10_000)))
    return next(path for path in map(wanted.with_name, names) if not path.exists())


def _move(folder: QueueFolder, options: Namespace) -> None:
    from workbench.core.runs.queue import moved

    folder.edit(lambda queue: moved(queue, options.number, options.place - 1))


def _remove(folder: QueueFolder, options: Namespace) -> None:
    for number in options.numbers:
        folder.remove(number)


def _clear(folder: QueueFolder, _options: Namespace) -> None:
    from workbench.core.runs.queue import without_finished

    folder.edit(without_finished)


def _run(folder: QueueFolder, options: Namespace) -> int:
    """Train until nothing waits; Ctrl+C leaves the run in work in the first place."""
    from workbench.core.runs.queue_worker import work_off
    from workbench.core.training.control import Control
    from workbench.core.training.events import RunFailed

    control, status = Control(), DONE
    with stopping_on_signals(control):
        turns = work_off(folder, control, walk=walker(isolated=options.isolated))
        for _, pairs in groupby(turns, key=lambda pair: pair[0].number):
            if isinstance(_followed(pairs), RunFailed):
                status = SOME_FAILED
    if control.stopping:
        tell("Stopped; nothing is lost. Go on with: workbench queue run")
    return STOPPED if control.stopping else status


def _followed(turn: Iterator[tuple[Entry, Happening]]) -> Happening:
    """Tell what happens in the turn of an entry, and return the last of it."""
    from workbench.core.training.events import RunFailed

    entry, first = next(turn)
    tell(f"Entry {entry.number}: {entry.path}")
    events = chain([first], (event for _, event in turn))
    *_, last = events if isinstance(first, RunFailed) else _told(entry, events)
    if isinstance(last, RunFailed):
        tell(f"failed: {WorkbenchError(last.title, last.reason, last.hint)}")
    return last


def _told(entry: Entry, events: Iterator[Any]) -> Iterator[Happening]:
    from workbench.core.runs.folder import Run
    from workbench.core.runs.sweeps.sweep import open_sweep

    return told_sweep(open_sweep(entry.path), events) if entry.is_sweep else told(Run(entry.path), events)


def _nothing(_folder: QueueFolder, _options: Namespace) -> None:
    """The queue is printed after every deed."""


DEEDS: dict[str, Callable[[QueueFolder, Namespace], int | None]] = {
    "add": _add,
    "list": _nothing,
    "run": _run,
    "move": _move,
    "remove": _remove,
    "clear": _clear,
}


def print_queue(folder: QueueFolder, *, as_json: bool) -> None:
    entries, working = folder.read().entries, folder.has_worker()
    if as_json:
        print_json({"queue": folder.path, "working": working, "entries": [_facts(entry) for entry in entries]})
        return
    if not entries:
        tell("Nothing is in the queue: workbench queue add NET --data DATA")
        return
    print_table((">entry", "state", "run", ">done", ">accuracy", "reason"), map(_row, entries))
    if not working and any(entry.state in ("waiting", "running") for entry in entries):
        tell("Nobody trains them: workbench queue run")


def _facts(entry: Entry) -> dict[str, Any]:
    """An entry and how far it has come; what cannot be read has got nowhere."""
    same = {"number": entry.number, "state": entry.state, "run": entry.run, "reason": entry.reason}
    return {**same, **(_facts_of_sweep(entry.path) if entry.is_sweep else _facts_of_run(entry))}


def _facts_of_sweep(path: Path) -> dict[str, Any]:
    from workbench.core.runs.sweeps.sweep import Sweep

    sweep = Sweep(path)
    facts: dict[str, Any] = {"trials_done": 0, "trials": None, "accuracy": None}
    with suppress(WorkbenchError):
        progress, best = sweep.progress, sweep.best()
        facts = {"trials_done": progress.over, "trials": progress.trials, "accuracy": None}
        if best is not None and sweep.maximizes:
            facts["accuracy"] = best.score
    return facts


def _facts_of_run(entry: Entry) -> dict[str, Any]:
    from workbench.core.runs.folder import Run

    run, epochs, planned = Run(entry.path), [], None
    with suppress(WorkbenchError):
        planned, epochs = run.plan.total_epochs(), run.epochs
    return {
        "epochs_done": epochs[-1].epoch if epochs else 0,
        "epochs": planned,
        "accuracy": max((epoch.validation_accuracy for epoch in epochs), default=None),
    }


def _row(entry: Entry) -> list[str]:
    facts = _facts(entry)
    what = "trials" if entry.is_sweep else "epochs"
    done = f"{facts[f'{what}_done']} of {facts[what]} {what}" if facts[what] else ""
    accuracy = "" if facts["accuracy"] is None else percent(facts["accuracy"])
    return [str(entry.number), entry.state, entry.path.name, done, accuracy, entry.reason]
