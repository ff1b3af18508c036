"""What a person decided about pictures of a set: leave them out, call them otherwise or rightly, move them.

The decisions stand in a list that can be undone, in a file of their own; no picture is ever touched. The list of a
folder is `.workbench-decisions.json` in it, that of a file `.NAME.workbench-decisions.json` beside it, so that they
travel with the data; what cannot be written to, and a set by name, has its list among the user's settings.

A picture is named by its path below the folder. One in an array is named by its part and place (`train/17`) and a
digest of its pixels: a decision about a picture that is another one today does not count, and that is said.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, read_file, write_atomically
from workbench.paths import config_folder

FILE = "workbench-decisions.json"
VERSION = 1
Action = Literal["exclude", "relabel", "move", "confirm"]
PARTS = ("train", "validation")


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step: what is done to which pictures; `to` is a class (relabel, confirm) or a part (move), `why` a finding.

    To confirm is to say that the label is right: a check asks no more, as long as the picture has this label.
    """

    action: Action
    pictures: tuple[str, ...]
    to: str = ""
    why: str = ""

    def __str__(self) -> str:
        count = f"{len(self.pictures):,} picture{'s' if len(self.pictures) != 1 else ''}"
        deed = {
            "exclude": f"exclude {count}",
            "relabel": f"call {count} {self.to}",
            "move": f"move {count} to {self.to}",
            "confirm": f"keep {count} as {self.to}",
        }
        return deed[self.action] + (f" ({self.why})" if self.why else "")


class Decisions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The list, the oldest first, and what was undone of it, the latest last. Later decisions overrule earlier ones."""

    version: int = VERSION
    made: tuple[Decision, ...] = ()
    undone: tuple[Decision, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.made)


class _Head(msgspec.Struct, frozen=True):
    """What every version of the file has; other versions may know other steps."""

    version: int = VERSION


def decided(decisions: Decisions, decision: Decision) -> Decisions:
    """With one more; what was undone is forgotten."""
    return Decisions(made=(*decisions.made, decision))


def undo(decisions: Decisions) -> Decisions:
    """Without the last one, which `redo` brings back."""
    if not decisions.made:
        raise WorkbenchError("There is no decision to undo")
    return Decisions(made=decisions.made[:-1], undone=(*decisions.undone, decisions.made[-1]))


def redo(decisions: Decisions) -> Decisions:
    """With the last one that was undone."""
    if not decisions.undone:
        raise WorkbenchError("There is no decision to make again")
    return Decisions(made=(*decisions.made, decisions.undone[-1]), undone=decisions.undone[:-1])


def read_decisions(place: str) -> Decisions:
    """The decisions about the set at a place (a path, or a name); raises `WorkbenchError` for a damaged file."""
    path = next((path for path in _places(place) if path.is_file()), None)
    if path is None:
        return Decisions()
    try:
        written = read_file(path)
        if msgspec.json.decode(written, type=_Head).version > VERSION:
            raise WorkbenchError(f"{path} is of a later version of the workbench", "", "Update the workbench.")
        return msgspec.json.decode(written, type=Decisions)
    except BROKEN_JSON as error:
        raise WorkbenchError(f"{path} is damaged", str(error), "Move it away to begin without decisions.") from error


def write_decisions(place: str, decisions: Decisions) -> Path:
    """Keep the decisions about a set and return the file; raises `WorkbenchError` when that cannot be."""
    places = _places(place)
    path = next((path for path in places if path.is_file() and os.access(path.parent, os.W_OK)), None)
    path = path or next(path for path in places if path is places[-1] or os.access(path.parent, os.W_OK))
    write_atomically(path, msgspec.json.format(msgspec.json.encode(decisions), indent=1) + b"\n")
    return path


def names_of(place: str, files: Sequence[str]) -> list[str]:
    """The names of picture files in decisions: their paths below the set's folder, with slashes."""
    base = place if Path(place).is_dir() else os.path.dirname(place)  # noqa: PTH120 - a hundred thousand texts
    start = base.rstrip(os.sep) + os.sep if base else ""
    return [file.removeprefix(start).replace(os.sep, "/") for file in files]


def _places(place: str) -> list[Path]:
    """Where the list may be, the best place first."""
    path = Path(place).expanduser()
    digest = hashlib.blake2b(str(path.resolve() if path.exists() else place).encode(), digest_size=5).hexdigest()
    own = config_folder() / "decisions" / f"{re.sub(r'[^A-Za-z0-9.-]+', '-', path.name or place)}-{digest}.json"
    if path.is_dir():
        return [path / f".{FILE}", own]
    return [path.with_name(f".{path.name}.{FILE}"), own] if path.is_file() else [own]
