"""What the table says of each run, read from the folders on a background lane. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.runs.heartbeat import NOBODY, Presence
from workbench.core.training.events import EpochDone
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.core.runs.folder import Run

ELSEWHERE, SILENT, CUT_SHORT, NOT_BEGUN = "training elsewhere", "silent", "cut short", "not begun"
UNREADABLE = "unreadable"
Stamp = tuple[tuple[int, int], ...]
"""Size and time of the files that a row was read from."""
STAMPED = ("plan.json", "network.json", "events.jsonl", "checkpoints")
EVENTS_PLACE, MISSING = STAMPED.index("events.jsonl"), (0, 0)


@dataclass(frozen=True)
class RunRow:
    """One line of the table; `problem` says why a run cannot be read."""

    path: Path
    began: float
    state: str
    stamp: Stamp = ()
    network: str = ""
    data: str = ""
    epochs_done: int = 0
    epochs: int = 0
    best: float | None = None
    has_weights: bool = False
    problem: str = ""
    presence: Presence = NOBODY

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.name

    @property
    def standing(self) -> str:
        """How the run stands: what its log says last, unless somebody trains it or should and does not."""
        if self.presence.is_taken:
            return ELSEWHERE if self.presence.kind == "training" else SILENT
        unfinished = NOT_BEGUN if self.stamp[EVENTS_PLACE : EVENTS_PLACE + 1] == (MISSING,) else CUT_SHORT
        return unfinished if self.state == "unfinished" else self.state

    @property
    def readable(self) -> bool:
        """Whether there is a run in the folder that can be worked with."""
        return self.state != UNREADABLE


def read_rows(root: Path, known: Mapping[Path, RunRow], others: Iterable[Path] = ()) -> list[RunRow]:
    """The rows of all runs below a folder, newest first, and of some others; what has not changed is not read again."""
    from workbench.core.runs.folder import Run, list_runs

    runs = list_runs(root)
    found = {run.path for run in runs}
    runs += [Run(path) for path in others if path not in found and path.is_dir()]
    return [_with_presence(_row(run, known.get(run.path))) for run in runs]


def _with_presence(row: RunRow) -> RunRow:
    """The row with who trains the run now: its files need not have changed since."""
    from workbench.core.runs.heartbeat import presence

    return replace(row, presence=presence(row.path) if row.readable and row.state != "complete" else NOBODY)


def _row(run: Run, known: RunRow | None) -> RunRow:
    stamp = _stamp(run.path)
    if known is not None and known.stamp == stamp:
        return known
    began = stamp[0][0] / 1e9
    blank = RunRow(run.path, began, UNREADABLE, stamp)
    try:
        return _read(run, blank)
    except WorkbenchError as error:
        return replace(blank, problem=str(error))
    except OSError as error:
        return replace(blank, problem=error.strerror or str(error))


def _read(run: Run, blank: RunRow) -> RunRow:
    plan, epochs = run.plan, [event for event in run.events() if isinstance(event, EpochDone)]
    _ = run.network  # a run whose network cannot be read is of no use
    return replace(
        blank,
        state=run.state,
        network=plan.network,
        data=Path(plan.data).name or plan.data,
        epochs_done=epochs[-1].epoch if epochs else 0,
        epochs=plan.total_epochs(),
        best=max((event.validation_accuracy for event in epochs), default=None),
        has_weights=any((run.checkpoints / which).is_dir() for which in ("best", "last")),
    )


def _stamp(folder: Path) -> Stamp:
    def of(path: Path) -> tuple[int, int]:
        try:
            found = path.stat()
        except OSError:
            return MISSING
        return (found.st_mtime_ns, found.st_size)

    return tuple(of(folder / name) for name in STAMPED)
