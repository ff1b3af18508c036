"""Following the log of a run that somebody writes: what has come since the last look, and nothing twice."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from workbench.core.runs.folder import EVENTS
from workbench.core.training.events import AnyEvent, from_line
from workbench.errors import WorkbenchError

MOST_BYTES = 16_000_000
"""So much is read in one look; the rest comes with the next."""


class News(NamedTuple):
    """Events that have come; `afresh` where the log is another one than before, which then counts no longer."""

    events: list[AnyEvent]
    afresh: bool


@dataclass
class Tail:
    """Where the reading of a log has come to. Not for two threads at once."""

    folder: Path
    _offset: int = 0
    _file: tuple[int, int] = field(default=(0, 0))

    def read(self) -> News:
        """What whole lines have come; a line that is still being written waits. Raises `WorkbenchError` if unreadable.

        What a resumed run does again comes again: a `RunStarted` says from where.
        """
        path = self.folder / EVENTS
        try:
            with path.open("rb") as stream:
                afresh = self._is_another(stream.fileno())
                stream.seek(self._offset)
                text = stream.read(MOST_BYTES)
        except FileNotFoundError:
            afresh, self._offset = self._offset > 0, 0
            return News([], afresh)
        except OSError as error:
            raise WorkbenchError(f"Could not read {path}", error.strerror or str(error)) from error
        whole = text[: text.rfind(b"\n") + 1]
        self._offset += len(whole)
        return News([event for line in whole.splitlines() if (event := from_line(line))], afresh)

    def _is_another(self, handle: int) -> bool:
        """Whether the file was replaced or has become shorter; reading then begins at its start."""
        held = os.fstat(handle)
        known, self._file = self._file, (held.st_dev, held.st_ino)
        if known in ((0, 0), self._file) and held.st_size >= self._offset:
            return False
        self._offset = 0
        return True
