"""The process that `child.Child` starts: it walks a run, tells its events and obeys the words it is sent."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from workbench.core.runs.child import PAUSE, RESUME, STOP
from workbench.core.runs.folder import open_run
from workbench.core.runs.meeting import Meeting, meet
from workbench.core.runs.runner import walk
from workbench.core.runs.together import come_along
from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent, RunFailed, to_line
from workbench.core.training.ranks import RankGoneError
from workbench.errors import WorkbenchError

DONE, FAILED = 0, 1


def main(arguments: Sequence[str]) -> int:
    """Walk the run in a folder; what libraries print does not come between the events."""
    try:
        meeting = meet()
        return _come_along(meeting) if meeting and meeting.rank else _tell(Path(arguments[0]), meeting)
    except (RankGoneError, WorkbenchError) as error:  # whoever started the ranks starts them again
        sys.stderr.write(f"{error}\n")
        return FAILED


def _come_along(meeting: Meeting) -> int:
    """Another rank than the first says nothing; what has ended it, the first one tells."""
    with contextlib.redirect_stdout(sys.stderr):
        come_along(meeting, Control())
    return DONE


def _tell(folder: Path, meeting: Meeting | None) -> int:
    control, events, event = Control(), sys.stdout.buffer, None
    orders = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115  (a buffer's lock cannot be had at the end)
    threading.Thread(target=obey, args=(orders, control), name="orders", daemon=True).start()
    with contextlib.redirect_stdout(sys.stderr):
        for event in _walk(folder, control, meeting):
            events.write(to_line(event))
            events.flush()
    return FAILED if isinstance(event, RunFailed) and meeting is None else DONE


def _walk(folder: Path, control: Control, meeting: Meeting | None) -> Iterator[RunEvent]:
    try:
        yield from walk(open_run(folder), control, meeting=meeting)
    except WorkbenchError as error:
        yield RunFailed(time=time.time(), title=error.title, reason=error.reason, hint=error.hint)


def obey(orders: Iterable[bytes], control: Control) -> None:
    """Do what each line says; their end means that whoever gave them is gone."""
    deeds = {PAUSE: control.pause, RESUME: control.resume, STOP: control.stop}
    for order in orders:
        deeds.get(order.decode(errors="replace").strip(), lambda: None)()
    control.stop()
