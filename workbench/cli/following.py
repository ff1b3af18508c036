"""Watching a run from the command line: a line for each epoch, Ctrl+C, and what it came to."""

from __future__ import annotations

import signal
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.cli.report import clear_progress, duration, percent, print_facts, print_json, progress, tell
from workbench.cli.verbs import Parser
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.data.images import ImageData
    from workbench.core.runs.folder import Run
    from workbench.core.training.control import Control
    from workbench.core.training.events import EpochDone, RunEvent, RunFailed, RunFinished, RunStarted, StepDone

    Walker = Callable[[Run, Control], Iterator[RunEvent]]

COMPLETE, OUR_FAULT, STOPPED = 0, 1, 130


def isolation_option(parser: Parser) -> None:
    """The `--isolated` of every verb that trains a run."""
    parser.add_argument("--isolated", action="store_true", help="train in a process of its own")


def ranks_option(parser: Parser) -> None:
    """The `--ranks` of the verbs that can train with several processes."""
    text = "train with so many processes of this machine, one for each graphics processor, each a slice of every step"
    parser.add_argument("--ranks", type=int, metavar="N", help=text)


def walker(*, isolated: bool, data: ImageData | None = None, ranks: int | None = None) -> Walker:
    """What walks a run: this process, which may have its data open already, one of its own, or several."""
    from workbench.core.runs.child import walk_in_child
    from workbench.core.runs.runner import walk

    if ranks is not None and ranks < 1:
        raise WorkbenchError(f"--ranks {ranks} trains nothing", hint="It is the number of processes.")
    return partial(walk_in_child, ranks=ranks) if isolated or ranks else partial(walk, data=data)


def follow(run: Run, walk: Walker, *, as_json: bool) -> int:
    """Train the run to its end, tell what happens, print what it came to, and return the exit status."""
    from workbench.core.training.control import Control
    from workbench.core.training.events import RunFailed, RunFinished

    control = Control()
    with stopping_on_signals(control):
        *_, last = told(run, walk(run, control))
    if isinstance(last, RunFailed):
        return _failed(run, last)
    assert isinstance(last, RunFinished)
    _print_outcome(run, last, as_json=as_json)
    if last.stopped:
        tell(f"Stopped; nothing is lost. Go on with: workbench resume {_quoted(str(run.path))}")
    return STOPPED if last.stopped else COMPLETE


@contextmanager
def stopping_on_signals(control: Control) -> Iterator[None]:
    """While it lasts, Ctrl+C (or a polite kill) ends the run after its step with a checkpoint; a second one at once."""

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        tell("Stopping after this step and writing a checkpoint; once more to stop at once.")
        control.stop()

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def told(run: Run, events: Iterator[RunEvent]) -> Iterator[RunEvent]:
    """The events, each told to the person who watches."""
    from workbench.core.training.events import EpochDone, RunStarted, StepDone, Warned

    epochs = run.plan.total_epochs()
    for event in events:
        if isinstance(event, RunStarted):
            tell(_start_line(run, event))
        elif isinstance(event, StepDone):
            progress(_step_line(event, epochs))
        elif isinstance(event, EpochDone):
            tell(_epoch_line(event, epochs))
        elif isinstance(event, Warned):
            tell(f"{event.level}: {event.title}" + (f" ({event.reason})" if event.reason else ""))
        yield event
    clear_progress()


def _start_line(run: Run, event: RunStarted) -> str:
    begun = f", going on after step {event.step:,}" if event.step else ""
    return (
        f"{run.network.name} on {run.data_card.name}: {event.parameters:,} parameters"
        f"{'' if event.trainable == event.parameters else f' ({event.trainable:,} of them train)'}, "
        f"{event.train_images:,} training pictures, {event.validation_images:,} held out, "
        f"{event.device} {event.precision}{begun}"
    )


def _step_line(event: StepDone, epochs: int) -> str:
    return (
        f"epoch {event.epoch}/{epochs}  loss {event.loss:.3f}  accuracy {percent(event.accuracy)}  "
        f"{event.images_per_second:,.0f} pictures/s  {duration(event.remaining_seconds)} to go"
    )


def _epoch_line(event: EpochDone, epochs: int) -> str:
    return (
        f"epoch {event.epoch:>{len(str(epochs))}}/{epochs}  "
        f"training: loss {event.train_loss:.3f}, accuracy {percent(event.train_accuracy):>7}   "
        f"held out: loss {event.validation_loss:.3f}, accuracy {percent(event.validation_accuracy):>7}   "
        f"{event.images_per_second:,.0f} pictures/s, {duration(event.seconds)}"
    )


def _failed(run: Run, event: RunFailed) -> int:
    """What cannot be had is a wrong request; a fault of ours has left its trace in the run's log."""
    from workbench.core.runs.folder import LOG

    error = WorkbenchError(event.title, event.reason, event.hint)
    if str(run.path / LOG) not in event.hint:
        raise error
    tell(f"workbench: {error}")
    return OUR_FAULT


def _print_outcome(run: Run, event: RunFinished, *, as_json: bool) -> None:
    outcome = _outcome(run, event)
    if as_json:
        print_json(outcome)
        return
    facts = [("run", outcome["run"]), ("epochs", f"{outcome['epochs_done']} of {outcome['epochs']}")]
    if event.best_accuracy is not None:
        facts.append(("accuracy", f"{percent(event.best_accuracy)} held out (epoch {event.best_epoch})"))
        facts.append(("speed", f"{outcome['images_per_second']:,.0f} pictures a second"))
    print_facts([*facts, ("time", duration(event.seconds))])


def _outcome(run: Run, event: RunFinished) -> dict[str, Any]:
    epochs: list[EpochDone] = run.epochs
    rates = [epoch.images_per_second for epoch in epochs]
    return {
        "run": str(run.path),
        "network": run.network.name,
        "data": run.plan.data,
        "epochs": run.plan.total_epochs(),
        "epochs_done": len(epochs),
        "stopped": event.stopped,
        "accuracy": event.best_accuracy,
        "best_epoch": event.best_epoch,
        "last_accuracy": epochs[-1].validation_accuracy if epochs else None,
        "images_per_second": statistics.harmonic_mean(rates) if rates else None,
        "seconds": event.seconds,
    }


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)
