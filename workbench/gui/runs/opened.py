"""The runs of other folders that the Runs room lists too, kept between two starts."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from workbench.errors import WorkbenchError
from workbench.files import BROKEN_JSON, write_atomically
from workbench.paths import config_folder

FILE = "opened-runs.json"
MOST = 50


def recalled_runs() -> list[Path]:
    """The folders of last time, also those that are away at the moment: a drive may come back."""
    try:
        names = msgspec.json.decode((config_folder() / FILE).read_bytes(), type=list[str])
    except (OSError, *BROKEN_JSON):
        return []
    return [Path(name) for name in names]


def remember_runs(paths: Iterable[Path]) -> None:
    """Keep the folders, the last of them if there are too many; where nothing can be written they are lost."""
    names = [str(path.absolute()) for path in paths][-MOST:]
    with suppress(OSError, WorkbenchError):
        write_atomically(config_folder() / FILE, msgspec.json.format(msgspec.json.encode(names), indent=1) + b"\n")
