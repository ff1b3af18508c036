"""Names for new folders among the runs."""

from __future__ import annotations

import re
from pathlib import Path


def free_folder(root: Path, stem: str) -> Path:
    """The first of `stem-1`, `stem-2`, ... that is not there yet."""
    stem = re.sub(r"[^\w.-]+", "-", stem).strip("-.") or "run"
    number = 1
    while (root / f"{stem}-{number}").exists():
        number += 1
    return root / f"{stem}-{number}"
