"""The data sets that were looked at last, kept between two starts."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from workbench.errors import WorkbenchError
from workbench.files import write_atomically
from workbench.paths import config_folder

FILE = "data-sets.json"
MOST = 8


def recent_sets() -> tuple[str, ...]:
    """As the command line spells them, the latest first; a file that cannot be read is no reason to stop."""
    try:
        return msgspec.json.decode((config_folder() / FILE).read_bytes(), type=tuple[str, ...])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return ()


def remember_set(spec: str) -> None:
    """Put a set at the head; where nothing can be written it is forgotten."""
    others = [other for other in recent_sets() if other != spec]
    with suppress(OSError, WorkbenchError):
        write_atomically(config_folder() / FILE, msgspec.json.encode((spec, *others)[:MOST]))
