"""Training in a process of its own: whatever happens to it, the window and its other work go on.

The child walks the same loop into the same run folder. Its events come back as lines of JSON, and the words `pause`,
`resume` and `stop` go to it; when whoever started it is gone, it stops with a checkpoint.
"""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO

from workbench.core.runs.folder import Run
from workbench.core.training.control import Control
from workbench.core.training.events import RunEvent, RunFailed, RunFinished, from_line
from workbench.machine import own_environment, own_program

CHILD = "--walk-run"
"""The word with which the program starts itself to walk a run."""
RANKS = "--launch-ranks"
"""The word with which it starts itself to start ranks that walk it together."""
PAUSE, RESUME, STOP = "pause", "resume", "stop"
LOOK_AROUND = 0.05
"""Seconds between two looks at what the user wants."""
GRACE = 30.0
"""Seconds that a child has to write its checkpoint when nobody listens any more."""


def walk_in_child(run: Run, control: Control | None = None, *, ranks: int | None = None) -> Iterator[RunEvent]:
    """As `runner.walk`, in a process of its own; the end of a child that says nothing more is a `RunFailed`.

    With a number of `ranks` the child starts so many processes that train together, and again when one is gone.
    """
    with Child(run, [CHILD, str(run.path)] if ranks is None else [RANKS, str(run.path), str(ranks)]) as child:
        last = None
        for event in child.events(control or Control()):
            yield (last := event)
        if not isinstance(last, RunFinished | RunFailed):
            yield child.failed()


class Child:
    """A process that walks a run. As a context it ends the process at the end of the block: politely, then at once."""

    def __init__(self, run: Run, words: Sequence[str] = ()) -> None:
        """`words` are what it is told to do, if it is not just to walk the run."""
        self.run = run
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        self.process = subprocess.Popen(
            [*own_program(), *(words or (CHILD, str(run.path)))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=own_environment(),
            start_new_session=True,  # Ctrl+C in a terminal is for the parent, which tells the child
            creationflags=_flags(),
        )
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name=f"events of {run.name}", daemon=True)
        self._reader.start()
        self._told = RESUME

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdout, self._said):
            if stream is not None:
                stream.close()

    def events(self, control: Control) -> Iterator[RunEvent]:
        """What the child says until it is silent for ever; meanwhile it is told what the user wants."""
        while True:
            self._tell(STOP if control.stopping else PAUSE if control.paused else RESUME)
            try:
                line = self._lines.get(timeout=LOOK_AROUND)
            except queue.Empty:
                continue
            if line is None:
                return
            if event := from_line(line):
                yield event

    def kill(self) -> None:
        """End the process at once, without a word to it, and wait until it is gone."""
        self.process.kill()
        self.process.wait()

    def failed(self) -> RunFailed:
        """The event of a child that ended without one."""
        status = self.process.wait()
        how = f"it was ended by signal {-status}" if status < 0 else f"its exit status is {status}"
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip().splitlines()
        reason = f"{how}; its last words: {said[-1]}" if said else how
        hint = f"Resume {self.run.name}: it goes on from its last checkpoint."
        return RunFailed(time=time.time(), title="The process of the training is gone", reason=reason, hint=hint)

    def _tell(self, word: str) -> None:
        if word == self._told:
            return
        self._told = word
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it has just ended
            self.process.stdin.write(word.encode() + b"\n")
            self.process.stdin.flush()

    def _hang_up(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()

    def _read(self) -> None:
        """Take all lines in: a full pipe would hold the training."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)


def _flags() -> int:
    """On Windows a group of its own, as a session elsewhere, and no console window."""
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0
