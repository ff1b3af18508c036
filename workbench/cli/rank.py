"""`workbench train` and `workbench resume` as one of several ranks that torchrun or a batch system has started."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from workbench.cli.following import COMPLETE, OUR_FAULT, follow, stopping_on_signals
from workbench.cli.report import tell
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.runs.folder import Run
    from workbench.core.runs.meeting import Meeting


def started_as_ranks() -> bool:
    """Whether this process is one of several."""
    from workbench.core.runs.meeting import ranks_here

    return ranks_here() is not None


def train_as_rank(options: Namespace, run: Callable[[], Run]) -> int:
    """Train as one of the ranks; only the first needs the `run`, tells what happens and prints what it came to."""
    from workbench.core.runs.meeting import meet
    from workbench.core.training.ranks import RankGoneError

    meeting = meet()
    assert meeting is not None, "it was not started as a rank"
    try:
        return _lead(meeting, run, as_json=options.json) if meeting.rank == 0 else _come_along(meeting)
    except RankGoneError as error:
        tell(f"workbench: {error}. The run goes on from its last checkpoint when its ranks are started again.")
        return OUR_FAULT


def _lead(meeting: Meeting, make: Callable[[], Run], *, as_json: bool) -> int:
    from workbench.core.runs.runner import walk

    try:
        run = make()
        if _is_over(run):
            meeting.leave()
            return COMPLETE
    except BaseException:  # the others wait for what this rank says
        meeting.leave()
        raise
    return follow(run, partial(walk, meeting=meeting), as_json=as_json)


def _is_over(run: Run) -> bool:
    """Whether there is nothing left to train; raises `WorkbenchError` if it failed and was only started once more."""
    from workbench.core.runs.meeting import restarts
    from workbench.core.training.events import RunFailed

    last = run.events()[-1:]
    if restarts() and last and isinstance(last[0], RunFailed):
        raise WorkbenchError(last[0].title, last[0].reason, last[0].hint)
    if run.state == "complete":
        tell(f"{run.name} is complete: all epochs of its plan are done.")
    return run.state == "complete"


def _come_along(meeting: Meeting) -> int:
    from workbench.core.runs.together import come_along
    from workbench.core.training.control import Control

    control = Control()
    with stopping_on_signals(control):
        return COMPLETE if come_along(meeting, control) else OUR_FAULT
