"""Varying the training pictures, a whole batch at a time on its device, every picture by its own lot.

An operation is one decorated record (`moving`, `changing`, `automatic`), a preset one decorated function (`presets`).
The transforms of torchvision draw one lot for a whole batch, so they are not used here; the distributions are theirs.
"""

from __future__ import annotations

from workbench.core.data.augment.lots import Lots
from workbench.core.data.augment.operation import OPERATIONS, Operation, Step, parse, step
from workbench.core.data.augment.pipeline import Pipeline, idle_steps, pipeline_of, step_problems
from workbench.core.data.augment.presets import AUGMENTATIONS

__all__ = [
    "AUGMENTATIONS",
    "OPERATIONS",
    "Lots",
    "Operation",
    "Pipeline",
    "Step",
    "idle_steps",
    "parse",
    "pipeline_of",
    "step",
    "step_problems",
]
