"""Which groups were open in which document: remembered beside the settings, no part of the network file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec

from workbench.errors import WorkbenchError
from workbench.files import write_atomically
from workbench.paths import config_folder

MOST = 60
"""So many documents are remembered, those that were opened last."""


class OpenGroups:
    """Remembers for each file the keys of its open groups."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or config_folder() / "open-groups.json"
        self._known = _read(self._path)

    def recall(self, document: Path | None) -> list[str] | None:
        """The open groups of a document, or None if it is not known."""
        return self._known.get(str(document.resolve())) if document else None

    def remember(self, document: Path | None, opened: Collection[str]) -> None:
        """Note the open groups of a document; one that has no file is forgotten."""
        if document is not None:
            self._known.pop(str(document.resolve()), None)
            self._known[str(document.resolve())] = sorted(opened)

    def save(self) -> bool:
        """Write it down; False where that cannot be, then the next start does not know."""
        kept = dict([*self._known.items()][-MOST:])
        try:
            write_atomically(self._path, msgspec.json.encode(kept))
        except (WorkbenchError, OSError):
            return False
        return True


def _read(path: Path) -> dict[str, list[str]]:
    """What was written; nothing where that cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
