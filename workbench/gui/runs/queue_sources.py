"""What a thread walks when the turn of an entry of the queue has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.gui.training.thread import EventSource, Where

if TYPE_CHECKING:
    from workbench.core.runs.queue import Entry, QueueFolder
    from workbench.core.training.control import Control
    from workbench.core.training.events import RunEvent


def queued_run(folder: QueueFolder, entry: Entry, *, where: Where = "here") -> EventSource:
    """Tell what the run of an entry has done so far, then go on with it and note in the queue what came of it."""

    def events(control: Control) -> Iterator[RunEvent]:
        from workbench.core.runs.folder import Run

        yield from Run(entry.path).events()
        yield from _walked(folder, entry, control, where)

    return events


def queued_sweep(folder: QueueFolder, entry: Entry, *, where: Where = "here") -> EventSource:
    """Go on with the sweep of an entry and note in the queue what came of it."""
    return lambda control: _walked(folder, entry, control, where)


def _walked(folder: QueueFolder, entry: Entry, control: Control, where: Where) -> Iterator[Any]:
    from workbench.core.runs.child import walk_in_child
    from workbench.core.runs.queue_worker import walk_entry
    from workbench.core.runs.runner import walk

    return walk_entry(folder, entry, control, walk=walk_in_child if where == "apart" else walk)
