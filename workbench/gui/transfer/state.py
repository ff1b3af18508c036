"""What the pages of the wizard share: the plan so far, and what has been found out about its parts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from workbench.core.transfer.backbones import Backbone
from workbench.core.transfer.photos import PhotoFolder
from workbench.core.transfer.plan import TransferPlan
from workbench.core.transfer.weights import WeightsSource
from workbench.errors import Problem, WorkbenchError


class WizardState(QObject):
    """Holds one plan; pages change its fields, and everybody hears of it. Facts that no longer hold are forgotten."""

    changed = Signal()

    def __init__(self, backbones: Mapping[str, Backbone], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.backbones = backbones
        self.plan = TransferPlan(backbone=next(iter(backbones)))
        self.counted: PhotoFolder | WorkbenchError | None = None
        """What the chosen folder turned out to hold."""
        self.published: dict[str, WeightsSource] = {}
        """Where the published weights of each backbone are, once that is known."""
        self.file: WeightsSource | WorkbenchError | None = None
        """What the chosen file of weights turned out to be."""
        self.run: Path | None = None
        """The finished run."""
        self._trained: TransferPlan | None = None

    @property
    def backbone(self) -> Backbone:
        """The chosen backbone."""
        return self.backbones[self.plan.backbone]

    @property
    def photos(self) -> PhotoFolder | None:
        """What is in the folder, once it is counted and found fit."""
        return self.counted if isinstance(self.counted, PhotoFolder) else None

    @property
    def weights(self) -> WeightsSource | None:
        """Where the weights of the plan are, as far as that is known."""
        if self.plan.weights is None:
            return self.published.get(self.plan.backbone)
        return self.file if isinstance(self.file, WeightsSource) else None

    def change(self, **fields: Any) -> None:
        """Put other values into some fields of the plan."""
        before, self.plan = self.plan, msgspec.structs.replace(self.plan, **fields)
        if self.plan.data != before.data:
            self.counted = None
        if (self.plan.backbone, self.plan.weights) != (before.backbone, before.weights):
            self.file = None
        self.changed.emit()

    def tell(self) -> None:
        """Say that something other than the plan has changed."""
        self.changed.emit()

    def finish(self, run: Path, plan: TransferPlan) -> None:
        """Remember the run that a plan has become."""
        self.run, self._trained = run, plan
        self.changed.emit()

    def problems(self, *fields: str) -> tuple[Problem, ...]:
        """What is wrong with some fields of the plan."""
        return tuple(problem for problem in self.plan.problems(self.backbones) if problem.where in fields)

    def photos_problem(self) -> Problem | None:
        """Why the photos cannot be used yet, or None."""
        if not self.plan.data:
            return Problem("data", "Choose a folder of photos", "one folder in it for each class", level="info")
        found = self.problems("data")
        if found:
            return found[0]
        if isinstance(self.counted, WorkbenchError):
            return Problem("data", self.counted.title, self.counted.reason)
        return None if self.counted else Problem("data", "The photos are not counted yet", level="info")

    def weights_problem(self) -> Problem | None:
        """Why the weights cannot be used yet, or None."""
        if self.plan.weights == "":
            return Problem("weights", "Choose a file of weights", level="info")
        found = self.problems("backbone", "weights")
        if found:
            return found[0]
        if self.plan.weights is not None and isinstance(self.file, WorkbenchError):
            return Problem("weights", self.file.title, self.file.reason)
        if self.weights is None:
            return Problem("weights", "The weights are being looked for", level="info")
        if self.weights.source == "download":
            title = "The weights are not on this computer yet"
            return Problem("weights", title, "download them, or choose a file", level="info")
        return None

    def run_problem(self) -> Problem | None:
        """Why there is no result yet, or None."""
        if self.run is None:
            return Problem("run", "Nothing is trained yet", "start the training", level="info")
        if self._trained != self.plan:
            return Problem(
                "run", "The plan has changed since the last training", "train again to see its result", level="info"
            )
        return None
