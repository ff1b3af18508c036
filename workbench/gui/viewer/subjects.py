"""Opening what is looked into, and keeping the last of it loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.core.graph.network import Network
from workbench.gui.training.remembered import recalled
from workbench.gui.viewer import study
from workbench.gui.viewer.study import Progress, Subject

REMEMBERED = 3
"""So many networks stay loaded."""


class Subjects:
    """Runs that were opened; one is loaded once while its weights stay the same. For a lane, not for the window."""

    def __init__(self) -> None:
        self._remembered: dict[Any, Subject] = {}

    def open(self, choice: Path | Network, spec: str, report: Progress) -> Subject:
        """A run, or a network with random weights and the pictures of the data set `spec`."""
        if isinstance(choice, Network):
            return study.untrained_subject(choice, spec, split=recalled().split(), progress=report)
        weights = choice / "checkpoints" / "best"
        key = (choice, weights.stat().st_mtime_ns if weights.exists() else 0)
        if key not in self._remembered:
            while len(self._remembered) >= REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[key] = study.open_subject(choice, report)
        return self._remembered[key]
