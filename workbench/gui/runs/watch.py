"""Following a run whose log somebody writes: this window, another program, another machine on the same disk."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from workbench.core.runs.folder import Run
from workbench.core.runs.heartbeat import NOBODY, Presence, presence
from workbench.core.runs.tail import News, Tail
from workbench.core.training.plan import TrainingPlan
from workbench.gui.training.history import RunHistory
from workbench.gui.training.wording import duration


@dataclass
class Watch:
    """A run as far as it has been read. `look` reads on a lane, `take` brings what was read into the history."""

    path: Path
    plan: TrainingPlan
    history: RunHistory = field(default_factory=RunHistory)
    presence: Presence = NOBODY
    advice: tuple[str, ...] = ()
    _tail: Tail = field(init=False)
    _news: deque[News] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._tail = Tail(self.path)

    def look(self) -> None:
        """Read what has come; called on a lane. Raises `WorkbenchError` when that cannot be."""
        self._news.append(self._tail.read())
        self.presence = presence(self.path)

    def take(self) -> bool:
        """Add what was read to the history; whether there was anything."""
        before = self.history, len(self.history.events)
        while self._news:
            news = self._news.popleft()
            if news.afresh:
                self.history = RunHistory()
            self.history.add(news.events)
        return before != (self.history, len(self.history.events))


def watched(path: Path) -> Watch:
    """A run read from its start; called on a lane. Raises `WorkbenchError` for a broken one."""
    from workbench.core.runs.folder import open_run

    run: Run = open_run(path)
    watch = Watch(path, run.plan)
    watch.look()
    watch.take()
    return watch


def standing_sentence(watch: Watch) -> str:
    """Who trains the run, and what can be done where nobody does any more; empty for one that is over."""
    found, history = watch.presence, watch.history
    if found.kind == "training":
        return f"In training by {found.who}; what it tells appears here."
    if found.kind == "silent":
        since = duration(found.silence)
        return f"Silent for {since}: {found.who} is there and does nothing. End it to resume the run here."
    if not history.events:
        return "Nothing was trained yet: it waits in the queue, or for Resume."
    if history.finished is None and history.failed is None:
        reached = f"after epoch {history.epochs_done}" if history.epochs_done else "in its first epoch"
        return f"Cut short {reached}: the process that trained it is gone. Resume goes on from the last checkpoint."
    return ""
