"""`workbench queue`: runs that are trained one after another."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.following import STOPPED, isolation_option, stopping_on_signals, told, walker
from workbench.cli.report import percent, print_json, print_table, tell
from workbench.cli.training import new_run_folder, plan_options, prepared
from workbench.cli.verbs import Parser, json_option, verb
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.runs.queue import Entry, QueueFolder
    from workbench.core.training.events import RunEvent

DONE, SOME_FAILED = 0, 2


def _arguments(parser: Parser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar="DEED", required=True)
    add = deeds.add_parser("add", help="let a training wait, or a run that was interrupted", allow_abbrev=False)
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
    _print(folder, as_json=options.json)
    return status


def _add(folder: QueueFolder, options: Namespace) -> None:
    from workbench.core.runs.folder import PLAN

    if (Path(options.network) / PLAN).is_file():
        folder.add_run(Path(options.network))
        return
    plan, network, _ = prepared(options)
    folder.add_plan(plan, network, options.out or _free(new_run_folder(network.name)))


def _free(wanted: Path) -> Path:
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


def _followed(turn: Iterator[tuple[Entry, RunEvent]]) -> RunEvent:
    """Tell what happens in the turn of an entry, and return the last of it."""
    from workbench.core.runs.folder import Run
    from workbench.core.training.events import RunFailed

    entry, first = next(turn)
    tell(f"Entry {entry.number}: {entry.path}")
    events = chain([first], (event for _, event in turn))
    *_, last = events if isinstance(first, RunFailed) else told(Run(entry.path), events)
    if isinstance(last, RunFailed):
        tell(f"failed: {WorkbenchError(last.title, last.reason, last.hint)}")
    return last


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


def _print(folder: QueueFolder, *, as_json: bool) -> None:
    entries, working = folder.read().entries, folder.has_worker()
    if as_json:
        print_json({"queue": folder.path, "working": working, "entries": [_facts(entry) for entry in entries]})
        return
    if not entries:
        tell("Nothing is in the queue: workbench queue add NET --data DATA")
        return
    print_table((">entry", "state", "run", ">epochs", ">accuracy", "reason"), map(_row, entries))
    if not working and any(entry.state in ("waiting", "running") for entry in entries):
        tell("Nobody trains them: workbench queue run")


def _facts(entry: Entry) -> dict[str, Any]:
    """An entry and how far its run has come; a run that cannot be read has got nowhere."""
    from workbench.core.runs.folder import Run

    run, epochs, planned = Run(entry.path), [], None
    with suppress(WorkbenchError):
        planned, epochs = run.plan.total_epochs(), run.epochs
    return {
        "number": entry.number,
        "state": entry.state,
        "run": entry.run,
        "reason": entry.reason,
        "epochs_done": epochs[-1].epoch if epochs else 0,
        "epochs": planned,
        "accuracy": max((epoch.validation_accuracy for epoch in epochs), default=None),
    }


def _row(entry: Entry) -> list[str]:
    facts = _facts(entry)
    epochs = f"{facts['epochs_done']} of {facts['epochs']}" if facts["epochs"] else ""
    accuracy = "" if facts["accuracy"] is None else percent(facts["accuracy"])
    return [str(entry.number), entry.state, entry.path.name, epochs, accuracy, entry.reason]
